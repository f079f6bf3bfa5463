"""What `doctor` asks of the store beside its state: the library's age, who may write the files, whether every stored value can be read."""

import os
import shutil
import sqlite3
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from monitor.store.bodies import WITH_BASE, body_of
from monitor.store.database import Database
from monitor.store.values import read_json

# The releases that mended the WAL-reset bug; the two older ones are maintained branches.
_MENDED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
_BATCH = 200
_BELOW_ALL = -(2**63)  # changes of past versions have ids below zero


def sqlite_version() -> tuple[str, bool]:
    """The version of the SQLite library, and whether it may damage a database whose writers take no turns (the WAL-reset bug)."""
    version = sqlite3.sqlite_version_info
    mended = version >= _MENDED[-1] or any(
        version[:2] == release[:2] and version >= release for release in _MENDED
    )
    return sqlite3.sqlite_version, not mended


def files_of(path: Path) -> list[Path]:
    """The database file and what lies beside it: its write-ahead log, its index, the locks, what is under work."""
    names = [path.name + suffix for suffix in ("", "-wal", "-shm", "-lock", "-daemon-lock", "-work")]
    return [file for file in (path.with_name(name) for name in names) if file.exists()]


def not_ours(path: Path) -> Iterator[str]:
    """What keeps this user from writing the database, and who else may write it, in words."""
    for file in files_of(path):
        if not os.access(file, os.R_OK | os.W_OK):
            yield f"{file} may not be written by this user"
        if file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            yield f"{file} may be written by other users"
    folder = path.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        yield f"the folder {folder} may not be written by this user"
    if folder.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
        yield f"anybody may replace files in the folder {folder}"


def stored_values(db: Database) -> int:
    """How many values `unreadable` will try."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT (SELECT COUNT(*) FROM module_versions WHERE body IS NOT NULL) + (SELECT COUNT(*) FROM changes)"
        ).fetchone()
        return int(row[0])


def unreadable(db: Database, tick: Callable[[int], None]) -> Iterator[str]:
    """Every stored part of a record, and every value of a change, that cannot be unpacked. Each carries a checksum of its
    contents, so that a flipped bit which leaves the pages whole is found too. `tick` is called with how many were tried."""
    for table, batch, read in (
        ("module_versions", _MODULES, _read_module),
        ("changes", _CHANGES, _read_change),
    ):
        last = _BELOW_ALL
        while rows := _batch(db, batch, last):
            last = rows[-1]["id"]
            for row in rows:
                if not _reads(read, row):
                    yield f"{table}, row {row['id']} ({row['number']}, {row['name']}) cannot be read"
            tick(len(rows))


_MODULES = (
    "SELECT m.body, base.body AS base, m.id, m.module AS name, t.number FROM module_versions AS m"
    f" {WITH_BASE} JOIN trials AS t ON t.id = m.trial WHERE m.id > ? AND m.body IS NOT NULL ORDER BY m.id LIMIT ?"
)
_CHANGES = (
    "SELECT c.before, c.after, c.id, c.field AS name, t.number FROM changes AS c JOIN trials AS t ON t.id = c.trial"
    " WHERE c.id > ? ORDER BY c.id LIMIT ?"
)


def _batch(db: Database, sql: str, after: int) -> list[sqlite3.Row]:
    # In batches, so that no reader stays open for long beside a daemon.
    with db.reading() as connection:
        return connection.execute(sql, (after, _BATCH)).fetchall()


def _read_module(row: sqlite3.Row) -> None:
    body_of(row["body"], row["base"])


def _read_change(row: sqlite3.Row) -> None:
    read_json(row["before"])
    read_json(row["after"])


def _reads(read: Callable[[sqlite3.Row], None], row: sqlite3.Row) -> bool:
    try:
        read(row)
    except (zlib.error, ValueError, TypeError):
        return False
    return True


def free_bytes(path: Path) -> int:
    """How much room is left where the file lies, or is to lie."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return shutil.disk_usage(folder).free
