"""Fold what waits for a digest into one message, when its moment has come."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from monitor.core.facts import TrialFacts
from monitor.core.notification import Message, Notification, key_of
from monitor.core.receipt import Receipt, held_back
from monitor.core.routing import raised
from monitor.core.significance import Verdict
from monitor.core.trial import TrialId
from monitor.core.watch import Place, Subscriber
from monitor.jobs.context import Context
from monitor.render.contexts import AlertContext, DigestContext, DigestSection, Reason
from monitor.render.message import render_digest
from monitor.rules.near import SITES_MODULE, listed_sites, near_news
from monitor.store.digests import DigestDue, Waiting, changes_of, digests_due, fold
from monitor.store.observations import modules_of, snapshots
from monitor.store.receipts import previous_slot, untold


def fold_due_digests(context: Context) -> None:
    """Write the digests that are due into the outbox; what they tell is then told by them alone."""
    now = context.clock.now()
    for due in digests_due(context.database, now):
        digest = Notification(
            key=key_of(
                "digest",
                due.subscriber,
                *due.destinations,
                due.slot.isoformat(),
                *(str(one.id) for one in due.members),
            ),
            kind="digest",
            subscriber=due.subscriber,
            watchlists=tuple(sorted({name for one in due.members for name in one.watchlists})),
            destinations=due.destinations,
            message=_worded(context, due),
            significance=max(one.significance for one in due.members),
            why=f"the digest of {due.slot:%Y-%m-%d %H:%M} UTC",
            due=due.slot,
            events=tuple(sorted({event.id for one in due.members for event in one.events})),
        )
        fold(context.database, [one.id for one in due.members], digest, now)


def _worded(context: Context, due: DigestDue) -> Message:
    wishes = _wishes_of(context, due)
    timezone = _timezone_of(context, due.subscriber)
    titles = {watchlist.name: watchlist.title for watchlist in context.watchlists}
    trials = [TrialId.parse(one.trial) for one in due.members if one.trial]
    facts = {trial: snapshot.facts for trial, snapshot in snapshots(context.database, trials).items()}
    sections = tuple(
        DigestSection(
            titles.get(name, name),
            tuple(
                _alert(
                    context,
                    one,
                    facts,
                    timezone,
                    titles.get(name, name),
                    wishes[name].near if name in wishes else None,
                )
                for one in _grave_first(due.members)
                if name in one.watchlists
            ),
        )
        for name in sorted({name for one in due.members for name in one.watchlists})
    )
    receipt, since = _receipt(context, due, wishes)
    return render_digest(DigestContext(sections, due.slot, timezone, receipt, since))


def _receipt(
    context: Context, due: DigestDue, wishes: dict[str, Subscriber]
) -> tuple[Receipt | None, datetime]:
    """What was held back from this subscriber since the digest before, and since when that is."""
    database = context.database
    since = previous_slot(database, due.subscriber, due.destinations, due.slot)
    found = untold(database, due.subscriber, due.destinations, list(wishes), since, due.slot)
    receipt = held_back(found, wishes)
    return (None if receipt.empty else receipt), since


def _grave_first(members: Sequence[Waiting]) -> list[Waiting]:
    return sorted(members, key=lambda one: (-one.significance, one.id))


def _alert(
    context: Context,
    one: Waiting,
    facts: dict[TrialId, TrialFacts],
    timezone: tzinfo,
    watchlist: str,
    place: Place | None,
) -> AlertContext:
    trial = TrialId.parse(one.trial)
    known = facts.get(trial, TrialFacts())
    source = context.doors[trial.registry].source
    if place is not None:
        verdicts = list(_heard_near(context, one, known, place))
    else:
        verdicts = [
            Verdict("", event.topic, event.significance, event.headline, event.because)
            for event in one.events
        ]
    return AlertContext(
        number=trial.number,
        registry=source.title,
        page=source.page_url(trial.number),
        facts=known,
        version=0,
        registry_date=known.registry_date,
        seen_at=one.created_at,
        reasons=(Reason(watchlist, one.why),),
        verdicts=tuple(sorted(verdicts, key=lambda verdict: -verdict.significance)),
        changes=(),
        timezone=timezone,
    )


def _heard_near(context: Context, one: Waiting, facts: TrialFacts, place: Place) -> Iterator[Verdict]:
    """The events as a reader hears them who named a place, with the line that says what happened there."""
    database, trial = context.database, TrialId.parse(one.trial)
    changes = changes_of(database, [event.id for event in one.events if event.topic == "sites"])
    sites = listed_sites(modules_of(database, trial, [SITES_MODULE])) if changes else None
    for event in one.events:
        of_event = changes.get(event.id, ())
        near = near_news(place, trial, facts, of_event, sites, one.created_at)
        heard = Verdict(
            "", event.topic, event.significance, event.headline, event.because, tuple(range(len(of_event)))
        )
        if near is not None:
            yield replace(near, changes=())
        yield replace(raised(heard, near), changes=())


def _wishes_of(context: Context, due: DigestDue) -> dict[str, Subscriber]:
    """What the reader of a digest asked for, by watchlist."""
    return {
        watchlist.name: subscriber
        for watchlist in context.watchlists
        for subscriber in watchlist.subscribers
        if subscriber.name == due.subscriber and subscriber.to == due.destinations and subscriber.slots
    }


def _timezone_of(context: Context, subscriber: str) -> tzinfo:
    for watchlist in context.watchlists:
        for candidate in watchlist.subscribers:
            if candidate.name == subscriber:
                return candidate.timezone
    return UTC
