"""What must be known before silence is taken for health. Read-only."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.values import moment, moment_or_none, stamp


@dataclass(frozen=True, slots=True)
class Overdue:
    """Messages for a destination that should have been sent by a moment and were not: how many, since when the oldest waits (aware), and
    whether somebody was told of it at another destination since that one began to fail."""

    destination: str
    waiting: int
    due: datetime
    told: bool


def last_complete_looks(db: Database) -> dict[str, datetime]:
    """For each source when a look last succeeded in every part. A look that finds nothing new after a complete one counts; one that could
    not read a single trial or search does not."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT s.source, s.last_ok_at,"
            " (SELECT r.complete FROM runs AS r WHERE r.source = s.source AND r.ended_at IS NOT NULL ORDER BY r.id DESC LIMIT 1)"
            " AS newest, (SELECT MAX(r.ended_at) FROM runs AS r WHERE r.source = s.source AND r.complete) AS complete_at"
            " FROM sources AS s"
        ).fetchall()
    looks = {
        row["source"]: moment_or_none(row["complete_at"] if row["newest"] == 0 else row["last_ok_at"])
        for row in rows
    }
    return {source: at for source, at in looks.items() if at is not None}


def overdue(db: Database, by: datetime) -> list[Overdue]:
    """The destinations for which something waits that was first tried, or due without having been tried, by then; the oldest first.
    What quiet hours hold back is not late until some time after their end."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT w.destination, COUNT(*) AS waiting, MIN(w.since) AS due, EXISTS (SELECT 1 FROM destinations AS x"
            " JOIN deliveries AS s ON s.state = 'sent' AND s.destination <> x.name AND s.sent_at >= x.failing_since"
            " JOIN notifications AS n ON n.id = s.notification AND n.kind = 'notice'"
            " WHERE x.name = w.destination AND x.told) AS told"
            # What failed is due again later: how long it has been waiting, its first attempt says.
            " FROM (SELECT d.destination, COALESCE((SELECT MIN(a.began_at) FROM attempts AS a WHERE a.delivery = d.id), d.due)"
            " AS since FROM deliveries AS d WHERE d.state IN ('pending', 'sending')"
            " AND (d.quiet_until IS NULL OR d.quiet_until <= ?1)) AS w"
            " WHERE w.since <= ?1 GROUP BY w.destination ORDER BY MIN(w.since)",
            (stamp(by),),
        )
        return [
            Overdue(row["destination"], row["waiting"], moment(row["due"]), bool(row["told"])) for row in rows
        ]
