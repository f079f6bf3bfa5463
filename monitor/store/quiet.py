"""Deliveries that are late, and those that quiet hours hold back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.significance import Significance
from monitor.store.database import Database
from monitor.store.values import moment_or_none, stamp


@dataclass(frozen=True, slots=True)
class Late:
    """A delivery that is due, or was and is held back until `quiet_until`. `destinations` are all of its notification's."""

    id: int
    subscriber: str
    destinations: tuple[str, ...]
    watchlists: tuple[str, ...]
    significance: Significance
    quiet_until: datetime | None


def late(db: Database, now: datetime, *, held_only: bool) -> list[Late]:
    """What has not begun to arrive, oldest first; `held_only`: of that only what is held back."""
    with db.reading() as connection:
        return [
            Late(
                row["id"],
                row["subscriber"],
                tuple(json.loads(row["destinations"])),
                tuple(json.loads(row["watchlists"])),
                Significance.parse(row["significance"]),
                moment_or_none(row["quiet_until"]),
            )
            for row in connection.execute(
                "SELECT d.id, n.subscriber, n.destinations, n.watchlists, n.significance,"
                " IIF(d.quiet_until > ?1, d.quiet_until, NULL) AS quiet_until"
                " FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification"
                " WHERE d.state = 'pending' AND d.part = 1 AND (d.quiet_until > ?1 OR (d.due <= ?1 AND NOT ?2)) ORDER BY d.id",
                (stamp(now), held_only),
            )
        ]


def hold_back(db: Database, until: Mapping[int, datetime | None], now: datetime) -> None:
    """These deliveries are due at these moments, held back by quiet hours; None: at once. One that was taken up meanwhile goes on."""
    with db.writing() as connection:
        connection.executemany(
            "UPDATE deliveries SET due = ?, quiet_until = ? WHERE id = ? AND state = 'pending'",
            [
                (stamp(end or now), stamp(end) if end is not None else None, identity)
                for identity, end in until.items()
            ],
        )
