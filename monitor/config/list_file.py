"""A watchlist file while it is being edited: its lines, where things stand in them, and the check before it is replaced.

What comes out is read again before it replaces the file, and must mean what it should: an edit that would break a file is not written.
"""

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeGuard

from monitor.config.document import Items, Node, Notes, Scalar, Table, last_line, parse_document, read_text
from monitor.config.settings import Settings
from monitor.config.watchlists import read_watchlist
from monitor.core.errors import Problem, WrongConfiguration, WrongUsage
from monitor.core.watch import Watchlist


class ListFile:
    """`lines` keep their ends. Lines are counted from 1, columns from 0, as nodes count them."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = Path(os.path.realpath(path))  # a link stays a link: what it points to is replaced
        self.settings = settings
        notes = Notes(str(path))
        text = read_text(self.path, notes)
        if text is None:
            raise WrongConfiguration(notes.problems)
        self.watchlist = self._read(text)
        self.lines = re.split(r"(?<=\n)", text)
        if not self.lines[-1]:
            self.lines.pop()
        self.newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        self.root = self._parsed()

    def parse_again(self) -> None:
        """Find out anew where things stand, after an edit."""
        self.root = self._parsed()

    def _parsed(self) -> Table:
        notes = Notes(str(self.path))
        root = parse_document("".join(self.lines), notes)
        if not isinstance(root, Table):
            raise self.by_hand(None, "is written in a way that cannot be edited safely")
        return root

    def by_hand(self, line: int | None, what: str, hint: str = "edit it by hand") -> WrongConfiguration:
        """What is to be raised for something that is written in a way that only a person should edit."""
        return WrongConfiguration([Problem(str(self.path), line, what, hint)])

    def end_of(self, node: Node, indented: int) -> int:
        """The node's last line: a comment below it that is indented further than to column `indented` belongs to it."""
        at = min(last_line(node), len(self.lines))
        while at > node.line and not self.lines[at - 1].strip():
            at -= 1
        while at < len(self.lines) and re.match(rf" {{{indented + 1},}}#", self.lines[at]):
            at += 1
        return at

    def insert(self, after: int, texts: list[str]) -> None:
        """Put lines (without their ends) behind line `after`."""
        if after and self.lines and not self.lines[after - 1].endswith("\n"):
            self.lines[after - 1] += self.newline
        self.lines[after:after] = [text + self.newline for text in texts]

    def save(self, is_right: Callable[[Watchlist], bool]) -> None:
        """Write the file, at once and whole, if it reads back as it should. Raises WrongConfiguration if it does not."""
        text = "".join(self.lines)
        if not is_right(self._read(text)):
            raise self.by_hand(None, "is written in a way that cannot be edited safely")
        try:
            _write(self.path, text)
        except OSError as error:
            raise WrongUsage(
                f"{self.path} cannot be written: {error.strerror}", "nothing was changed"
            ) from None

    def _read(self, text: str) -> Watchlist:
        loaded = read_watchlist(text, self.path, self.settings)
        if loaded.problems:
            raise WrongConfiguration(list(loaded.problems))
        return loaded.watchlists[0]


def key_line(table: Table, key: str) -> int:
    """The line in which a key of the table stands."""
    return next(name.line for name, _ in table.entries if name.text == key)


def is_block(node: Node | None) -> TypeGuard[Items | Table]:
    """Whether something is written with one entry a line, not in brackets."""
    return isinstance(node, Items | Table) and not node.flow


def nothing(node: Node | None) -> bool:
    """Whether there is nothing, or a key with nothing behind it."""
    return node is None or (isinstance(node, Scalar) and node.empty)


def _write(path: Path, text: str) -> None:
    """Replace the file in one step: a reader, or a daemon that reloads, sees the old text or the new one, never half."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
