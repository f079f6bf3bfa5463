"""How things stand, for `status` and the health report."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from monitor.store.database import Connection, Database
from monitor.store.destinations import breaker_of, broken_destinations
from monitor.store.holds import held_now
from monitor.store.upkeep import known_sizes
from monitor.store.values import moment, stamp

# A registry skips a weekday now and then; without a single look that succeeded for this long, silence no longer means that nothing
# changed.
SILENCE = timedelta(days=1)


def status(
    db: Database,
    now: datetime,
    sources: Sequence[str] = (),
    patience: Mapping[str, timedelta] = MappingProxyType({}),
) -> dict[str, Any]:
    """As `status --json` gives it. `sources` are those that should be looked at: one that never was is not ok. `patience` is how long each
    may go without a look that succeeded; a day, if it does not say."""
    reports = source_reports(db, now, sources, patience)
    with db.reading() as connection:
        counts = {
            row["state"]: row["n"]
            for row in connection.execute("SELECT state, COUNT(*) AS n FROM deliveries GROUP BY state")
        }
        outbox = {
            "pending": counts.get("pending", 0) + counts.get("sending", 0),
            "gave_up": counts.get("gave_up", 0),
        }
        watched = connection.execute("SELECT COUNT(DISTINCT trial) FROM watched").fetchone()[0]
        # No version is ever removed (a trigger sees to it), so the largest rowid is their number; counting millions takes a while.
        versions = connection.execute("SELECT COALESCE(MAX(rowid), 0) FROM versions").fetchone()[0]
    return {
        "ok": all(report["ok"] for report in reports) and not outbox["gave_up"],
        "sources": reports,
        "watched": watched,
        "outbox": outbox,
        "database": {
            "path": str(db.path),
            "bytes": _bytes(db),
            "versions": versions,
            "parts": _parts(db),
        },
        "held": held_now(db),
    }


def source_reports(
    db: Database, now: datetime, sources: Sequence[str], patience: Mapping[str, timedelta]
) -> list[dict[str, Any]]:
    """The `sources` of `status`, alone: quick however large the database is."""
    with db.reading() as connection:
        named = dict.fromkeys(sources)
        named.update(dict.fromkeys(row["source"] for row in connection.execute("SELECT source FROM sources")))
        return [_source(connection, source, now, patience.get(source, SILENCE)) for source in named]


def _source(connection: Connection, source: str, now: datetime, patience: timedelta) -> dict[str, Any]:
    row = connection.execute("SELECT * FROM sources WHERE source = ?", (source,)).fetchone()
    if row is None or row["last_look_at"] is None:
        return {
            "source": source,
            "registry_date": None,
            "last_look": None,
            "ok": False,
            "why": "never looked at",
        }
    why = row["why"]
    if not why and (row["last_ok_at"] is None or now - moment(row["last_ok_at"]) > patience):
        why = f"no look has succeeded since {row['last_ok_at'] or 'the beginning'}"
    return {
        "source": source,
        "registry_date": row["mark_stamp"][:10] or row["mark_data_date"] or None,
        "last_look": row["last_look_at"],
        "ok": not why and row["failing_since"] is None,
        "why": why,
    }


def _bytes(db: Database) -> int:
    return _size(db, "") + _size(db, "-wal")


def _parts(db: Database) -> dict[str, int]:
    """What fills the database, the largest first; the write-ahead log beside it counts too."""
    parts = known_sizes(db)
    if log := _size(db, "-wal"):
        parts["write-ahead log"] = log
    return dict(sorted(parts.items(), key=lambda part: -part[1]))


def _size(db: Database, suffix: str) -> int:
    file = db.path.with_name(db.path.name + suffix)
    return file.stat().st_size if file.exists() else 0


def refusing_destinations(db: Database, now: datetime) -> dict[str, dict[str, Any]]:
    """The destinations that nothing has reached for an hour or longer although something was tried: since when, how many wait, and why."""
    refusing = {}
    for name in broken_destinations(db, now):
        breaker = breaker_of(db, name)
        with db.reading() as connection:
            (waiting,) = connection.execute(
                "SELECT COUNT(*) FROM deliveries WHERE destination = ? AND state IN ('pending', 'sending')",
                (name,),
            ).fetchone()
        since = stamp(breaker.failing_since) if breaker.failing_since is not None else ""
        refusing[name] = {"since": since, "waiting": waiting, "why": breaker.why}
    return refusing


def last_runs(db: Database, limit: int = 20) -> list[dict[str, Any]]:
    """The latest runs, newest first, each with its failures; `ended_at` None: under way or cut short."""
    with db.reading() as connection:
        runs = [
            dict(row)
            for row in connection.execute("SELECT * FROM runs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        ]
        for run in runs:
            failures = connection.execute(
                "SELECT kind, name, why FROM failures WHERE run = ? ORDER BY id", (run["id"],)
            )
            run["failures"] = [dict(failure) for failure in failures]
    return runs
