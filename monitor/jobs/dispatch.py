"""Tell what is due: claim under a lease, one call a destination, write down how it went.

At least once: a delivery is marked as being sent before it is, and as sent only after. A process that dies in between leaves an attempt
without an end; the delivery is sent again, with the same key. Destinations work side by side, so that a slow one holds up no other.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.notification import Delivery, Envelope, next_attempt
from monitor.core.significance import Significance
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry, Unknown
from monitor.jobs.context import Context, Report
from monitor.jobs.digest import fold_due_digests
from monitor.jobs.health import notices_of_giving_up
from monitor.store.outbox import claim, recover, release, settle_gave_up, settle_retry, settle_sent

# Long enough for a claim whose every message goes to one destination that answers only when its time is up.
LEASE = timedelta(hours=1)
AT_ONCE = 50
# What fails with another message is due a little before it: next time it is another one that tries the destination.
_A_MOMENT = timedelta(seconds=1)


def dispatch(context: Context, report: Report | None = None) -> Report:
    """Send everything that is due, until nothing is left that is. Fills in `told` and `failed`."""
    report = report if report is not None else Report()
    recover(context.database, context.clock.now(), context.owner_is_gone)
    fold_due_digests(context)
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="deliver") as senders:
        while not context.stopping() and (
            deliveries := claim(context.database, context.clock.now(), LEASE, AT_ONCE, context.owner)
        ):
            _send_all(context, deliveries, senders, report)
    return report


def _send_all(
    context: Context, deliveries: list[Delivery], senders: ThreadPoolExecutor, report: Report
) -> None:
    by_destination: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_destination.setdefault(delivery.destination, []).append(delivery)
    lanes: list[Future[None]] = [
        senders.submit(_send_in_turn, context, lane, report) for lane in by_destination.values()
    ]
    for lane in as_completed(lanes):
        lane.result()


@dataclass(frozen=True)
class _Down:
    """A destination that has just failed: why, and until when it is left alone."""

    why: str
    until: datetime


def _send_in_turn(context: Context, lane: Iterable[Delivery], report: Report) -> None:
    """One destination's deliveries, one after the other. Once it fails it is left alone, and the rest of the lane fails with it.

    Each by its own schedule: so none waits behind a message that the destination chokes on, and each is given up after its own three days.
    """
    down: _Down | None = None
    for delivery in lane:
        if context.stopping():
            release(context.database, delivery, context.clock.now())
        elif down is not None:
            _put_off(context, delivery, f"not tried: {down.why}", not_before=down.until)
        else:
            context.at("dispatch:before-send")
            outcome = _send(context, delivery)
            context.at("dispatch:after-send")
            down = _settle(context, delivery, outcome, report)


def _send(context: Context, delivery: Delivery) -> Outcome:
    now = context.clock.now()
    envelope = Envelope(
        key=delivery.key,
        kind="alert",
        subscriber="",
        watchlists=(),
        trial=delivery.trial,
        significance=Significance.ROUTINE,
        registry_date="",
        seen_at=now,
        sent_at=now,
        document=dict,
    )
    prepared = context.gateway.prepare(delivery.destination, delivery.message, envelope)
    if isinstance(prepared, Refused):
        return prepared
    for payload in prepared:
        outcome = context.gateway.send(delivery.destination, payload, delivery.key)
        if not isinstance(outcome, Accepted):
            return outcome
    return Accepted()


def _settle(context: Context, delivery: Delivery, outcome: Outcome, report: Report) -> _Down | None:
    """Write down how it went; says so if the destination failed."""
    if isinstance(outcome, Accepted):
        settle_sent(context.database, delivery, context.clock.now())
        report.told += 1
        return None
    report.fail("destination", delivery.destination, outcome.why)
    wish = outcome.retry_after if isinstance(outcome, Retry) else None
    kind = "unknown" if isinstance(outcome, Unknown) else "retry"
    again = _put_off(context, delivery, outcome.why, kind, wish)
    only_this_message = isinstance(outcome, Refused) and outcome.what == "message"
    return None if only_this_message else _Down(outcome.why, again - _A_MOMENT)


def _put_off(
    context: Context,
    delivery: Delivery,
    why: str,
    kind: str = "retry",
    wish: float | None = None,
    not_before: datetime | None = None,
) -> datetime:
    """Not delivered: due again later, or given up. Gives the moment from which the destination may be tried again."""
    now = context.clock.now()
    again = next_attempt(delivery.attempts, now, 2 * context.random() - 1, wish)
    if again is None:
        settle_gave_up(
            context.database, delivery, now, why, notices_of_giving_up(context, delivery, why, now)
        )
        return now
    again = max(again, not_before or again)
    settle_retry(context.database, delivery, now, again, why, kind)
    return again
