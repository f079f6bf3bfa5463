"""Who has been told what, and what is behind a message: the proof."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor.core.json import Json
from monitor.core.notification import Delivery, Envelope
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.store.also import Also
from monitor.store.database import Connection, Database
from monitor.store.rows import OF_CHANGE, OF_EVENT, change_row, event_row
from monitor.store.values import moment, stamp


def envelope_of(db: Database, delivery: Delivery, titles: Mapping[str, str], now: datetime) -> Envelope:
    """What is known of a delivery's message beside its words, first sent now. `titles` of watchlists by their names: one that is not
    among them goes by its name."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT n.*, (SELECT MAX(e.registry_date) FROM notification_events AS told JOIN events AS e ON e.id = told.event"
            " WHERE told.notification = n.id) AS registry_date, (SELECT MAX(e.seen_at) FROM notification_events AS told"
            " JOIN events AS e ON e.id = told.event WHERE told.notification = n.id) AS seen_at"
            " FROM notifications AS n WHERE n.id = ?",
            (delivery.notification,),
        ).fetchone()
    return Envelope(
        key=delivery.key,
        kind=row["kind"],
        subscriber=row["subscriber"],
        watchlists=tuple(titles.get(name, name) for name in json.loads(row["watchlists"])),
        trial=row["trial"],
        significance=Significance.parse(row["significance"]),
        registry_date=row["registry_date"] or "",
        seen_at=moment(row["seen_at"] or row["created_at"]),
        sent_at=now,
        document=lambda: document(db, delivery.notification),
    )


def tells_too(key: str, trial: TrialId) -> Also:
    """The notification of that key tells of this trial's newest event, too: one message for several trials, each recorded by itself."""

    def write(connection: Connection) -> None:
        connection.execute(
            "INSERT INTO notification_events (notification, event) SELECT n.id, MAX(e.id) FROM notifications AS n"
            " JOIN trials AS t ON t.registry = ? AND t.number = ? JOIN events AS e ON e.trial = t.id WHERE n.key = ?"
            " GROUP BY n.id ON CONFLICT DO NOTHING",
            (trial.registry, trial.number, key),
        )

    return write


def document(db: Database, notification: int) -> Mapping[str, Json]:
    """The events that a notification tells and the changes behind them, oldest first, as `events --json` and `changes --json` give them."""
    with db.reading() as connection:
        events = connection.execute(
            f"SELECT {OF_EVENT} FROM notification_events AS told JOIN events AS e ON e.id = told.event"
            " JOIN trials AS t ON t.id = e.trial WHERE told.notification = ? ORDER BY e.id",
            (notification,),
        ).fetchall()
        changes = connection.execute(
            f"SELECT {OF_CHANGE} FROM changes AS c"
            " JOIN trials AS t ON t.id = c.trial JOIN versions AS v ON v.trial = c.trial AND v.version = c.version"
            " WHERE c.id IN (SELECT x.change FROM notification_events AS told JOIN event_changes AS x ON x.event = told.event"
            " WHERE told.notification = ?) ORDER BY c.id",
            (notification,),
        ).fetchall()
    return {"events": [event_row(row) for row in events], "changes": [change_row(row) for row in changes]}


def deliveries(
    db: Database,
    *,
    since: datetime | None = None,
    subscriber: str | None = None,
    destination: str | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """What was accepted by its destination, newest first, as `deliveries --json` gives it: who was told what, where and when, under
    which key. `registry_date` and `seen_at` are of what it tells, `first_sent_at` is the first attempt, `sent_at` when it was accepted."""
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT d.*, n.subscriber, n.kind, n.title AS words, n.created_at, p.sent_at AS first_sent_at, p.title,"
            " MAX(e.registry_date) AS registry_date, MAX(e.seen_at) AS seen_at,"
            " json_group_array(e.id) FILTER (WHERE e.id IS NOT NULL) AS events"
            " FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification"
            " LEFT JOIN payloads AS p ON p.delivery = d.id AND p.n = 1"
            " LEFT JOIN notification_events AS told ON told.notification = n.id LEFT JOIN events AS e ON e.id = told.event"
            " WHERE d.state = 'sent' AND (:since IS NULL OR d.sent_at >= :since)"
            " AND (:subscriber IS NULL OR n.subscriber = :subscriber)"
            " AND (:destination IS NULL OR d.destination = :destination)"
            " GROUP BY d.id ORDER BY d.sent_at DESC, d.id DESC LIMIT :limit",
            {
                "since": stamp(since) if since is not None else None,
                "subscriber": subscriber,
                "destination": destination,
                "limit": -1 if limit is None else limit,
            },
        ):
            yield {
                "id": row["id"],
                "key": row["key"],
                "destination": row["destination"],
                "subscriber": row["subscriber"],
                "kind": row["kind"],
                "trial": row["trial"].rpartition(":")[2],
                "title": row["title"] or row["words"],
                "part": row["part"],
                "parts": row["parts"],
                "events": json.loads(row["events"]),
                "registry_date": row["registry_date"] or None,
                "seen_at": row["seen_at"] or row["created_at"],
                "first_sent_at": row["first_sent_at"] or row["sent_at"],
                "sent_at": row["sent_at"],
            }
