"""What the dashboard's pages ask: read-only, and each answer bounded."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts
from monitor.core.significance import Significance
from monitor.store.database import Database
from monitor.store.filters import OF_AN_EVENT, Filters
from monitor.store.queries import newest_first, rows_of
from monitor.store.values import facts_of, stamp

_RANK = "CASE x.significance " + " ".join(f"WHEN '{one}' THEN {one:d}" for one in Significance) + " END"
# What `_told` reads of an event and its trial, beside the lists that watch it.
_TOLD = "e.*, t.registry, t.number, t.acronym, t.title, t.status"


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


def events_between(db: Database, since: datetime, until: datetime, most: int) -> list[Told]:
    """What was made of changes seen from `since` until before `until`: the gravest first, then the newest; at most so many."""
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT {_TOLD},"
            " (SELECT json_group_array(w.watchlist) FROM watched AS w WHERE w.trial = e.trial) AS lists"
            " FROM events AS e JOIN trials AS t ON t.id = e.trial WHERE e.id IN ("
            "  SELECT x.id FROM events AS x WHERE x.seen_at >= :since AND x.seen_at < :until"
            f"  ORDER BY {_RANK} DESC, x.seen_at DESC, x.id DESC LIMIT :most) ORDER BY e.seen_at DESC, e.id DESC",
            {"since": stamp(since), "until": stamp(until), "most": most},
        ).fetchall()
    return [_told(row) for row in rows]


def count_between(db: Database, since: datetime, until: datetime) -> int:
    """How many events were made of changes seen from `since` until before `until`."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT COUNT(*) FROM events WHERE seen_at >= ? AND seen_at < ?", (stamp(since), stamp(until))
        ).fetchone()
    return int(row[0])


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


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a trial: `day` is when the registry posted it, else when it was submitted, else when we saw it, and never before that
    of an earlier version; `change_count` against that before."""

    number: int
    day: date
    seen_at: str
    origin: str
    change_count: int
    facts: TrialFacts


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of a trial now. `gone_at` and `moved_to` are empty while the registry gives it."""

    id: int
    registry: str
    number: str
    version: int
    facts: TrialFacts
    first_seen_at: str
    last_seen_at: str
    gone_at: str
    moved_to: str


def trial(db: Database, number: str) -> Trial | None:
    """The trial of a number, if there is a version of it."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT * FROM trials WHERE number = ? AND version > 0", (number,)
        ).fetchone()
    return _trial(row) if row is not None else None


def trials_of(db: Database, watchlist: str, most: int) -> list[Trial]:
    """The trials that a list watches now, by number; those that were never read are left out."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT t.* FROM watched AS w JOIN trials AS t ON t.id = w.trial WHERE w.watchlist = ? AND t.version > 0"
            " ORDER BY t.number LIMIT ?",
            (watchlist, most),
        ).fetchall()
    return [_trial(row) for row in rows]


def _trial(row: Any) -> Trial:
    return Trial(
        id=row["id"],
        registry=row["registry"],
        number=row["number"],
        version=row["version"],
        facts=facts_of(row, row["data_date"]),
        first_seen_at=row["first_seen_at"] or "",
        last_seen_at=row["last_seen_at"] or "",
        gone_at=row["gone_at"] or "",
        moved_to=row["moved_to"],
    )


def versions(db: Database, trial: int) -> list[Version]:
    """A trial's versions, the registry's past ones first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT * FROM versions WHERE trial = ? ORDER BY version", (trial,)
        ).fetchall()
    return [
        Version(
            number=row["version"],
            day=day,
            seen_at=row["seen_at"],
            origin=row["origin"],
            change_count=row["change_count"],
            facts=facts_of(row, row["last_data_date"]),
        )
        for row, day in zip(rows, _days(rows), strict=True)
    ]


def _days(rows: Sequence[Any]) -> Iterator[date]:
    """The day of each version. One of the past was only seen when it was fetched: where the registry says no day of it, the next one's
    counts."""
    known: list[date | None] = []
    for row in rows:
        seen = _day(row["seen_at"]) if row["version"] > 0 else None
        known.append(_day(row["registry_date"]) or _day(row["submitted_date"]) or seen)
    since = date.min
    for place in range(len(known)):
        since = max(since, next((day for day in known[place:] if day is not None), since))
        yield since


def events_of(db: Database, trial: int, most: int) -> list[Told]:
    """What was made of a trial's changes, newest first."""
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT {_TOLD}, '[]' AS lists"
            " FROM events AS e JOIN trials AS t ON t.id = e.trial WHERE e.trial = ? ORDER BY e.id DESC LIMIT ?",
            (trial, most),
        ).fetchall()
    return [_told(row) for row in rows]


