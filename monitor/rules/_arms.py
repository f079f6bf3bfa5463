"""What happened to a trial's arms and interventions, read out of the changes: came, went, renamed, described or assigned differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitor.core.change import Change, Item
from monitor.core.json import Json
from monitor.core.significance import Case
from monitor.rules._folding import folded
from monitor.rules._likeness import likeness, numbers_in, pairs_of, spoken

Kind = Literal["arm", "intervention"]

_MODULE = "armsInterventionsModule."
_LISTS: dict[str, Kind] = {"armGroups": "arm", "interventions": "intervention"}
_NAMES = {"arm": "label", "intervention": "name"}
# Either list names the other's items: one fact, written twice.
_ASSIGNMENTS = frozenset({"armGroups.interventionNames", "interventions.armGroupLabels"})
_DESCRIPTIONS = frozenset({"armGroups.description", "interventions.description", "interventions.otherNames"})

# How alike two names must be to be one arm's (or intervention's); less will do where all else about it stayed.
_ALIKE, _ALIKE_IN_PART = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Part:
    """An arm or an intervention that came or went, and where in the changes that stands."""

    position: int
    kind: Kind
    name: str
    type: str = ""
    description: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retyped:
    """An arm or an intervention of another type; `position` is -1 where it was renamed too."""

    position: int
    kind: Kind
    name: str
    before: str
    after: str


@dataclass(slots=True)
class ArmNews:
    """All that the changes say of arms and interventions. `followed` are assignments that follow from the rest, `reassigned` those that
    do not; `described` the descriptions, by kind and name."""

    added: list[Part] = field(default_factory=list)
    dropped: list[Part] = field(default_factory=list)
    renamed: list[tuple[Part, Part]] = field(default_factory=list)
    respelled: list[tuple[Part, Part]] = field(default_factory=list)
    retyped: list[Retyped] = field(default_factory=list)
    followed: list[int] = field(default_factory=list)
    reassigned: list[int] = field(default_factory=list)
    described: dict[int, tuple[Kind, str]] = field(default_factory=dict)


def arm_news(case: Case) -> ArmNews:
    """Read the changes of arms and interventions. Descriptions that differ in typography alone are left to others."""
    news = ArmNews()
    assignments = []
    for position, change in enumerate(case.changes):
        if change.topic != "design" or change.housekeeping:
            continue
        below = change.path.plain.partition(_MODULE)[2]
        items = [step.name for step in change.path.steps if isinstance(step, Item)]
        if not items:
            continue
        kind = _LISTS.get(below.partition(".")[0])
        if below in _LISTS and kind and change.kind != "changed":
            side = news.dropped if change.after is None else news.added
            side.append(_part(position, kind, change.before if change.after is None else change.after))
        elif below in _ASSIGNMENTS:
            assignments.append((position, change))
        elif below in ("armGroups.type", "interventions.type") and kind:
            before, after = _text(change.before), _text(change.after)
            news.retyped.append(Retyped(position, kind, items[0], before, after))
        elif below in _DESCRIPTIONS and kind and _reads_differently(change):
            news.described[position] = (kind, items[0])
    for kind in _LISTS.values():
        _pair(news, kind)
    _assign(news, assignments)
    return news


def _reads_differently(change: Change) -> bool:
    return folded(_text(change.before)) != folded(_text(change.after))


def _text(value: Json) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _part(position: int, kind: Kind, value: Json) -> Part:
    body: Mapping[str, Json] = value if isinstance(value, Mapping) else {}
    others = body.get("interventionNames" if kind == "arm" else "otherNames")
    names = sorted(map(_text, others)) if isinstance(others, list) else []
    name = _text(body.get(_NAMES[kind])) or f"unnamed {kind}"
    return Part(position, kind, name, _text(body.get("type")), _text(body.get("description")), tuple(names))


def _pair(news: ArmNews, kind: Kind) -> None:
    gone = [part for part in news.dropped if part.kind == kind]
    come = [part for part in news.added if part.kind == kind]
    for n, m in pairs_of(gone, come, _alike, 0.01):
        old, new = gone[n], come[m]
        same = folded(old.name) == folded(new.name)
        (news.respelled if same else news.renamed).append((old, new))
        news.dropped.remove(old)
        news.added.remove(new)
        if old.type != new.type and old.type and new.type:
            news.retyped.append(Retyped(-1, kind, new.name, old.type, new.type))


def _alike(old: Part, new: Part) -> float:
    """How sure it is that one became the other; 0 where it is not. Other numbers in the name make another arm, unless all else stayed."""
    if folded(old.name) == folded(new.name):
        return 2.0
    words = likeness(spoken(old.name), spoken(new.name))
    known_as = {folded(name) for name in (*old.others, *new.others)} if old.kind == "intervention" else set()
    if known_as & {folded(old.name), folded(new.name)}:
        return 1.5
    stayed = bool(old.description) and folded(old.description) == folded(new.description)
    if stayed:
        return 1.0 + words if words >= _ALIKE_IN_PART or old.others == new.others else 0.0
    return words if words >= _ALIKE and not _contradict(numbers_in(old.name), numbers_in(new.name)) else 0.0


def _contradict(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether each has a number that the other has not."""
    return bool(set(one) - set(other)) and bool(set(other) - set(one))


def _assign(news: ArmNews, assignments: Sequence[tuple[int, Change]]) -> None:
    """Part the assignments that follow from arms or interventions that came, went, were renamed or retyped from those that do not."""
    pairs = [part for pair in (*news.renamed, *news.respelled) for part in pair]
    known = {folded(part.name) for part in (*news.added, *news.dropped, *pairs)}
    known |= {folded(one.name) for one in news.retyped if one.kind == "intervention"}
    for position, change in assignments:
        named = _text(change.after) or _text(change.before)
        # An arm names its interventions with their type: `Drug: Aspirin`.
        names = {folded(named), folded(named.partition(": ")[2] or named)}
        (news.followed if names & known else news.reassigned).append(position)
