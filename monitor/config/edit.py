"""Changing a watchlist file the way a careful person would: the line that is meant, and no other.

The file is parsed for the lines in which things stand, and edited as text. Comments, order, indentation, quotes and
line ends stay because they are never touched. What comes out is read again before it replaces the file (list_file.py), and must hold
exactly the watches that it should.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config.document import Items, Scalar, Table, shown
from monitor.config.list_file import ListFile, key_line
from monitor.config.settings import Settings
from monitor.config.shapes import typed
from monitor.config.values import TRIAL_NUMBER
from monitor.core.errors import WrongUsage
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
    return typed(TRIAL_NUMBER, text)


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
        file.save_watching(len(file.watchlist.watches) + len(new))
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
    file.save_watching(len(file.watchlist.watches) + 1)
    return Edited((link,), ())


def remove_trials(path: Path, numbers: Sequence[str], *, settings: Settings) -> Edited:
    """Take trials out of `watch:`, with the notes that belong to them. Raises as `add_trials`."""
    file = _File(path, settings)
    wanted = list(dict.fromkeys(trial_number(number) for number in numbers))
    there = {watch.number for watch in file.watchlist.watches}
    gone = [number for number in wanted if number in there]
    if gone:
        file.remove(set(gone))
        file.save_watching(len(file.watchlist.watches) - len(gone))
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


class _File(ListFile):
    """A watchlist whose `watch:` is being edited."""

    def __init__(self, path: Path, settings: Settings) -> None:
        super().__init__(path, settings)
        watch = self.root.get("watch")
        assert isinstance(watch, Items)
        self.watch = watch
        if self.root.flow or (watch.flow and watch.items):
            what = "“watch:” is written in brackets, which is edited by hand only"
            raise self.by_hand(watch.line, what, "write one entry a line, each after a dash")

    def append(self, entries: list[list[str]]) -> None:
        """Put entries (their lines, without indentation) after the last one."""
        dash, gap = " " * self.watch.column, " "
        at = self.watch.line
        if self.watch.items:
            last = self.watch.items[-1]
            at = self.end_of(last, self.watch.column)
            gap = " " * max(1, getattr(last, "column", 0) - self.watch.column - 1)
        else:
            self._replace_value(at, "")
            dash = "  "
        self.insert(
            at,
            [
                f"{dash}{'-' + gap if first else ' ' + ' ' * len(gap)}{line}"
                for entry in entries
                for first, line in zip([True] + [False] * len(entry), entry, strict=False)
            ],
        )

    def remove(self, numbers: set[str]) -> None:
        """Take out the entries of these trials."""
        kept = len(self.watch.items)
        for item in reversed(self.watch.items):
            trial = item.get("trial") if isinstance(item, Table) else None
            if isinstance(trial, Scalar) and trial.text.strip().upper() in numbers:
                del self.lines[item.line - 1 : self.end_of(item, self.watch.column)]
                kept -= 1
        if not kept:
            self._replace_value(key_line(self.root, "watch"), " []")

    def save_watching(self, expected: int) -> None:
        """Write the file if it holds that many watches then."""
        self.save(lambda watchlist: len(watchlist.watches) == expected)

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


def describe_line(line: int, text: str) -> str:
    """How a line without a number is named to a person."""
    return f"line {line}: {shown(text)}"
