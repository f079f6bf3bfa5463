"""When a reader is told: digest moments and quiet hours, in the reader's own time zone.

A local time that a night skips (02:30 when clocks go forward) is the same moment an hour on; one that comes twice is its first coming.
Either way a slot happens once a day.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from monitor.core.significance import Significance
from monitor.core.watch import Quiet, Slot, Subscriber


def next_slot(slots: Sequence[Slot], subscriber: Subscriber, now: datetime) -> datetime:
    """The first digest moment at or after `now`, in UTC."""
    return min(moment for moment in _moments(slots, subscriber, now, range(-1, 9)) if moment >= now)


def latest_slot(slots: Sequence[Slot], subscriber: Subscriber, now: datetime) -> datetime:
    """The last digest moment at or before `now`, in UTC."""
    return max(moment for moment in _moments(slots, subscriber, now, range(-8, 2)) if moment <= now)


def _moments(
    slots: Sequence[Slot], subscriber: Subscriber, now: datetime, days: Iterable[int]
) -> Iterator[datetime]:
    """The digest moments of these local days, counted from that of `now`."""
    today = now.astimezone(subscriber.timezone).date()
    for ahead in days:
        day = today + timedelta(days=ahead)
        for slot in slots:
            if slot.weekday in (None, day.weekday()):
                yield _local(day, slot, subscriber)


def _local(day: date, slot: Slot, subscriber: Subscriber) -> datetime:
    return datetime.combine(day, slot.at, tzinfo=subscriber.timezone).astimezone(UTC)


def end_of_quiet(quiet: Quiet, subscriber: Subscriber, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours that it falls into; in UTC."""
    local = moment.astimezone(subscriber.timezone)
    clock = local.time().replace(tzinfo=None)
    if quiet.start <= quiet.end:
        if not quiet.start <= clock < quiet.end:
            return moment
        day = local.date()
    elif clock >= quiet.start:
        day = local.date() + timedelta(days=1)
    elif clock < quiet.end:
        day = local.date()
    else:
        return moment
    end = datetime.combine(day, quiet.end, subscriber.timezone)
    first = end.astimezone(UTC)
    # In the night that has an hour twice, the end comes once more after its first coming.
    return first if first > moment else end.replace(fold=1).astimezone(UTC)


def start_of_day(day: date, subscriber: Subscriber) -> datetime:
    """The first moment of a local day, in UTC."""
    return _local(day, Slot(time()), subscriber)


def when_told(
    subscriber: Subscriber, gravest: Significance, now: datetime
) -> tuple[datetime, datetime | None]:
    """(when it is due, the digest moment it waits for or None). Quiet hours hold back all but what is critical, or that as well."""
    if subscriber.slots:
        slot = next_slot(subscriber.slots, subscriber, now)
        return slot, slot
    return _after_quiet(subscriber, gravest, now), None


def _after_quiet(subscriber: Subscriber, gravest: Significance, moment: datetime) -> datetime:
    quiet = subscriber.quiet
    if quiet is None or (gravest >= Significance.CRITICAL and not quiet.holds_all):
        return moment
    return end_of_quiet(quiet, subscriber, moment)


def late_until(subscriber: Subscriber, gravest: Significance, now: datetime) -> datetime:
    """When what should have come earlier may come: now, or at the end of the quiet hours, unless the reader wished to have digests
    within these."""
    if subscriber.slots and subscriber.quiet is not None:
        last = latest_slot(subscriber.slots, subscriber, now)
        if end_of_quiet(subscriber.quiet, subscriber, last) > last:
            return now
    return _after_quiet(subscriber, gravest, now)


def digest_from(subscriber: Subscriber, moment: datetime) -> datetime:
    """When a reader gets in one digest what has waited until `moment`, however grave it is: then, or at the first digest moment or end
    of quiet hours after it."""
    return when_told(subscriber, Significance.NOISE, moment)[0]


def end_of_snooze(number: str, subscriber: Subscriber, now: datetime) -> datetime | None:
    """The digest moment until which a reader wants to hear nothing of a trial; None if it is not snoozed, or no longer."""
    day = dict(subscriber.snooze).get(number)
    if day is None or (start := start_of_day(day, subscriber)) <= now:
        return None
    return digest_from(subscriber, start)