def deliveries_of(db: Database, registry: str, number: str, most: int) -> list[dict[str, Any]]:
    """What was told of a trial, to whom and when, newest first; digests that spoke of it among them. Destinations by their names."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT n.subscriber, n.title, n.kind, d.destination, d.state, d.sent_at, d.due FROM notifications AS n"
            " JOIN deliveries AS d ON d.notification = COALESCE(n.folded_into, n.id) WHERE n.trial = ?"
            " ORDER BY d.id DESC LIMIT ?",
            (f"{registry}:{number}", most),
        ).fetchall()
    return [dict(row) for row in rows]


def _day(text: str) -> date | None:
    try:
        return PartialDate.parse(text[:10]).latest
    except ValueError:
        return None


def event_page(db: Database, filters: Filters) -> list[Told]:
    """What was made of changes, newest first, as the filters say."""
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT {_TOLD}, '[]' AS lists"
            f" FROM {rows_of('events', 'e', filters)} JOIN trials AS t ON t.id = e.trial"
            f" WHERE {filters.conditions('e', 'e.seen_at', OF_AN_EVENT)} ORDER BY {newest_first('e', 'e', filters)} LIMIT :limit",
            filters.parameters,
        ).fetchall()
    return [_told(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Watched:
    """A row of a watchlist's table: a trial as it stands, and when it last changed in a way worth telling."""

    registry: str
    number: str
    facts: TrialFacts
    version: int
    last_told_at: str
    last_headline: str
    significance: str
    gone: bool


def watched_trials(db: Database, watchlist: str, most: int) -> list[Watched]:
    """The trials of a watchlist, by number; those that were never read are left out."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT t.*, e.seen_at AS told_at, e.headline, e.significance FROM watched AS w JOIN trials AS t ON t.id = w.trial"
            " LEFT JOIN events AS e ON e.id = (SELECT x.id FROM events AS x WHERE x.trial = t.id AND x.significance"
            " IN ('notable', 'critical') ORDER BY x.seen_at DESC, x.significance = 'critical' DESC, x.id DESC LIMIT 1)"
            " WHERE w.watchlist = ? AND t.version > 0 ORDER BY t.number LIMIT ?",
            (watchlist, most),
        ).fetchall()
    return [
        Watched(
            registry=row["registry"],
            number=row["number"],
            facts=facts_of(row, row["data_date"]),
            version=row["version"],
            last_told_at=row["told_at"] or "",
            last_headline=row["headline"] or "",
            significance=row["significance"] or "",
            gone=row["gone_at"] is not None,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A watchlist: how many trials it watches, and when anything notable was last seen in one of them."""

    name: str
    title: str
    trials: int
    last_told_at: str


def watchlists(db: Database) -> list[ListStanding]:
    """The watchlists in force, by title."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT l.name, l.title, (SELECT COUNT(*) FROM watched AS w WHERE w.watchlist = l.name) AS trials,"
            " (SELECT MAX(e.seen_at) FROM watched AS w JOIN events AS e ON e.trial = w.trial"
            "  AND e.significance IN ('notable', 'critical') WHERE w.watchlist = l.name) AS told_at"
            " FROM watchlists AS l WHERE l.removed_at IS NULL ORDER BY l.title"
        ).fetchall()
    return [ListStanding(row["name"], row["title"], row["trials"], row["told_at"] or "") for row in rows]


@dataclass(frozen=True, slots=True)
class Country:
    """The sites of a trial in a country as of its newest version: how many, and how many of them recruit."""

    name: str
    sites: int
    recruiting: int
    cities: str


def countries_of(db: Database, trial: int) -> list[Country]:
    """Where a trial's sites are now, the most first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT country, COUNT(*) AS sites, SUM(status = 'RECRUITING') AS recruiting,"
            " COUNT(DISTINCT NULLIF(city, '')) AS places,"
            " (SELECT GROUP_CONCAT(city, ', ') FROM (SELECT DISTINCT city FROM trial_sites AS c WHERE c.trial = s.trial"
            "  AND c.country = s.country AND c.city <> '' ORDER BY city LIMIT 12)) AS cities"
            " FROM trial_sites AS s WHERE trial = ? GROUP BY country ORDER BY sites DESC, country",
            (trial,),
        ).fetchall()
    return [
        Country(
            row["country"],
            row["sites"],
            row["recruiting"] or 0,
            (row["cities"] or "") + (f" and {row['places'] - 12} more" if row["places"] > 12 else ""),
        )
        for row in rows
    ]
