"""Which table of posted results a change stands in, and how to say it: a primary outcome's value first, the contact person last."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from monitor.core.change import Change, FieldPath, Item
from monitor.core.json import Json
from monitor.core.record import canonical_json
from monitor.rules._folding import folded_value, same_when_folded
from monitor.rules.words import count, shortened

_SECTION = "resultsSection."
_OUTCOMES = "outcomeMeasuresModule.outcomeMeasures"
_EVENTS = "adverseEventsModule"
_CONTACT_DETAILS = frozenset({"phone", "phoneExt", "email"})
_MEASURED_BY = frozenset(
    "timeFrame type paramType dispersionType unitOfMeasure reportingStatus calculatePct typeUnitsAnalyzed denomUnitsSelected".split()
)


class Table(IntEnum):
    """Where posted results were revised, the gravest first. From NOTES on it is no figure that changed."""

    PRIMARY_VALUE = 0
    P_VALUE = 1
    DEATHS = 2
    SERIOUS_EVENTS = 3
    OUTCOME_ADDED = 4
    OUTCOME_REMOVED = 5
    OTHER_VALUE = 6
    STATISTICS = 7
    ANALYSED = 8
    MEASURED_BY = 9
    FLOW = 10
    BASELINE = 11
    OTHER_EVENTS = 12
    ELSEWHERE = 13
    NOTES = 14
    CONTACT = 15


_COUNTED = {
    Table.P_VALUE: "p-value",
    Table.SERIOUS_EVENTS: "serious adverse event count",
    Table.OTHER_VALUE: "secondary or other outcome value",
    Table.STATISTICS: "statistical figure",
    Table.OTHER_EVENTS: "other adverse event count",
}
_NAMED = {
    Table.DEATHS: "deaths",
    Table.ANALYSED: "participants analysed",
    Table.MEASURED_BY: "how an outcome was measured",
    Table.FLOW: "participant flow",
    Table.BASELINE: "baseline characteristics",
    Table.ELSEWHERE: "other figures",
    Table.NOTES: "notes",
    Table.CONTACT: "the point of contact",
}


@dataclass(frozen=True, slots=True)
class Revision:
    """One place in posted results that reads differently: the positions of its changes, its table, the outcome it belongs to, if any,
    and the values before and after as far as they can be told apart."""

    positions: tuple[int, ...]
    table: Table
    outcome: str
    values: tuple[tuple[Json, Json], ...]


def revisions(changes: Sequence[Change], primary: frozenset[str]) -> list[Revision]:
    """What was revised in the results section. Typography, telephone numbers and addresses are left out.
    `primary` are the titles of primary outcomes."""
    inside = {n: change for n, change in enumerate(changes) if change.path.plain.startswith(_SECTION)}
    retitled = _retitled(inside)
    found = []
    for position, change in inside.items():
        if change.path.steps[-1] in _CONTACT_DETAILS or same_when_folded(change.before, change.after):
            continue
        outcome = _outcome(change)
        table = Table.NOTES if position in retitled else _table(change, outcome in primary)
        found.append(Revision((position,), table, outcome, ((change.before, change.after),)))
    return _paired(found, inside)


def _paired(found: Sequence[Revision], inside: Mapping[int, Change]) -> list[Revision]:
    """An item without a title, as most tables have one, goes and comes whole when a figure in it changes: one revision, told by figures."""
    nameless: dict[FieldPath, list[Revision]] = defaultdict(list)
    for revision in found:
        steps = inside[revision.positions[0]].path.steps
        if isinstance(steps[-1], Item) and steps[-1].name.startswith("{"):
            nameless[FieldPath(steps[:-1])].append(revision)
    merged: dict[tuple[int, ...], Revision | None] = {}
    for pair in nameless.values():
        if {inside[revision.positions[0]].kind for revision in pair} == {"removed", "added"} and len(
            pair
        ) == 2:
            gone, come = sorted(pair, key=lambda revision: inside[revision.positions[0]].kind != "removed")
            merged[gone.positions], merged[come.positions] = _as_one(gone, come), None
    kept = (merged.get(revision.positions, revision) for revision in found)
    return [revision for revision in kept if revision is not None]


def _as_one(gone: Revision, come: Revision) -> Revision | None:
    before, after = dict(_leaves(gone.values[0][0])), dict(_leaves(come.values[0][1]))
    differing = {
        path: (before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if not same_when_folded(before.get(path), after.get(path))
    }
    if not differing:
        return None
    figures = tuple(values for path, values in differing.items() if not _is_note(path.rpartition("/")[2]))
    table = gone.table if figures else Table.NOTES
    return Revision(
        tuple(sorted(gone.positions + come.positions)),
        table,
        gone.outcome,
        figures or tuple(differing.values()),
    )


def _leaves(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Each plain value with its place; list items by their group or title, so that order says nothing."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}")
    elif isinstance(value, list | tuple):
        for n, item in enumerate(sorted(value, key=canonical_json)):
            named = (item.get("groupId") or item.get("title")) if isinstance(item, Mapping) else None
            yield from _leaves(item, f"{path}[{named or n}]")
    elif value is not None:
        yield path, value


def _retitled(inside: Mapping[int, Change]) -> set[int]:
    """Positions of outcomes that went under one title and came under another with the same figures."""
    gone: dict[bytes, list[int]] = defaultdict(list)
    pairs: set[int] = set()
    whole = [
        (n, change)
        for n, change in inside.items()
        if change.path.plain == _SECTION + _OUTCOMES and isinstance(change.path.steps[-1], Item)
    ]
    for n, change in whole:
        if change.kind == "removed":
            gone[_figures(change.before)].append(n)
    for n, change in whole:
        if change.kind == "added" and (same := gone.get(_figures(change.after))):
            pairs |= {n, same.pop()}
    return pairs


def _figures(outcome: Json) -> bytes:
    if not isinstance(outcome, Mapping):
        return folded_value(outcome)
    return folded_value({key: value for key, value in outcome.items() if not _is_note(key)})


def _is_note(key: str) -> bool:
    return key.lower().endswith(("title", "description", "comment", "details"))


def _outcome(change: Change) -> str:
    if not change.path.plain.startswith(_SECTION + _OUTCOMES):
        return ""
    return next((step.name for step in change.path.steps if isinstance(step, Item)), "")


def _table(change: Change, primary: bool) -> Table:
    below = change.path.plain.removeprefix(_SECTION)
    leaf = below.rpartition(".")[2]
    note = isinstance(change.path.steps[-1], str) and _is_note(leaf)
    if below.startswith("moreInfoModule"):
        return Table.NOTES if "limitations" in below else Table.CONTACT
    if note:
        return Table.NOTES
    if below.startswith(_OUTCOMES):
        return _of_outcome(change, below.removeprefix(_OUTCOMES).lstrip("."), leaf, primary)
    if below.startswith(_EVENTS):
        return _of_events(below.removeprefix(_EVENTS).lstrip("."), leaf)
    if below.startswith("participantFlowModule"):
        return Table.FLOW
    return Table.BASELINE if below.startswith("baselineCharacteristicsModule") else Table.ELSEWHERE


def _of_outcome(change: Change, below: str, leaf: str, primary: bool) -> Table:
    if not below:
        return {"added": Table.OUTCOME_ADDED, "removed": Table.OUTCOME_REMOVED}.get(
            change.kind, Table.ELSEWHERE
        )
    if below.startswith("analyses"):
        return Table.P_VALUE if leaf == "pValue" else Table.STATISTICS
    if below.startswith("denoms"):
        return Table.ANALYSED
    if below.startswith("classes") and leaf not in _MEASURED_BY:
        return Table.PRIMARY_VALUE if primary else Table.OTHER_VALUE
    return Table.MEASURED_BY


def _of_events(below: str, leaf: str) -> Table:
    if leaf.startswith("deaths"):
        return Table.DEATHS
    if below.startswith("seriousEvents") or leaf.startswith("serious"):
        return Table.SERIOUS_EVENTS
    return Table.NOTES if leaf in ("timeFrame", "frequencyThreshold") else Table.OTHER_EVENTS


def said(found: Iterable[Revision]) -> str:
    """`a primary outcome's values (“ORR”), 2 serious adverse event counts`: the gravest first, at most four tables."""
    by_table: dict[Table, list[Revision]] = defaultdict(list)
    for revision in found:
        by_table[revision.table].append(revision)
    parts = [_phrase(table, by_table[table]) for table in sorted(by_table)]
    more = f" and {len(parts) - 4} more" if len(parts) > 4 else ""
    return ", ".join(parts[:4]) + more


def _phrase(table: Table, found: Sequence[Revision]) -> str:
    titles = sorted({revision.outcome for revision in found})
    number = sum(len(revision.values) for revision in found)
    values = _old_and_new(found[0].values[0]) if number == 1 else ""
    if table is Table.PRIMARY_VALUE:
        return _of_primaries(titles, number, values)
    if table in (Table.OUTCOME_ADDED, Table.OUTCOME_REMOVED):
        verb = "added" if table is Table.OUTCOME_ADDED else "removed"
        return (
            f"outcome {verb} (“{shortened(titles[0], 50)}”)" if number == 1 else f"{number:,} outcomes {verb}"
        )
    if table is Table.OTHER_VALUE and values:
        values = f"“{shortened(titles[0], 50)}”: {values}"
    if table in _COUNTED:
        return count(number, _COUNTED[table]) + (f" ({values})" if values else "")
    return _NAMED[table]


def _of_primaries(titles: Sequence[str], number: int, values: str) -> str:
    if len(titles) > 1:
        quoted = ", ".join(f"“{shortened(title, 40)}”" for title in titles[:2])
        return f"values of {len(titles):,} primary outcomes ({quoted}{', …' if len(titles) > 2 else ''})"
    told = f"“{shortened(titles[0], 80)}”{': ' + values if values else ''}"
    return f"a primary outcome's value{'s' if number > 1 else ''} ({told})"


def _old_and_new(values: tuple[Json, Json]) -> str:
    before, after = (
        shortened(str(side), 20) if isinstance(side, str | int | float) else "" for side in values
    )
    return f"{before} → {after}" if before and after else ""
