"""What one look at one trial means. Pure: the same values in, the same observation out."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from monitor.core.change import ChangeSet
from monitor.core.diff import diff
from monitor.core.facts import TrialFacts
from monitor.core.observation import Observation
from monitor.core.record import Absence, Record, Snapshot
from monitor.core.shape import Shape
from monitor.core.significance import Case, Occurrence, Rule, Verdict, assess, gravest_first
from monitor.core.source import Found, Missing, Moved, Reading, Unchanged
from monitor.core.trial import Alias, TrialId

# A trial is reported gone only if two looks this far apart did not find it and the registry, asked for it alone, does not have it.
GONE_AFTER = timedelta(hours=24)


def modules_to_compare(before: Snapshot, record: Record) -> list[str]:
    """The modules whose exact contents differ: the only ones a decision needs of the version before."""
    names = before.digests.keys() | record.digests.keys()
    return sorted(name for name in names if before.digests.get(name) != record.digests.get(name))


def decide(
    trial: TrialId,
    before: Snapshot | None,
    reading: Reading,
    shape: Shape,
    rules: Sequence[Rule],
    now: datetime,
    burst: Callable[[ChangeSet], frozenset[int]] = lambda changes: frozenset(),
    papers: Callable[[], frozenset[str]] = frozenset,
) -> Observation:
    """Judge a reading. `before.modules` must hold what `modules_to_compare` names; `before` is None for a number never asked for,
    and has version 0 for one that the registry never gave us.
    `burst` knows which of the changes were seen alike in other trials that day; it is asked once, if anything changed.
    `papers` knows which publications (by their PubMed numbers) were told of the trial; it is asked if its references changed."""
    if isinstance(reading, Missing):
        return _missing(trial, before, reading, rules, now)
    if isinstance(reading, Moved):
        return _moved(trial, before, reading, rules, now)
    if isinstance(reading, Unchanged):
        if before is None or before.version == 0:
            raise ValueError(f"{trial} cannot be unchanged: it was never seen")
        return _seen_again(before, None, shape, rules, now, burst, papers)
    if before is None or before.version == 0:
        return Observation(
            trial, "baseline", now, 0, 1, record=reading.record, aliases=_aliases(reading.record)
        )
    return _seen_again(before, reading, shape, rules, now, burst, papers)


def _seen_again(
    before: Snapshot,
    found: Found | None,
    shape: Shape,
    rules: Sequence[Rule],
    now: datetime,
    burst: Callable[[ChangeSet], frozenset[int]],
    papers: Callable[[], frozenset[str]],
) -> Observation:
    record = found.record if found is not None else None
    changes: ChangeSet = ()
    if record is not None:
        names = modules_to_compare(before, record)
        changes = diff(
            {name: before.modules[name] for name in names if name in before.modules},
            {name: record.modules[name] for name in names if name in record.modules},
            shape,
        )
    back = before.gone
    verdicts: tuple[Verdict, ...] = ()
    after = record.facts if record is not None and changes else before.facts
    if back:
        verdicts += assess(_case(before, after, now, "back"), rules)
    if changes:
        alike = burst(changes)
        told = papers() if any(change.topic == "publications" for change in changes) else frozenset[str]()
        case = Case(before.trial, before.facts, after, now, changes, before.past, burst=alike, papers=told)
        verdicts += assess(case, rules)
    return Observation(
        before.trial,
        "back" if back else "version" if changes else "unchanged",
        now,
        before.version,
        before.version + 1 if changes else before.version,
        record=record,
        changes=changes,
        verdicts=gravest_first(verdicts),
        aliases=_aliases(record),
    )


def _missing(
    trial: TrialId, before: Snapshot | None, reading: Missing, rules: Sequence[Rule], now: datetime
) -> Observation:
    version = before.version if before is not None else 0
    absence = Absence(now, 1)
    if before is not None and before.absence is not None:
        absence = Absence(before.absence.since, before.absence.looks + 1)
    already_told = before is not None and before.gone
    confirmed = reading.certain and (
        version == 0 or (absence.looks >= 2 and now - absence.since >= GONE_AFTER)
    )
    if not confirmed or already_told:
        return Observation(trial, "absent", now, version, version, absence=absence)
    occurrence: Occurrence = "gone" if version else "unknown"
    facts = before.facts if before is not None else TrialFacts()
    verdicts = assess(Case(trial, facts, facts, now, occurrence=occurrence), rules)
    return Observation(
        trial, "gone" if version else "unknown", now, version, version, verdicts=verdicts, absence=absence
    )


def _moved(
    trial: TrialId, before: Snapshot | None, reading: Moved, rules: Sequence[Rule], now: datetime
) -> Observation:
    version = before.version if before is not None else 0
    if before is not None and before.moved_to == reading.to:
        return Observation(trial, "absent", now, version, version, moved_to=reading.to)
    facts = before.facts if before is not None else TrialFacts()
    verdicts = assess(Case(trial, facts, facts, now, occurrence="moved", about=reading.to), rules)
    return Observation(
        trial,
        "moved",
        now,
        version,
        version,
        verdicts=verdicts,
        moved_to=reading.to,
        aliases=(Alias(reading.to, "registry", "merged into this number"),),
    )


def _case(before: Snapshot, after: TrialFacts, now: datetime, occurrence: Occurrence) -> Case:
    return Case(before.trial, before.facts, after, now, past=before.past, occurrence=occurrence)


def _aliases(record: Record | None) -> tuple[Alias, ...]:
    return tuple(Alias(number, "registry") for number in record.facts.aliases) if record is not None else ()
