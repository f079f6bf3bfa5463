"""The steps of a results submission before it is posted, read out of the changes.

The registry tells each step in two places: a list of events in the record's annotation, and a table of rounds in what it derives. One of
them can be months behind the other, so a step that the record before had in either place is no news.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from monitor.core.change import Item
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.significance import Case

UNPOSTED = "annotationSection.annotationModule.unpostedAnnotation"
TRACKING = "derivedSection.miscInfoModule.submissionTracking"
_EVENTS = f"{UNPOSTED}.unpostedEvents"
_ROUNDS = f"{TRACKING}.submissionInfos"
# What comes along with the first step and says nothing more.
_ALONGSIDE = (f"{TRACKING}.estimatedResultsFirstSubmitDate", f"{UNPOSTED}.unpostedResponsibleParty")

RELEASE, RESET, UNRELEASE, ROUND = "RELEASE", "RESET", "UNRELEASE", "ROUND"
_FIELDS = {
    "releaseDate": RELEASE,
    "resetDate": RESET,
    "unreleaseDate": UNRELEASE,
    "unreleaseDateUnknown": UNRELEASE,
}


@dataclass(slots=True)
class Step:
    """One step: its name, its day (empty where the registry does not know it), the round it belongs to (0 where that cannot be told),
    and the positions of the changes that tell it."""

    name: str
    day: str
    round: int
    positions: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Progress:
    """`new`: steps that nothing told before, in the order of their days; `repeated`: positions of what was told already;
    `withdrawn`: steps that the record no longer has in either place."""

    new: list[Step] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    withdrawn: list[Step] = field(default_factory=list)


def progress(case: Case) -> Progress:
    """What the changes say of a submission. Nothing where results were just posted or withdrawn: then that is the news. (Results of
    applicable trials can be posted before quality control has ended; their rounds go on.)"""
    result = Progress()
    if case.before.has_results != case.after.has_results:
        return result
    if not any(change.topic == "results" for change in case.changes):
        return result
    came, went = _told(case, "added"), _told(case, "removed")
    for key, positions in sorted(came.items()):
        if _as_fact(key) in case.before.submissions or _known_submission(case, key):
            result.repeated += positions
        else:
            result.new.append(_step(case.after, key, positions))
    for key, positions in sorted(went.items()):
        if _as_fact(key) in case.after.submissions:
            result.repeated += positions
        elif not case.after.has_results:
            result.withdrawn.append(_step(case.before, key, positions))
    _take_along(case, result)
    return result


Key = tuple[str, str]  # the day, the step's name


def _told(case: Case, kind: str) -> dict[Key, list[int]]:
    told: dict[Key, list[int]] = {}
    for position, change in enumerate(case.changes):
        if change.kind == kind:
            value = change.after if kind == "added" else change.before
            for key in _keys(change.path.plain, change.path.steps[-1], value):
                told.setdefault(key, []).append(position)
    return told


def _keys(plain: str, last: object, value: Json) -> Iterator[Key]:
    if plain == _EVENTS and isinstance(last, Item) and isinstance(value, Mapping):
        if isinstance(name := value.get("type"), str) and name in _FIELDS.values():
            yield _day(value.get("date")), name
    elif plain == _ROUNDS and isinstance(last, Item) and isinstance(value, Mapping):
        yield from {(_day(value[key]), name) for key, name in _FIELDS.items() if value.get(key)}
    elif plain.startswith(f"{_ROUNDS}.") and (name := _FIELDS.get(plain.rpartition(".")[2], "")):
        yield _day(value), name
    elif plain.endswith("statusModule.resultsFirstSubmitDate"):
        yield _day(value), RELEASE


def _day(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _as_fact(key: Key) -> str:
    return f"{key[0] or '?'} {key[1]}"


def _known_submission(case: Case, key: Key) -> bool:
    """Whether a first submission was told by its date alone, before the registry listed the step."""
    return key[1] == RELEASE and key[0] != "" and key[0] == case.before.results_submitted


def _step(facts: TrialFacts, key: Key, positions: list[int]) -> Step:
    return Step(key[1], key[0], _round(facts, *key), positions)


def _round(facts: TrialFacts, day: str, name: str) -> int:
    """Which round this step belongs to, counted from 1, or from the number that the registry gives a round; 0 if that cannot be told."""
    releases = sorted(fact.partition(" ")[0] for fact in facts.submissions if fact.endswith(f" {RELEASE}"))
    if name != RELEASE:
        # It ends the last submission before it; of one on its own day, that one.
        day = max((other for other in releases if other < day), default=day if day in releases else "")
    if not day:
        return 0
    numbered = {
        other: int(number)
        for other, _, number in (fact.split(" ", 2) for fact in facts.submissions if f" {ROUND} " in fact)
        if other <= day
    }
    since = max(numbered, default="")
    return numbered.get(since, 0) + sum(1 for other in {*releases, day} if since < other <= day)


def _take_along(case: Case, result: Progress) -> None:
    """What comes along goes with the first step that was told; the number of a round with its round."""
    along = [
        n
        for n, change in enumerate(case.changes)
        if change.path.plain in _ALONGSIDE and change.kind != "removed"
    ]
    for step in result.new:
        inside = {
            item for n in step.positions for item in case.changes[n].path.steps if isinstance(item, Item)
        }
        along_round = [
            n
            for n, change in enumerate(case.changes)
            if change.path.plain == f"{_ROUNDS}.mcpReleaseN" and inside & set(change.path.steps)
        ]
        step.positions = sorted({*step.positions, *along_round})
    first = next((step for step in result.new if step.name == RELEASE), None)
    if first is not None:
        first.positions = sorted({*first.positions, *along})
    elif result.repeated:
        result.repeated += along
    if result.withdrawn:
        gone = [
            n
            for n, change in enumerate(case.changes)
            if change.path.plain in _ALONGSIDE and change.kind == "removed"
        ]
        result.withdrawn[0].positions = sorted({*result.withdrawn[0].positions, *gone})
    result.repeated = sorted(
        set(result.repeated) - {n for step in result.new + result.withdrawn for n in step.positions}
    )
