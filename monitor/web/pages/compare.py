"""Two versions of a trial side by side, the changed words marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.core.change import Change
from monitor.core.diff import compared
from monitor.core.shape import Shape
from monitor.core.trial import TrialId
from monitor.render.values import change_line, reading_order, value_text
from monitor.render.words import Piece, marked
from monitor.store import dashboard
from monitor.store.queries import record_at_version
from monitor.web.meant import THE_TRIAL, the_trial
from monitor.web.page import Answer, Asked, NotThere, Page, Shown
from monitor.web.values import VERSION, Param

_MOST_WORDS = 600
_FEWEST_WORDS = 3  # of a shorter text the whole is what changed
_HOUSEKEEPING = "registry housekeeping"


@dataclass(frozen=True, slots=True)
class Side:
    """One difference: what it is, and both sides, each as pieces that stayed, went or came."""

    label: str
    field: str
    kind: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The differences of one topic."""

    topic: str
    sides: tuple[Side, ...]


def _compare(asked: Asked) -> Answer:
    found = the_trial(asked)
    number = found.number
    versions = dashboard.versions(asked.database, found.id)
    numbers = [version.number for version in versions]
    new = found.version if asked["b"] is None else asked["b"]
    earlier = [one for one in numbers if one < new]
    old = asked["a"] if asked["a"] is not None else earlier[-1] if earlier else new
    for one in (old, new):
        if one not in numbers:
            raise NotThere(f"{number} has no version {one}; it has {numbers[0]} to {numbers[-1]}.")
    identity = TrialId(found.registry, number)
    changes = _changes(asked, identity, asked.house.sources[found.registry].shape, old, new)
    return Shown(
        "compare",
        f"{found.facts.short_name or number}: version {old} and version {new}",
        {
            "trial": found,
            "versions": versions,
            "old": versions[numbers.index(old)],
            "new": versions[numbers.index(new)],
            "groups": _grouped(changes),
            "changes": len(changes),
        },
    )


def _changes(asked: Asked, trial: TrialId, shape: Shape, old: int, new: int) -> tuple[Change, ...]:
    sides = [record_at_version(asked.database, trial, version) for version in (old, new)]
    before, after = (side["record"] if side is not None else {} for side in sides)
    return compared((old, before), (new, after), shape)


def _grouped(changes: Sequence[Change]) -> tuple[Group, ...]:
    """The differences by topic, the registry's own housekeeping last."""

    def topic(change: Change) -> str:
        return _HOUSEKEEPING if change.housekeeping else change.topic

    ordered = sorted(changes, key=lambda one: (one.housekeeping, topic(one), reading_order(one)))
    return tuple(
        Group(name, tuple(_side(change) for change in group)) for name, group in groupby(ordered, key=topic)
    )


def _side(change: Change) -> Side:
    """One difference, worded; of a text of some words, those that differ are marked."""
    line = change_line(change)
    pieces = _words(change) or line.pieces
    if pieces:
        before = tuple(piece for piece in pieces if piece.mark != "in")
        after = tuple(piece for piece in pieces if piece.mark != "out")
    else:
        before = _whole(value_text(change.before, change), "out")
        after = _whole(value_text(change.after, change), "in")
    return Side(line.label, str(change.path), change.kind, before, after)


def _words(change: Change) -> tuple[Piece, ...]:
    if not (isinstance(change.before, str) and isinstance(change.after, str)):
        return ()
    if max(len(change.before.split()), len(change.after.split())) < _FEWEST_WORDS:
        return ()
    return marked(change.before, change.after, _MOST_WORDS)


def _whole(text: str, mark: str) -> tuple[Piece, ...]:
    return (Piece("out" if mark == "out" else "in", text),) if text else ()


PAGE = Page(
    "/trial/{number}/compare",
    "Two versions of a trial",
    "What differs between two versions of a trial, by topic, the changed words marked.",
    _compare,
    params=(
        THE_TRIAL,
        Param("a", VERSION, "The older version. Default: the one before b"),
        Param("b", VERSION, "The newer version. Default: the newest"),
    ),
)
