"""One look at every source: what has the registry to say, what is new in it, and who is told.

Order matters where a crash may fall in between: the run is noted before anything is asked; the registry's high-water mark is raised in
a commit of its own before any record is applied; every trial is one transaction; what was completely read is noted last.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.decide import wants_certainty
from monitor.core.errors import CouldNotFindOut, Outdated, TrialmonError
from monitor.core.notification import Notification, key_of
from monitor.core.observation import Observation
from monitor.core.schedule import when_told
from monitor.core.significance import Significance
from monitor.core.source import Batch, Freshness, Missing, Reading, Unchanged, Wanted
from monitor.core.trial import TrialId
from monitor.core.watch import Watch, Watchlist
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.health import note_look_failed, note_look_succeeded
from monitor.jobs.look import look_at
from monitor.jobs.membership import members_of, read_searches, tell_of_entering, tell_of_leaving
from monitor.jobs.reasons import Reasons, reasons_to_watch, watches_of
from monitor.jobs.unknown import tell_unknown
from monitor.render.contexts import WatchedTrial, WatchingContext
from monitor.render.message import render_watching
from monitor.store.observations import seen_unchanged, snapshots
from monitor.store.runs import (
    Failure,
    SourceState,
    begin_run,
    end_run,
    note_applied,
    raise_mark,
    source_state,
)
from monitor.store.standings import never_read, standings
from monitor.store.watches import announce, sync_watchlists, unannounced

_log = logging.getLogger("trialmon.check")


@dataclass
class _Look:
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
    edited: dict[TrialId, str] = field(default_factory=dict)
    unknown: list[TrialId] = field(default_factory=list)
    stopped: bool = False


def check(context: Context, *, full: bool = False) -> Report:
    """Look at every source, write down what it means, and leave in the outbox what is to be told (`dispatch` sends it).

    `full` reads every watched record even if the registry says that nothing moved.
    """
    report = Report(refreshed=False)
    sync_watchlists(context.database, context.watchlists, context.clock.now())
    for door in context.doors.values():
        watches = watches_of(context.watchlists, door.source.id)
        if watches:
            _look(context, door, watches, full, report)
    for watchlist in context.watchlists:
        _announce(context, watchlist)
    return report


def _look(context: Context, door: Door, watches: Sequence[Watch], full: bool, report: Report) -> None:
    source, database, now = door.source, context.database, context.clock.now()
    state = source_state(database, source.id)
    try:
        freshness = door.drive(source.freshness())
        _refuse_impossible(source.title, freshness.stamp, state, now)
    except CouldNotFindOut as error:
        note_look_failed(context, source, str(error))
        report.failed.append({"source": source.id, "why": str(error)})
        return
    full = full or _full_read_is_due(context, door, state, now)
    moved = not freshness.stamp or freshness.stamp != state.applied_stamp
    only_new = not (moved or full)
    if only_new and not _something_is_new(context, door, watches):
        note_look_succeeded(context, source)
        return
    report.refreshed = True
    run = begin_run(database, source.id, now, full)
    context.at("check:run-begun")
    raise_mark(database, source.id, freshness.stamp)
    context.at("check:mark-raised")
    _read_everything(_Look(context, door, run, report, freshness, only_new, state), watches)


# A registry a little ahead of us is another time zone; one far ahead is a wrong clock, and would bar all that comes after it.
_FURTHEST_AHEAD = timedelta(days=2)


def _refuse_impossible(title: str, stamp: str, state: SourceState, now: datetime) -> None:
    """Data from before what was already seen, or from the future, are no data."""
    if stamp and stamp < state.mark_stamp:
        raise Outdated(f"{title} says its data are of {stamp}; {state.mark_stamp} was seen before")
    if stamp[:10] > (now + _FURTHEST_AHEAD).date().isoformat():
        raise Outdated(
            f"{title} says its data are of {stamp}, which is in the future", "is this machine's clock right?"
        )


def _full_read_is_due(context: Context, door: Door, state: SourceState, now: datetime) -> bool:
    """Also where the last one lies in the future: then the clock went back."""
    last = state.last_full_read_at
    return (
        last is None or last > now or now - last >= context.settings.sources[door.source.id].full_read_every
    )


def _something_is_new(context: Context, door: Door, watches: Sequence[Watch]) -> bool:
    """Whether a watchlist names a number never asked for, or a search never read."""
    watched = list(_reasons(context, door, watches))
    return len(standings(context.database, watched)) < len(watched) or bool(
        _searches_to_read(context, watches, True)
    )


def _searches_to_read(context: Context, watches: Sequence[Watch], only_new: bool) -> list[Watch]:
    searches = [watch for watch in watches if watch.kind != "trial"]
    if only_new:
        unread = never_read(context.database, [watch.key for watch in searches])
        searches = [watch for watch in searches if watch.key in unread]
    return searches


def _reasons(context: Context, door: Door, watches: Sequence[Watch]) -> Reasons:
    """What is watched and why, numbers that were merged into others followed."""
    members = members_of(context, watches)
    registry = door.source.id
    direct = reasons_to_watch(context.watchlists, registry, members, {})
    known = standings(context.database, list(direct))
    moved = {trial.number: standing.moved_to for trial, standing in known.items() if standing.moved_to}
    return reasons_to_watch(context.watchlists, registry, members, moved) if moved else direct


def _read_everything(look: _Look, watches: Sequence[Watch]) -> None:
    context, door, report = look.context, look.door, look.report
    before = len(report.failed)
    counts = (report.looked, report.changed, report.events)
    searches = read_searches(context, door, _searches_to_read(context, watches, look.only_new), report)
    look.reasons = _reasons(context, door, watches)
    _read_trials(look)
    _tell_unknown(look)
    tell_of_entering(context, door, watches, look.run, report)
    tell_of_leaving(context, door, watches, searches, look.edited, look.run, report)
    if _records_lag(look):
        why = f"it announces data of {look.freshness.stamp}, but its records are still of {look.data_date}; the next look reads again"
        report.failed.append({"source": door.source.id, "why": why})
    failed = report.failed[before:]
    complete = not failed and not look.stopped
    now = context.clock.now()
    end_run(
        context.database,
        look.run,
        now,
        complete=complete,
        looked=report.looked - counts[0],
        changed=report.changed - counts[1],
        events=report.events - counts[2],
        failures=[_failure(entry) for entry in failed],
        registry_stamp=look.freshness.stamp,
    )
    context.at("check:run-ended")
    if complete and not look.only_new:
        note_applied(context.database, door.source.id, look.freshness.stamp, full=True, now=now)
    if complete or report.looked > counts[0]:
        note_look_succeeded(context, door.source)
    elif failed:
        note_look_failed(context, door.source, failed[0]["why"])


def _records_lag(look: _Look) -> bool:
    """Whether the registry announces new data while its records are those of before: then nothing of the new is known yet."""
    announced, seen = look.freshness.stamp, look.before
    return (
        bool(look.data_date)
        and announced > seen.applied_stamp
        and look.data_date < announced[:10]
        and look.data_date <= seen.mark_data_date
    )


def _failure(entry: Mapping[str, str]) -> Failure:
    if "trial" in entry:
        return Failure("trial", entry["trial"], entry["why"])
    if "search" in entry:
        return Failure("search", entry["search"], entry["why"])
    return Failure("source", entry.get("source", ""), entry["why"])


def _read_trials(look: _Look) -> None:
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


def _read_batch(look: _Look, trials: Sequence[TrialId]) -> list[TrialId]:
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


def _apply(look: _Look, trials: Sequence[TrialId], batch: Batch, away: set[TrialId]) -> list[TrialId]:
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


def _asked_again(look: _Look, missing: Sequence[TrialId]) -> dict[TrialId, Reading]:
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


def _apply_one(look: _Look, trial: TrialId, reading: Reading) -> Observation | None:
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
        look.edited[trial] = _what_changed(observation)
    elif observation.outcome == "gone":
        look.edited[trial] = "it is gone from the registry"
    return observation


def _tell_unknown(look: _Look) -> None:
    """Numbers that the registry does not know: one message a subscription, however many they are."""
    reasons = {trial: look.reasons.get(trial, {}) for trial in look.unknown}
    for recorded in tell_unknown(look.context, look.door, reasons, look.run):
        look.report.looked += 1
        look.report.events += len(recorded.events)


def _follow(look: _Look, trial: TrialId, number: str) -> TrialId:
    """From now on the other number is watched, for the same lists and because of the first."""
    target = TrialId(trial.registry, number)
    for name, why in look.reasons.get(trial, {}).items():
        because = f"{why} (as {trial.number}, which the registry merged into {number})"
        look.reasons.setdefault(target, {}).setdefault(name, because)
    return target


def _what_changed(observation: Observation) -> str:
    """Why a trial may have left a search: what its own record says changed in this look."""
    topics = {change.topic for change in observation.changes if not change.housekeeping}
    if "status" in topics and observation.record is not None:
        return f"its status is now {observation.record.facts.status}"
    if "dates" in topics:
        return "its dates changed"
    return (
        "its record was edited (" + ", ".join(sorted(topics)) + ")"
        if topics
        else "the registry touched its record"
    )


def _announce(context: Context, watchlist: Watchlist) -> None:
    """Tell a list's readers once which trials are watched for them: the first sight of a trial is no news by itself."""
    trials = unannounced(context.database, watchlist.name)
    if not trials:
        return
    now = context.clock.now()
    known = snapshots(context.database, trials)
    told = tuple(
        WatchedTrial(
            trial.number, context.doors[trial.registry].source.page_url(trial.number), known[trial].facts
        )
        for trial in trials
    )
    message = render_watching(WatchingContext(watchlist.title, told))
    notifications = [
        Notification(
            key=key_of(
                "watching", watchlist.name, subscriber.name, *subscriber.to, *(str(trial) for trial in trials)
            ),
            kind="watching",
            subscriber=subscriber.name,
            watchlists=(watchlist.name,),
            destinations=subscriber.to,
            message=message,
            significance=Significance.ROUTINE,
            why=f"{watchlist.title}: watched from now on",
            due=when_told(subscriber, Significance.ROUTINE, now)[0],
        )
        for subscriber in watchlist.subscribers
    ]
    announce(context.database, watchlist.name, trials, notifications, now)
