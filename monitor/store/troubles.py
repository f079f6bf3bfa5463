"""SQLite's troubles with the file or the machine, as errors for people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.core.errors import NothingDone, TrialmonError


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What fails within, in words about the file at `path`; what is a mistake of ours passes unchanged."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise TrialmonError(
                f"the disk that holds {path} is full: nothing was written",
                "free some space; trialmon goes on by itself",
            ) from error
        if code == sqlite3.SQLITE_IOERR:
            raise TrialmonError(
                f"the disk that holds {path} fails ({error}): nothing was written",
                "check the disk and its quota",
            ) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise TrialmonError(
                f"the database {path} is locked by another program",
                "close what else has it open and try again",
            ) from error
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise NothingDone(
                f"{path} is damaged or not a database ({error})",
                "put it aside; restore the newest file that `trialmon backup` made",
            ) from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise NothingDone(
                f"the database {path} cannot be opened or written ({error})",
                "check the owner and permissions of the file and its folder",
            ) from error
        raise
