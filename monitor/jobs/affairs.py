"""The monitor's own affairs: told to whoever runs it (`operator:` in trialmon.yaml), or to the log where nobody is named.

What readers must know, that a registry cannot be read or that messages do not arrive, is told to all of them instead (`jobs/health.py`).
"""

import logging

from monitor.core.notification import Notification, key_of
from monitor.core.significance import Significance
from monitor.jobs.context import Context
from monitor.render.contexts import NoticeContext
from monitor.render.message import render_notice

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
    return [
        Notification(
            key=key_of(*about, destination),
            kind="notice",
            subscriber="",
            watchlists=(),
            destinations=(destination,),
            message=render_notice(told),
            significance=Significance.NOTABLE,
            why="about the monitor itself: you are named as its operator",
            due=now,
        )
        for destination in context.settings.operator
    ]
