"""The daily line: who has been told what. Whoever runs the monitor sees that it works, and sees on the day it happens when it does not."""

import logging
from datetime import datetime, timedelta

from monitor.jobs.affairs import notices_to_operator
from monitor.jobs.context import Context
from monitor.render.contexts import NoticeContext
from monitor.render.wording import count
from monitor.store.counts import SentTo, Tally, tally
from monitor.store.marks import mark, set_mark
from monitor.store.outbox import notify

_log = logging.getLogger("trialmon.daily")
_MARK = "daily line"
# Late enough that the night's digests are out, early enough to be read with the first coffee in Europe.
_HOUR = 6


def say_who_was_told(context: Context) -> None:
    """Once a day, at the first opportunity after 06:00 UTC: one line in the log, and a message to the operator if one is named. Nothing is
    said on the day on which the monitor began."""
    now, db = context.clock.now(), context.database
    text = mark(db, _MARK)
    if not text:
        set_mark(db, _MARK, now.isoformat())
        return
    since = datetime.fromisoformat(text)
    if not _is_due(since, now):
        return
    told = tally(db, since, now)
    _log.info("since %s: %s", f"{since:%Y-%m-%d %H:%M} UTC", "; ".join(_parts(told)))
    if context.settings.operator:
        words = NoticeContext(
            f"Who was told what: {_messages(sum(one.sent for one in told.sent))} since {since:%-d %B, %H:%M} UTC",
            tuple(f"{part}." for part in _parts(told)),
        )
        notify(db, notices_to_operator(context, words, "daily", f"{now:%Y-%m-%d}"), now)
    set_mark(db, _MARK, now.isoformat())


def _is_due(since: datetime, now: datetime) -> bool:
    """Also where the last one lies in the future: then the clock went back."""
    if since > now:
        return True
    last = since.replace(hour=_HOUR, minute=0, second=0, microsecond=0)
    next_one = last + timedelta(days=1) if since >= last else last
    return now >= next_one


def _parts(told: Tally) -> list[str]:
    """Each a phrase: what went where, what waits, what was held back, when the registries were read."""
    parts = [_sent(one) for one in told.sent if one.sent or one.waiting] or [
        "nothing was sent, nothing waits"
    ]
    if told.held:
        parts.append(f"{count(told.held, 'message waits', 'messages wait')} for a digest")
    if told.withheld:
        parts.append(f"{told.withheld} held back: muted, dropped or folded into another")
    if told.gave_up:
        parts.append(f"{told.gave_up} given up (`trialmon outbox list --state gave_up`)")
    parts += [f"{source} last read {at:%Y-%m-%d %H:%M} UTC" for source, at in told.looked.items()]
    return parts


def _sent(one: SentTo) -> str:
    words = f"{_messages(one.sent)} to {one.destination}"
    if one.last is not None:
        words += f" (last {one.last:%Y-%m-%d %H:%M} UTC)"
    return words + (f", {count(one.waiting, 'waits', 'wait')}" if one.waiting else "")


def _messages(number: int) -> str:
    return count(number, "message") if number else "no message"
