"""What the monitor says of itself, as notifications."""

from collections.abc import Iterable
from datetime import datetime

from monitor.core.notification import Notification, key_of
from monitor.core.significance import Significance
from monitor.render.contexts import NoticeContext
from monitor.render.message import render_notice


def notices_to(
    destinations: Iterable[str],
    told: NoticeContext,
    about: tuple[str, ...],
    now: datetime,
    why: str = "about the monitor itself",
) -> list[Notification]:
    """One notice a destination: a destination is somebody's inbox, however many lists use it. `about` tells it from every other, so that
    the same is never told twice there."""
    message = render_notice(told)
    return [
        Notification(
            key=key_of(*about, destination),
            kind="notice",
            subscriber="",
            watchlists=(),
            destinations=(destination,),
            message=message,
            significance=Significance.NOTABLE,
            why=why,
            due=now,
        )
        for destination in dict.fromkeys(destinations)
    ]
