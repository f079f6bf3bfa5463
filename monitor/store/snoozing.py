"""Notifications that wait because their reader snoozed the trial."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A notification that waits for `slot`, the end of its trial's snooze."""

    id: int
    subscriber: str
    destinations: tuple[str, ...]
    watchlists: tuple[str, ...]
    trial: TrialId
    slot: datetime


def snoozed(db: Database) -> list[Snoozed]:
    """Those that are in no digest yet, oldest first."""
    with db.reading() as connection:
        return [
            Snoozed(
                row["id"],
                row["subscriber"],
                tuple(json.loads(row["destinations"])),
                tuple(json.loads(row["watchlists"])),
                TrialId.parse(row["trial"]),
                moment(row["slot"]),
            )
            for row in connection.execute(
                "SELECT id, subscriber, destinations, watchlists, trial, slot FROM notifications"
                " WHERE held_for = 'snooze' AND folded_into IS NULL AND slot IS NOT NULL ORDER BY id"
            )
        ]


def let_wait_until(db: Database, slots: Mapping[int, datetime]) -> None:
    """These notifications wait until these moments; one that was folded meanwhile does not."""
    with db.writing() as connection:
        connection.executemany(
            "UPDATE notifications SET slot = ? WHERE id = ? AND folded_into IS NULL",
            [(stamp(slot), identity) for identity, slot in slots.items()],
        )
