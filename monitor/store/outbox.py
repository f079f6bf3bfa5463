"""The outbox: what is to be told, written with its cause; claimed under a lease; every attempt kept.

pending ──claim──▶ sending ──▶ sent                 (final)
   ▲                  ├──────▶ pending, due later   (settle_retry)
   │                  ├──────▶ gave_up              (retry brings it back)
   │                  └ lease ended: the attempt is closed as `unknown`, pending again
   └─retry─ gave_up, suppressed ◀─drop─ pending, gave_up
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from monitor.core.notification import LONGEST_WAIT, Delivery, Message, Notification, key_of
from monitor.store.database import Connection, Database
from monitor.store.values import stamp

# Whatever is due further ahead than anything can be was written before the clock went back.
_SLACK = timedelta(hours=1)
_LONGEST_LEASE = timedelta(hours=1)


def _nobody(_: str) -> bool:
    return False


def write_notification(connection: Connection, notification: Notification, now: datetime) -> list[int]:
    """Within a write transaction: the notification (`events` are event ids) and a delivery for each destination; gives their ids.

    One that waits for a digest (`slot`) gets no deliveries: the digest will. A key that is there already is written once.
    """
    if any("://" in destination for destination in notification.destinations):
        raise ValueError("a destination is stored by its name, never by its URL")
    message = notification.message
    cursor = connection.execute(
        "INSERT INTO notifications (key, kind, subscriber, watchlists, destinations, trial, significance, why, title, text,"
        " markdown, html, created_at, slot, held_for) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO NOTHING RETURNING id",
        (
            *(notification.key, notification.kind, notification.subscriber),
            *(json.dumps(notification.watchlists), json.dumps(notification.destinations), notification.trial),
            *(str(notification.significance), notification.why),
            *(message.title, message.text, message.markdown, message.html),
            *(stamp(now), stamp(notification.slot) if notification.slot is not None else None),
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
    if notification.slot is None:
        connection.executemany(
            "INSERT INTO deliveries (key, notification, destination, trial, state, due) VALUES (?, ?, ?, ?, 'pending', ?)",
            [
                (
                    key_of(notification.key, destination),
                    identity,
                    destination,
                    notification.trial,
                    stamp(notification.due),
                )
                for destination in dict.fromkeys(notification.destinations)
            ],
        )
    return _deliveries_of(connection, notification.key)


def _deliveries_of(connection: Connection, key: str) -> list[int]:
    rows = connection.execute(
        "SELECT d.id FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification WHERE n.key = ? ORDER BY d.id",
        (key,),
    )
    return [row["id"] for row in rows]


def notify(db: Database, notifications: Iterable[Notification], now: datetime) -> list[int]:
    """Write notifications that belong to no observation (notices about health), in a transaction of their own."""
    with db.writing() as connection:
        return [identity for one in notifications for identity in write_notification(connection, one, now)]


_DUE = (
    "SELECT d.id FROM deliveries AS d WHERE d.state = 'pending' AND (d.due <= :now OR d.due > :impossible)"
    # In turn: what is earlier for the same trial and destination goes first. One that is only being held back (quiet hours)
    # and was never tried does not stop a critical one that passes them.
    " AND (d.trial = '' OR NOT EXISTS (SELECT 1 FROM deliveries AS e WHERE e.destination = d.destination"
    " AND e.trial = d.trial AND e.id < d.id AND e.state IN ('pending', 'sending') AND (e.state = 'sending'"
    " OR e.attempts > 0 OR e.due <= :now OR e.due > :impossible)))"
    " ORDER BY d.due, d.id LIMIT :limit"
)
_ABANDONED = "SELECT id, lease_by FROM deliveries WHERE state = 'sending' AND (lease_until <= :now OR lease_until > :impossible_lease)"


def claim(db: Database, now: datetime, lease: timedelta, limit: int, owner: str) -> list[Delivery]:
    """Take up to `limit` due deliveries for sending, oldest first, never two of one trial to one destination at once.

    Each is ours until `now + lease` (at most an hour) and has a row in `attempts`. `Delivery.attempts` counts the attempt begun here,
    so it is what `next_attempt` wants if it fails. A delivery whose lease ended is taken over: its last attempt is closed as
    `unknown`.
    """
    moments = {
        "now": stamp(now),
        "impossible": stamp(now + LONGEST_WAIT + _SLACK),
        "impossible_lease": stamp(now + _LONGEST_LEASE),
        "limit": limit,
    }
    with db.reading() as connection:  # most of the time nothing is due, and that needs no write lock
        if not (
            connection.execute(_DUE, moments).fetchone() or connection.execute(_ABANDONED, moments).fetchone()
        ):
            return []
    lease_until = stamp(now + min(lease, _LONGEST_LEASE))
    with db.writing() as connection:
        abandoned = [row["id"] for row in connection.execute(_ABANDONED, moments)]
        _close_as_unknown(connection, abandoned, now)
        claimed = [row["id"] for row in connection.execute(_DUE, moments)]
        for identity in claimed:
            connection.execute(
                "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, lease_until = ?, lease_by = ? WHERE id = ?",
                (lease_until, owner, identity),
            )
            connection.execute(
                "INSERT INTO attempts (delivery, n, began_at)"
                " SELECT ?1, COALESCE(MAX(n), 0) + 1, ?2 FROM attempts WHERE delivery = ?1",
                (identity, stamp(now)),
            )
        deliveries = [_delivery(connection, identity) for identity in claimed]
    db.at("claim:after-commit")
    return deliveries


def recover(db: Database, now: datetime, is_dead: Callable[[str], bool] = _nobody) -> int:
    """What was being sent when its process ended is due again at once, its attempt closed as `unknown`.

    `is_dead(owner)` may know that an owner is gone before its lease ends. Gives how many there were.
    Costs one look-up if nobody is sending.
    """
    with db.reading() as connection:
        if connection.execute("SELECT 1 FROM deliveries WHERE state = 'sending' LIMIT 1").fetchone() is None:
            return 0
    moments = {"now": stamp(now), "impossible_lease": stamp(now + _LONGEST_LEASE)}
    with db.writing() as connection:
        abandoned = {row["id"] for row in connection.execute(_ABANDONED, moments)}
        sending = connection.execute("SELECT id, lease_by FROM deliveries WHERE state = 'sending'")
        abandoned |= {row["id"] for row in sending if is_dead(row["lease_by"])}
        _close_as_unknown(connection, sorted(abandoned), now)
    return len(abandoned)


def _close_as_unknown(connection: Connection, deliveries: Sequence[int], now: datetime) -> None:
    why = "the sending was interrupted: it may have arrived"
    for identity in deliveries:
        _end_attempt(connection, identity, now, "unknown", why)
        connection.execute(
            "UPDATE deliveries SET state = 'pending', lease_until = NULL, lease_by = '', due = ?, error = ? WHERE id = ?",
            (stamp(now), why, identity),
        )


def _end_attempt(connection: Connection, delivery: int, now: datetime, outcome: str, error: str) -> None:
    connection.execute(
        "UPDATE attempts SET ended_at = ?, outcome = ?, error = ? WHERE delivery = ? AND ended_at IS NULL",
        (stamp(now), outcome, error, delivery),
    )


def _delivery(connection: Connection, identity: int) -> Delivery:
    row = connection.execute(
        "SELECT d.id, d.key, d.destination, d.attempts, d.trial, n.title, n.text, n.markdown, n.html"
        " FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification WHERE d.id = ?",
        (identity,),
    ).fetchone()
    message = Message(row["title"], row["text"], row["markdown"], row["html"])
    return Delivery(row["id"], row["key"], row["destination"], message, row["attempts"], row["trial"])


def settle_sent(db: Database, delivery: Delivery, now: datetime) -> bool:
    """It was accepted. False (as for all that settle) if the lease had ended and the delivery is no longer ours to settle."""
    return _settle(db, delivery, now, "sent", "", "state = 'sent', sent_at = :now, error = ''", {})


def settle_retry(
    db: Database, delivery: Delivery, now: datetime, due: datetime, error: str, outcome: str = "retry"
) -> bool:
    """It failed and is tried again at `due`. `outcome` may be `unknown`: it may have arrived."""
    return _settle(
        db,
        delivery,
        now,
        outcome,
        error,
        "state = 'pending', due = :due, error = :error",
        {"due": stamp(due)},
    )


def settle_gave_up(
    db: Database, delivery: Delivery, now: datetime, error: str, notices: Sequence[Notification] = ()
) -> bool:
    """It failed for the last time. `notices` that say so are written in the same transaction."""
    new = "state = 'gave_up', error = :error"
    return _settle(db, delivery, now, "gave_up", error, new, {}, notices)


def release(db: Database, delivery: Delivery, now: datetime) -> bool:
    """It was not tried after all, because the daemon stops: due again, the attempt not counted."""
    new = "state = 'pending', due = :now, attempts = attempts - 1"
    return _settle(db, delivery, now, "released", "", new, {})


def _settle(
    db: Database,
    delivery: Delivery,
    now: datetime,
    outcome: str,
    error: str,
    new: str,
    values: dict[str, str],
    notices: Sequence[Notification] = (),
) -> bool:
    values = {**values, "now": stamp(now), "error": error}
    with db.writing() as connection:
        ours = connection.execute(
            f"UPDATE deliveries SET {new}, lease_until = NULL, lease_by = ''"
            " WHERE id = :id AND state = 'sending' AND attempts = :attempts",
            {**values, "id": delivery.id, "attempts": delivery.attempts},
        ).rowcount
        if ours:
            _end_attempt(connection, delivery.id, now, outcome, error)
            for notice in notices:
                write_notification(connection, notice, now)
        db.at("settle:before-commit")
    db.at("settle:after-commit")
    return bool(ours)


def retry(db: Database, ids: Sequence[int], now: datetime) -> list[int]:
    """By a person's wish: due now, and the retry schedule begins anew. Gives those it could be done for: not sent, not being sent."""
    return _by_hand(
        db,
        "UPDATE deliveries SET state = 'pending', attempts = 0, due = ? WHERE id = ? AND state IN"
        " ('pending', 'gave_up', 'suppressed')",
        [(stamp(now), identity) for identity in ids],
    )


def drop(db: Database, ids: Sequence[int], why: str = "dropped by hand") -> list[int]:
    """By a person's wish: never sent. Gives those it could be done for: pending or given up."""
    return _by_hand(
        db,
        "UPDATE deliveries SET state = 'suppressed', error = ? WHERE id = ? AND state IN ('pending', 'gave_up')",
        [(why, identity) for identity in ids],
    )


def _by_hand(db: Database, sql: str, rows: list[tuple[str, int]]) -> list[int]:
    with db.writing() as connection:
        return [row[1] for row in rows if connection.execute(sql, row).rowcount]
