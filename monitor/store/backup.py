"""An online copy of the database that is proven before it is given its name; and the proof itself."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from monitor.core.errors import NothingDone, TrialmonError
from monitor.store.database import APPLICATION_ID, Database, connect
from monitor.store.troubles import in_words
from monitor.store.write_count import renew


def no_progress() -> None:
    """For a copy that nobody watches."""


def backup(db_path: Path, target: Path, progress: Callable[[], None] = no_progress) -> int:
    """Copy the database to `target` while it is in use; gives the copy's size in bytes.

    The copy is complete and checked, or is not there: it is written beside `target` and renamed at the end. An existing file is
    never overwritten. `progress` is called now and then. Raises NothingDone, or TrialmonError if copying failed.
    """
    if target.exists():
        raise NothingDone(f"{target} exists already", "backups are never overwritten: choose another name")
    partial = target.with_name(f".{target.name}.partial")
    source = Database.open_readonly(db_path)
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, partial, progress)
        with closing(connect(partial, "rw")) as copy:
            renew(copy)  # what is noted of the original does not hold for it
        problems = check_integrity(partial)
        if problems:
            raise TrialmonError(
                f"the copy of {db_path} is damaged: {problems[0]}", "run `trialmon upkeep` on the original"
            )
        _sync(partial)
        os.link(partial, target)  # unlike a rename it refuses to overwrite
        partial.unlink()
        _sync(target.parent)
    except FileExistsError as error:
        raise NothingDone(
            f"{target} exists already", "backups are never overwritten: choose another name"
        ) from error
    except OSError as error:
        raise NothingDone(
            f"the backup {target} cannot be written: {error.strerror or error}",
            "check the folder and the space on its disk",
        ) from error
    finally:
        source.close()
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Database, partial: Path, progress: Callable[[], None]) -> None:
    def tick() -> int:
        progress()
        return 0

    # Not `reading()`: VACUUM cannot run inside a transaction, and takes a consistent state by itself.
    connection = connect(source.path, "ro")
    try:
        connection.set_progress_handler(tick, 5_000)
        with in_words(partial):
            connection.execute("VACUUM INTO ?", (str(partial),))
    finally:
        connection.close()


def check_integrity(path: Path) -> list[str]:
    """What is wrong with the database file: SQLite's own check of every page, index and foreign key, and that it is ours.
    Empty: nothing. Reads the whole file."""
    if not path.is_file():
        return [f"{path} is not there"]
    connection = connect(path, "ro")
    try:
        problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        if problems == ["ok"]:
            problems = [
                f"table {row[0]}, row {row[1]}: refers to a missing row of {row[2]}"
                for row in connection.execute("PRAGMA foreign_key_check")
            ][:20]
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            problems.append("it is not a trialmon database")
    except sqlite3.DatabaseError as error:
        problems = [f"it cannot be read: {error}"]
    finally:
        connection.close()
    return problems


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
