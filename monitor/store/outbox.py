"""The outbox: what is to be told, written with its cause; and what a person does with it by hand. How it is sent: `sending`."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.core.notification import Notification, key_of
from monitor.store.database import Connection, Database
from monitor.store.destinations import close_breakers
from monitor.store.values import stamp


def write_notification(connection: Connection, notification: Notification, now: datetime) -> list[int]:
    """Within a write transaction: the notification (`events` are event ids) and a delivery for each destination; gives their ids.

    One that waits for a digest (`slot`) gets no deliveries: the digest will. One that is `withheld` gets deliveries that are never
    sent, and waits for no digest. A key that is there already is written once.
    """
    if any("://" in destination for destination in notification.destinations):
        raise ValueError("a destination is stored by its name, never by its URL")
    message = notification.message
    waits = notification.slot is not None and not notification.withheld
    cursor = connection.execute(
        "INSERT INTO notifications (key, kind, subscriber, watchlists, destinations, trial, significance, why, title, text,"
        " markdown, html, created_at, slot, held_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO NOTHING RETURNING id",
        (
            *(notification.key, notification.kind, notification.subscriber),
            *(json.dumps(notification.watchlists), json.dumps(notification.destinations), notification.trial),
            *(str(notification.significance), notification.why),
            *(message.title, message.text, message.markdown, message.html),
            *(stamp(now), stamp(notification.slot) if waits and notification.slot is not None else None),
            notification.held_for,
        ),
    ).fetchone()
    if cursor is None:
        return _deliveries_of(connection, notification.key)
    identity = cursor["id"]
    connection.executemany(
        "INSERT INTO notification_events (notification, event) VALUES (?, ?)",
        [(identity, event) for event in sorted(set(notification.events))],
    )
    if not waits:
        _write_deliveries(connection, identity, notification)
    return _deliveries_of(connection, notification.key)


def _write_deliveries(connection: Connection, identity: int, notification: Notification) -> None:
    trials = {row[0] for row in connection.execute(_TRIALS_TOLD, (identity,))}
    trials |= {notification.trial} - {""}
    for destination in dict.fromkeys(notification.destinations):
        (delivery,) = connection.execute(
            "INSERT INTO deliveries (key, notification, destination, trial, state, due, error) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " RETURNING id",
            (
                *(key_of(notification.key, destination), identity, destination, notification.trial),
                *("suppressed" if notification.withheld else "pending", stamp(notification.due)),
                notification.withheld,
            ),
        ).fetchone()
        connection.executemany(
            "INSERT INTO delivery_trials (trial, delivery) VALUES (?, ?)",
            [(trial, delivery) for trial in sorted(trials)],
        )


_TRIALS_TOLD = (
    "SELECT DISTINCT t.registry || ':' || t.number FROM notification_events AS told JOIN events AS e ON e.id = told.event"
    " JOIN trials AS t ON t.id = e.trial WHERE told.notification = ?"
)


def _deliveries_of(connection: Connection, key: str) -> list[int]:
    rows = connection.execute(
        "SELECT d.id FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification WHERE n.key = ? ORDER BY d.id",
        (key,),
    )
    return [row["id"] for row in rows]


def notify(
    db: Database, notifications: Iterable[Notification], now: datetime, *, broken: str = ""
) -> list[int]:
    """Write notifications that belong to no observation (notices about health), in a transaction of their own.

    `broken` is the destination that they tell of as broken, if any: it then counts as told.
    """
    with db.writing() as connection:
        connection.execute("UPDATE destinations SET told = 1 WHERE name = ?", (broken,))
        return [identity for one in notifications for identity in write_notification(connection, one, now)]


def retry(db: Database, ids: Sequence[int], now: datetime) -> list[int]:
    """By a person's wish: due now, the retry schedule begins anew, and its destination is no longer left alone. Gives those it was done
    for, in their order: neither sent, nor being sent, nor folded into another message; and the parts that were dropped with them."""
    with db.writing() as connection:
        dropped = _parts_of(connection, ids, "suppressed")
        done = _by_hand(
            connection,
            "UPDATE deliveries SET state = 'pending', attempts = 0, excused = 0, due = ? WHERE id = ? AND folded_into IS NULL"
            " AND state IN ('pending', 'gave_up', 'suppressed')",
            [(stamp(now), identity) for identity in dict.fromkeys([*ids, *dropped])],
        )
        close_breakers(connection, done, now)
    return done


def drop(db: Database, ids: Sequence[int], why: str = "dropped by hand") -> list[int]:
    """By a person's wish: never sent, and neither is what is left of a message of which they are a part. Gives those it was done for, in
    their order: pending or given up."""
    with db.writing() as connection:
        waiting = _parts_of(connection, ids, "pending")
        return _by_hand(
            connection,
            "UPDATE deliveries SET state = 'suppressed', error = ? WHERE id = ? AND state IN ('pending', 'gave_up')",
            [(why, identity) for identity in dict.fromkeys([*ids, *waiting])],
        )


def _parts_of(connection: Connection, ids: Sequence[int], state: str) -> list[int]:
    """The parts in this state of the messages of which these deliveries are a part; none for what came in one piece."""
    rows = connection.execute(
        "WITH whole AS (SELECT COALESCE(part_of, id) AS first FROM deliveries WHERE parts > 1"
        " AND id IN (SELECT value FROM json_each(?)))"
        " SELECT id FROM deliveries WHERE state = ? AND (id IN (SELECT first FROM whole) OR part_of IN (SELECT first FROM whole))"
        " ORDER BY part",
        (json.dumps(list(ids)), state),
    )
    return [row["id"] for row in rows]


def _by_hand(connection: Connection, sql: str, rows: list[tuple[str, int]]) -> list[int]:
    return [row[1] for row in rows if connection.execute(sql, row).rowcount]
