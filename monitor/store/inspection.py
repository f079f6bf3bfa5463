"""What `doctor` asks of the store beside its state: the library's age, who may write the files, whether every stored value can be read."""

import os
import shutil
import sqlite3
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from monitor.store.database import Database
from monitor.store.values import read_json, unpack

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
    """The database file and what lies beside it: its write-ahead log, its index, the locks."""
    names = [path.name + suffix for suffix in ("", "-wal", "-shm", "-lock", "-daemon-lock")]
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
    for table, name, columns, unpacks in (
        ("module_versions", "module", "body", (unpack,)),
        ("changes", "field", "before, after", (read_json, read_json)),
    ):
        last = _BELOW_ALL
        while rows := _batch(db, table, name, columns, last):
            last = rows[-1]["id"]
            for row in rows:
                if not all(_reads(read, row[n]) for n, read in enumerate(unpacks)):
                    yield f"{table}, row {row['id']} ({row['number']}, {row['name']}) cannot be read"
            tick(len(rows))


def _batch(db: Database, table: str, name: str, columns: str, after: int) -> list[sqlite3.Row]:
    # In batches, so that no reader stays open for long beside a daemon.
    there = "body IS NOT NULL" if table == "module_versions" else "TRUE"
    with db.reading() as connection:
        return connection.execute(
            f"SELECT {columns}, x.id, x.{name} AS name, t.number FROM {table} AS x JOIN trials AS t ON t.id = x.trial"
            f" WHERE x.id > ? AND {there} ORDER BY x.id LIMIT {_BATCH}",
            (after,),
        ).fetchall()


def _reads(read: Callable[[bytes], object], value: bytes) -> bool:
    try:
        read(value)
    except (zlib.error, ValueError, TypeError):
        return False
    return True


def free_bytes(path: Path) -> int:
    """How much room is left where the file lies, or is to lie."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    return shutil.disk_usage(folder).free
