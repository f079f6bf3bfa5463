"""What the dashboard's pages ask: read-only, and each answer bounded."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from monitor.core.facts import TrialFacts
from monitor.store.database import Database
from monitor.store.values import stamp

_MOST_OF_A_DAY = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a page tells it, with what the page says of its trial; `watchlists` are names of those that watch the trial now."""

    id: int
    registry: str
    number: str
    name: str
    status: str
    version: int | None
    topic: str
    significance: str
    headline: str
    because: str
    seen_at: str
    registry_date: str
    watchlists: tuple[str, ...]


def events_between(db: Database, since: datetime, until: datetime) -> list[Told]:
    """What was made of changes seen from `since` until before `until`, newest first; at most 2,000."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT e.*, t.registry, t.number, t.acronym, t.title, t.status,"
            " (SELECT json_group_array(w.watchlist) FROM watched AS w WHERE w.trial = e.trial) AS lists"
            " FROM events AS e JOIN trials AS t ON t.id = e.trial WHERE e.seen_at >= ? AND e.seen_at < ?"
            " ORDER BY e.id DESC LIMIT ?",
            (stamp(since), stamp(until), _MOST_OF_A_DAY),
        ).fetchall()
    return [_told(row) for row in rows]


def _told(row: Any) -> Told:
    return Told(
        id=row["id"],
        registry=row["registry"],
        number=row["number"],
        name=TrialFacts(title=row["title"], acronym=row["acronym"]).short_name or row["number"],
        status=row["status"],
        version=row["version"],
        topic=row["topic"],
        significance=row["significance"],
        headline=row["headline"],
        because=row["because"],
        seen_at=row["seen_at"],
        registry_date=row["registry_date"],
        watchlists=tuple(sorted(json.loads(row["lists"]))),
    )


def days_with_events(db: Database, before: date, most: int = 30) -> list[date]:
    """The last days up to `before`, it included, on which anything was seen to change, newest first."""
    end = before + timedelta(days=1)
    days: list[date] = []
    with db.reading() as connection:
        # One step back a day along the index: a GROUP BY would read every event there is.
        while len(days) < most:
            row = connection.execute(
                "SELECT MAX(seen_at) FROM events WHERE seen_at < ?", (end.isoformat(),)
            ).fetchone()
            if row[0] is None:
                break
            end = date.fromisoformat(row[0][:10])
            days.append(end)
    return days


def watchlist_titles(db: Database) -> dict[str, str]:
    """Name → title of the watchlists in force, by name."""
    with db.reading() as connection:
        rows = connection.execute("SELECT name, title FROM watchlists WHERE removed_at IS NULL ORDER BY name")
        return {row["name"]: row["title"] for row in rows}


def newest_event(db: Database) -> int:
    """The id of the newest event, 0 where there is none: whoever polls learns from it whether there is news."""
    with db.reading() as connection:
        return int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0])
