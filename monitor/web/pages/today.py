"""What changed on a day: gravest first, by watchlist."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.core.significance import TOPICS, Significance
from monitor.render import wording
from monitor.store.counts import newest_event
from monitor.store.dashboard import (
    Told,
    count_between,
    days_with_events,
    events_between,
    watchlist_titles,
)
from monitor.web.meant import AT_LEAST, OF_TOPIC
from monitor.web.page import Anew, Answer, Asked, Page, Same, Shown
from monitor.web.values import CURSOR, DAY, Param, first_moment, one_of

_UNLISTED = ""
# A day on which the registry itself edits everything is better paged through, on /events.
_MOST = 400


@dataclass(frozen=True, slots=True)
class TrialOfADay:
    """A trial's events of a day, gravest first."""

    number: str
    name: str
    status: str
    gravest: str
    events: tuple[Told, ...]

    @property
    def together(self) -> bool:
        """Whether all of it was seen at one look, in one version."""
        return len({(one.seen_at[:16], one.registry_date, one.version) for one in self.events}) == 1


@dataclass(frozen=True, slots=True)
class ListOfADay:
    """A watchlist's trials of a day, gravest first; `name` is empty for trials that no list watches any more."""

    name: str
    title: str
    trials: tuple[TrialOfADay, ...]


def _today(asked: Asked) -> Answer:
    today = asked.now.date()
    day: date = asked["day"] or today
    least: Significance = asked["at_least"]
    newest = newest_event(asked.database)
    doubts = asked.house.published.doubts_of_looks() if day == today else []
    if asked.part and asked["shown"] not in (None, today):
        return Anew()
    if asked.part and asked["newest"] == newest and (asked["doubted"] is not None) == bool(doubts):
        return Same()
    start = first_moment(day)
    assert start is not None
    end = start + timedelta(days=1)
    told = events_between(asked.database, start, end, _MOST)
    in_all = count_between(asked.database, start, end) if len(told) == _MOST else len(told)
    wanted = [
        one
        for one in told
        if Significance.parse(one.significance) >= least and asked["topic"] in (None, one.topic)
    ]
    days = days_with_events(asked.database, today)
    return Shown(
        "today",
        "Today" if day == today else day.isoformat(),
        {
            "day": day,
            "is_today": day == today,
            "lists": _by_watchlist(wanted, watchlist_titles(asked.database)),
            "shown": len(wanted),
            "held_back": len(told) - len(wanted),
            "more": in_all - len(told),
            "earlier": next((one for one in days if one < day), None),
            "later": min((one for one in days if one > day), default=None),
            "days": days,
            "at_least": str(least),
            "topic": asked["topic"],
            "levels": [str(one) for one in sorted(Significance, reverse=True)],
            "topics": TOPICS,
            "newest": newest,
            "doubts": doubts,
        },
        part="_day",
    )


def _by_watchlist(told: Iterable[Told], titles: dict[str, str]) -> tuple[ListOfADay, ...]:
    """The events in the lists that watch their trials: the list with the gravest first, in it the gravest trial first."""
    lists: dict[str, dict[str, list[Told]]] = {}
    for one in told:
        for name in one.watchlists or (_UNLISTED,):
            lists.setdefault(name, {}).setdefault(one.number, []).append(one)
    found = [
        ListOfADay(name, titles.get(name, name), tuple(sorted(map(_trial, trials.values()), key=_rank)))
        for name, trials in lists.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.name == _UNLISTED, _rank(one.trials[0])[0], one.title)))


def _trial(events: list[Told]) -> TrialOfADay:
    gravest_first = sorted(events, key=lambda one: (-Significance.parse(one.significance), one.id))
    first = gravest_first[0]
    return TrialOfADay(
        first.number, first.name, wording.status(first.status), first.significance, tuple(gravest_first)
    )


def _rank(trial: TrialOfADay) -> tuple[int, int]:
    return -Significance.parse(trial.gravest), -trial.events[0].id


_FILTERS = (
    Param("day", DAY, "The day, UTC, on which it was seen. Default: today"),
    replace(AT_LEAST, default=Significance.ROUTINE),
    OF_TOPIC,
    Param("newest", CURSOR, "The newest event that the browser shows already."),
    Param("shown", DAY, "The day that the browser shows as today."),
    Param("doubted", one_of("yes"), "Whether the browser shows already that something was not looked at."),
)

PAGE = Page(
    "/",
    "Today",
    "What changed on a day, gravest first, by watchlist.",
    _today,
    params=_FILTERS,
    nav="Today",
    order=0,
)
