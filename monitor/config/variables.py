"""`${NAME}` in a configuration file: from the environment, or from a systemd credential of that name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Variables:
    """Resolves names. The environment wins over $CREDENTIALS_DIRECTORY."""

    environment: Mapping[str, str] = field(repr=False)

    def value(self, name: str) -> str | None:
        """What the name stands for, None if it is set nowhere. Never use it in a message."""
        if name in self.environment:
            return self.environment[name]
        folder = self.environment.get("CREDENTIALS_DIRECTORY")
        # The name is a file name here: only the pattern below can never leave the folder.
        if not folder or not _NAME.fullmatch(name) or ".." in name:
            return None
        try:
            with Path(folder, name).open("rb") as file:
                return file.read(_LARGEST).decode("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            return None

    def expand(self, text: str) -> tuple[str, list[str]]:
        """The text with every `${NAME}` replaced, and the names that are not set (or are no names)."""
        missing = []

        def replaced(match: re.Match[str]) -> str:
            value = self.value(match[1]) if _NAME.fullmatch(match[1]) else None
            if not value:
                missing.append(match[1])
                return ""
            return value

        return _VARIABLE.sub(replaced, text), missing
