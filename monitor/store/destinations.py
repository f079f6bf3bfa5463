"""How each destination does: its breaker, as the last attempts left it."""

from datetime import datetime

from monitor.core.breaker import TOLD_AFTER, Breaker
from monitor.store.database import Connection, Database
from monitor.store.values import moment_or_none, stamp


def breaker_of(db: Database, destination: str) -> Breaker:
    """What is known of a destination; a closed breaker where nothing ever failed."""
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM destinations WHERE name = ?", (destination,)).fetchone()
    if row is None:
        return Breaker()
    return Breaker(
        failures=row["failures"],
        openings=row["openings"],
        failing_since=moment_or_none(row["failing_since"]),
        rests_until=moment_or_none(row["rests_until"]),
        why=row["why"],
        told=bool(row["told"]),
        back_from=moment_or_none(row["back_from"]),
    )


def write_breaker(connection: Connection, destination: str, breaker: Breaker) -> None:
    """Within a write transaction."""
    row = {
        "name": destination,
        "failures": breaker.failures,
        "openings": breaker.openings,
        "failing_since": _stamp(breaker.failing_since),
        "rests_until": _stamp(breaker.rests_until),
        "why": breaker.why,
        "told": int(breaker.told),
        "back_from": _stamp(breaker.back_from),
    }
    connection.execute(
        f"INSERT INTO destinations ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
        f" ON CONFLICT (name) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in row)}",
        row,
    )


def _stamp(moment: datetime | None) -> str | None:
    return stamp(moment) if moment is not None else None


def close_breakers(connection: Connection, deliveries: list[int], now: datetime) -> None:
    """Within a write transaction: by a person's wish the destinations of these deliveries are tried again now, and all that they failed."""
    for row in connection.execute(
        "SELECT DISTINCT destination FROM deliveries WHERE id IN (SELECT value FROM json_each(?))",
        (str(deliveries),),
    ).fetchall():
        connection.execute(
            "UPDATE destinations SET failures = 0, openings = 0, rests_until = NULL WHERE name = ?",
            (row["destination"],),
        )
        connection.execute(
            "UPDATE deliveries SET due = ? WHERE destination = ? AND state = 'pending' AND excused > 0",
            (stamp(now), row["destination"]),
        )


def broken_destinations(db: Database, now: datetime, *, untold: bool = False) -> list[str]:
    """The names of those that have failed for an hour or longer and whose breaker is open; `untold`: of which the others do not know."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT name FROM destinations WHERE openings > 0 AND failing_since <= ? AND (told = 0 OR NOT ?) ORDER BY name",
            (stamp(now - TOLD_AFTER), untold),
        )
        return [row["name"] for row in rows]
