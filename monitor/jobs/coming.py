"""The deadlines of watched trials that a digest reminds its reader of: all of them once a week, else those that it has not named yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from monitor.core.facts import TrialFacts
from monitor.core.trial import TrialId
from monitor.core.upcoming import Deadline, coming, is_new_week
from monitor.jobs.context import Context
from monitor.render.contexts import ComingUp, WatchedTrial
from monitor.store.slots import facts_then

DAYS_AHEAD = 30


@dataclass
class Ahead:
    """What is coming for the trials of a watchlist, the soonest first. `named` counts what the digest before named already."""

    coming: list[ComingUp] = field(default_factory=list)
    named: int = 0


def coming_up(
    context: Context,
    standing: Iterable[tuple[str, TrialId, TrialFacts]],
    since: datetime | None,
    until: datetime,
    zone: tzinfo,
) -> dict[str, Ahead]:
    """What is coming within DAYS_AHEAD days of `until`, by watchlist. `standing`: (watchlist, trial, its facts). `since` is when
    the digest before was written, if any; where that was in the same week, a deadline that it could name as it stands is only counted."""
    today = until.astimezone(zone).date()
    last = since.astimezone(zone).date() if since is not None else None
    near = [one for one in standing if coming(one[2], today, DAYS_AHEAD)]
    then: Mapping[TrialId, TrialFacts] = {}
    if since is not None and last is not None and not is_new_week(last, today):
        then = facts_then(context.database, [trial for _, trial, _ in near], since)
    found: dict[str, Ahead] = {}
    for watchlist, trial, facts in near:
        door = context.doors.get(trial.registry)
        page = door.source.page_url(trial.number) if door is not None else ""
        ahead = found.setdefault(watchlist, Ahead())
        named = _dates(coming(then[trial], last, DAYS_AHEAD)) if last is not None and trial in then else set()
        for deadline in coming(facts, today, DAYS_AHEAD):
            if _date(deadline) in named:
                ahead.named += 1
            else:
                ahead.coming.append(ComingUp(WatchedTrial(trial.number, page, facts), deadline))
    for ahead in found.values():
        ahead.coming.sort(key=lambda one: one.deadline.date.latest)
    return found


def _date(deadline: Deadline) -> tuple[str, date]:
    return deadline.kind, deadline.date.latest


def _dates(deadlines: Iterable[Deadline]) -> set[tuple[str, date]]:
    return {_date(deadline) for deadline in deadlines}
