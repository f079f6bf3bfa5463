"""Many messages for one destination at once, or after it was out of reach for long: told in one digest instead.

Only what surely has not arrived is folded, and all of it that tells of one trial goes the same way: so each event is told in exactly one
message, and a trial's events in their order. In a storm only alerts are folded; digests, notices and lists of what is watched count
toward what a destination takes, but go as they are.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from monitor.core.breaker import MOST, WITHIN, Breaker
from monitor.jobs.context import Context
from monitor.jobs.digest import digest_of
from monitor.store.folding import Crowd, Fold, Waiting, crowd, fold_deliveries


def ease(context: Context, destination: str, breaker: Breaker, more_to_come: Callable[[], bool]) -> None:
    """Fold what is too much for a destination, before the next message is sent to it. While there is `more_to_come` (a look is under
    way), what is too much waits for the end of the ten minutes, so that one digest tells all of it."""
    if breaker.is_open:
        return  # first it must be known to work
    now = context.clock.now()
    here = crowd(context.database, destination, now, now - WITHIN)
    if breaker.back_from is not None:
        why = f"{destination} could not be reached from {_minute(breaker.back_from)} to {_minute(now)} UTC"
        _fold(context, destination, [one for one in here.waiting if one.loose], why)
    elif here.storm_until is None or here.storm_until > now + WITHIN:  # the latter: the clock went back
        _calm(context, destination, here, more_to_come)
    elif here.storm_until <= now:
        _fold(context, destination, _of_the_storm(here, here.storm_until), _storm(destination))


def _calm(context: Context, destination: str, here: Crowd, more_to_come: Callable[[], bool]) -> None:
    """Keep up with what a destination takes: begin a storm where more waits."""
    now = context.clock.now()
    tried = {one.trial for one in here.waiting if not one.fresh}
    alerts = [one for one in here.waiting if _may_be_folded(one) and one.trial not in tried]
    taken = len(here.sent) + len(here.waiting) - len(alerts)
    if not alerts or taken + len(alerts) <= MOST:
        return
    digests = len({one.subscriber for one in alerts})
    room = max(MOST + 1 - digests - taken, 0)
    single = gravest_trials(alerts, room)
    rest = [one for one in alerts if one.id not in single]
    after = alerts[-1].id
    if room and not more_to_come():
        _fold(context, destination, rest, _storm(destination), until=now + WITHIN, after=after)
    else:
        until = (here.sent[0] if here.sent else now) + WITHIN
        ids = [one.id for one in rest]
        fold_deliveries(
            context.database, destination, (), now, put_off=ids, storm_until=until, storm_after=after
        )


def gravest_trials(alerts: Sequence[Waiting], room: int) -> frozenset[int]:
    """The ids of the alerts that go singly: all of a trial or none, the gravest trials first, then those that waited longest."""
    by_trial: dict[str, list[Waiting]] = {}
    for one in alerts:
        by_trial.setdefault(one.trial or str(one.id), []).append(one)
    gravest = sorted(by_trial.values(), key=lambda all: (-max(one.significance for one in all), all[0].id))
    chosen: set[int] = set()
    for of_trial in gravest:
        if len(chosen) + len(of_trial) <= room:
            chosen.update(one.id for one in of_trial)
    return frozenset(chosen)


def _of_the_storm(here: Crowd, until: datetime) -> list[Waiting]:
    """What was written before the storm ended, and what was written later of the same trials: it must not overtake."""
    tried = {one.trial for one in here.waiting if not one.fresh}
    alerts = [one for one in here.waiting if _may_be_folded(one) and one.trial not in tried]
    trials = {one.trial for one in alerts if one.written <= until}
    return [one for one in alerts if one.written <= until or one.trial in trials]


def _may_be_folded(one: Waiting) -> bool:
    return one.kind == "alert" and one.fresh and one.loose


def _fold(
    context: Context,
    destination: str,
    waiting: Sequence[Waiting],
    why: str,
    *,
    until: datetime | None = None,
    after: int = 0,
) -> None:
    """One digest for each subscriber; what would be alone in it goes as it is."""
    folds = [
        Fold(
            tuple(one.id for one in members),
            digest_of(context, subscriber, destination, [one.notification for one in members], why),
        )
        for subscriber, members in _by_subscriber(waiting).items()
        if len(members) > 1
    ]
    now = context.clock.now()
    fold_deliveries(context.database, destination, folds, now, storm_until=until, storm_after=after)


def _by_subscriber(waiting: Iterable[Waiting]) -> dict[str, list[Waiting]]:
    """Notices are for everybody who reads there: they go with the first subscriber's."""
    groups: dict[str, list[Waiting]] = {}
    for one in waiting:
        groups.setdefault(one.subscriber, []).append(one)
    notices = groups.pop("", [])
    if notices:
        first = next(iter(groups), "")
        groups[first] = sorted([*groups.get(first, []), *notices], key=lambda one: one.id)
    return groups


def _storm(destination: str) -> str:
    return f"more than {MOST} messages for {destination} within {WITHIN.seconds // 60} minutes"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
