"""One look at every source: what has the registry to say, what is new in it, and who is told.

Order matters where a crash may fall in between: the run is noted before anything is asked; the registry's high-water mark is raised in
a commit of its own before any record is applied; every trial is one transaction; what was completely read is noted last.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.core.errors import CouldNotFindOut, Outdated, TrialmonError
from monitor.core.watch import Watch
from monitor.jobs.announce import announce_watching
from monitor.jobs.clock import judge_the_day
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.daily import say_who_was_told
from monitor.jobs.health import note_look_failed, note_look_succeeded
from monitor.jobs.literature import look_at_literature, to_be_asked
from monitor.jobs.membership import read_searches, tell_of_entering, tell_of_leaving
from monitor.jobs.portfolio import judge_together
from monitor.jobs.quarantine import guarded
from monitor.jobs.reading import Look, read_trials, tell_of_unknown_numbers
from monitor.jobs.reasons import reasons_now, watches_of
from monitor.jobs.unread import note_left_unread
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
from monitor.store.watches import sync_watchlists

_log = logging.getLogger("trialmon.check")


def check(
    context: Context, *, full: bool = False, send: Callable[[Context, Report], object] | None = None
) -> Report:
    """Look at every source, write down what it means, and leave in the outbox what is to be told (`dispatch` sends it).

    `full` reads every watched record even if the registry says that nothing moved. The literature comes last. If it is asked at all, `send`
    is called before: what the registries brought waits for no service of papers.
    """
    report = Report(refreshed=False)
    sync_watchlists(context.database, context.watchlists, context.clock.now())
    for door in context.doors.values():
        watches = watches_of(context.watchlists, door.source.id)
        if watches:
            _look(context, door, watches, full, report)
            _judge_what_is_no_edit(context, door, watches, report)
        else:  # nothing is missed by not asking
            note_look_succeeded(context, door.source)
    for watchlist in context.watchlists:
        announce_watching(context, watchlist)
    if send is not None and (full or to_be_asked(context)):
        send(context, report)
    look_at_literature(context, report, full=full)
    _say_who_was_told(context)
    return report


def _say_who_was_told(context: Context) -> None:
    """The daily line is about the monitor: whatever happens to it, the look is told."""
    try:
        say_who_was_told(context)
    except Exception:  # noqa: BLE001 - the next look tries again
        _log.exception("the daily line could not be written")


def _judge_what_is_no_edit(context: Context, door: Door, watches: Sequence[Watch], report: Report) -> None:
    """What the clock brings, and what befalls trials together. A mistake of ours in it must not keep the look from being told."""
    reasons = reasons_now(context.database, context.watchlists, door.source.id)
    try:
        judge_the_day(context, door, reasons, report)
        judge_together(context, door, watches, reasons, report)
    except TrialmonError:
        raise
    except Exception as error:  # noqa: BLE001 - the next look judges again: nothing counts as told that was not written
        _log.exception("what the clock brings could not be judged")
        why = f"an error of trialmon itself ({type(error).__name__}) while judging the day; the next look tries again"
        report.fail("source", door.source.id, why)


def _look(context: Context, door: Door, watches: Sequence[Watch], full: bool, report: Report) -> None:
    source, database, now = door.source, context.database, context.clock.now()
    state = source_state(database, source.id)
    try:
        freshness = door.drive(source.freshness())
        _refuse_impossible(source.title, freshness.stamp, state, now)
    except CouldNotFindOut as error:
        note_look_failed(context, source, str(error))
        report.fail("source", source.id, str(error))
        return
    full = full or state.read_again_at is not None or _full_read_is_due(context, door, state, now)
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
    with guarded(context, door, run, report) as guard:
        _read_everything(Look(context, door, run, report, freshness, only_new, state, guard), watches)


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
    watched = list(reasons_now(context.database, context.watchlists, door.source.id))
    return len(standings(context.database, watched)) < len(watched) or bool(
        _searches_to_read(context, watches, True)
    )


def _searches_to_read(context: Context, watches: Sequence[Watch], only_new: bool) -> list[Watch]:
    searches = [watch for watch in watches if watch.kind != "trial"]
    if only_new:
        unread = never_read(context.database, [watch.key for watch in searches])
        searches = [watch for watch in searches if watch.key in unread]
    return searches


def _read_everything(look: Look, watches: Sequence[Watch]) -> None:
    context, door, report = look.context, look.door, look.report
    before = len(report.failed)
    counts = (report.looked, report.changed, report.events)
    searches = read_searches(context, door, _searches_to_read(context, watches, look.only_new), report)
    look.reasons = reasons_now(context.database, context.watchlists, door.source.id)
    look.guard.forget_all_but(look.reasons)
    read_trials(look)
    if not look.held:
        tell_of_unknown_numbers(look)
        tell_of_entering(context, door, watches, look.run, report)
        tell_of_leaving(context, door, watches, searches, look.run, report)
    if report.changed == counts[1] and _records_lag(look):
        why = f"it announces data of {look.freshness.stamp}, but its records are still of {look.data_date}; the next look reads again"
        report.fail("source", door.source.id, why)
    failed = report.failed[before:]
    complete = not failed and not look.stopped and not context.stopping()
    now = context.clock.now()
    end_run(
        context.database,
        look.run,
        now,
        complete=complete,
        looked=report.looked - counts[0],
        changed=report.changed - counts[1],
        events=report.events - counts[2],
        failures=[failure_of(entry) for entry in failed],
        registry_stamp=look.freshness.stamp,
    )
    context.at("check:run-ended")
    if complete and not look.only_new:
        note_applied(context.database, door.source.id, look.freshness.stamp, full=True, now=now)
    of_the_source = [entry["why"] for entry in failed if "source" in entry]
    # Of what is in quarantine everybody was told already, and the source is not to blame.
    unread = [entry for entry in failed if not look.guard.leaves_alone(entry.get("trial"))]
    if complete or (failed and not unread) or (report.looked > counts[0] and not of_the_source):
        note_look_succeeded(context, door.source)
        note_left_unread(context, door.source, watches, unread)
    elif failed:
        note_look_failed(context, door.source, (of_the_source or [failed[0]["why"]])[0])


def _records_lag(look: Look) -> bool:
    """Whether the registry announces new data while its records are those of before: then nothing of the new is known yet."""
    announced, seen = look.freshness.stamp, look.before
    return (
        bool(look.data_date)
        and announced > seen.applied_stamp
        and look.data_date < announced[:10]
        and look.data_date <= seen.mark_data_date
    )


def failure_of(entry: Mapping[str, str]) -> Failure:
    """A failure of a report, as it is kept with the run."""
    if "trial" in entry:
        return Failure("trial", entry["trial"], entry["why"])
    if "search" in entry:
        return Failure("search", entry["search"], entry["why"])
    return Failure("source", entry.get("source", ""), entry["why"])
