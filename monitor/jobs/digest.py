"""Fold what waits for a digest into one message, when its moment has come."""

from collections.abc import Sequence
from datetime import datetime

from monitor.core.notification import Message, Notification, key_of
from monitor.core.receipt import Receipt, held_back
from monitor.core.significance import Significance
from monitor.jobs.blocks import Reader, reader_of, sections_of
from monitor.jobs.context import Context
from monitor.jobs.reasons import holdings
from monitor.jobs.snoozing import follow_snoozes
from monitor.jobs.wording import worded
from monitor.render.contexts import DigestContext
from monitor.store.digests import DigestDue, Stored, digests_due, fold, stored
from monitor.store.receipts import previous_slot, untold


def fold_due_digests(context: Context) -> None:
    """Write the digests that are due into the outbox; what they tell is then told by them alone."""
    follow_snoozes(context)
    now = context.clock.now()
    for due in digests_due(context.database, now):
        reader = reader_of(context, due.subscriber, due.destinations)
        receipt, since = _receipt(context, due, reader)
        message = _worded(context, due.members, reader, due.slot, receipt=receipt, since=since)
        digest = _digest(reader.name, due.destinations, due.members, message, _of_slots(due), due.slot)
        fold(context.database, [one.id for one in due.members], digest, now)


def digest_of(
    context: Context,
    subscriber: str,
    destination: str,
    notification_ids: Sequence[int],
    title_why: str,
) -> Notification:
    """Stored notifications, whatever their kind, as one digest for one destination; nothing is written.

    `title_why` says in words for people why they are folded ("more than 20 messages within 10 minutes"); it stands at the head of the
    message. The digest tells of every event of theirs, and quotes those that are about no trial. The key follows from what is folded.
    """
    members = stored(context.database, notification_ids)
    reader = reader_of(context, subscriber, (destination,))
    now = context.clock.now()
    message = _worded(context, members, reader, now, lead=f"Folded into one message: {title_why}.")
    return _digest(subscriber, (destination,), members, message, title_why, now, told="folded")


def _digest(
    subscriber: str,
    destinations: tuple[str, ...],
    members: Sequence[Stored],
    message: Message,
    why: str,
    due: datetime,
    told: str = "",
) -> Notification:
    moment = (told,) if told else (due.isoformat(),)
    return Notification(
        key=key_of("digest", subscriber, *destinations, *moment, *(str(one.id) for one in members)),
        kind="digest",
        subscriber=subscriber,
        watchlists=tuple(sorted({name for one in members for name in one.watchlists})),
        destinations=destinations,
        message=message,
        significance=max((one.significance for one in members), default=Significance.NOISE),
        why=why,
        due=due,
        events=tuple(sorted({event.id for one in members for event in one.events})),
    )


def _of_slots(due: DigestDue) -> str:
    if due.first == due.slot:
        return f"the digest of {due.slot:%Y-%m-%d %H:%M} UTC"
    return f"the digests from {due.first:%Y-%m-%d %H:%M} to {due.slot:%Y-%m-%d %H:%M} UTC, in one"


def _worded(
    context: Context,
    members: Sequence[Stored],
    reader: Reader,
    until: datetime,
    *,
    receipt: Receipt | None = None,
    since: datetime | None = None,
    lead: str = "",
) -> Message:
    sections, notes = sections_of(context, members, reader)
    return worded(
        context,
        next(iter(reader.wishes.values()), None),
        DigestContext(
            sections,
            until,
            reader.timezone,
            receipt,
            since,
            language=reader.language,
            lead=lead,
            notes=notes,
        ),
    )


def _receipt(context: Context, due: DigestDue, reader: Reader) -> tuple[Receipt | None, datetime]:
    """What was held back from this subscriber since the digest before, and since when that is."""
    database = context.database
    since = previous_slot(database, due.subscriber, due.destinations, due.first)
    found = untold(database, due.subscriber, due.destinations, list(reader.wishes), since, due.slot)
    lists = [one for one in context.watchlists if one.name in reader.wishes]
    receipt = held_back(found, reader.wishes, holdings(database, lists) if found else {})
    return (None if receipt.empty else receipt), since
