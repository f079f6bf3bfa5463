"""Changing a watchlist file the way a careful person would: the line that is meant, and no other.

The file is parsed for the lines in which things stand, and edited as text. Comments, order, indentation, quotes and
line ends stay because they are never touched. What comes out is read again before it replaces the file, and must hold
exactly the watches that it should: an edit that would break a file is not written.
"""

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.config.document import Items, Notes, Scalar, Table, last_line, parse_document, read_text, shown
from monitor.config.settings import Settings
from monitor.config.shapes import Wrong
from monitor.config.values import TRIAL_NUMBER
from monitor.config.watchlists import read_watchlist
from monitor.core.errors import Problem, WrongConfiguration, WrongUsage
from monitor.core.watch import Watchlist
from monitor.sources.clinicaltrials_gov.search import NotUnderstood, query_from_link

_NUMBER = re.compile(r"(?<![A-Za-z0-9])NCT\d{8}(?!\d)", re.IGNORECASE)
_NEARLY = re.compile(r"(?<![A-Za-z0-9])NCT[\s-]?\d+", re.IGNORECASE)
_HEADER = re.compile(r"nct[ _-]?(number|id)|nctid", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z][\w ,.()/'-]*(?<! )")


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: numbers (or links) that were added or removed, and those for which nothing was to be done."""

    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """Trial numbers found in a text, in order and once each, and the lines (number, text) in which none was found."""

    numbers: tuple[str, ...]
    not_understood: tuple[tuple[int, str], ...]


def trial_number(text: str) -> str:
    """The number in its usual form. Raises WrongUsage saying what is wrong with it."""
    try:
        return TRIAL_NUMBER.parse(text.strip())
    except Wrong as wrong:
        raise WrongUsage(wrong.message, wrong.hint) from None


def add_trials(path: Path, numbers: Sequence[str], note: str = "", *, settings: Settings) -> Edited:
    """Add trials at the end of `watch:`, with a note if there is one. Those already in the list stay as they are.

    Raises WrongUsage for a malformed number, WrongConfiguration if the file cannot be read or edited.
    """
    file = _File(path, settings)
    wanted = list(dict.fromkeys(trial_number(number) for number in numbers))
    there = {watch.number for watch in file.watchlist.watches}
    new = [number for number in wanted if number not in there]
    if new:
        file.append([[f"trial: {number}"] + ([f"note: {_quoted(note)}"] if note else []) for number in new])
        file.save(expected=len(file.watchlist.watches) + len(new))
    return Edited(tuple(new), tuple(number for number in wanted if number in there))


def add_search(path: Path, link: str, *, settings: Settings) -> Edited:
    """Add a search by its link. Raises WrongUsage naming what of the link is not understood."""
    file = _File(path, settings)
    try:
        query = query_from_link(link)
    except NotUnderstood as refused:
        raise WrongUsage(
            f"the link is not understood: {refused}", "write the search in terms instead"
        ) from None
    if any(watch.query == query for watch in file.watchlist.watches):
        return Edited((), (link,))
    file.append([[f"search: {json.dumps(link, ensure_ascii=False)}"]])
    file.save(expected=len(file.watchlist.watches) + 1)
    return Edited((link,), ())


def remove_trials(path: Path, numbers: Sequence[str], *, settings: Settings) -> Edited:
    """Take trials out of `watch:`, with the notes that belong to them. Raises as `add_trials`."""
    file = _File(path, settings)
    wanted = list(dict.fromkeys(trial_number(number) for number in numbers))
    there = {watch.number for watch in file.watchlist.watches}
    gone = [number for number in wanted if number in there]
    if gone:
        file.remove(set(gone))
        file.save(expected=len(file.watchlist.watches) - len(gone))
    return Edited(tuple(gone), tuple(number for number in wanted if number not in there))


def import_numbers(text: str) -> Imported:
    """Trial numbers in a list, a text or a CSV file; a CSV file is read in its column of NCT numbers, if it has one."""
    rows = list(enumerate(text.removeprefix("\ufeff").splitlines(), start=1))
    rows = _column(text.removeprefix("\ufeff")) or rows
    numbers: dict[str, None] = {}
    missed = []
    for line, row in rows:
        found = _NUMBER.findall(row)
        good = [number.upper() for number in found if number.upper() != "NCT00000000"]
        numbers |= dict.fromkeys(good)
        if (row.strip() and not good) or len(_NEARLY.findall(row)) > len(good):
            missed.append((line, row.strip()))
    return Imported(tuple(numbers), tuple(missed))


def _column(text: str) -> list[tuple[int, str]]:
    """The cells under a heading like “NCT Number” with their lines; empty if there is no such column."""
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        heads = [head.strip() for head in next(reader, [])]
        column = next((at for at, head in enumerate(heads) if _HEADER.fullmatch(head)), None)
        if column is None:
            return []
        return [(reader.line_num, row[column]) for row in reader if len(row) > column]
    except csv.Error:
        return []


class _File:
    """A watchlist file while it is being edited: its lines, and where things stand in them."""

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
        root = parse_document(text, notes)
        watch = root.get("watch") if isinstance(root, Table) else None
        assert isinstance(watch, Items)
        self.watch = watch
        if not isinstance(root, Table) or root.flow or (watch.flow and watch.items):
            hint = "write one entry a line, each after a dash"
            raise WrongConfiguration(
                [
                    Problem(
                        str(path),
                        watch.line,
                        "“watch:” is written in brackets, which is edited by hand only",
                        hint,
                    )
                ]
            )

    def append(self, entries: list[list[str]]) -> None:
        """Put entries (their lines, without indentation) after the last one."""
        dash, gap = " " * self.watch.column, " "
        at = self.watch.line
        if self.watch.items:
            last = self.watch.items[-1]
            at = self._end(last)
            gap = " " * max(1, getattr(last, "column", 0) - self.watch.column - 1)
        else:
            self._replace_value(at, "")
            dash = "  "
        if self.lines and not self.lines[at - 1].endswith("\n"):
            self.lines[at - 1] += self.newline
        self.lines[at:at] = [
            f"{dash}{'-' + gap if first else ' ' + ' ' * len(gap)}{line}{self.newline}"
            for entry in entries
            for first, line in zip([True] + [False] * len(entry), entry, strict=False)
        ]

    def remove(self, numbers: set[str]) -> None:
        """Take out the entries of these trials."""
        kept = len(self.watch.items)
        for item in reversed(self.watch.items):
            trial = item.get("trial") if isinstance(item, Table) else None
            if isinstance(trial, Scalar) and trial.text.strip().upper() in numbers:
                del self.lines[item.line - 1 : self._end(item)]
                kept -= 1
        if not kept:
            above = next(
                n
                for n in range(self.watch.line - 1, 0, -1)
                if re.match(r"['\"]?watch['\"]?\s*:", self.lines[n - 1])
            )
            self._replace_value(above, " []")

    def save(self, expected: int) -> None:
        """Write the file, at once and whole, if it reads back as it should. Raises WrongConfiguration if it does not."""
        text = "".join(self.lines)
        if len(self._read(text).watches) != expected:
            hint = "edit it by hand"
            raise WrongConfiguration(
                [Problem(str(self.path), None, "is written in a way that cannot be edited safely", hint)]
            )
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

    def _end(self, item: Items | Table | Scalar) -> int:
        """The item's last line (from 1): a comment below it that is indented into it belongs to it."""
        at = min(last_line(item), len(self.lines))
        while at > item.line and not self.lines[at - 1].strip():
            at -= 1
        while at < len(self.lines) and re.match(rf" {{{self.watch.column + 1},}}#", self.lines[at]):
            at += 1
        return at

    def _replace_value(self, at: int, value: str) -> None:
        """Change what stands behind `watch:` in line `at`, keeping a comment there."""
        self.lines[at - 1] = re.sub(
            r"(watch['\"]?\s*:)\s*(\[\s*\])?", rf"\g<1>{value}", self.lines[at - 1].rstrip("\r\n"), count=1
        )
        self.lines[at - 1] = self.lines[at - 1].replace(f"{value}#", f"{value} #") + self.newline


def _quoted(text: str) -> str:
    folded = " ".join(text.split())
    return (
        folded
        if _PLAIN.fullmatch(folded) and folded.lower() != "null"
        else json.dumps(folded, ensure_ascii=False)
    )


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


def describe_line(line: int, text: str) -> str:
    """How a line without a number is named to a person."""
    return f"line {line}: {shown(text)}"
