"""One change as a line that a person understands: what it is, what it was, what it is now."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.core.change import Change, Item
from monitor.core.json import Json
from monitor.render import wording
from monitor.render.escape import cut
from monitor.render.words import Piece, marked

MOST_OF_A_VALUE = 240
_LONG = 120
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change, worded. Either `before` and `after` are given, or one of them (it came, it went), or, for a long text,
    `pieces`: the changed places with their words marked."""

    label: str
    before: str = ""
    after: str = ""
    pieces: tuple[Piece, ...] = ()


def change_line(change: Change, language: str = wording.OURS) -> ChangeLine:
    """How a change reads; dates in the reader's language."""
    label = _label(change)
    pieces = _changed_words(change.before, change.after)
    if pieces:
        return ChangeLine(label, pieces=pieces)
    before = value_text(change.before, change, language)
    after = value_text(change.after, change, language)
    if change.kind == "added":
        return ChangeLine(label, after=after or "added")
    if change.kind == "removed":
        return ChangeLine(label, before=before or "removed")
    return ChangeLine(label, before or "(nothing)", after or "(nothing)")


def _changed_words(before: Json, after: Json) -> tuple[Piece, ...]:
    """The changed places of a text too long to be shown twice; nothing where it is short."""
    if not isinstance(before, str) or not isinstance(after, str):
        return ()
    if max(len(before), len(after)) <= _LONG and "\n" not in before + after:
        return ()
    return marked(before, after)


def reading_order(change: Change) -> tuple[int, int]:
    """A key to sort by: what changed before what came and what went; single values before whole parts of a record."""
    value = change.before if change.after is None else change.after
    return isinstance(value, Mapping | list | tuple), ("changed", "added", "removed").index(change.kind)


def value_text(value: Json, change: Change, language: str = wording.OURS) -> str:
    """A value in people's words, on one line, cut to a length that a phone can show."""
    return cut(" ".join(_words(value, change, language).split()), MOST_OF_A_VALUE)


def _words(value: Json, change: Change, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _string(value, _last_key(change), language)
    if isinstance(value, int | float):
        return str(value)
    return "; ".join(_parts(value, language))


def _string(text: str, key: str, language: str) -> str:
    if text in wording.STATUSES and "status" in key.lower():
        return wording.status_beside_the_word(text)
    if text in wording.WORDS:
        return wording.WORDS[text]
    if _DATE.fullmatch(text) or (_YEAR.fullmatch(text) and "date" in key.lower()):
        return wording.date_text(text, language)
    return text


def _parts(value: Json, language: str, key: str = "") -> Iterator[str]:
    """What a nested value says, in its order: its own words, and of its lists of items how many there are."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _parts(inner, language, name)
    elif isinstance(value, str):
        yield _string(value, key, language)
    elif isinstance(value, bool):
        if value:
            yield _spelled(key)
    elif isinstance(value, int | float):
        yield f"{_spelled(key)} {value}".strip()
    elif value is not None:
        if key and any(isinstance(inner, Mapping) for inner in value):
            yield f"{_spelled(key)}: {len(value)}"
            return
        for inner in value:
            yield from _parts(inner, language, key)


def _spelled(key: str) -> str:
    """`outcomeMeasures` → `outcome measures`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: " " + match[1].lower(), key)


def _last_key(change: Change) -> str:
    return next((step for step in reversed(change.path.steps) if isinstance(step, str)), "")


def _label(change: Change) -> str:
    items = [step.name for step in change.path.steps if isinstance(step, Item)]
    return cut(change.label + (f" ({' › '.join(items)})" if items else ""), MOST_OF_A_VALUE)
