"""Verdicts × subscriptions → who is told what. Each address says which watchlists asked for it.

A reader is a name and destinations. However many lists ask for a trial on a reader's behalf, and whatever each of them wishes, there is
one message: it tells what any of them takes, names those that take something, and goes out when the soonest of them wants it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.notification import Held
from monitor.core.schedule import digest_from, end_of_snooze, when_told
from monitor.core.significance import Significance, Verdict
from monitor.core.watch import Holding, Place, Subscriber, Watchlist
from monitor.core.wishes import News, fate_of, muted_by

# What happened to sites in a place, as a verdict on the changes that say it; None: nothing.
NearNews = Callable[[Place], Verdict | None]


@dataclass(frozen=True, slots=True)
class Asking:
    """One watchlist that asks for a trial on a reader's behalf; `subscriber` is the reader as this list describes it."""

    watchlist: str
    title: str
    subscriber: Subscriber
    holding: Holding


@dataclass(frozen=True, slots=True)
class Subscription:
    """A reader's interest in one trial, through one list or several."""

    asking: tuple[Asking, ...]

    @property
    def subscriber(self) -> Subscriber:
        """The reader, as the first of the lists describes it. Its name and destinations are the same in all."""
        return self.asking[0].subscriber

    @property
    def watchlists(self) -> tuple[str, ...]:
        """The names of the lists that ask."""
        return tuple(one.watchlist for one in self.asking)

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """The lists' titles, and why the trial is in them."""
        return tuple((one.title, one.holding.why) for one in self.asking)


@dataclass(frozen=True, slots=True)
class Flapping:
    """A field of the trial keeps changing: `times` in a day, this one included. What is said of nothing else waits `until` then;
    `verdicts` are the positions of those that speak of such a field."""

    times: int
    until: datetime
    verdicts: frozenset[int]

    def __str__(self) -> str:
        return f"flapping: changed {self.times} times in 24 hours"


@dataclass(frozen=True, slots=True)
class Addressed:
    """What one reader is told. `subscription` holds the lists that take something, the one that wants it soonest first.

    `verdicts` are positions, `told` the verdicts there as this reader hears them (raised where they are near, or as large as asked for),
    `near` what is said beside them of sites near the reader. `due`, `slot`, `held_for` and `withheld` are as in Notification; `waits`
    says in words why it waits longer than usual.
    """

    subscription: Subscription
    verdicts: tuple[int, ...]
    told: tuple[Verdict, ...]
    due: datetime
    slot: datetime | None
    near: tuple[Verdict, ...] = ()
    held_for: Held = ""
    waits: str = ""
    withheld: str = ""

    @property
    def gravest(self) -> Significance:
        """Of what is told."""
        return max(verdict.significance for verdict in self.told)


def subscriptions(watchlists: Iterable[Watchlist], reasons: Mapping[str, Holding]) -> list[Subscription]:
    """Who is interested in a trial that is in the lists named by `reasons`. The same name and destinations in several lists are one."""
    asking: dict[tuple[str, tuple[str, ...]], list[Asking]] = {}
    for watchlist in watchlists:
        if watchlist.name in reasons:
            for subscriber in watchlist.subscribers:
                one = Asking(watchlist.name, watchlist.title, subscriber, reasons[watchlist.name])
                asking.setdefault((subscriber.name, subscriber.to), []).append(one)
    return [Subscription(tuple(found)) for found in asking.values()]


def _nowhere(_: Place) -> Verdict | None:
    return None


