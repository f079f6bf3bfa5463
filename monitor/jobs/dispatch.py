"""Tell what is due: a lane a destination; claim under a lease, fix what is sent, send, write down how it went.

At least once: a delivery is marked as being sent before it is, and as sent only after. A process that dies in between leaves an attempt
without an end; the delivery is sent again: the same bytes, with the same key.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.core.breaker import Breaker
from monitor.core.errors import TrialmonError
from monitor.core.notification import Delivery, Notification, Payload, next_attempt
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry, Unknown
from monitor.jobs.context import Context, Report
from monitor.jobs.crowding import ease
from monitor.jobs.digest import fold_due_digests
from monitor.jobs.health import notices_of_giving_up, notices_of_return, tell_of_broken_destinations
from monitor.jobs.lanes import Lanes
from monitor.jobs.mistakes import say_mistake
from monitor.jobs.quiet import keep_quiet
from monitor.store.destinations import breaker_of
from monitor.store.payloads import freeze, was_made_plainer
from monitor.store.sending import claim, recover, settle_gave_up, settle_plainer, settle_retry, settle_sent
from monitor.store.told import envelope_of
from monitor.store.turns import due_destinations

_log = logging.getLogger("trialmon.dispatch")

# Far longer than any attempt may take; the daemon's own death is noticed sooner, by its name.
LEASE = timedelta(hours=1)
# While some lanes are at work: how often, in seconds, to see whether another destination has something to be sent.
_GLANCE = 0.2
# What fails with another message is due a little before it: next time it is another one that tries the destination.
_A_MOMENT = timedelta(seconds=1)


def _nothing_more() -> bool:
    return False


def dispatch(context: Context, report: Report | None = None) -> Report:
    """Send everything that is due, until nothing is left that is, and wait for all lanes. Fills in `told` and `failed`."""
    report = report if report is not None else Report()
    prepare(context)
    lanes = Lanes(lambda destination: send_due(context, destination))
    while True:
        idle = (
            not lanes.busy
        )  # asked first: what a lane leaves behind as it ends is seen by the next question
        due = [] if context.stopping() else due_destinations(context.database, context.clock.now())
        if idle and not due:
            lanes.collect(report)
            return report
        lanes.start(due)
        lanes.collect(report, _GLANCE)


def prepare(context: Context) -> None:
    """What comes before sending: take over what a dead process held, say which destinations are broken, fold the digests that are due, let
    what is late wait for the end of quiet hours."""
    recover(context.database, context.clock.now(), context.owner_is_gone)
    tell_of_broken_destinations(context)
    fold_due_digests(context)
    keep_quiet(context)


def send_due(context: Context, destination: str, more_to_come: Callable[[], bool] = _nothing_more) -> Report:
    """One destination's lane: its messages one after the other, until none is due or the destination rests."""
    report = Report()
    database, clock = context.database, context.clock
    while not context.stopping():
        ease(context, destination, breaker_of(database, destination), more_to_come)
        claimed = claim(database, clock.now(), LEASE, 1, context.owner, destination)
        if not claimed:
            break
        outcome, delivery = _send(context, claimed[0])
        _settle(context, delivery, outcome, report)
    return report


def _send(context: Context, delivery: Delivery) -> tuple[Outcome, Delivery]:
    """One attempt, and the delivery with what was sent."""
    if delivery.payload is None:
        now = context.clock.now()
        prepared = _prepared(context, delivery, now)
        if isinstance(prepared, Refused):
            return prepared, delivery
        delivery = freeze(context.database, delivery, prepared, now)
    assert delivery.payload is not None
    context.at("dispatch:before-send")
    outcome = context.gateway.send(delivery.destination, delivery.payload, delivery.key)
    context.at("dispatch:after-send")
    return outcome, delivery


def _prepared(context: Context, delivery: Delivery, now: datetime) -> tuple[Payload, ...] | Refused:
    """What the destination is to be handed. A mistake of ours about one message must hold up no other: that one is given up, and told."""
    try:
        titles = {watchlist.name: watchlist.title for watchlist in context.watchlists}
        envelope = envelope_of(context.database, delivery, titles, now)
        return context.gateway.prepare(delivery.destination, delivery.message, envelope)
    except TrialmonError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is
        why = say_mistake(_log, delivery.destination, error, "while the message was prepared")
        return Refused(why, "message")


def _settle(context: Context, delivery: Delivery, outcome: Outcome, report: Report) -> None:
    """Write down how it went, and what that says about the destination."""
    now = context.clock.now()
    before = breaker_of(context.database, delivery.destination)
    if isinstance(outcome, Accepted):
        settle_sent(context.database, delivery, now, before.worked(now), _return(context, delivery, before))
        report.told += 1
        return
    report.fail("destination", delivery.destination, outcome.why)
    if isinstance(outcome, Refused) and outcome.what == "message":
        _refused(context, delivery, outcome.why, before)
    else:
        _failed(context, delivery, outcome, before)


def _return(context: Context, delivery: Delivery, before: Breaker) -> list[Notification]:
    """The destination answers: whoever was told that it is broken is told that it works."""
    return (
        notices_of_return(context, delivery.destination, before, context.clock.now()) if before.told else []
    )


def _refused(context: Context, delivery: Delivery, why: str, before: Breaker) -> None:
    """The destination works and does not take this message: once more in plainer words, then it is given up. So is what could not be
    prepared, which says nothing about the destination."""
    now, database = context.clock.now(), context.database
    answered = delivery.payload is not None
    breaker = before.worked(now) if answered else before
    notices = _return(context, delivery, before) if answered else []
    plainer = None
    if delivery.payload is not None and not was_made_plainer(database, delivery.id):
        plainer = context.gateway.plainer(delivery.destination, delivery.payload)
    if plainer is not None:
        settle_plainer(database, delivery, now, why, plainer, breaker, notices)
    else:
        notices += notices_of_giving_up(context, delivery, why, now)
        settle_gave_up(database, delivery, now, why, notices, breaker)


def _failed(
    context: Context, delivery: Delivery, outcome: Retry | Refused | Unknown, before: Breaker
) -> None:
    """The destination did not take it: later again. While it is taken for broken that costs the message nothing; a message that
    it fails with again and again, while others arrive, is given up in the end."""
    now, database = context.clock.now(), context.database
    wish = outcome.retry_after if isinstance(outcome, Retry) else None
    again = isinstance(outcome, Retry) and outcome.telling and before.why == outcome.why
    own = next_attempt(delivery.attempts - delivery.excused, now, 2 * context.random() - 1, wish)
    after = before.failed(
        now,
        outcome.why,
        (own or now) - _A_MOMENT,
        plainly=again or isinstance(outcome, Refused),
        wish=wish,
    )
    kind = "unknown" if isinstance(outcome, Unknown) else "retry"
    if after.is_open and after.rests_until is not None:
        settle_retry(
            database, delivery, now, after.rests_until, outcome.why, kind, breaker=after, excused=True
        )
    elif own is not None:
        settle_retry(database, delivery, now, own, outcome.why, kind, breaker=after)
    else:
        notices = notices_of_giving_up(context, delivery, outcome.why, now)
        settle_gave_up(database, delivery, now, outcome.why, notices, after)
