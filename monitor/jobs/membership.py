"""What a search finds, and what it means that a trial enters or leaves it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from monitor.core.errors import CouldNotFindOut, Unreadable
from monitor.core.observation import Observation
from monitor.core.record import Snapshot
from monitor.core.significance import Case, Occurrence, assess
from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Watch
from monitor.jobs.address import addressed_now
from monitor.jobs.context import Context, Door, Report
from monitor.store.also import Also
from monitor.store.observations import StaleSnapshot, record
from monitor.store.snapshots import snapshots
from monitor.store.standings import never_read
from monitor.store.watches import (
    MembershipRead,
    edited_since_missed,
    members,
    to_be_told_of_entering,
    told_of_entering,
    told_of_leaving,
    update_members,
)


def read_searches(
    context: Context, door: Door, watches: Sequence[Watch], report: Report
) -> dict[str, MembershipRead]:
    """Read every search and sponsor watch to its end. One that cannot be read keeps the members it had."""
    read: dict[str, MembershipRead] = {}
    for watch in watches:
        if watch.kind == "trial" or context.stopping():
            continue
        try:
            found = door.drive(door.source.search(watch.query))
            _check(context, door, watch, set(found.numbers))
        except CouldNotFindOut as error:
            report.fail("search", watch.title or watch.key, str(error))
            continue
        trials = [TrialId(watch.registry, number) for number in found.numbers]
        read[watch.key] = update_members(context.database, watch.key, trials, context.clock.now())
        if read[watch.key].held:
            why = f"not believed yet: {read[watch.key].held}; a second look decides"
            report.fail("search", watch.title or watch.key, why)
    return read


def _check(context: Context, door: Door, watch: Watch, found: set[str]) -> None:
    """Ask once more, in other words, about what enters and what leaves: a wrong record in a list of numbers shows in nothing else.

    Raises Unreadable where the two answers contradict each other. The first reading has nothing to be compared with.
    """
    if never_read(context.database, [watch.key]):
        return
    known = {trial.number for trial in members(context.database, watch.key)}
    for doubtful, expected in ((found - known, True), (known - found, False)):
        for some in door.batches(sorted(doubtful)):
            confirmed = set(door.drive(door.source.search(watch.query, some)).numbers).intersection(some)
            if confirmed != (set(some) if expected else set()):
                odd = ", ".join(sorted(set(some) - confirmed if expected else confirmed)[:3])
                raise Unreadable(f"{door.source.title} contradicts itself on whether the search finds {odd}")


def tell_of_entering(
    context: Context, door: Door, watches: Sequence[Watch], run: int, report: Report
) -> None:
    """Tell of each trial that entered a search since its first reading, once it has its baseline."""
    by_key = {watch.key: watch for watch in watches}
    waiting = to_be_told_of_entering(context.database)
    known = snapshots(context.database, list(waiting))
    for trial, keys in waiting.items():
        snapshot = known.get(trial)
        if snapshot is None or snapshot.version == 0:
            continue
        for watch in (by_key[key] for key in keys if key in by_key):
            also = told_of_entering(watch.key, trial, context.clock.now())
            _tell(context, door, snapshot, watch, "entered", "", run, also, report)


def tell_of_leaving(
    context: Context,
    door: Door,
    watches: Sequence[Watch],
    read: Mapping[str, MembershipRead],
    run: int,
    report: Report,
) -> None:
    """Tell of each trial that left a search: for good, or at once where its own record changed meanwhile or it is gone."""
    for watch in watches:
        found = read.get(watch.key)
        if found is None:
            continue
        edited = edited_since_missed(context.database, watch.key)
        known = snapshots(context.database, [*found.leaving, *found.missing])
        gone = {trial for trial, snapshot in known.items() if snapshot.gone}
        sure = [trial for trial in found.missing if trial in edited or trial in gone]
        for trial in (*found.leaving, *sure):
            snapshot = known.get(trial)
            if snapshot is None or snapshot.version == 0:
                _forget(context, watch, trial, run)
                continue
            why = _why_it_left(snapshot, edited.get(trial))
            also = told_of_leaving(watch.key, trial, context.clock.now())
            _tell(context, door, snapshot, watch, "left", why, run, also, report)


def _why_it_left(snapshot: Snapshot, topics: Sequence[str] | None) -> str:
    """What became of the trial meanwhile; empty if its record stayed as it was (`topics` None)."""
    if snapshot.gone:
        return "it is gone from the registry"
    if topics is None:
        return ""
    if "status" in topics:
        return f"its status is now {snapshot.facts.status}"
    if "dates" in topics:
        return "its dates changed"
    return f"its record was edited ({', '.join(topics)})" if topics else "the registry touched its record"


def _tell(
    context: Context,
    door: Door,
    snapshot: Snapshot,
    watch: Watch,
    occurrence: Occurrence,
    why: str,
    run: int,
    also: Also,
    report: Report,
) -> None:
    now = context.clock.now()
    case = Case(
        snapshot.trial,
        snapshot.facts,
        snapshot.facts,
        now,
        occurrence=occurrence,
        about=watch.title or watch.key,
        why=why,
    )
    observation = replace(as_it_stands(context, snapshot), verdicts=assess(case, context.rules))
    reasons = lists_that_hold(context, watch)
    observation = addressed_now(context, observation, snapshot.facts, door.source, reasons, about=watch.key)
    try:
        recorded = record(context.database, observation, run, [also])
    except StaleSnapshot:
        return  # another process is at this trial right now; the membership still waits to be told, and is at the next look
    report.events += len(recorded.events)


def _forget(context: Context, watch: Watch, trial: TrialId, run: int) -> None:
    """A trial that left before we ever got its record: nobody heard of it, so nobody is told that it left."""
    standing = Observation(trial, "absent", context.clock.now(), 0, 0)
    also = told_of_leaving(watch.key, trial, context.clock.now())
    with suppress(StaleSnapshot):  # another process has just got its record: it is told of at the next look
        record(context.database, standing, run, [also])


def as_it_stands(context: Context, snapshot: Snapshot) -> Observation:
    """An observation that only says: it is as it was. What it tells comes from the search, not from the record."""
    return Observation(
        snapshot.trial,
        "absent" if snapshot.absence is not None or snapshot.gone else "unchanged",
        context.clock.now(),
        snapshot.version,
        snapshot.version,
        absence=snapshot.absence,
    )


def lists_that_hold(context: Context, watch: Watch) -> dict[str, Holding]:
    """The lists that hold this very search: only their readers asked what enters it."""
    return {
        watchlist.name: Holding(f"found by the search “{watch.title or watch.key}”", (candidate.wishes,))
        for watchlist in context.watchlists
        for candidate in watchlist.watches
        if candidate.key == watch.key
    }
