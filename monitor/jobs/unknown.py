"""Watched numbers that the registry does not know: told once, together, and asked for again at every look."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from monitor.core.decide import decide
from monitor.core.notification import Notification, key_of
from monitor.core.routing import Subscription, route, subscriptions
from monitor.core.significance import Verdict
from monitor.core.source import Missing
from monitor.core.trial import TrialId
from monitor.core.watch import Holding
from monitor.jobs.address import who
from monitor.jobs.context import Context, Door
from monitor.render.contexts import NoticeContext
from monitor.render.message import render_notice
from monitor.store.observations import Recorded, StaleSnapshot, record
from monitor.store.snapshots import snapshots
from monitor.store.told import tells_too


def tell_unknown(
    context: Context, door: Door, unknown: Mapping[TrialId, Mapping[str, Holding]], run: int
) -> Iterator[Recorded]:
    """Record each number as unknown and told. `unknown`: number → (list name → how it is in it).

    A subscription's one message is written together with its first number, and tells of the others as they are recorded. If the process
    dies after that, the numbers that were not recorded yet are found and told again at the next look: named twice at worst, never
    forgotten.
    """
    numbers_of: dict[Subscription, list[TrialId]] = {}
    for trial, reasons in unknown.items():
        alike = {name: Holding("you watch this number", held.wishes) for name, held in reasons.items()}
        for subscription in subscriptions(context.watchlists, alike):
            if any(trial.number not in one.subscriber.mute for one in subscription.asking):
                numbers_of.setdefault(subscription, []).append(trial)
    carried: dict[Subscription, str] = {}
    for trial in unknown:
        now = context.clock.now()
        before = snapshots(context.database, [trial]).get(trial)
        missing = Missing(trial.number, certain=True)
        observation = decide(trial, before, missing, door.source.shape, context.rules, now)
        firsts = [(one, numbers) for one, numbers in numbers_of.items() if numbers[:1] == [trial]]
        told = {
            subscription: notification
            for subscription, numbers in firsts
            if (notification := _notification(context, door, observation.verdicts, subscription, numbers))
            is not None
        }
        also = [tells_too(key, trial) for one, key in carried.items() if trial in numbers_of[one]]
        recorded: Recorded | None = None
        if observation.outcome == "unknown":
            with suppress(StaleSnapshot):
                observation = replace(observation, notifications=tuple(told.values()))
                recorded = record(context.database, observation, run, also)
                carried |= {subscription: notification.key for subscription, notification in told.items()}
        if recorded is not None:
            yield recorded
            continue
        # Another process has told it meanwhile, but perhaps not the others: the next one carries the message.
        for numbers in numbers_of.values():
            if numbers[:1] == [trial]:
                numbers.pop(0)


def _notification(
    context: Context,
    door: Door,
    verdicts: Sequence[Verdict],
    subscription: Subscription,
    numbers: Sequence[TrialId],
) -> Notification | None:
    now = context.clock.now()
    for share in route(verdicts, [subscription], now):
        subscription = share.subscription
        subscriber = subscription.subscriber
        listed = ", ".join(trial.number for trial in numbers)
        registry = door.source.title
        what = "a number" if len(numbers) == 1 else f"{len(numbers)} numbers"
        told = NoticeContext(
            f"{registry} does not know {listed if len(numbers) == 1 else what} that you watch",
            (
                f"{registry} has no trial under {listed}.",
                f"In: {', '.join(title for title, _ in subscription.reasons)}.",
                "It may not be registered yet, or the number may be mistyped. It stays watched and is asked for at every look.",
            ),
            "`trialmon watchlist remove LIST NUMBER` ends the watch",
        )
        return Notification(
            key=key_of("unknown", *who(subscription), "", *(str(trial) for trial in numbers)),
            kind="alert",
            subscriber=subscriber.name,
            watchlists=subscription.watchlists,
            destinations=subscriber.to,
            message=render_notice(told),
            significance=share.gravest,
            why="you watch a number that the registry does not know",
            due=share.due,
            slot=share.slot,
            trial=str(numbers[0]),
            events=share.verdicts,
            withheld=share.withheld,
            held_for=share.held_for,
        )
    return None
