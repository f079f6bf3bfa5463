"""Fields of records that a source's model does not have, each noted once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.notification import Notification
from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.outbox import write_notification
from monitor.store.values import moment, stamp


@dataclass(frozen=True, slots=True)
class Drifted:
    """A field that a source's model does not have: its path, the trial in which it was first seen, and when."""

    source: str
    path: str
    number: str
    first_seen_at: datetime


def drifted(db: Database) -> list[Drifted]:
    """All that were ever seen, the newest first."""
    with db.reading() as connection:
        rows = connection.execute("SELECT * FROM drift ORDER BY first_seen_at DESC, source, path")
        return [
            Drifted(row["source"], row["path"], row["number"], moment(row["first_seen_at"])) for row in rows
        ]


def not_noted(db: Database, source: str, paths: Iterable[str]) -> list[str]:
    """Those of the paths that were never noted, in their order."""
    with db.reading() as connection:
        known = {
            row["path"] for row in connection.execute("SELECT path FROM drift WHERE source = ?", (source,))
        }
    return [path for path in paths if path not in known]


def note_drift(
    db: Database, trial: TrialId, paths: Sequence[str], now: datetime, notices: Iterable[Notification]
) -> None:
    """These paths were seen in this trial's record, and these notices tell of them: one transaction, so that each is told once."""
    with db.writing() as connection:
        connection.executemany(
            "INSERT INTO drift (source, path, number, first_seen_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(trial.registry, path, trial.number, stamp(now)) for path in paths],
        )
        for notice in notices:
            write_notification(connection, notice, now)
