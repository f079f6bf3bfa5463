"""The monitor speaks of itself: a source that nobody could read for a day, a destination that keeps refusing.

Silence must not be taken for health. Each is told once, and once when it ends.
"""

from collections.abc import Iterable
from datetime import datetime

from monitor.core.breaker import FOLDED_AFTER, Breaker
from monitor.core.notification import Delivery, Notification
from monitor.core.paper import Literature
from monitor.core.source import Source
from monitor.jobs.context import Context
from monitor.jobs.notices import notices_to
from monitor.render.contexts import NoticeContext
from monitor.render.wording import count
from monitor.store.destinations import breaker_of, broken_destinations
from monitor.store.health import SILENCE
from monitor.store.holds import held_since
from monitor.store.outbox import notify
from monitor.store.runs import note_failure, note_success, source_state


def note_look_failed(context: Context, source: Source | Literature, why: str) -> None:
    """A look at a source failed. From a day on without a successful one, everybody who watches something is told, once. While something
    is held the source could be read: then the day begins with that."""
    now = context.clock.now()
    state = source_state(context.database, source.id)
    silent_since = held_since(context.database, source.id) or state.last_ok_at or state.failing_since
    notices: list[Notification] = []
    patience = context.settings.patience.get(source.id, SILENCE)
    if silent_since is not None and now - silent_since >= patience and not state.failing_told:
        paragraphs = (
            f"No look at {source.title} has succeeded since {silent_since:%Y-%m-%d %H:%M} UTC.",
            f"The last failure: {why}",
            "No news from trialmon does not mean that nothing changed. It will be told when the source can be read again.",
        )
        title = f"{source.title} cannot be read: silence is not news"
        told = NoticeContext(title, paragraphs, "run `trialmon status`, or ask whoever runs this monitor")
        notices = notices_to_all(context, told, ("source-silent", source.id, silent_since.isoformat()), now)
    note_failure(context.database, source.id, why, now, notices)


def note_look_succeeded(context: Context, source: Source | Literature) -> None:
    """A look at a source succeeded. If people were told that it could not be read, they are told that this is over."""
    now = context.clock.now()
    state = source_state(context.database, source.id)
    notices: list[Notification] = []
    if state.failing_told and state.failing_since is not None:
        paragraphs = (
            f"{source.title} is read again. It could not be read since {state.failing_since:%Y-%m-%d %H:%M} UTC.",
            "What changed meanwhile has been found by comparing with the last versions; steps in between may be missing.",
        )
        told = NoticeContext(f"{source.title} is read again", paragraphs)
        notices = notices_to_all(
            context, told, ("source-back", source.id, state.failing_since.isoformat()), now
        )
    note_success(context.database, source.id, now, notices)


def notices_of_giving_up(context: Context, delivery: Delivery, why: str, now: datetime) -> list[Notification]:
    """A destination works, but does not take this message. The other destinations are told, at most once a day for each."""
    told = NoticeContext(
        f"A message for {delivery.destination} was given up",
        (
            f"{delivery.destination} did not take it in {count(delivery.attempts, 'attempt')}: {why}",
            f"Its title: {delivery.message.title}",
        ),
        "`trialmon outbox list --state gave_up` names it; `trialmon outbox retry` sends it again",
    )
    about = ("gave-up", delivery.destination, f"{now:%Y-%m-%d}")
    return notices_to_all(context, told, about, now, _others(context, delivery.destination))


def tell_of_broken_destinations(context: Context) -> None:
    """A destination has failed for an hour: the others are told, once until it works again. What is for it waits meanwhile."""
    now, database = context.clock.now(), context.database
    for name in broken_destinations(database, now, untold=True):
        breaker = breaker_of(database, name)
        since = breaker.failing_since or now
        told = NoticeContext(
            f"Messages to {name} do not arrive",
            (
                f"Nothing has reached {name} since {since:%Y-%m-%d %H:%M} UTC. The last failure: {breaker.why}",
                "What is to be told there waits. You will be told when it arrives again.",
            ),
            f"`trialmon destinations test {name}` says what is wrong; `trialmon outbox list` shows what waits",
        )
        about = ("broken", name, since.isoformat())
        notify(database, notices_to_all(context, told, about, now, _others(context, name)), now, broken=name)


def notices_of_return(context: Context, name: str, breaker: Breaker, now: datetime) -> list[Notification]:
    """A destination of which the others were told that it is broken has taken a message: they are told of that too."""
    since = breaker.failing_since or now
    waited = (
        "What waited for it for more than a day comes there as one digest."
        if now - since >= FOLDED_AFTER
        else "What waited for it is sent now."
    )
    told = NoticeContext(
        f"Messages to {name} arrive again",
        (f"They did not since {since:%Y-%m-%d %H:%M} UTC. {waited}",),
    )
    return notices_to_all(
        context, told, ("works-again", name, since.isoformat()), now, _others(context, name)
    )


def _others(context: Context, destination: str) -> list[str]:
    return [name for name in _destinations(context) if name != destination]


def notices_to_all(
    context: Context,
    told: NoticeContext,
    about: tuple[str, ...],
    now: datetime,
    to: Iterable[str] | None = None,
) -> list[Notification]:
    """One notice for each destination `to` which it goes; by default for every one that somebody reads."""
    return notices_to(to if to is not None else _destinations(context), told, about, now)


def _destinations(context: Context) -> list[str]:
    """Every destination that some subscriber uses, and the operator's: who runs the monitor must know what its readers are told of it,
    and may be the only one whom it can still be told."""
    subscribers = [subscriber for watchlist in context.watchlists for subscriber in watchlist.subscribers]
    names = [name for subscriber in subscribers for name in subscriber.to]
    return list(dict.fromkeys([*names, *context.settings.operator]))
