"""A dead man's switch: somebody outside hears from us for as long as silence means that nothing changed, and raises the alarm when not."""

import json
import logging
from datetime import datetime, timedelta

from monitor.deliver.outcome import Accepted
from monitor.deliver.ping import ping
from monitor.jobs.context import Context
from monitor.jobs.silence import doubts
from monitor.store.marks import mark, set_mark

_log = logging.getLogger("trialmon.heartbeat")
_MARK = "heartbeat"
# After one that was not heard the next must not wait for long: an alarm may be near.
_SOON = timedelta(minutes=1)


def beat(context: Context) -> None:
    """Ask for the heartbeat's address if it is time and there is no doubt. Whether it answers changes nothing but the log, where each
    beginning and end of a failure is one line. Doubts that somebody was told of already are no reason to keep silent."""
    wishes, now = context.settings.heartbeat, context.clock.now()
    if wishes is None:
        return
    last = json.loads(mark(context.database, _MARK) or "{}") or {"at": "", "why": "", "kept": False}
    every = min(wishes.every, _SOON) if last["why"] else wishes.every
    # One that was kept back is due as soon as there is no doubt any more.
    if last["at"] and not last["kept"] and not _is_due(datetime.fromisoformat(last["at"]), now, every):
        return
    untold = [doubt for doubt in doubts(context.database, context.settings, now) if not doubt.told]
    if untold and last["kept"]:
        return
    if untold:
        this = {**last, "why": f"is kept back: {untold[0]}", "kept": True}
    else:
        outcome = ping(wishes.url, context.clock, private=wishes.private)
        why = "" if isinstance(outcome, Accepted) else f"failed: {outcome.why}"
        this = {"at": now.isoformat(), "why": why, "kept": False}
    set_mark(context.database, _MARK, json.dumps(this))
    _log_what_changed(last["why"], this["why"])


def _log_what_changed(before: str, why: str) -> None:
    if why and not before:
        _log.warning("the heartbeat %s", why)
    elif before and not why:
        _log.info("the heartbeat is heard again")


def _is_due(last: datetime, now: datetime, every: timedelta) -> bool:
    """Also where the last one lies in the future: then the clock went back."""
    return last > now or now - last >= every
