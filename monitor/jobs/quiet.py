"""Quiet hours hold what is late, too. What is written within them is due at their end; but a message may be late by itself: its
destination was out of reach, or nobody was at work. That it comes now must wake nobody either."""

from datetime import datetime

from monitor.core.schedule import late_until
from monitor.jobs.context import Context
from monitor.store.quiet import Late, hold_back, late


def keep_quiet(context: Context) -> None:
    """Let what is due wait while its reader wants quiet, by the watchlists as they are now; and no longer."""
    now = context.clock.now()
    wished = any(one.quiet is not None for watchlist in context.watchlists for one in watchlist.subscribers)
    until = {
        one.id: end
        for one in late(context.database, now, held_only=not wished)
        if (end := _until(context, one, now)) != one.quiet_until
    }
    if until:
        hold_back(context.database, until, now)


def _until(context: Context, waiting: Late, now: datetime) -> datetime | None:
    """When the first of the lists that asked for it wants it; None: now, as for whatever is for no single reader."""
    ends = [
        late_until(subscriber, waiting.significance, now)
        for watchlist in context.watchlists
        if watchlist.name in waiting.watchlists
        for subscriber in watchlist.subscribers
        if subscriber.name == waiting.subscriber and {*waiting.destinations} <= {*subscriber.to}
    ]
    end = min(ends, default=now)
    return end if end > now else None
