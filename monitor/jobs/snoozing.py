"""A snooze holds while the watchlists say so: one that was ended or moved there moves what waits for it."""

from datetime import datetime

from monitor.core.schedule import digest_from, end_of_snooze
from monitor.jobs.context import Context
from monitor.store.snoozing import Snoozed, let_wait_until, snoozed


def follow_snoozes(context: Context) -> None:
    """Let what waits for the end of a snooze wait until the day that the watchlists name now, or no longer."""
    now = context.clock.now()
    moved = {}
    for one in snoozed(context.database):
        until = _until(context, one, now)
        if until is not None and until != one.slot:
            moved[one.id] = until
    if moved:
        let_wait_until(context.database, moved)


def _until(context: Context, waiting: Snoozed, now: datetime) -> datetime | None:
    """When its reader wants it, by the lists that asked for it; None if none of them names the reader any more: then it stays as it is."""
    readers = [
        subscriber
        for watchlist in context.watchlists
        if watchlist.name in waiting.watchlists
        for subscriber in watchlist.subscribers
        if (subscriber.name, subscriber.to) == (waiting.subscriber, waiting.destinations)
    ]
    ends = [
        end_of_snooze(waiting.trial.number, reader, now) or min(waiting.slot, digest_from(reader, now))
        for reader in readers
    ]
    return min(ends, default=None)
