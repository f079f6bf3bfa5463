"""The deadlines of watched trials that a digest reminds its reader of."""

from collections.abc import Iterable
from datetime import date

from monitor.core.facts import TrialFacts
from monitor.core.trial import TrialId
from monitor.core.upcoming import coming
from monitor.jobs.context import Context
from monitor.render.contexts import ComingUp, WatchedTrial

DAYS_AHEAD = 30


def coming_up(
    context: Context, standing: Iterable[tuple[str, TrialId, TrialFacts]], today: date
) -> dict[str, tuple[ComingUp, ...]]:
    """What is coming within DAYS_AHEAD days of `today`, by watchlist, the soonest first. `standing`: (watchlist, trial, its facts)."""
    found: dict[str, list[ComingUp]] = {}
    for watchlist, trial, facts in standing:
        for deadline in coming(facts, today, DAYS_AHEAD):
            page = (
                context.doors[trial.registry].source.page_url(trial.number)
                if trial.registry in context.doors
                else ""
            )
            found.setdefault(watchlist, []).append(
                ComingUp(WatchedTrial(trial.number, page, facts), deadline)
            )
    return {
        watchlist: tuple(sorted(ahead, key=lambda one: one.deadline.date.latest))
        for watchlist, ahead in found.items()
    }
