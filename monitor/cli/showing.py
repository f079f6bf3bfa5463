"""How commands show what needs more than a table: headed groups of lines, tinted and wrapped on a terminal, plain where they are piped.

Every word passes `printable`: registry text cannot act on the terminal.
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.cli.asking import shape_of
from monitor.cli.output import Output, printable
from monitor.core.change import Change, FieldPath

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from monitor.render.values import ChangeLine
    from monitor.render.words import Piece

# A word, or a word with its tint.
Words = str | tuple[str, str]

LABEL, DIM = "bold", "dim"
OUT, IN = "red", "green"
TINTS = {
    "critical": "bold red",
    "notable": "yellow",
    "noise": DIM,
    "gave_up": "bold red",
    "pending": "yellow",
    "sending": "yellow",
    "sent": IN,
    "suppressed": DIM,
}
_LINES = re.compile(r"[\t\n]+ *")


def _coloured() -> bool:
    """Whether tints will be seen."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def put(output: Output, *words: Words, indent: int = 0, lead: Words = "") -> None:
    """One line of words; silent with --json. On a terminal it is wrapped under its own beginning, behind `lead` if there is one.
    Line ends in it become spaces."""
    if output.json:
        return
    first, pieces = _safe(lead), [_safe(word) for word in words]
    if not sys.stdout.isatty():
        line = " " * indent + f"{first[0]} ".lstrip(" ") + "".join(text for text, _ in pieces)
        print(line.rstrip())  # noqa: T201
        return
    from rich.padding import Padding

    _console().print(Padding(_grid([(first, pieces)]) if first[0] else _text(pieces), (0, 0, 0, indent)))


def pairs(output: Output, rows: Iterable[tuple[str, Words]]) -> None:
    """Names and values in two columns; a value without words is left out. Silent with --json."""
    kept = [(printable(name), _safe(value)) for name, value in rows]
    kept = [(name, value) for name, value in kept if value[0].strip()]
    if output.json or not kept:
        return
    width = max(len(name) for name, _ in kept) + 1
    if sys.stdout.isatty():
        _console().print(_grid([((f"{name:<{width}}", DIM), [value]) for name, value in kept]))
        return
    for name, (text, _) in kept:
        print(f"{name:<{width}} {text}")  # noqa: T201


def columns(output: Output, rows: Iterable[Mapping[str, object]], *, wraps: str) -> None:
    """A table whose columns are the rows' keys, made for narrow terminals: empty columns are left out, only `wraps` is ever broken
    into lines. Silent with --json."""
    rows = list(rows)
    heads = [head for head in rows[0] if any(row[head] not in (None, "") for row in rows)]
    if output.json or not sys.stdout.isatty():
        output.table(heads, ([row[head] for head in heads] for row in rows))
        return
    from rich.table import Table

    cells = [["" if row[head] is None else _safe(str(row[head]))[0] for head in heads] for row in rows]
    natural = sum(max(map(len, column)) for column in zip(heads, *cells, strict=True)) + 2 * len(heads)
    gap = 2 if natural <= _console().width else 1
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style=LABEL)
    for head in heads:
        table.add_column(
            printable(head), no_wrap=head != wraps, overflow="fold" if head == wraps else "ellipsis"
        )
    for row in cells:
        table.add_row(*(_text([(cell, TINTS.get(cell, ""))]) for cell in row))
    _console().print(table)


def change_of(row: Mapping[str, Any]) -> Change:
    """A stored change, as the renderers want it."""
    path = FieldPath.parse(row["field"])
    shape = shape_of(row["registry"])
    return Change(
        path,
        row["kind"],
        row["before"],
        row["after"],
        row["topic"],
        row["label"],
        housekeeping=shape is not None and shape.is_housekeeping(path.plain),
    )


def order(change: Change) -> tuple[bool, int, tuple[int, int], str]:
    """A key to sort the changes of a version by: what matters to people first, the registry's own bookkeeping last."""
    from monitor.core.significance import TOPICS
    from monitor.render.values import reading_order

    topic = TOPICS.index(change.topic) if change.topic in TOPICS else len(TOPICS)
    return change.housekeeping, topic, reading_order(change), str(change.path)


def worded(line: "ChangeLine") -> list[Words]:
    """What a change reads like behind its label: before → after, what came, what went, or the words that changed."""
    if line.pieces:
        return marked_words(line.pieces)
    if not line.before:
        return [("new: ", DIM), (line.after, IN)]
    if not line.after:
        return [("gone: ", DIM), (line.before, OUT)]
    return [(line.before, OUT), " → ", (line.after, IN)]


def marked_words(pieces: "Sequence[Piece]") -> list[Words]:
    """Words that went and came: tinted where tints are seen, else [-went-] and {+came+}."""
    plain = {"out": "[-{}-]", "in": "{{+{}+}}", "same": "{}"}
    tints = {"out": f"{OUT} strike", "in": IN, "same": ""}
    words: list[Words] = []
    for piece in pieces:
        words += [" "] if words else []
        words.append(
            (piece.text, tints[piece.mark]) if _coloured() else (plain[piece.mark].format(piece.text), "")
        )
    return words


def version_heading(row: Mapping[str, Any], names: dict[str, str]) -> list[Words]:
    """What changes or events of one version stand under: number, name, version, when it was seen, the registry's own date."""
    name = names.get(f"{row['registry']}:{row['trial']}", "")
    words: list[Words] = [(row["trial"], LABEL), f" {name}" if name else ""]
    parts = [f"version {row['version']}"] if row["version"] is not None else []
    parts.append(f"seen {minute(row['seen_at'])}")
    parts += [f"registry {row['registry_date']}"] if row["registry_date"] else []
    return [*words, (" · " + " · ".join(parts), DIM)]


def minute(stamp: str | None) -> str:
    """`2026-02-09T14:03:11Z` → `2026-02-09 14:03`; all times shown are UTC."""
    return stamp[:16].replace("T", " ") if stamp else ""


def ago(stamp: str, now: datetime) -> str:
    """`12 min ago`, `3 h ago`, `4 days ago`; a moment ahead of us is told as it is."""
    age = now - datetime.fromisoformat(stamp)
    if age < timedelta(minutes=-1):
        return f"at {stamp[:16].replace('T', ' ')} UTC, which is ahead of this machine's clock"
    if age < timedelta(minutes=1):
        return "just now"
    if age < timedelta(hours=1):
        return f"{age // timedelta(minutes=1)} min ago"
    if age < timedelta(days=2):
        return f"{age // timedelta(hours=1)} h ago"
    return f"{age.days} days ago"


def _safe(word: Words) -> tuple[str, str]:
    text, tint = (word, "") if isinstance(word, str) else word
    return _LINES.sub(" ", printable(text)), tint


def _grid(rows: Iterable[tuple[tuple[str, str], Sequence[tuple[str, str]]]]) -> "Table":
    """Two columns, the second wrapped within itself."""
    from rich.table import Table

    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for first, pieces in rows:
        table.add_row(_text([first]), _text(pieces))
    return table


def _text(pieces: Sequence[tuple[str, str]]) -> "Text":
    from rich.text import Text

    # Text, never markup: a title may hold [bold] or [link=…].
    return Text.assemble(*pieces)


@cache
def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)
