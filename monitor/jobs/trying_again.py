"""Trials in quarantine get another chance: apart from all else, so that one more death costs nobody anything."""

from datetime import datetime, timedelta

from monitor import __version__
from monitor.core.source import Freshness
from monitor.jobs.check import failure_of
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.quarantine import guarded
from monitor.jobs.reading import Look, read_trials, tell_of_unknown_numbers
from monitor.jobs.reasons import reasons_now
from monitor.store.quarantine import Suspect, suspects
from monitor.store.runs import begin_run, end_run, source_state

AGAIN_AFTER = timedelta(days=1)


def try_again(context: Context, *, insist: bool = False) -> Report:
    """Read the trials in quarantine whose time has come: a day after the last death, at once if another version of trialmon died, and
    all of them if a person insists. What it leads to is left in the outbox. `refreshed` in the report: there were any."""
    report = Report(refreshed=False)
    for door in context.doors.values():
        kept = suspects(context.database, door.source.id).values()
        if source_state(context.database, door.source.id).read_again_at is not None:
            continue  # what the registry says now is not believed: see jobs/mass
        if any(_is_due(one, context.clock.now(), insist) for one in kept):
            report.refreshed = True
            report.add(_look_again(context, door, insist))
    return report


def _is_due(suspect: Suspect, now: datetime, insist: bool) -> bool:
    """Also where the last death lies in the future: then the clock went back."""
    rested = not suspect.last_at <= now < suspect.last_at + AGAIN_AFTER
    return suspect.in_quarantine and (insist or rested or suspect.by != __version__)


def _look_again(context: Context, door: Door, insist: bool) -> Report:
    """A run of its own. It is never complete: it reads these alone."""
    report = Report()
    database, source, now = context.database, door.source.id, context.clock.now()
    run, state = begin_run(database, source, now, full=False), source_state(database, source)
    with guarded(context, door, run, report, trying_again=True) as guard:
        watched = reasons_now(database, context.watchlists, source)
        guard.forget_all_but(watched)
        due = {number for number, one in guard.suspects.items() if _is_due(one, now, insist)}
        look = Look(context, door, run, report, Freshness(""), False, state, guard)
        look.reasons = {trial: held for trial, held in watched.items() if trial.number in due}
        read_trials(look)
        tell_of_unknown_numbers(look)
    end_run(
        database,
        run,
        context.clock.now(),
        complete=False,
        looked=report.looked,
        changed=report.changed,
        events=report.events,
        failures=[failure_of(entry) for entry in report.failed],
        why="trials in quarantine were tried again",
    )
    return report
