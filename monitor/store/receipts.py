"""What happened in a subscriber's watchlists and was not told to that subscriber."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.core.receipt import Untold
from monitor.core.significance import Significance
from monitor.store.database import Database
from monitor.store.values import measure_of, moment, stamp

# Before a subscriber's first digest lies at most what one weekly digest would have gathered.
_FIRST = timedelta(days=7)


def previous_slot(db: Database, subscriber: str, destinations: Sequence[str], slot: datetime) -> datetime:
    """The moment for which this subscriber's last digest before `slot` was put together, be it one that said that nothing changed;
    a week before `slot` if there was none."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT MAX(slot) AS slot FROM (SELECT slot FROM notifications WHERE subscriber = ?1 AND destinations = ?2"
            " AND folded_into IS NOT NULL UNION ALL SELECT slot FROM digest_slots WHERE subscriber = ?1 AND destinations = ?2)"
            " WHERE slot < ?3",
            (subscriber, json.dumps(list(destinations)), stamp(slot)),
        ).fetchone()
    return moment(row["slot"]) if row["slot"] is not None else slot - _FIRST


def untold(
    db: Database,
    subscriber: str,
    destinations: Sequence[str],
    watchlists: Sequence[str],
    since: datetime,
    until: datetime,
) -> list[Untold]:
    """Events later than `since`, not later than `until`, of trials that these lists watch now, and that no notification for this
    subscriber at these destinations speaks of, but for those that were withheld because all in them is muted."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT e.trial, t.number, e.rule, e.topic, e.significance, e.measure, COUNT(*) AS events,"
            " (SELECT json_group_array(w.watchlist) FROM watched AS w WHERE w.trial = e.trial"
            "  AND w.watchlist IN (SELECT value FROM json_each(:lists))) AS lists"
            " FROM events AS e JOIN trials AS t ON t.id = e.trial WHERE e.seen_at > :since AND e.seen_at <= :until"
            " AND e.trial IN (SELECT w.trial FROM watched AS w WHERE w.watchlist IN (SELECT value FROM json_each(:lists)))"
            " AND NOT EXISTS (SELECT 1 FROM notification_events AS told JOIN notifications AS n ON n.id = told.notification"
            "  WHERE told.event = e.id AND n.subscriber = :subscriber AND n.destinations = :destinations"
            "  AND n.held_for <> 'mute')"
            " GROUP BY e.trial, e.rule, e.topic, e.significance, e.measure",
            {
                "lists": json.dumps(list(watchlists)),
                "since": stamp(since),
                "until": stamp(until),
                "subscriber": subscriber,
                "destinations": json.dumps(list(destinations)),
            },
        )
        return [
            Untold(
                str(row["trial"]),
                tuple(sorted(json.loads(row["lists"]))),
                row["rule"],
                row["topic"],
                Significance.parse(row["significance"]),
                row["events"],
                row["number"],
                measure_of(row["measure"]),
            )
            for row in rows
        ]
