"""Verdicts × subscriptions → who is told what. Each address says which subscription asked for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.schedule import when_told
from monitor.core.significance import Significance, Verdict
from monitor.core.watch import Subscriber, Watchlist


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


def route(verdicts: Sequence[Verdict], interested: Iterable[Subscription], now: datetime) -> list[Addressed]:
    """Each subscription's share of the verdicts, by its topics and its least significance; none where nothing is left."""
    addressed = []
    for subscription in interested:
        subscriber = subscription.subscriber
        share = tuple(
            position
            for position, verdict in enumerate(verdicts)
            if verdict.significance >= subscriber.at_least and verdict.topic in subscriber.topics
        )
        if share:
            gravest = max(verdicts[position].significance for position in share)
            due, slot = when_told(subscriber, gravest, now)
            addressed.append(Addressed(subscription, share, gravest, due, slot))
    return addressed
