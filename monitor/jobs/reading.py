"""Read every watched number in batches, and write down what each reading means."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from monitor.core.decide import wants_certainty
from monitor.core.errors import CouldNotFindOut, TrialmonError
from monitor.core.observation import Observation
from monitor.core.source import Batch, Freshness, Missing, Reading, Unchanged, Wanted
from monitor.core.trial import TrialId
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.look import look_at
from monitor.jobs.reasons import Reasons
from monitor.jobs.unknown import tell_unknown
from monitor.store.observations import seen_unchanged, snapshots
from monitor.store.runs import SourceState, raise_mark, source_state
from monitor.store.standings import standings

_log = logging.getLogger("trialmon.check")


@dataclass
class Look:
    """One look at one source while it is under way. `only_new`: the registry's data did not move, so only what was never
    asked for is read."""

    context: Context
    door: Door
    run: int
    report: Report
    freshness: Freshness
    only_new: bool
    before: SourceState
    data_date: str = ""
    reasons: Reasons = field(default_factory=dict)
    unknown: list[TrialId] = field(default_factory=list)
    stopped: bool = False


def read_trials(look: Look) -> None:
    """Read every watched number in batches. Numbers that turn out to be merged into others are followed at once."""
    todo = sorted(look.reasons)
    if look.only_new:
        asked = standings(look.context.database, todo)
        todo = [trial for trial in todo if trial not in asked]
    done: set[TrialId] = set()
    with look.context.progress(f"Reading {look.door.source.title}", len(todo)) as advance:
        while todo and not look.stopped:
            followed: list[TrialId] = []
            for chunk in _chunks(todo, look.door.source.batch_size):
                if look.context.stopping():
                    look.stopped = True
                    break
                followed += _read_batch(look, chunk)
                done.update(chunk)
                advance(len(chunk))
            todo = [trial for trial in followed if trial not in done]


def _chunks(trials: Sequence[TrialId], size: int) -> Iterator[Sequence[TrialId]]:
    return (trials[start : start + size] for start in range(0, len(trials), size))


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
        batch: Batch = look.door.drive(look.door.source.read(wanted, oldest))
    except CouldNotFindOut as error:
        look.report.failed.append({"source": look.door.source.id, "why": str(error)})
        return []
    look.context.at("check:batch-read")
    raise_mark(database, look.door.source.id, data_date=batch.data_date)
    look.data_date = max(look.data_date, batch.data_date)
    look.report.failed += [{"trial": number, "why": why} for number, why in batch.failed.items()]
    away = {trial for trial, standing in known.items() if standing.away}
    return _apply(look, trials, batch, away)


def _apply(look: Look, trials: Sequence[TrialId], batch: Batch, away: set[TrialId]) -> list[TrialId]:
    """One transaction for all that stayed as it was, one each for all others."""
    readings = {trial: batch.readings[trial.number] for trial in trials if trial.number in batch.readings}
    readings.update(
        _asked_again(look, [trial for trial, reading in readings.items() if isinstance(reading, Missing)])
    )
    same = {
        trial: reading
        for trial, reading in readings.items()
        if isinstance(reading, Unchanged) and trial not in away
    }
    if same:
        seen = [(trial, reading.data_date, "") for trial, reading in same.items()]
        seen_unchanged(look.context.database, seen, look.context.clock.now(), look.run)
        look.report.looked += len(same)
    followed = []
    for trial, reading in readings.items():
        if trial not in same:
            observation = _apply_one(look, trial, reading)
            if observation is not None and observation.moved_to:
                followed.append(_follow(look, trial, observation.moved_to))
    return followed


def _asked_again(look: Look, missing: Sequence[TrialId]) -> dict[TrialId, Reading]:
    """Numbers that did not come, and of which something would be told: asked anew, because no one is told on one missing answer.

    What we have a record of is asked for alone; what the registry never gave us, together.
    """
    if not missing:
        return {}
    now = look.context.clock.now()
    before = snapshots(look.context.database, missing)
    unsure = [trial for trial in missing if wants_certainty(before.get(trial), now)]
    new = [trial for trial in unsure if trial not in before or before[trial].version == 0]
    source, oldest = look.door.source, source_state(look.context.database, look.door.source.id).mark_data_date
    answers: dict[TrialId, Reading] = {}
    try:
        if new:
            batch: Batch = look.door.drive(source.read([Wanted(trial.number) for trial in new], oldest))
            for trial in new:
                reading = batch.readings.get(trial.number)
                answers[trial] = (
                    Missing(trial.number, certain=True)
                    if isinstance(reading, Missing)
                    else reading or Missing(trial.number)
                )
        for trial in unsure:
            if trial not in answers:
                answers[trial] = look.door.drive(source.look_up(trial.number, oldest))
    except CouldNotFindOut as error:
        look.report.failed.append({"source": source.id, "why": str(error)})
    return answers


def _apply_one(look: Look, trial: TrialId, reading: Reading) -> Observation | None:
    reasons = look.reasons.get(trial, {})
    try:
        observation, recorded = look_at(look.context, look.door, trial, reading, reasons, look.run)
    except TrialmonError as error:
        look.report.failed.append({"trial": trial.number, "why": str(error)})
        return None
    except Exception as error:  # noqa: BLE001 - one trial that we stumble over must not keep the others from being read
        _log.exception("%s could not be judged; nothing of it was written", trial)
        why = f"an error of trialmon itself ({type(error).__name__}); nothing was written, the next look tries again"
        look.report.failed.append({"trial": trial.number, "why": why})
        return None
    if recorded is None:
        look.unknown.append(trial)
        return None
    look.report.looked += 1
    look.report.events += len(recorded.events)
    if recorded.changes:
        look.report.changed += 1
    return observation


def tell_of_unknown_numbers(look: Look) -> None:
    """Numbers that the registry does not know: one message a subscription, however many they are."""
    reasons = {trial: look.reasons.get(trial, {}) for trial in look.unknown}
    for recorded in tell_unknown(look.context, look.door, reasons, look.run):
        look.report.looked += 1
        look.report.events += len(recorded.events)


def _follow(look: Look, trial: TrialId, number: str) -> TrialId:
    """From now on the other number is watched, for the same lists and because of the first."""
    target = TrialId(trial.registry, number)
    for name, why in look.reasons.get(trial, {}).items():
        because = f"{why} (as {trial.number}, which the registry merged into {number})"
        look.reasons.setdefault(target, {}).setdefault(name, because)
    return target
