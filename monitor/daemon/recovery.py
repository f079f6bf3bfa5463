"""After a crash: what was being sent then is due again at once, instead of when its lease ends."""

import logging
import os

from monitor.jobs.context import Context
from monitor.store.outbox import recover

_log = logging.getLogger("trialmon.daemon")


def recover_deliveries(context: Context) -> None:
    """At start, under the daemon's lock. Deliveries of a process of this machine that is gone are taken over."""
    found = recover(context.database, context.clock.now(), lambda owner: _is_gone(owner, context.owner))
    if found:
        _log.warning(
            "%s deliveries were cut short by the end of an earlier process; they are sent again", found
        )


def _is_gone(owner: str, ours: str) -> bool:
    """Owners are `HOST:PROCESS`. One with our own name was before us: we have not sent anything yet."""
    if owner == ours:
        return True
    host, _, process = owner.rpartition(":")
    if host != ours.rpartition(":")[0] or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
