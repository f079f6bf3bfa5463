"""Which endpoint became which: the changes of outcome lists → edits, paired by what is measured, also across lists.

A list item is named by its measure; so a measure that is reworded comes as one item removed and another added. Here they find
each other again. The order of items plays no part.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from monitor.core.change import Change, ChangeSet, Item
from monitor.core.json import Json
from monitor.core.record import canonical_json
from monitor.rules._wording import Difference, bare, contradict, difference, likeness

Level = Literal["primary", "secondary", "other"]
_LEVELS: dict[str, Level] = {
    "primaryOutcomes": "primary",
    "secondaryOutcomes": "secondary",
    "otherOutcomes": "other",
}
_PARTS = {"measure": "measure", "timeFrame": "time frame", "description": "description"}

# Beyond so many pairs only those that differ in case and punctuation are looked for.
_MOST_COMPARED = 1_600
# From so many words on, an equal description says that two names mean one thing.
_TELLING_WORDS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One text of an endpoint that differs: `measure`, `time frame`, `description` or another field's name."""

    name: str
    before: str
    after: str

    @property
    def difference(self) -> Difference:
        return difference(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Edit:
    """What became of one endpoint. `was` and `now` are its lists; None where it was or is in none. `measure` is its name before
    (for a new one: its name), `positions` are those of its changes."""

    was: Level | None
    now: Level | None
    measure: str
    positions: tuple[int, ...]
    parts: tuple[Part, ...] = ()

    @property
    def difference(self) -> Difference:
        return max((part.difference for part in self.parts), default=Difference.TYPOGRAPHY)

    @property
    def renamed(self) -> str:
        """The new name where it says more or other than the old one, else nothing."""
        names = [
            part.after
            for part in self.parts
            if part.name == "measure" and part.difference > Difference.SPELLING
        ]
        return names[0] if names else ""


@dataclass(frozen=True, slots=True)
class _Whole:
    """An endpoint that came or went, whole."""

    position: int
    level: Level
    texts: Mapping[str, str]
    mark: bytes

    @property
    def measure(self) -> str:
        return self.texts.get("measure", "")


# What was found last, for every rule of the family asks the same of the same changes. It only spares work.
_found: tuple[ChangeSet, tuple[Edit, ...]] = ((), ())


def edits(changes: ChangeSet) -> tuple[Edit, ...]:
    """Every edit of an outcome list, in an order that does not depend on the record's. What has not the form of an outcome
    is left to others."""
    global _found
    remembered = _found
    if remembered[0] is not changes:
        _found = remembered = (changes, _read(changes))
    return remembered[1]


def _read(changes: ChangeSet) -> tuple[Edit, ...]:
    gone: list[_Whole] = []
    come: list[_Whole] = []
    within: dict[tuple[Level, Item], list[tuple[int, Part]]] = defaultdict(list)
    for position, change in enumerate(changes):
        place = _place(change)
        if place is None:
            continue
        level, item, rest = place
        if rest:
            part = Part(
                _PARTS.get(rest, change.label.rpartition(": ")[2]), _text(change.before), _text(change.after)
            )
            within[level, item].append((position, part))
        elif change.kind != "changed":
            value = change.before if change.kind == "removed" else change.after
            (gone if change.kind == "removed" else come).append(_whole(position, level, value))
    found = [*_paired(gone, come)]
    for (level, item), parts in within.items():
        name = _named(item.name)
        parts.sort(key=lambda entry: _order(entry[1].name))
        found.append(Edit(level, level, name, tuple(n for n, _ in parts), tuple(part for _, part in parts)))
    order = {None: 3, "primary": 0, "secondary": 1, "other": 2}
    return tuple(
        sorted(found, key=lambda edit: (order[edit.was], order[edit.now], edit.measure, edit.positions))
    )


def _place(change: Change) -> tuple[Level, Item, str] | None:
    """In which list a change is, in which item, in which of its fields; an empty field for the item itself."""
    if change.topic != "outcomes":
        return None
    steps = change.path.steps
    for at, step in enumerate(steps):
        if isinstance(step, Item):
            level = _LEVELS.get(str(steps[at - 1])) if at else None
            return (level, step, str(steps[at + 1]) if at + 1 < len(steps) else "") if level else None
    return None


def _whole(position: int, level: Level, value: Json) -> _Whole:
    fields = value if isinstance(value, Mapping) else {"measure": value}
    texts = {key: _text(inner) for key, inner in fields.items() if inner is not None}
    return _Whole(
        position, level, texts | {"measure": _named(texts.get("measure", ""))}, canonical_json(value)
    )


def _text(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical_json(value).decode()


def _named(measure: str) -> str:
    return measure if measure.strip() and not measure.startswith("{") else "(no name)"


def _paired(gone: Sequence[_Whole], come: Sequence[_Whole]) -> Iterator[Edit]:
    """The likest first, each once; what finds no partner was dropped or is new."""
    ranked = sorted(
        (-rank, old.mark, new.mark, old.position, new.position, old, new)
        for old, new in _candidates(gone, come)
        if (rank := _rank(old, new))
    )
    taken: set[int] = set()
    for *_, old, new in ranked:
        if old.position in taken or new.position in taken:
            continue
        taken |= {old.position, new.position}
        positions = tuple(sorted((old.position, new.position)))
        yield Edit(old.level, new.level, old.measure, positions, tuple(_parts(old, new)))
    for old in gone:
        if old.position not in taken:
            yield Edit(old.level, None, old.measure, (old.position,))
    for new in come:
        if new.position not in taken:
            yield Edit(None, new.level, new.measure, (new.position,))


def _candidates(gone: Sequence[_Whole], come: Sequence[_Whole]) -> Iterator[tuple[_Whole, _Whole]]:
    if len(gone) * len(come) <= _MOST_COMPARED:
        yield from product(gone, come)
        return
    by_name: dict[tuple[str, ...], list[_Whole]] = defaultdict(list)
    for new in come:
        by_name[bare(new.measure)].append(new)
    for old in gone:
        yield from ((old, new) for new in by_name[bare(old.measure)])


def _rank(old: _Whole, new: _Whole) -> float:
    """How well two endpoints fit; 0 if they are two. The same name counts most, then the same list, then what else they share."""
    alike = likeness(old.measure, new.measure)
    described = old.texts.get("description", "")
    same_text = difference(described, new.texts.get("description", "")) <= Difference.SPELLING
    if not alike and same_text and len(described.split()) >= _TELLING_WORDS:
        alike = 0.0 if contradict(old.measure, new.measure) else 0.5
    if not alike:
        return 0.0
    same_time = (
        difference(old.texts.get("timeFrame", ""), new.texts.get("timeFrame", "")) <= Difference.SPELLING
    )
    return 100 * (alike == 1.0) + 10 * (old.level == new.level) + 5 * alike + same_text + same_time


def _parts(old: _Whole, new: _Whole) -> Iterator[Part]:
    found = []
    for key in old.texts.keys() | new.texts.keys():
        before, after = old.texts.get(key, ""), new.texts.get(key, "")
        if before != after:
            found.append(Part(_PARTS.get(key, key), before, after))
    return iter(sorted(found, key=lambda part: _order(part.name)))


def _order(name: str) -> tuple[int, str]:
    known = tuple(_PARTS.values())
    return (known.index(name) if name in known else len(known), name)
