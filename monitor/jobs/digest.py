"""Fold what waits for a digest into one message, when its moment has come."""

import logging
from collections.abc import Sequence
from datetime import datetime

from monitor.core.errors import TrialmonError
from monitor.core.notification import Message, Notification, key_of
from monitor.core.receipt import Receipt, held_back
from monitor.core.schedule import latest_slot
from monitor.core.significance import Significance
from monitor.jobs.blocks import Reader, notes_of, reader_of, sections_of
from monitor.jobs.coming import Ahead, coming_up
from monitor.jobs.context import Context
from monitor.jobs.mass_told import why_together
from monitor.jobs.mistakes import say_mistake
from monitor.jobs.reasons import holdings
from monitor.jobs.snoozing import follow_snoozes
from monitor.jobs.unread import unread_now
from monitor.jobs.wording import built_in, worded
from monitor.render.contexts import DigestContext, Looks
from monitor.store.digests import DigestDue, Stored, digests_due, fold, stored
from monitor.store.receipts import previous_slot, untold
from monitor.store.slots import begin_slots, last_digest, last_look, seen_since, told_up_to, watched_facts

_log = logging.getLogger("trialmon.digest")


def fold_due_digests(context: Context) -> None:
    """Write the digests that are due into the outbox; what they tell is then told by them alone. A reader who asked for it is told on
    quiet days, too, that nothing changed."""
    follow_snoozes(context)
    now = context.clock.now()
    told = set()
    for due in digests_due(context.database, now):
        reader = reader_of(context, due.subscriber, due.destinations)
        passed = _passed(reader, now)
        until = max(due.slot, passed) if passed is not None else due.slot
        lead = why_together(context, due.members)
        message = _worded(context, due.members, reader, until, receipt_from=due.first, lead=lead)
        digest = _digest(reader.name, due.destinations, due.members, message, _of_slots(due), due.slot)
        fold(context.database, [one.id for one in due.members], digest, now, told_up_to=passed)
        told.add((due.subscriber, due.destinations))
    for subscriber, destinations in _readers_of_quiet_days(context):
        if (subscriber, destinations) not in told:
            _tell_of_a_quiet_day(context, reader_of(context, subscriber, destinations), destinations, now)


def _readers_of_quiet_days(context: Context) -> list[tuple[str, tuple[str, ...]]]:
    """Those who want a digest even where nothing changed, each once: name and destinations."""
    wanting = (
        (one.name, one.to)
        for watchlist in context.watchlists
        for one in watchlist.subscribers
        if one.all_clear and one.slots
    )
    return list(dict.fromkeys(wanting))


def _passed(reader: Reader, now: datetime) -> datetime | None:
    """The digest moment that came last, for a reader who wants a word at each; None for any other."""
    moments = [
        latest_slot(wish.slots, wish, now) for wish in reader.wishes.values() if wish.all_clear and wish.slots
    ]
    return max(moments, default=None)


def _tell_of_a_quiet_day(
    context: Context, reader: Reader, destinations: tuple[str, ...], now: datetime
) -> None:
    """Nothing waited for this reader's last digest moment: say so, once. Of several that were missed, only the last is spoken of."""
    slot = _passed(reader, now)
    told = told_up_to(context.database, reader.name, destinations)
    if slot is None or (told is not None and told >= slot):
        return
    if told is None:
        begin_slots(context.database, reader.name, destinations, slot)
        return
    message = _worded(context, (), reader, slot, receipt_from=slot, quiet=True)
    why = f"the digest of {slot:%Y-%m-%d %H:%M} UTC, asked for on quiet days too"
    fold(
        context.database,
        [],
        _digest(reader.name, destinations, (), message, why, slot),
        now,
        told_up_to=slot,
    )


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
    receipt_from: datetime | None = None,
    quiet: bool = False,
    lead: str = "",
) -> Message:
    """The words. `receipt_from` is the digest moment with which what was held back began; None: this is no digest at its moment, so it
    says neither that nor what is coming. `quiet`: there is nothing to tell, and that is told.

    A mistake of ours in putting it together must hold up neither it nor any other: it is then told as its members stand in the store.
    """
    try:
        told = _put_together(context, members, reader, until, receipt_from, quiet=quiet, lead=lead)
        return worded(context, next(iter(reader.wishes.values()), None), told)
    except TrialmonError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is
        say_mistake(
            _log, reader.name, error, "while a digest was put together; it is sent as it was written down"
        )
        notes = notes_of(members)
        return built_in(DigestContext((), until, reader.timezone, lead=lead, notes=notes))


def _put_together(
    context: Context,
    members: Sequence[Stored],
    reader: Reader,
    until: datetime,
    receipt_from: datetime | None,
    *,
    quiet: bool,
    lead: str,
) -> DigestContext:
    """What is in it; as `_worded`."""
    asked_for_digests = receipt_from is not None and any(wish.slots for wish in reader.wishes.values())
    receipt: Receipt | None = None
    since: datetime | None = None
    ahead: dict[str, Ahead] = {}
    looks: Looks | None = None
    if asked_for_digests and receipt_from is not None:
        standing = watched_facts(context.database, list(reader.wishes))
        receipt, since = _receipt(context, reader, receipt_from, until)
        before = last_digest(context.database, reader.name, reader.destinations)
        ahead = coming_up(context, standing, before, until, reader.timezone)
        if quiet:
            later = seen_since(context.database, list(reader.wishes), until)
            unread = unread_now(context, reader.wishes, [trial for _, trial, _ in standing])
            looks = Looks(len(standing), last_look(context.database, list(context.doors)), later, unread)
    sections, notes = sections_of(context, members, reader, ahead)
    return DigestContext(
        sections,
        until,
        reader.timezone,
        receipt,
        since,
        language=reader.language,
        lead=lead,
        notes=notes,
        looks=looks,
    )


def _receipt(
    context: Context, reader: Reader, first: datetime, until: datetime
) -> tuple[Receipt | None, datetime]:
    """What was held back from this subscriber since the digest before the moment `first`, and since when that is."""
    database = context.database
    since = previous_slot(database, reader.name, reader.destinations, first)
    found = untold(database, reader.name, reader.destinations, list(reader.wishes), since, until)
    lists = [one for one in context.watchlists if one.name in reader.wishes]
    receipt = held_back(found, reader.wishes, holdings(database, lists) if found else {})
    return (None if receipt.empty else receipt), since
