"""Read every watched number in batches, and write down what each reading means."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from monitor.core.errors import (
    CouldNotFindOut,
    Overloaded,
    Refused,
    Resting,
    TrialmonError,
    Unreachable,
)
from monitor.core.observation import Observation
from monitor.core.source import Batch, Freshness, Missing, Reading, Unchanged, Wanted
from monitor.core.trial import TrialId
from monitor.jobs.bursts import EditsOfADay
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.drift import look_for_drift
from monitor.jobs.look import look_at
from monitor.jobs.mass import Accepted, Gate, gate_for
from monitor.jobs.quarantine import Guard
from monitor.jobs.reasons import Reasons
from monitor.jobs.unknown import tell_unknown
from monitor.store.observations import seen_unchanged
from monitor.store.runs import SourceState, raise_mark, source_state
from monitor.store.snapshots import snapshots
from monitor.store.standings import standings

# How many numbers that the registry never gave us one look asks for alone.
_MOST_NEW_ASKED_ALONE = 60

_log = logging.getLogger("trialmon.check")


@dataclass
class Look:
    """One look at one source while it is under way. `only_new`: the registry's data did not move, so only what was never
    asked for is read. `held`: too much changed at once; nothing of it was applied."""

    context: Context
    door: Door
    run: int
    report: Report
    freshness: Freshness
    only_new: bool
    before: SourceState
    guard: Guard
    data_date: str = ""
    reasons: Reasons = field(default_factory=dict)
    unknown: list[TrialId] = field(default_factory=list)
    new_asked_alone: int = 0
    stopped: bool = False
    held: bool = False
    gate: Gate | None = None
    accepted: Accepted | None = None
    edits: EditsOfADay = field(init=False)

    def __post_init__(self) -> None:
        self.edits = EditsOfADay(self.context.database, self.door.source.id)


def read_trials(look: Look) -> None:
    """Read every watched number in batches. Numbers that turn out to be merged into others are followed at once.

    Where there are enough of which we have a version, these go first: what is new is no baseline while their changes are held.
    """
    todo = sorted(look.reasons)
    asked = standings(look.context.database, todo)
    if look.only_new:
        todo = [trial for trial in todo if trial not in asked]
    known = [trial for trial in todo if trial in asked and asked[trial].version > 0]
    look.gate = gate_for(look.context, look.door, known) if known and not look.guard.trying_again else None
    done: set[TrialId] = set()
    with look.context.progress(f"Reading {look.door.source.title}", len(todo)) as advance:
        if look.gate is not None:
            _read_through(look, known, done, advance)
            _judge_together(look)
            todo = [] if look.held else [trial for trial in todo if trial not in done]
        _read_through(look, todo, done, advance)


def _read_through(
    look: Look, todo: Sequence[TrialId], done: set[TrialId], advance: Callable[[int], None]
) -> None:
    """Read these numbers, and those that some of them have become."""
    while todo and not look.stopped:
        followed: list[TrialId] = []
        for chunk in look.guard.portions(todo):
            if look.context.stopping():
                look.stopped = True
                break
            followed += _read_batch(look, chunk)
            done.update(chunk)
            advance(len(chunk))
        todo = [trial for trial in followed if trial not in done]


def _judge_together(look: Look) -> None:
    """All that is known was read: apply what was kept aside, or hold it. Of a look that was cut short nothing can be said: it is made
    again."""
    gate, look.gate = look.gate, None
    if gate is None or look.stopped:
        return
    why = gate.judge()
    if why:
        look.held = True
        look.report.fail("source", look.door.source.id, why)
        return
    look.accepted = gate.accepted
    for trial, reading in gate.let_through():
        if look.context.stopping():
            look.stopped = True
            return
        with look.guard.on(trial):
            _apply_one(look, trial, reading)
        look.guard.survived([trial])
    gate.written()
    look.accepted = None


def _read_batch(look: Look, trials: Sequence[TrialId]) -> list[TrialId]:
    """Read some numbers and write down what they mean; gives the numbers that some of them have become."""
    database = look.context.database
    known = standings(database, trials)
    wanted = [
        Wanted(trial.number, known[trial].raw_digest, known[trial].version > 0)
        if trial in known
        else Wanted(trial.number)
        for trial in trials
    ]
    oldest = source_state(database, look.door.source.id).mark_data_date
    try:
        batch: Batch = look.door.drive(look.guard.marking(look.door.source.read(wanted, oldest), trials))
    except CouldNotFindOut as error:
        look.report.fail("source", look.door.source.id, str(error))
        return []
    look.context.at("check:batch-read")
    raise_mark(database, look.door.source.id, data_date=batch.data_date)
    look.data_date = max(look.data_date, batch.data_date)
    for number, why in batch.failed.items():
        look.report.fail("trial", number, why)
    away = {trial for trial, standing in known.items() if standing.away}
    return _apply(look, trials, batch, away)


def _apply(look: Look, trials: Sequence[TrialId], batch: Batch, away: set[TrialId]) -> list[TrialId]:
    """One transaction for all that stayed as it was, one each for all others."""
    readings = {trial: batch.readings[trial.number] for trial in trials if trial.number in batch.readings}
    _ask_again(look, readings)
    same = {
        trial: reading
        for trial, reading in readings.items()
        if isinstance(reading, Unchanged) and trial not in away
    }
    if same:
        seen = [(trial, reading.data_date, "") for trial, reading in same.items()]
        seen_unchanged(look.context.database, seen, look.context.clock.now(), look.run)
        look.report.looked += len(same)
        if look.gate is not None:
            look.gate.saw(same)
    followed, kept = [], set[TrialId]()
    for trial, reading in readings.items():
        if trial not in same:
            with look.guard.on(trial):
                if look.gate is not None and look.gate.keeps(trial, reading):
                    kept.add(trial)
                    continue
                observation = _apply_one(look, trial, reading)
            if observation is not None and observation.moved_to:
                followed.append(_follow(look, trial, observation.moved_to))
    look.guard.survived(trial for trial in readings if trial not in kept)
    return followed


def _ask_again(look: Look, readings: dict[TrialId, Reading]) -> None:
    """Ask alone for each number that did not come: half a page may be missing, and what is there must not be thought away.

    In place: a number gets the certain answer, or no reading at all where none could be had. One that is known to be gone is not
    asked for beyond the batch, and of those that the registry never gave us a look asks for some only: at one request a second, a list
    of a thousand mistyped numbers would take a quarter of an hour. The others are told of by a later look.
    """
    missing = [trial for trial, reading in readings.items() if isinstance(reading, Missing)]
    if not missing:
        return
    before = snapshots(look.context.database, missing)
    unsure = [trial for trial in missing if trial not in before or not before[trial].gone]
    never_seen = [trial for trial in unsure if trial not in before or before[trial].version == 0]
    left_for_later = set(never_seen[max(_MOST_NEW_ASKED_ALONE - look.new_asked_alone, 0) :])
    look.new_asked_alone += len(never_seen) - len(left_for_later)
    unsure = [trial for trial in unsure if trial not in left_for_later]
    source, oldest = look.door.source, source_state(look.context.database, look.door.source.id).mark_data_date
    for place, trial in enumerate(unsure):
        if look.context.stopping():
            look.stopped = True
            for unanswered in unsure[place:]:
                del readings[unanswered]
            return
        try:
            flow = source.look_up(trial.number, oldest)
            readings[trial] = look.door.drive(look.guard.marking(flow, [trial]))
        except (Refused, Resting, Unreachable, Overloaded) as error:
            look.report.fail("source", source.id, str(error))
            for unanswered in unsure[place:]:
                del readings[unanswered]
            return
        except CouldNotFindOut as error:
            look.report.fail("trial", trial.number, str(error))
            del readings[trial]


def _apply_one(look: Look, trial: TrialId, reading: Reading) -> Observation | None:
    reasons = look.reasons.get(trial, {})
    try:
        observation, recorded = look_at(
            look.context, look.door, trial, reading, reasons, look.run, look.edits, look.accepted
        )
    except TrialmonError as error:
        look.report.fail("trial", trial.number, str(error))
        return None
    except Exception as error:  # noqa: BLE001 - one trial that we stumble over must not keep the others from being read
        _log.exception("%s could not be judged; nothing of it was written", trial)
        why = f"an error of trialmon itself ({type(error).__name__}); nothing was written, the next look tries again"
        look.report.fail("trial", trial.number, why)
        return None
    if recorded is None:
        look.unknown.append(trial)
        return None
    look.report.looked += 1
    look.report.events += len(recorded.events)
    if recorded.changes:
        look.report.changed += 1
    _note_drift(look, observation)
    return observation


def _note_drift(look: Look, observation: Observation) -> None:
    """A record that is new or changed may have fields that nobody knows. Whatever happens here, the look goes on."""
    if observation.outcome not in ("baseline", "version") or observation.record is None:
        return
    try:
        look_for_drift(look.context, look.door.source, observation.trial, observation.record.modules)
    except Exception:  # noqa: BLE001 - the record is stored; what is new in its form is found again with its next change
        _log.exception("the form of the record of %s could not be judged", observation.trial)


def tell_of_unknown_numbers(look: Look) -> None:
    """Numbers that the registry does not know: one message a subscription, however many they are."""
    reasons = {trial: look.reasons.get(trial, {}) for trial in look.unknown}
    for recorded in tell_unknown(look.context, look.door, reasons, look.run):
        look.report.looked += 1
        look.report.events += len(recorded.events)


def _follow(look: Look, trial: TrialId, number: str) -> TrialId:
    """From now on the other number is watched, for the same lists and because of the first."""
    target = TrialId(trial.registry, number)
    for name, held in look.reasons.get(trial, {}).items():
        because = f"{held.why} (as {trial.number}, which the registry merged into {number})"
        look.reasons.setdefault(target, {}).setdefault(name, replace(held, why=because))
    return target
