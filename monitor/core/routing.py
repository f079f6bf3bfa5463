"""Verdicts × subscriptions → who is told what. Each address says which subscription asked for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.schedule import when_told
from monitor.core.significance import Significance, Verdict
from monitor.core.watch import Place, Subscriber, Watchlist

# What happened to sites in a place, as a verdict on the changes that say it; None: nothing.
NearNews = Callable[[Place], Verdict | None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscriber's interest in one trial: `reasons` are (watchlist name, its title, why the trial is in it)."""

    subscriber: Subscriber
    reasons: tuple[tuple[str, str, str], ...]

    @property
    def watchlists(self) -> tuple[str, ...]:
        """The names of the lists that ask."""
        return tuple(name for name, _, _ in self.reasons)


@dataclass(frozen=True, slots=True)
class Addressed:
    """What one subscription is told: positions of verdicts, when it is due, and the digest moment it waits for, if any."""

    subscription: Subscription
    verdicts: tuple[int, ...]
    gravest: Significance
    due: datetime
    slot: datetime | None
    near: Verdict | None = None


def subscriptions(watchlists: Iterable[Watchlist], reasons: Mapping[str, str]) -> list[Subscription]:
    """Who is interested in a trial that is in the lists named by `reasons` (list name → why it is in it).

    The same subscriber in several lists is one: same name, destinations and wishes. Then one message names them all.
    """
    merged: dict[Subscriber, list[tuple[str, str, str]]] = {}
    for watchlist in watchlists:
        if watchlist.name in reasons:
            for subscriber in watchlist.subscribers:
                merged.setdefault(subscriber, []).append(
                    (watchlist.name, watchlist.title, reasons[watchlist.name])
                )
    return [Subscription(subscriber, tuple(found)) for subscriber, found in merged.items()]


def _nowhere(_: Place) -> Verdict | None:
    return None


def route(
    verdicts: Sequence[Verdict],
    interested: Iterable[Subscription],
    now: datetime,
    near_news: NearNews = _nowhere,
) -> list[Addressed]:
    """Each subscription's share of the verdicts, by its topics and its least significance; none where nothing is left.

    For a subscriber who named a place, news of sites there is raised before it is compared with what is wished for.
    """
    addressed = []
    for subscription in interested:
        subscriber = subscription.subscriber
        near = near_news(subscriber.near) if subscriber.near is not None else None
        heard = [raised(verdict, near) for verdict in verdicts]
        share = tuple(
            position
            for position, verdict in enumerate(heard)
            if verdict.significance >= subscriber.at_least and verdict.topic in subscriber.topics
        )
        if share:
            gravest = max(heard[position].significance for position in share)
            due, slot = when_told(subscriber, gravest, now)
            told_near = near if any(_speaks_of(verdicts[position], near) for position in share) else None
            addressed.append(Addressed(subscription, share, gravest, due, slot, told_near))
    return addressed


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
