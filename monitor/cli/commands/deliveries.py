"""Who has been told what, when, and under which key: the proof."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import SHOWN, beginning, reading, say_whether_there_is_more, with_limit


@click.command()
@click.option(
    "--since",
    callback=beginning,
    metavar="DATE",
    help="Sent on this day or at this moment, or later (UTC).",
)
@click.option("--subscriber", metavar="NAME", help="Only what this subscriber was told.")
@click.option("--destination", metavar="NAME", help="Only what was sent to this destination.")
@with_limit
@common
def command(
    call: Invocation,
    since: datetime | None,
    subscriber: str | None,
    destination: str | None,
    limit: int | None,
) -> None:
    """Show who has been told what, and when: every message that its destination accepted, newest first; times are UTC.

    With --json also its key, the events that it tells, the registry's date of them, when they were seen, and when it was sent.
    What still waits is in `trialmon outbox list`.
    """
    from monitor.cli.showing import columns
    from monitor.store.told import deliveries

    most = limit if call.output.json else (limit or SHOWN) + 1
    with reading(call) as db:
        found = deliveries(db, since=since, subscriber=subscriber, destination=destination, limit=most)
        if call.output.json:
            call.output.lines(found)
            return
        rows = list(found)
    if not rows:
        call.output.say("Nothing was sent.")
        return
    shown = limit or SHOWN
    columns(call.output, map(_cells, rows[:shown]), wraps="message")
    say_whether_there_is_more(call, rows, shown)


def _cells(row: Mapping[str, Any]) -> dict[str, object]:
    from monitor.cli.showing import minute

    return {
        "sent": minute(row["sent_at"]),
        "seen": minute(row["seen_at"]),
        "registry": row["registry_date"] or "",
        "told": row["subscriber"] or "everybody",
        "at": row["destination"],
        "key": row["key"][:8],
        "message": row["title"],
    }
