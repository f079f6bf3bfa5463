"""How things stand, for `status` and the health report."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.store.database import Connection, Database
from monitor.store.destinations import breaker_of, broken_destinations
from monitor.store.upkeep import known_sizes
from monitor.store.values import moment, stamp

# Without a look that succeeded for this long, silence no longer means that nothing changed.
SILENCE = timedelta(days=1)


def status(db: Database, now: datetime, sources: Sequence[str] = ()) -> dict[str, Any]:
    """As `status --json` gives it. `sources` are those that should be looked at: one that never was is not ok."""
    with db.reading() as connection:
        named = dict.fromkeys(sources)
        named.update(dict.fromkeys(row["source"] for row in connection.execute("SELECT source FROM sources")))
        reports = [_source(connection, source, now) for source in named]
        counts = {
            row["state"]: row["n"]
            for row in connection.execute("SELECT state, COUNT(*) AS n FROM deliveries GROUP BY state")
        }
        outbox = {
            "pending": counts.get("pending", 0) + counts.get("sending", 0),
            "gave_up": counts.get("gave_up", 0),
        }
        watched = connection.execute("SELECT COUNT(DISTINCT trial) FROM watched").fetchone()[0]
        versions = connection.execute("SELECT COUNT(*) FROM versions").fetchone()[0]
    return {
        "ok": all(report["ok"] for report in reports) and not outbox["gave_up"],
        "sources": reports,
        "watched": watched,
        "outbox": outbox,
        "database": {
            "path": str(db.path),
            "bytes": _bytes(db),
            "versions": versions,
            "parts": known_sizes(db),
        },
    }


def _source(connection: Connection, source: str, now: datetime) -> dict[str, Any]:
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
    if not why and (row["last_ok_at"] is None or now - moment(row["last_ok_at"]) > SILENCE):
        why = f"no look has succeeded since {row['last_ok_at'] or 'the beginning'}"
    return {
        "source": source,
        "registry_date": row["mark_stamp"][:10] or row["mark_data_date"] or None,
        "last_look": row["last_look_at"],
        "ok": not why and row["failing_since"] is None,
        "why": why,
    }


def _bytes(db: Database) -> int:
    total = 0
    for suffix in ("", "-wal"):
        file = db.path.with_name(db.path.name + suffix)
        total += file.stat().st_size if file.exists() else 0
    return total


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
