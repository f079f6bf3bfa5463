"""What commands print: tables and colour for people on a terminal, JSON Lines for programs, nothing hostile for either.

Registry text is not ours. A title may carry escape sequences that repaint a terminal, or marks that turn the reading
direction around; `printable` replaces them, and every word that is printed for people goes through it.
"""

import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# C0 and C1 controls and DEL; surrogates; zero-width and direction marks; tag characters; variation-free invisibles.
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_MOST_MARKS = 4

# A cell that is one of these words is tinted on a terminal.
_TINTS = {
    "critical": "bold red",
    "notable": "yellow",
    "noise": "dim",
    "gave_up": "bold red",
    "failed": "bold red",
    "pending": "yellow",
    "sending": "yellow",
    "sent": "green",
    "suppressed": "dim",
    "ok": "green",
}

Tick = Callable[[int], None]


def printable(text: str, *, lines: bool = True) -> str:
    """The text with everything replaced by U+FFFD that could act on a terminal or deceive a reader.

    Line feeds and tabs stay if `lines`; otherwise they become spaces. Piles of combining marks are cut.
    """
    text = _HOSTILE.sub("\ufffd", text)
    if not lines:
        text = " ".join(text.split())
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command says what it has to say. `json` True: JSON Lines on stdout and nothing else there."""

    json: bool = False

    def lines(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """One JSON object a line. What could act on a terminal is written as JSON's own escapes, which mean the same."""
        import orjson

        sys.stdout.flush()
        for row in rows:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
            if not line.isascii() or b"\x7f" in line:
                line = _HOSTILE.sub(_escaped, line.decode()).encode()
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    def say(self, text: str = "") -> None:
        """A sentence for people; silent with --json."""
        if not self.json:
            print(printable(text), flush=True)  # noqa: T201

    def warn(self, text: str) -> None:
        """A diagnostic, on stderr."""
        print(printable(text), file=sys.stderr, flush=True)  # noqa: T201

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A table for people; silent with --json. In colour on a terminal, plainly aligned where it is piped."""
        if self.json:
            return
        cells = [["" if cell is None else printable(str(cell), lines=False) for cell in row] for row in rows]
        if sys.stdout.isatty():
            _rich_table(columns, cells)
            return
        widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
        for row in [list(columns), *cells]:
            padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            print("  ".join(padded).rstrip())  # noqa: T201

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Iterator[Tick]:
        """Shows how far long work is, on stderr if that is a terminal. Yields a function to call with how much was done."""
        if not sys.stderr.isatty():
            yield lambda done: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(printable(title, lines=False), total=total)
            yield lambda done: bar.advance(task, done)


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] != "\x7f" else "\\u007f"


def _rich_table(columns: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for row in cells:
        # Text, never markup: a title may hold [bold] or [link=…].
        table.add_row(*(Text(cell, style=_TINTS.get(cell, "")) for cell in row))
    Console().print(table)


def _width(text: str) -> int:
    """Columns that the text takes: wide East Asian letters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
