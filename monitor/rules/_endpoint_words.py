"""How headlines name endpoints: quoted, shortened to the room there is, at most three."""

from collections.abc import Sequence

from monitor.rules._endpoints import Edit
from monitor.rules.words import shortened

_SAID_ONE_BY_ONE = 3


def listed(told: Sequence[Edit]) -> str:
    """What the lists that these edits touch are called together."""
    levels = {level for edit in told for level in (edit.was, edit.now) if level}
    return " and ".join(level for level in ("primary", "secondary", "other") if level in levels)


def named(told: Sequence[Edit], room: int, lists: bool = True) -> str:
    """The endpoints' names, quoted, as many as there is room for; `lists`: with the list where one went or came from."""
    shown = told if len(told) <= _SAID_ONE_BY_ONE else told[: _SAID_ONE_BY_ONE - 1]
    more = f" and {len(told) - len(shown)} more" if len(shown) < len(told) else ""
    each = max((room - len(more)) // len(shown) - 2, 24)
    return ", ".join(_name(edit, each, lists) for edit in shown) + more


def _name(edit: Edit, room: int, lists: bool) -> str:
    note = ""
    if lists and edit.was and edit.now:
        note = f" (was {edit.was})" if edit.now == "primary" else f" (now {edit.now})"
    elif edit.was != edit.now and edit.renamed:
        half = (room - 6) // 2
        return f"{quoted(edit.measure, half)}, now {quoted(edit.renamed, half)}"
    return quoted(edit.measure, room - len(note)) + note


def quoted(text: str, room: int) -> str:
    return f"“{shortened(text, max(room - 2, 12))}”"


def span(before: str, after: str, room: int) -> str:
    """`“59 months” → “58 months”`; what only came or only went is said to have."""
    if before and after:
        each = (room - 3) // 2
        return f"{quoted(before, each)} → {quoted(after, each)}"
    return f"{quoted(after, room - 6)} added" if after else f"{quoted(before, room - 10)} taken out"
