"""Numbers for those who watch the monitor: how much was recorded, how many messages are where, what each destination was sent."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.values import moment, moment_or_none, stamp


def recorded(db: Database) -> dict[str, int]:
    """How many versions, changes, events and attempts at delivering were ever written down; none is ever removed."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT (SELECT COALESCE(MAX(rowid), 0) FROM versions) AS versions, (SELECT COALESCE(MAX(id), 0) FROM changes) AS changes,"
            " (SELECT COALESCE(MAX(id), 0) FROM events) AS events, (SELECT COUNT(*) FROM attempts) AS attempts"
        ).fetchone()
    return dict(row)


def newest_event(db: Database) -> int:
    """The id of the newest event, 0 where there is none: whoever asks again learns from it whether there is news."""
    with db.reading() as connection:
        return int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0])


def deliveries_by_state(db: Database) -> dict[tuple[str, ...], int]:
    """By (destination, state)."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT destination, state, COUNT(*) AS n FROM deliveries GROUP BY destination, state"
        )
        return {(row["destination"], row["state"]): row["n"] for row in rows}


@dataclass(frozen=True, slots=True)
class SentTo:
    """What one destination was sent since a moment, the last of it when, and how much waits for it now."""

    destination: str
    sent: int
    last: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Who has been told what since a moment. `held` counts messages that wait for a digest, `withheld` those that nobody will get because
    they were muted, dropped or folded into another, `gave_up` those that wait for a person; `looked` are the last looks, by source."""

    sent: tuple[SentTo, ...]
    held: int
    withheld: int
    gave_up: int
    looked: dict[str, datetime]


def tally(db: Database, since: datetime, now: datetime) -> Tally:
    """Everything that was told from `since` on until just before `now`, and what was not."""
    at = {"since": stamp(since), "now": stamp(now)}
    with db.reading() as connection:
        sent = connection.execute(
            "SELECT destination, SUM(state = 'sent' AND sent_at >= :since AND sent_at < :now) AS sent, MAX(sent_at) AS last,"
            " SUM(state IN ('pending', 'sending')) AS waiting FROM deliveries GROUP BY destination ORDER BY destination",
            at,
        ).fetchall()
        row = connection.execute(
            "SELECT (SELECT COUNT(*) FROM notifications WHERE slot IS NOT NULL AND folded_into IS NULL) AS held,"
            " (SELECT COUNT(*) FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification"
            " WHERE d.state = 'suppressed' AND n.created_at >= :since AND n.created_at < :now) AS withheld,"
            " (SELECT COUNT(*) FROM deliveries WHERE state = 'gave_up') AS gave_up",
            at,
        ).fetchone()
        looked = connection.execute(
            "SELECT source, last_look_at FROM sources WHERE last_look_at IS NOT NULL ORDER BY source"
        )
        return Tally(
            tuple(SentTo(r["destination"], r["sent"], moment_or_none(r["last"]), r["waiting"]) for r in sent),
            row["held"],
            row["withheld"],
            row["gave_up"],
            {one["source"]: moment(one["last_look_at"]) for one in looked},
        )
