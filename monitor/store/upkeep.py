"""Looking after the file: is every part sound, how large are they, statistics for the planner, an emptied log, verified backups in turn."""

import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from monitor.core.record import digest_of
from monitor.core.shape import Shape
from monitor.store.backup import backup, no_progress
from monitor.store.bodies import WITH_BASE, body_of
from monitor.store.database import Connection, Database
from monitor.store.marks import read_mark, write_mark
from monitor.store.values import stamp

# What the tables and indexes of the file are about, as people think of it; a name belongs where its longest beginning does.
_PARTS = {
    "module_versions": "records",
    "thinned": "records",
    "versions": "versions",
    "trial": "trials",
    "changes": "changes",
    "date_moves": "changes",
    "long_values": "changes",
    "event": "events",
    "trials_found": "search",
    "changes_found": "search",
    "events_found": "search",
    "trial_words": "search",
    "notification": "messages",
    "deliveries": "messages",
    "attempts": "messages",
}
_MEASURED = "sizes"
# A file of this size is measured while somebody waits; of a larger one the figures of the last upkeep are told.
_SMALL = 64 * 2**20
_COPY = re.compile(r"\d{4}-\d{2}-\d{2}")


def quick_check(db: Database) -> list[str]:
    """What SQLite finds wrong in the pages of the file; empty: nothing. Reads the whole file, but compares no index with its table."""
    try:
        with db.reading() as connection:
            problems = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
    except sqlite3.DatabaseError as error:
        return [f"it cannot be read: {error}"]
    return [] if problems == ["ok"] else problems


def wrong_digests(
    db: Database, shapes: Callable[[str], Shape | None], chance: Callable[[], float], sample: int
) -> Iterator[str]:
    """Of stored parts of records, drawn by lot (all of them if there are no more than `sample`), those that are not what was stored:
    each is put together anew and compared with the fingerprint that was written beside it."""
    with db.reading() as connection:
        newest = int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM module_versions").fetchone()[0])
    drawn: Iterable[int] = (
        range(1, newest + 1)
        if newest <= sample
        else sorted({int(chance() * newest) + 1 for _ in range(sample)})
    )
    for identity in drawn:
        with db.reading() as connection:
            row = connection.execute(
                "SELECT m.module, m.digest, m.body, base.body AS base, m.since_version, t.registry, t.number"
                f" FROM module_versions AS m {WITH_BASE}"
                " JOIN trials AS t ON t.id = m.trial WHERE m.id = ? AND m.body IS NOT NULL",
                (identity,),
            ).fetchone()
        if row is not None and not _is_as_stored(row, shapes(row["registry"])):
            yield f"{row['number']}, version {row['since_version']}: {row['module']} is not what was stored"


def _is_as_stored(row: sqlite3.Row, shape: Shape | None) -> bool:
    try:
        body = body_of(row["body"], row["base"])
    except (zlib.error, ValueError):
        return False
    return shape is None or digest_of(row["module"], body, shape) == row["digest"]


def optimise(db: Database, now: datetime) -> tuple[dict[str, int], bool]:
    """Renew the planner's statistics, merge the search indexes, empty the write-ahead log, and measure; gives the sizes by part, and
    whether the log is empty: a reader may be in the way."""
    parts = sizes(db)
    with db.writing() as connection:
        connection.execute("PRAGMA analysis_limit = 1000")
        connection.execute("ANALYZE")
        for index in ("trials_found", "changes_found", "events_found"):
            connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', 500)")
        write_mark(connection, _MEASURED, json.dumps({"at": stamp(now), "parts": parts}))
    return parts, db.empty_log()


def sizes(db: Database) -> dict[str, int]:
    """Bytes of the file by what they hold, the largest first. Reads the whole file."""
    with db.reading() as connection:
        return _measure(connection)


def known_sizes(db: Database) -> dict[str, int]:
    """As `sizes`: measured now if the file is small, else at the last upkeep; empty if there was none."""
    with db.reading() as connection:
        if db.path.stat().st_size <= _SMALL:
            return _measure(connection)
        measured = read_mark(connection, _MEASURED)
    return json.loads(measured)["parts"] if measured else {}


def _measure(connection: Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    rows = connection.execute(
        # Pages are counted: the sum of their sizes overflows in SQLite 3.40.
        "SELECT COALESCE(s.tbl_name, d.name) AS name, SUM(d.pageno) * (SELECT page_size FROM pragma_page_size) AS size FROM dbstat AS d"
        " LEFT JOIN sqlite_schema AS s ON s.name = d.name WHERE d.aggregate = TRUE GROUP BY 1"
    )
    for name, size in rows:
        part = _part(name)
        found[part] = found.get(part, 0) + size
    pages = connection.execute(
        "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
    ).fetchone()[0]
    if pages:
        found["free"] = pages
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _part(table: str) -> str:
    known = [beginning for beginning in _PARTS if table.startswith(beginning)]
    return _PARTS[max(known, key=len)] if known else "other"


def rotate(
    db_path: Path, folder: Path, now: datetime, keep_daily: int, keep_weekly: int
) -> tuple[Path, list[Path]]:
    """Make today's backup, unless there is one, and remove those that need not be kept; gives the backup and what was removed.

    Kept are the newest of each of the last `keep_daily` days and of each of the last `keep_weekly` weeks of which there are any. Nothing
    is removed before today's is complete and checked. Raises NothingDone or TrialmonError where it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    today = folder / f"{db_path.stem}-{now.astimezone(UTC):%Y-%m-%d}.db"
    if not today.is_file():
        backup(db_path, today, no_progress)
    copies = _copies(folder, db_path.stem)
    kept = {copies[day] for day in _days_to_keep(copies, keep_daily, keep_weekly)} | {today}
    gone = [path for path in copies.values() if path not in kept]
    for path in gone:
        path.unlink()
    return today, gone


def _copies(folder: Path, stem: str) -> dict[date, Path]:
    """Files that bear the name of a backup of this database; all others are somebody else's."""
    found = {}
    for path in folder.glob(f"{stem}-*.db"):
        written = path.stem.removeprefix(f"{stem}-")
        if _COPY.fullmatch(written):
            try:
                found[date.fromisoformat(written)] = path
            except ValueError:
                continue
    return found


def _days_to_keep(days: Iterable[date], keep_daily: int, keep_weekly: int) -> set[date]:
    newest_first: Sequence[date] = sorted(days, reverse=True)
    weeks: dict[date, date] = {}
    for day in newest_first:
        weeks.setdefault(day - timedelta(days=day.weekday()), day)
    return {*newest_first[:keep_daily], *list(weeks.values())[:keep_weekly]}
