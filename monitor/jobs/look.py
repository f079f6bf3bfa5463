"""One trial, one reading: decide what it means and write it down, all or nothing."""

from collections.abc import Mapping
from dataclasses import replace

from monitor.core.change import ChangeSet
from monitor.core.decide import decide, modules_to_compare
from monitor.core.facts import TrialFacts
from monitor.core.observation import Observation
from monitor.core.record import Snapshot
from monitor.core.source import Found, Reading
from monitor.core.trial import TrialId
from monitor.core.watch import Holding
from monitor.jobs.address import addressed_now
from monitor.jobs.bursts import EditsOfADay
from monitor.jobs.context import Context, Door
from monitor.jobs.flapping import flapping
from monitor.jobs.mass import Accepted
from monitor.jobs.missed import Missed, missed_steps, not_seen, steps_of, told_together
from monitor.store.also import Also
from monitor.store.observations import Recorded, StaleSnapshot, record
from monitor.store.paper_links import papers_told, still_told
from monitor.store.snapshots import modules_of, snapshots

# Another process may write the same trial between our reading of it and our writing; then the decision is made again.
_TRIES = 3


def look_at(
    context: Context,
    door: Door,
    trial: TrialId,
    reading: Reading,
    reasons: Mapping[str, Holding],
    run: int,
    edits: EditsOfADay,
    mass: Accepted | None = None,
) -> tuple[Observation, Recorded | None]:
    """Judge a reading against the newest version, and record what it leads to in one transaction.

    A number that the registry does not know is judged but not recorded: those are told together (`jobs/unknown.py`).
    `mass` is what the registry is thought to have done to many records in this look: what is a part of it is told together, too.
    """
    missed: Missed | None = None
    for left in reversed(range(_TRIES)):
        before = snapshots(context.database, [trial]).get(trial)
        if missed is None:
            missed = missed_steps(context, door, before, reading, context.clock.now())
        try:
            if before is not None and missed.records:
                return _seen_late(context, door, before, reading, missed, reasons, run)
            known = _with_modules(context, before, reading)
            papers = _Papers(context, trial)
            observation = _decided(context, door, trial, known, reading, reasons, edits, missed, papers, mass)
            if observation.outcome == "unknown":
                return observation, None
            observation, part = mass.together(observation, known) if mass is not None else (observation, ())
            return observation, record(context.database, observation, run, (*papers.still_the_same, *part))
        except StaleSnapshot:
            if not left:
                raise
    raise AssertionError("unreachable")


class _Papers:
    """The publications that were told of a trial already, asked for where a decision needs them. Then they must still be the same when
    it is written down: another thread looks at the literature."""

    def __init__(self, context: Context, trial: TrialId) -> None:
        self._context, self._trial = context, trial
        self.still_the_same: list[Also] = []

    def __call__(self) -> frozenset[str]:
        told = papers_told(self._context.database, self._trial)
        self.still_the_same.append(still_told(self._trial, told))
        return told


def _seen_late(
    context: Context,
    door: Door,
    before: Snapshot,
    reading: Reading,
    missed: Missed,
    reasons: Mapping[str, Holding],
    run: int,
) -> tuple[Observation, Recorded]:
    """As `look_at`, for a trial of which steps were missed: all of them, and what is there now, in one transaction and one message."""
    now = context.clock.now()
    papers = _Papers(context, before.trial)
    steps, known = steps_of(context, door, before, missed, context.rules, now)
    last = decide(
        before.trial,
        known,
        reading,
        door.source.shape,
        context.rules,
        now,
        papers=papers,
    )
    together = told_together(steps, last, before)
    told = _addressed(context, door, before, together.told, reasons)
    last = replace(last, notifications=together.as_written(told.notifications))
    return last, record(context.database, last, run, papers.still_the_same, earlier=steps)


def _with_modules(context: Context, before: Snapshot | None, reading: Reading) -> Snapshot | None:
    """The version before with the modules that a decision will compare: those whose contents differ, usually one or two."""
    if before is None or not isinstance(reading, Found):
        return before
    names = modules_to_compare(before, reading.record)
    return replace(before, modules=modules_of(context.database, before.trial, names) if names else {})


def _decided(
    context: Context,
    door: Door,
    trial: TrialId,
    before: Snapshot | None,
    reading: Reading,
    reasons: Mapping[str, Holding],
    edits: EditsOfADay,
    missed: Missed,
    papers: _Papers,
    mass: Accepted | None,
) -> Observation:
    now = context.clock.now()

    def burst(changes: ChangeSet) -> frozenset[int]:
        return edits.burst(trial, changes, now.date())

    observation = decide(
        trial,
        before,
        reading,
        door.source.shape,
        context.rules,
        now,
        burst,
        papers,
    )
    if missed.why and before is not None:
        observation = not_seen(observation, before)
    if mass is not None:
        observation = mass.marked(observation, before)
    return _addressed(context, door, before, observation, reasons)


def _addressed(
    context: Context,
    door: Door,
    before: Snapshot | None,
    observation: Observation,
    reasons: Mapping[str, Holding],
) -> Observation:
    now = context.clock.now()
    return addressed_now(
        context,
        observation,
        _facts(before, observation),
        door.source,
        reasons,
        flapping=lambda: flapping(context.database, observation, now),
        past=(*before.past, before.facts) if before is not None else (),
    )


def _facts(before: Snapshot | None, observation: Observation) -> TrialFacts:
    if observation.record is not None:
        return observation.record.facts
    return before.facts if before is not None else TrialFacts()
