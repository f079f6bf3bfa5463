"""The folder of readers' templates: `NAME.txt.j2`, `NAME.md.j2`, `NAME.html.j2`, `NAME.title.j2`, and what these include."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG

from monitor.core.errors import Problem
from monitor.core.forms import ENDING, FORMS, file_of

MOST_OF_A_FILE = 64 * 1024
MOST_FILES = 200
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.j2")


@dataclass(frozen=True)
class Templates:
    """What is in the folder: the texts by file name, and what is wrong with files that cannot be used."""

    folder: Path
    sources: Mapping[str, str]
    problems: Mapping[str, Problem]

    def forms_of(self, name: str) -> tuple[str, ...]:
        """The forms in which a template is there: `txt`, `html` …"""
        return tuple(form for form in FORMS if self._has(file_of(name, form)))

    @property
    def fingerprint(self) -> str:
        """The same as long as no file's text changes."""
        return blake2b(
            repr(sorted(self.sources.items())).encode("utf-8", "replace"), digest_size=8
        ).hexdigest()

    def names(self) -> tuple[str, ...]:
        """The templates that are there, sorted."""
        suffixes = tuple(f".{form}{ENDING}" for form in FORMS)
        files = (file for file in (*self.sources, *self.problems) if file.endswith(suffixes))
        return tuple(sorted({file.rsplit(".", 2)[0] for file in files if not file.startswith("_")}))

    def _has(self, file: str) -> bool:
        return file in self.sources or file in self.problems


class TemplateFolder:
    """Reads the folder, and again only when a file in it is another one than before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._read = Templates(folder, {}, {})

    def read(self) -> Templates:
        """The folder as it is now. A folder that is not there holds nothing. Never raises for what is in it."""
        entries = sorted(self._entries())[:MOST_FILES]
        seen = tuple((name, status.st_mtime_ns, status.st_size) for name, status in entries)
        if seen != self._seen:
            sources: dict[str, str] = {}
            problems: dict[str, Problem] = {}
            for name, status in entries:
                text = _text(self.folder / name, status)
                if isinstance(text, Problem):
                    problems[name] = text
                else:
                    sources[name] = text
            self._seen, self._read = seen, Templates(self.folder, sources, problems)
        return self._read

    def _entries(self) -> Iterator[tuple[str, os.stat_result]]:
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if _FILE.fullmatch(entry.name):
                        try:
                            yield entry.name, entry.stat()
                        except OSError:
                            continue  # it went away between the listing and the look, or is a link to nowhere
        except OSError:
            return


def _text(path: Path, status: os.stat_result) -> str | Problem:
    if not S_ISREG(status.st_mode):
        return Problem(str(path), None, "is no ordinary file")
    if status.st_size > MOST_OF_A_FILE:
        return Problem(
            str(path), None, f"has more than {MOST_OF_A_FILE // 1024} KB", "a template is a page or two"
        )
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        return Problem(str(path), None, f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return Problem(str(path), line, "is not UTF-8", "save it as UTF-8")
