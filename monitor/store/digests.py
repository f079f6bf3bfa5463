"""What was told or is still to be told, read back from the store; and the digest that notifications are folded into."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.core.change import Change
from monitor.core.event import Event
from monitor.core.notification import Kind, Notification
from monitor.core.significance import Measure, Significance
from monitor.store.database import Connection, Database
from monitor.store.events import OF_PAPER, WITH_PAPER, event_values
from monitor.store.holds import NOT_WAITING_FOR_THE_REST, TOLD_WITHIN
from monitor.store.outbox import write_notification
from monitor.store.rows import OF_EVENT
from monitor.store.slots import note_slot
from monitor.store.values import change_of, measure_of, moment, moment_or_none, stamp

# But for the end of a snooze no slot is further ahead than a week: one that is, and was written later than now, was written before the
# clock went back, and is due.
_FURTHEST_SLOT = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class ToldEvent(Event):
    """An event as it is told: `changes` are the ids of those behind it; `measure` is how large the change is, where that is known."""

    changes: tuple[int, ...]
    measure: Measure | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A notification as it stands in the store, with its events, oldest first. `slot` is the digest moment that it waits for."""

    id: int
    kind: Kind
    subscriber: str
    destinations: tuple[str, ...]
    watchlists: tuple[str, ...]
    trial: str
    significance: Significance
    why: str
    title: str
    text: str
    created_at: datetime
    slot: datetime | None
    events: tuple[ToldEvent, ...]


@dataclass(frozen=True, slots=True)
class DigestDue:
    """All that one subscriber is to be told at a digest moment, oldest first. Of several moments that were missed (nobody was at work)
    `first` is the earliest and `slot` the latest; else both are the same."""

    subscriber: str
    destinations: tuple[str, ...]
    first: datetime
    slot: datetime
    members: tuple[Stored, ...]


_COLUMNS = (
    "id, kind, subscriber, destinations, watchlists, trial, significance, why, title, text, created_at, slot"
)


def digests_due(db: Database, now: datetime) -> list[DigestDue]:
    """The digests whose moment has come and that are not written yet, oldest first: one for each subscriber."""
    with db.reading() as connection:
        waiting = _stored(
            connection,
            connection.execute(
                f"SELECT {_COLUMNS} FROM notifications"
                " WHERE slot IS NOT NULL AND folded_into IS NULL AND (slot <= ?1 OR (slot > ?2 AND created_at > ?1))"
                f" AND {NOT_WAITING_FOR_THE_REST} ORDER BY slot, id",
                (stamp(now), stamp(now + _FURTHEST_SLOT), stamp(now - TOLD_WITHIN)),
            ),
        )
    groups: dict[tuple[str, tuple[str, ...]], list[Stored]] = {}
    for one in waiting:
        groups.setdefault((one.subscriber, one.destinations), []).append(one)
    return [
        DigestDue(
            subscriber,
            destinations,
            first=min(one.slot for one in members if one.slot is not None),
            slot=max(one.slot for one in members if one.slot is not None),
            members=tuple(sorted(members, key=lambda one: one.id)),
        )
        for (subscriber, destinations), members in groups.items()
    ]


def stored(db: Database, notifications: Iterable[int]) -> tuple[Stored, ...]:
    """These notifications, oldest first. A digest is given as the notifications that were folded into it, where there are any: at its
    moment, or out of what waited for its destination."""
    with db.reading() as connection:
        return _stored(
            connection,
            connection.execute(
                f"WITH RECURSIVE folded (digest, member) AS ({_FOLDED}), meant (id) AS (SELECT value FROM json_each(?)"
                " UNION SELECT folded.member FROM folded JOIN meant ON folded.digest = meant.id)"
                f" SELECT {_COLUMNS} FROM notifications WHERE id IN (SELECT id FROM meant)"
                " AND id NOT IN (SELECT digest FROM folded) ORDER BY id",
                (json.dumps(list(notifications)),),
            ),
        )


_FOLDED = (
    "SELECT folded_into, id FROM notifications WHERE folded_into IS NOT NULL"
    " UNION SELECT teller.notification, d.notification FROM deliveries AS d JOIN deliveries AS teller ON teller.id = d.folded_into"
)


def _stored(connection: Connection, rows: Iterable[Any]) -> tuple[Stored, ...]:
    return tuple(
        Stored(
            id=row["id"],
            kind=row["kind"],
            subscriber=row["subscriber"],
            destinations=tuple(json.loads(row["destinations"])),
            watchlists=tuple(json.loads(row["watchlists"])),
            trial=row["trial"],
            significance=Significance.parse(row["significance"]),
            why=row["why"],
            title=row["title"],
            text=row["text"],
            created_at=moment(row["created_at"]),
            slot=moment_or_none(row["slot"]),
            events=_events(connection, row["id"]),
        )
        for row in list(rows)
    )


def _events(connection: Connection, notification: int) -> tuple[ToldEvent, ...]:
    rows = connection.execute(
        f"SELECT {OF_EVENT}, {OF_PAPER} FROM notification_events AS told JOIN events AS e ON e.id = told.event"
        f" JOIN trials AS t ON t.id = e.trial {WITH_PAPER}"
        " WHERE told.notification = ? ORDER BY e.id",
        (notification,),
    )
    return tuple(
        ToldEvent(
            **event_values(row),
            changes=tuple(sorted(json.loads(row["of_changes"]))),
            measure=measure_of(row["measure"]),
        )
        for row in rows
    )


def changes_by_id(db: Database, changes: Iterable[int]) -> dict[int, Change]:
    """These changes as they were recorded, by their ids, in the order of these."""
    with db.reading() as connection:
        return {
            row["id"]: change_of(row)
            for row in connection.execute(
                "SELECT c.* FROM json_each(?) AS asked JOIN changes AS c ON c.id = asked.value ORDER BY c.id",
                (json.dumps(sorted(set(changes))),),
            )
        }


def fold(
    db: Database,
    members: Sequence[int],
    digest: Notification,
    now: datetime,
    told_up_to: datetime | None = None,
) -> list[int]:
    """Write the digest and mark its members as told by it, in one transaction; gives the ids of its deliveries. On a quiet day it has
    no members. `told_up_to`: the digest moment that this settles for a reader who wants a word in any case.

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
        if told_up_to is not None:
            note_slot(connection, digest.subscriber, digest.destinations, told_up_to)
        db.at("digest:before-commit")
    db.at("digest:after-commit")
    return deliveries
