"""Notifications that wait for a digest, and the digest they are folded into."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.change import Change, ChangeSet, FieldPath
from monitor.core.notification import Notification
from monitor.core.significance import Significance, Topic
from monitor.store.database import Connection, Database
from monitor.store.outbox import write_notification
from monitor.store.values import moment, read_json, stamp

# No slot is further ahead than a week: one that is was written before the clock went back, and is due.
_FURTHEST_SLOT = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event as a digest tells it."""

    id: int
    topic: Topic
    significance: Significance
    headline: str
    because: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notification that waits for its digest; `trial` as it was given when written."""

    id: int
    watchlists: tuple[str, ...]
    trial: str
    significance: Significance
    why: str
    created_at: datetime
    events: tuple[ToldEvent, ...]


@dataclass(frozen=True, slots=True)
class DigestDue:
    """All that one subscriber is to be told at one digest moment, oldest first."""

    subscriber: str
    destinations: tuple[str, ...]
    slot: datetime
    members: tuple[Waiting, ...]


def digests_due(db: Database, now: datetime) -> list[DigestDue]:
    """The digests whose moment has come and that are not written yet, oldest first."""
    groups: dict[tuple[str, str, str], list[Waiting]] = {}
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT id, subscriber, watchlists, destinations, trial, significance, why, created_at, slot FROM notifications"
            " WHERE slot IS NOT NULL AND folded_into IS NULL AND (slot <= ? OR slot > ?)"
            " ORDER BY slot, id",
            (stamp(now), stamp(now + _FURTHEST_SLOT)),
        ).fetchall():
            waiting = Waiting(
                id=row["id"],
                watchlists=tuple(json.loads(row["watchlists"])),
                trial=row["trial"],
                significance=Significance.parse(row["significance"]),
                why=row["why"],
                created_at=moment(row["created_at"]),
                events=_events(connection, row["id"]),
            )
            groups.setdefault((row["subscriber"], row["destinations"], row["slot"]), []).append(waiting)
    return [
        DigestDue(subscriber, tuple(json.loads(destinations)), moment(slot), tuple(members))
        for (subscriber, destinations, slot), members in groups.items()
    ]


def _events(connection: Connection, notification: int) -> tuple[ToldEvent, ...]:
    rows = connection.execute(
        "SELECT e.id, e.topic, e.significance, e.headline, e.because"
        " FROM notification_events AS told JOIN events AS e ON e.id = told.event WHERE told.notification = ? ORDER BY e.id",
        (notification,),
    )
    return tuple(
        ToldEvent(
            row["id"],
            row["topic"],
            Significance.parse(row["significance"]),
            row["headline"],
            row["because"],
        )
        for row in rows
    )


def changes_of(db: Database, events: Sequence[int]) -> dict[int, ChangeSet]:
    """The changes behind each of these events, as they were recorded."""
    found: dict[int, ChangeSet] = {}
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT l.event, c.* FROM json_each(?) AS asked JOIN event_changes AS l ON l.event = asked.value"
            " JOIN changes AS c ON c.id = l.change ORDER BY l.event, c.id",
            (json.dumps(list(events)),),
        ):
            change = Change(
                FieldPath.parse(row["field"]),
                row["kind"],
                read_json(row["before"]),
                read_json(row["after"]),
                row["topic"],
                row["label"],
                row["role"],
                bool(row["housekeeping"]),
            )
            found[row["event"]] = (*found.get(row["event"], ()), change)
    return found


def fold(db: Database, members: Sequence[int], digest: Notification, now: datetime) -> list[int]:
    """Write the digest and mark its members as told by it, in one transaction; gives the ids of its deliveries.

    Nothing is written, and nothing given, if another process folded one of them meanwhile. `digest.events` are event ids.
    """
    if digest.slot is not None:
        raise ValueError("a digest waits for no digest")
    ids = json.dumps(sorted(set(members)))
    with db.writing() as connection:
        waiting = connection.execute(
            "SELECT COUNT(*) FROM notifications WHERE id IN (SELECT value FROM json_each(?)) AND folded_into IS NULL",
            (ids,),
        ).fetchone()[0]
        if waiting != len(set(members)):
            return []
        deliveries = write_notification(connection, digest, now)
        connection.execute(
            "UPDATE notifications SET folded_into = (SELECT id FROM notifications WHERE key = ?)"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (digest.key, ids),
        )
        db.at("digest:before-commit")
    db.at("digest:after-commit")
    return deliveries