def route(
    verdicts: Sequence[Verdict],
    interested: Iterable[Subscription],
    now: datetime,
    near_news: NearNews = _nowhere,
    *,
    number: str = "",
    flapping: Flapping | None = None,
) -> list[Addressed]:
    """Each reader's share of the verdicts on the trial of that number; none where nothing is left. Where all that is left was muted,
    the address is `withheld`."""
    addressed = []
    for subscription in interested:
        heard = [_heard(one, verdicts, near_news, number, now, flapping) for one in subscription.asking]
        taking = sorted((one for one in heard if one.told), key=lambda one: (one.due, one.slot is not None))
        if taking:
            addressed.append(_together(taking))
        elif muted := [one for one in heard if one.muted]:
            addressed.append(_withheld(muted, now))
    return addressed


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one list takes for its reader: verdicts by position, as the reader hears them, and when. `muted`: with the word that mutes."""

    asking: Asking
    told: Mapping[int, Verdict]
    muted: Mapping[int, tuple[Verdict, str]]
    near: Verdict | None
    due: datetime
    slot: datetime | None
    held_for: Held
    waits: str


def _heard(
    asking: Asking,
    verdicts: Sequence[Verdict],
    near_news: NearNews,
    number: str,
    now: datetime,
    flapping: Flapping | None,
) -> _Heard:
    subscriber = asking.subscriber
    near = near_news(subscriber.near) if subscriber.near is not None else None
    told: dict[int, Verdict] = {}
    muted: dict[int, tuple[Verdict, str]] = {}
    for position, verdict in enumerate(raised(verdict, near) for verdict in verdicts):
        news = News(number, verdict.rule, verdict.topic, verdict.significance, verdict.measure)
        fate, significance = fate_of(news, subscriber, asking.holding.wishes)
        if fate == "told":
            told[position] = replace(verdict, significance=significance)
        elif fate == "muted":
            muted[position] = verdict, muted_by(news, subscriber)
    gravest = max((verdict.significance for verdict in told.values()), default=Significance.NOISE)
    if flapping is not None and not told.keys() <= flapping.verdicts:
        flapping = None  # what is news beside it waits for nothing
    due, slot, held_for, waits = _when(subscriber, gravest, number, now, flapping)
    near = near if any(_speaks_of(verdicts[position], near) for position in told) else None
    return _Heard(asking, told, muted, near, due, slot, held_for, waits)


def _when(
    subscriber: Subscriber, gravest: Significance, number: str, now: datetime, flapping: Flapping | None
) -> tuple[datetime, datetime | None, Held, str]:
    """When it is due, the moment it waits for, and for what, if that is not the reader's next digest."""
    until = end_of_snooze(number, subscriber, now)
    if until is not None:
        return until, until, "snooze", f"snoozed until {dict(subscriber.snooze)[number]}"
    due, slot = when_told(subscriber, gravest, now)
    if flapping is None:
        return due, slot, "", ""
    if slot is not None:  # a digest is a summary already
        return due, slot, "", str(flapping)
    summary = digest_from(subscriber, flapping.until)
    return summary, summary, "flapping", f"{flapping}; from now on one summary a day until it rests"


def _together(taking: Sequence[_Heard]) -> Addressed:
    """One address out of the lists that take something, the soonest first."""
    told: dict[int, Verdict] = {}
    for one in taking:
        for position, verdict in one.told.items():
            told[position] = max(told.get(position, verdict), verdict, key=lambda heard: heard.significance)
    soonest = taking[0]
    return Addressed(
        Subscription(tuple(one.asking for one in taking)),
        tuple(sorted(told)),
        tuple(told[position] for position in sorted(told)),
        soonest.due,
        soonest.slot,
        tuple(dict.fromkeys(one.near for one in taking if one.near is not None)),
        soonest.held_for,
        soonest.waits,
    )


def _withheld(muted: Sequence[_Heard], now: datetime) -> Addressed:
    """What would have been told if it were not muted in every list that asked for it."""
    verdicts = {position: verdict for one in muted for position, (verdict, _) in one.muted.items()}
    words = sorted({word for one in muted for _, word in one.muted.values()})
    return Addressed(
        Subscription(tuple(one.asking for one in muted)),
        tuple(sorted(verdicts)),
        tuple(verdicts[position] for position in sorted(verdicts)),
        now,
        None,
        held_for="mute",
        withheld=f"you muted {', '.join(words)}",
    )


def raised(verdict: Verdict, near: Verdict | None) -> Verdict:
    """A verdict as it is for somebody to whom `near` is near: as grave as that, if it speaks of the same sites."""
    if near is None or not _speaks_of(verdict, near):
        return verdict
    return replace(verdict, significance=max(verdict.significance, near.significance))


def _speaks_of(verdict: Verdict, near: Verdict | None) -> bool:
    return (
        near is not None
        and verdict.topic == near.topic
        and not frozenset(verdict.changes).isdisjoint(near.changes)
    )
