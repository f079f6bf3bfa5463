"""Verdicts → the messages they become: routed, worded, with a key of their own. Nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.core.facts import TrialFacts
from monitor.core.notification import Notification, key_of
from monitor.core.observation import Observation
from monitor.core.routing import Addressed, NearNews, Subscription, raised, route, subscriptions
from monitor.core.significance import Verdict
from monitor.core.source import Source
from monitor.core.watch import Watchlist
from monitor.render.contexts import AlertContext, Reason
from monitor.render.message import render_alert
from monitor.rules.near import listed_sites, near_news


def addressed(
    observation: Observation,
    facts: TrialFacts,
    source: Source,
    watchlists: Sequence[Watchlist],
    reasons: Mapping[str, str],
    now: datetime,
    about: str = "",
) -> Observation:
    """The observation with a notification for every subscription that asked for one of its verdicts.

    `facts` are what is now known of the trial; `reasons` say why it is in which watchlist (list name → why).
    `about` tells apart what happens to one trial in one look without a new version: the search that it entered.
    """
    if not observation.verdicts:
        return observation
    interested = subscriptions(watchlists, reasons)
    shares = route(observation.verdicts, interested, now, _near_news(observation, facts, now))
    told = tuple(_notification(observation, facts, source, share, now, about) for share in shares)
    return replace(observation, notifications=told)


def _near_news(observation: Observation, facts: TrialFacts, now: datetime) -> NearNews:
    """What happened to the trial's sites in a place."""
    sites = listed_sites(observation.record.modules) if observation.record is not None else None
    return lambda place: near_news(place, observation.trial, facts, observation.changes, sites, now)


def _notification(
    observation: Observation, facts: TrialFacts, source: Source, share: Addressed, now: datetime, about: str
) -> Notification:
    subscription = share.subscription
    subscriber = subscription.subscriber
    verdicts = tuple(raised(observation.verdicts[position], share.near) for position in share.verdicts)
    verdicts = (*((share.near,) if share.near is not None else ()), *verdicts)
    alert = AlertContext(
        number=observation.trial.number,
        registry=source.title,
        page=source.page_url(observation.trial.number),
        facts=facts,
        version=observation.version,
        registry_date=facts.registry_date,
        seen_at=now,
        reasons=tuple(Reason(title, why) for _, title, why in subscription.reasons),
        verdicts=verdicts,
        changes=observation.changes,
        timezone=subscriber.timezone,
    )
    return Notification(
        key=key_of(
            "alert",
            str(observation.trial),
            *_moment_of(observation, verdicts, about),
            *who(subscription),
        ),
        kind="alert",
        subscriber=subscriber.name,
        watchlists=subscription.watchlists,
        destinations=subscriber.to,
        message=render_alert(alert),
        significance=share.gravest,
        why=_why(subscription),
        due=share.due,
        slot=share.slot,
        trial=str(observation.trial),
        events=share.verdicts,
    )


def _moment_of(observation: Observation, verdicts: Sequence[Verdict], about: str) -> tuple[str, ...]:
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
        *(verdict.rule for verdict in verdicts),
    )


def who(subscription: Subscription) -> tuple[str, ...]:
    """For a message's key: whom it is for, and by which lists. The same name may wish for one thing in one list and for another in
    another; those are two messages."""
    return (subscription.subscriber.name, *subscription.subscriber.to, "", *subscription.watchlists)


def _why(subscription: Subscription) -> str:
    return "; ".join(f"{title}: {why}" for _, title, why in subscription.reasons)
