"""The monitor's own affairs: told to whoever runs it (`operator:` in trialmon.yaml), or to the log where nobody is named.

What readers must know, that a registry cannot be read or that messages do not arrive, is told to all of them, and to the operator with
them (`jobs/health.py`).
"""

import logging

from monitor.core.notification import Notification
from monitor.jobs.context import Context
from monitor.jobs.notices import notices_to
from monitor.render.contexts import NoticeContext

_log = logging.getLogger("trialmon.affairs")


def notices_to_operator(context: Context, told: NoticeContext, *about: str) -> list[Notification]:
    """One notice for each destination of the operator, to be written down by the caller; `about` tells it from every other, so that the
    same is never told twice. Nobody named: it stands in the log instead."""
    now = context.clock.now()
    if not context.settings.operator:
        said = " ".join(
            (f"{told.title}.", *told.paragraphs, *((f"What to do: {told.hint}",) if told.hint else ()))
        )
        _log.warning("%s", " ".join(said.split()))
    why = "about the monitor itself: you are named as its operator"
    return notices_to(context.settings.operator, told, about, now, why)
