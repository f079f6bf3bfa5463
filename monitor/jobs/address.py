"""Verdicts → the messages they become: routed, worded, with a key of their own. Nothing is written here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from monitor.core.facts import TrialFacts
from monitor.core.notification import Message, Notification, key_of
from monitor.core.observation import Observation
from monitor.core.paper import Literature
from monitor.core.routing import Addressed, Flapping, NearNews, Subscription, route, subscriptions
from monitor.core.source import Source
from monitor.core.watch import Holding, Subscriber, Watchlist
from monitor.jobs.context import Context
from monitor.jobs.slips import slips_in
from monitor.jobs.wording import worded
from monitor.render.contexts import AlertContext, Reason
from monitor.render.message import render_alert
from monitor.rules.near import listed_sites, near_news

# How an alert is worded for a subscriber.
Words = Callable[[Subscriber, AlertContext], Message]


def _in_ours(_: Subscriber, alert: AlertContext) -> Message:
    return render_alert(alert)


def addressed(
    observation: Observation,
    facts: TrialFacts,
    source: Source | Literature,
    watchlists: Sequence[Watchlist],
    reasons: Mapping[str, Holding],
    now: datetime,
    about: str = "",
    flapping: Callable[[], Flapping | None] = lambda: None,
    words: Words = _in_ours,
    past: Sequence[TrialFacts] = (),
) -> Observation:
    """The observation with a notification for every reader who asked for one of its verdicts.

    `facts` are what is now known of the trial; `reasons` say how it is in which watchlist.
    `about` tells apart what happens to one trial in one look without a new version: the search that it entered.
    `flapping` knows whether what changed keeps changing; it is asked once, if anybody is there to be told.
    `past` are the facts of the versions before, oldest first: what was promised, and when.
    `words` words what is sent by itself (jobs/wording); what waits for a digest, or is withheld, is kept in ours.
    """
    interested = subscriptions(watchlists, reasons)
    if not (observation.verdicts and interested):
        return observation
    shares = route(
        observation.verdicts,
        interested,
        now,
        _near_news(observation, facts, now),
        number=observation.trial.number,
        flapping=flapping(),
    )
    history = (*past, facts)
    told = tuple(_notification(observation, history, source, share, now, about, words) for share in shares)
    return replace(observation, notifications=told)


def addressed_now(
    context: Context,
    observation: Observation,
    facts: TrialFacts,
    source: Source | Literature,
    reasons: Mapping[str, Holding],
    *,
    about: str = "",
    flapping: Callable[[], Flapping | None] = lambda: None,
    past: Sequence[TrialFacts] = (),
) -> Observation:
    """As `addressed`, at this moment, by the watchlists in force and in the words that each reader wishes. Not within a transaction."""
    return addressed(
        observation,
        facts,
        source,
        context.watchlists,
        reasons,
        context.clock.now(),
        about=about,
        flapping=flapping,
        words=partial(worded, context),
        past=past,
    )


def _near_news(observation: Observation, facts: TrialFacts, now: datetime) -> NearNews:
    """What happened to the trial's sites in a place."""
    sites = listed_sites(observation.record.modules) if observation.record is not None else None
    return lambda place: near_news(place, observation.trial, facts, observation.changes, sites, now)


def _notification(
    observation: Observation,
    history: Sequence[TrialFacts],
    source: Source | Literature,
    share: Addressed,
    now: datetime,
    about: str,
    words: Words,
) -> Notification:
    subscription = share.subscription
    subscriber, facts = subscription.subscriber, history[-1]
    verdicts = (*share.near, *share.told)
    reasons = _reasons(share)
    alert = AlertContext(
        number=observation.trial.number,
        registry=source.title,
        page=source.page_url(observation.trial.number),
        facts=facts,
        version=observation.version,
        registry_date=facts.registry_date,
        seen_at=now,
        reasons=tuple(Reason(title, why) for title, why in reasons),
        verdicts=verdicts,
        changes=observation.changes,
        timezone=subscriber.timezone,
        language=subscriber.language,
        slips=slips_in(history, verdicts, observation.changes),
    )
    return Notification(
        key=key_of(
            "alert",
            str(observation.trial),
            *_moment_of(observation, about, share),
            *who(subscription),
        ),
        kind="alert",
        subscriber=subscriber.name,
        watchlists=subscription.watchlists,
        destinations=subscriber.to,
        message=(words if share.slot is None and not share.withheld else _in_ours)(subscriber, alert),
        significance=share.gravest,
        why="; ".join(f"{title}: {why}" for title, why in reasons),
        due=share.due,
        slot=share.slot,
        trial=str(observation.trial),
        events=share.verdicts,
        withheld=share.withheld,
        held_for=share.held_for,
    )


def _reasons(share: Addressed) -> list[tuple[str, str]]:
    """Each list's title and why it asks; behind the last, why the message waited."""
    *others, (title, why) = share.subscription.reasons
    return [*others, (title, f"{why}; {share.waits}" if share.waits else why)]


def _moment_of(observation: Observation, about: str, share: Addressed) -> tuple[str, ...]:
    """What makes this telling the only one of its kind: the step between two versions, or what happened to the number and when.

    Never the contents: A → B → A must be told twice.
    """
    step = (str(observation.expected_version), str(observation.version))
    if observation.changes:
        return step
    return (
        *step,
        observation.outcome,
        observation.seen_at.isoformat(),
        about,
        *(verdict.rule for verdict in (*share.near, *share.told)),
    )


def who(subscription: Subscription) -> tuple[str, ...]:
    """For a message's key: whom it is for. By which lists does not matter: a reader gets one message, through however many."""
    return (subscription.subscriber.name, *subscription.subscriber.to)
