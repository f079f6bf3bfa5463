"""What waits for one destination, how much it was just sent, and the folding of many messages into one digest."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.notification import Kind, Notification, key_of
from monitor.core.significance import Significance
from monitor.store.database import Connection, Database
from monitor.store.outbox import write_notification
from monitor.store.values import moment, moment_or_none, stamp


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due, or was tried before. `fresh`: never tried. `loose`: surely not arrived, not even in part, so that another
    message may tell it instead. `written` is when it was put into the outbox."""

    id: int
    notification: int
    kind: Kind
    subscriber: str
    trial: str
    significance: Significance
    written: datetime
    fresh: bool
    loose: bool


@dataclass(frozen=True, slots=True)
class Crowd:
    """All that waits for one destination, oldest first, and when it was sent something lately. `storm_until`: no alert is sent that was
    written after delivery `storm_after`, until then."""

    waiting: tuple[Waiting, ...]
    sent: tuple[datetime, ...]
    storm_until: datetime | None
    storm_after: int


@dataclass(frozen=True, slots=True)
class Fold:
    """Deliveries that a digest tells in their place; it goes to the same destination."""

    members: tuple[int, ...]
    digest: Notification


def crowd(db: Database, destination: str, now: datetime, since: datetime) -> Crowd:
    """What waits for a destination, and what was sent to it after `since`."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT d.id, d.notification, n.kind, n.subscriber, d.trial, n.significance, n.created_at, d.attempts = 0 AS fresh,"
            " (d.parts = 1 AND NOT EXISTS (SELECT 1 FROM attempts AS a WHERE a.delivery = d.id AND a.outcome = 'unknown')) AS loose"
            " FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification"
            " WHERE d.destination = ?1 AND d.state = 'pending' AND (d.due <= ?2 OR d.attempts > 0)"
            " AND (d.quiet_until IS NULL OR d.quiet_until <= ?2) ORDER BY d.id",
            (destination, stamp(now)),
        )
        waiting = tuple(
            Waiting(
                row["id"],
                row["notification"],
                row["kind"],
                row["subscriber"],
                row["trial"],
                Significance.parse(row["significance"]),
                moment(row["created_at"]),
                bool(row["fresh"]),
                bool(row["loose"]),
            )
            for row in rows
        )
        sent = connection.execute(
            "SELECT sent_at FROM deliveries WHERE destination = ? AND state = 'sent' AND sent_at > ? ORDER BY sent_at",
            (destination, stamp(since)),
        )
        times = tuple(moment(row["sent_at"]) for row in sent)
        storm = connection.execute(
            "SELECT storm_until, storm_after FROM destinations WHERE name = ?", (destination,)
        ).fetchone()
    if storm is None:
        return Crowd(waiting, times, None, 0)
    return Crowd(waiting, times, moment_or_none(storm["storm_until"]), storm["storm_after"])


def fold_deliveries(
    db: Database,
    destination: str,
    folds: Sequence[Fold],
    now: datetime,
    *,
    put_off: Sequence[int] = (),
    storm_until: datetime | None = None,
    storm_after: int = 0,
) -> bool:
    """In one transaction: write each digest, and let it tell its members in their place; let those that are `put_off` wait for the end of
    the storm that is given. What was still to be folded for this destination then is.

    False, and nothing is written, if another process took up one of them meanwhile.
    """
    touched = [*put_off, *(member for fold in folds for member in fold.members)]
    with db.writing() as connection:
        pending = connection.execute(
            "SELECT COUNT(*) FROM deliveries WHERE id IN (SELECT value FROM json_each(?)) AND state = 'pending'",
            (json.dumps(touched),),
        ).fetchone()[0]
        if pending != len(touched):
            return False
        for fold in folds:
            _fold(connection, destination, fold, now)
        until = stamp(storm_until) if storm_until is not None else None
        connection.executemany(
            "UPDATE deliveries SET due = ? WHERE id = ?", [(until, identity) for identity in put_off]
        )
        connection.execute(
            "INSERT INTO destinations (name, storm_until, storm_after) VALUES (?, ?, ?) ON CONFLICT (name)"
            " DO UPDATE SET storm_until = excluded.storm_until, storm_after = excluded.storm_after, back_from = NULL",
            (destination, until, storm_after),
        )
        db.at("fold:before-commit")
    db.at("fold:after-commit")
    return True


def _fold(connection: Connection, destination: str, fold: Fold, now: datetime) -> None:
    write_notification(connection, fold.digest, now)
    (teller,) = connection.execute(
        "SELECT id FROM deliveries WHERE key = ?", (key_of(fold.digest.key, destination),)
    ).fetchone()
    # It takes their place in the turn of every trial that they tell of.
    connection.execute(
        "INSERT INTO delivery_trials (trial, delivery) SELECT DISTINCT trial, ?1 FROM delivery_trials"
        " WHERE delivery IN (SELECT value FROM json_each(?2)) ON CONFLICT DO NOTHING",
        (teller, json.dumps(fold.members)),
    )
    connection.execute(
        "UPDATE deliveries SET state = 'suppressed', error = ?, folded_into = ? WHERE id IN (SELECT value FROM json_each(?))",
        (f"folded into {teller}", teller, json.dumps(fold.members)),
    )
