"""Sending what is in the outbox: claimed under a lease, settled as it went; every attempt kept.

pending ──claim──▶ sending ──▶ sent                 (final)
   ▲                  ├──────▶ pending, due later   (settle_retry, settle_plainer)
   │                  ├──────▶ gave_up              (outbox.retry brings it back)
   │                  └ lease ended: the attempt is closed as `unknown`, pending again; sent, if it then turns out to be
   └─retry─ gave_up, suppressed ◀─drop─ pending, gave_up
                    suppressed, folded into a digest: told by that one (final; see `folding`)
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.core.breaker import Breaker
from monitor.core.notification import Delivery, Message, Notification, Payload
from monitor.store.database import Connection, Database
from monitor.store.destinations import write_breaker
from monitor.store.outbox import write_notification
from monitor.store.payloads import payload_of, write_payload
from monitor.store.turns import NEXT, moments_of
from monitor.store.values import stamp

_LONGEST_LEASE = timedelta(hours=1)
# A lease that ends later than any can was taken before the clock went back; by less than this, clocks are merely set right.
_SLACK = timedelta(minutes=5)
_ABANDONED = "SELECT id, lease_by FROM deliveries WHERE state = 'sending' AND (lease_until <= :now OR lease_until > :impossible_lease)"


def _nobody(_: str) -> bool:
    return False


def claim(
    db: Database, now: datetime, lease: timedelta, limit: int, owner: str, destination: str | None = None
) -> list[Delivery]:
    """Take up to `limit` due deliveries for sending, oldest first, never two of one trial to one destination at once; only for
    `destination` if one is given. Of those for a destination whose breaker is open, one.

    Each is ours until `now + lease` (at most an hour) and has a row in `attempts`. `Delivery.attempts` counts the attempt begun here. A
    delivery whose lease ended is taken over: its last attempt is closed as `unknown`.
    """
    moments = {
        **moments_of(now, destination),
        "impossible_lease": stamp(now + _LONGEST_LEASE + _SLACK),
        "limit": limit,
    }
    with db.reading() as connection:  # most of the time nothing is due, and that needs no write lock
        if not (
            connection.execute(NEXT, moments).fetchone() or connection.execute(_ABANDONED, moments).fetchone()
        ):
            return []
    lease_until = stamp(now + min(lease, _LONGEST_LEASE))
    with db.writing() as connection:
        abandoned = [row["id"] for row in connection.execute(_ABANDONED, moments)]
        _close_as_unknown(connection, abandoned, now)
        claimed = _one_probe_each(connection.execute(NEXT, moments).fetchall())
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


def _one_probe_each(rows: Sequence[Any]) -> list[int]:
    probed: set[str] = set()
    chosen = []
    for row in rows:
        if row["openings"] and row["destination"] in probed:
            continue
        probed.add(row["destination"])
        chosen.append(row["id"])
    return chosen


def recover(db: Database, now: datetime, is_dead: Callable[[str], bool] = _nobody) -> int:
    """What was being sent when its process ended is due again at once, its attempt closed as `unknown`.

    `is_dead(owner)` may know that an owner is gone before its lease ends. Gives how many there were.
    Costs one look-up if nobody is sending.
    """
    with db.reading() as connection:
        if connection.execute("SELECT 1 FROM deliveries WHERE state = 'sending' LIMIT 1").fetchone() is None:
            return 0
    moments = {"now": stamp(now), "impossible_lease": stamp(now + _LONGEST_LEASE + _SLACK)}
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
        "SELECT d.*, n.title, n.text, n.markdown, n.html"
        " FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification WHERE d.id = ?",
        (identity,),
    ).fetchone()
    message = Message(row["title"], row["text"], row["markdown"], row["html"])
    return Delivery(
        row["id"],
        row["key"],
        row["destination"],
        message,
        row["attempts"],
        row["trial"],
        payload_of(connection, identity),
        notification=row["notification"],
        excused=row["excused"],
    )


def settle_sent(
    db: Database,
    delivery: Delivery,
    now: datetime,
    breaker: Breaker | None = None,
    notices: Sequence[Notification] = (),
) -> bool:
    """It was accepted. False (as for all that settle) if the lease had ended and the delivery is no longer ours to settle. What was
    accepted counts even so, unless somebody took it up again meanwhile: the machine may have slept in the middle of an attempt.

    For all that settle: `breaker` is how its destination does from now on (None: as before), and `notices` say so; both are written
    in the same transaction.
    """
    new = "state = 'sent', sent_at = :now, error = ''"
    return _settle(
        db, delivery, now, "sent", "", new, {}, breaker, notices, ours="state IN ('sending', 'pending')"
    )


def settle_retry(
    db: Database,
    delivery: Delivery,
    now: datetime,
    due: datetime,
    error: str,
    outcome: str = "retry",
    *,
    breaker: Breaker | None = None,
    excused: bool = False,
) -> bool:
    """It failed and is tried again at `due`. `outcome` may be `unknown`: it may have arrived. `excused`: it was the destination that
    failed, and the attempt does not count against the message."""
    new = "state = 'pending', due = :due, error = :error, excused = excused + :excused"
    values: dict[str, str | int] = {"due": stamp(due), "excused": int(excused)}
    return _settle(db, delivery, now, outcome, error, new, values, breaker)


def settle_plainer(
    db: Database,
    delivery: Delivery,
    now: datetime,
    error: str,
    plainer: Payload,
    breaker: Breaker | None = None,
    notices: Sequence[Notification] = (),
) -> bool:
    """The destination works, but refused this message. It is due at once in this plainer form."""

    def keep(connection: Connection) -> None:
        write_payload(connection, delivery.id, plainer, now)

    new = "state = 'pending', due = :now, error = :error"
    return _settle(db, delivery, now, "refused", error, new, {}, breaker, notices, keep)


def settle_gave_up(
    db: Database,
    delivery: Delivery,
    now: datetime,
    error: str,
    notices: Sequence[Notification] = (),
    breaker: Breaker | None = None,
) -> bool:
    """It failed for the last time. `notices` that say so are written in the same transaction."""
    new = "state = 'gave_up', error = :error"
    return _settle(db, delivery, now, "gave_up", error, new, {}, breaker, notices)


def _nothing_more(_: Connection) -> None:
    """Nothing else is written with it."""


def _settle(
    db: Database,
    delivery: Delivery,
    now: datetime,
    outcome: str,
    error: str,
    new: str,
    values: Mapping[str, str | int],
    breaker: Breaker | None = None,
    notices: Sequence[Notification] = (),
    keep: Callable[[Connection], None] = _nothing_more,
    ours: str = "state = 'sending'",
) -> bool:
    with db.writing() as connection:
        settled = connection.execute(
            f"UPDATE deliveries SET {new}, lease_until = NULL, lease_by = ''"
            f" WHERE id = :id AND {ours} AND attempts = :attempts",
            {**values, "now": stamp(now), "error": error, "id": delivery.id, "attempts": delivery.attempts},
        ).rowcount
        if settled:
            _end_attempt(connection, delivery.id, now, outcome, error)
            keep(connection)
            if breaker is not None:
                write_breaker(connection, delivery.destination, breaker)
            for notice in notices:
                write_notification(connection, notice, now)
        db.at("settle:before-commit")
    db.at("settle:after-commit")
    return bool(settled)
