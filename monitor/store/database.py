"""The database file: opening, the writers' lock, transactions, and errors in words.

SQLite before 3.51.3 can damage a WAL database when one connection checkpoints while another restarts the log. So every write
transaction and every checkpoint of every process happens under one lock (`flock` on `trialmon.db-lock`, and a thread's lock within
the process). Readers need no lock: they open the file read-only and cannot checkpoint.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from monitor.core.errors import NothingDone, TrialmonError
from monitor.store.lock import FileLock
from monitor.store.migrations import migrate
from monitor.store.schema import SCHEMA_VERSION
from monitor.store.troubles import in_words
from monitor.store.write_count import begin, count, line, refuse_loss, renew

Connection = sqlite3.Connection

APPLICATION_ID = 0x74726D6E  # "trmn": tells our files from any other SQLite database
LONGEST_WAIT = 30.0  # seconds for another writer to finish
WAIT_FOR_READERS = 1.0  # seconds, while nobody writes
CHECKPOINT_AT = 4 * 1024 * 1024  # bytes of write-ahead log


def nowhere(_: str) -> None:
    """The crash points of a normal run: nothing happens at them."""


class Database:
    """An open trialmon database. `at` is called with the name of each point at which a test may want the process to die."""

    def __init__(
        self, path: Path, writer: Connection | None, lock: FileLock | None, at: Callable[[str], None]
    ) -> None:
        self.path = path
        self.at = at
        self._writer = writer
        self._lock = lock
        self._turn = threading.Lock()
        self._writing_thread: int | None = None
        self._idle_readers: list[Connection] = []
        self._readers_lock = threading.Lock()
        self._inode = _inode(path)

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def open(
        cls, path: Path, *, at: Callable[[str], None] = nowhere, accept_loss: bool = False
    ) -> "Database":
        """Open for reading and writing; create the file (0600) and its folder (0700), bring its schema up to date.

        Raises NothingDone where it is not our database, is damaged, newer than this trialmon, or may not be written; and where its
        newest writes are gone, unless `accept_loss` says that they may be.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(_beside(path, "-lock"))
        except OSError as error:
            raise NothingDone(
                f"the database {path} cannot be used: {error.strerror or error}",
                "its folder must exist and be writable by the user who runs trialmon",
            ) from error
        try:
            with lock.held(LONGEST_WAIT), in_words(path):
                loss = refuse_loss(path, lock.noted(), accept=accept_loss)
                writer = _open_writer(path, at)
                if loss:  # a log that turns up again later must not be taken for its own
                    renew(writer)
                lock.note(line(writer, path, lock.noted(), opening=True))
        except BaseException:
            lock.close()
            raise
        return cls(path, writer, lock, at)

    @classmethod
    def open_readonly(cls, path: Path) -> "Database":
        """Open for reading only; works while a daemon writes. Raises NothingDone where there is nothing to read."""
        if not path.exists():
            raise NothingDone(f"there is no database at {path} yet", "run `trialmon check` first")
        db = cls(path, None, None, nowhere)
        try:
            with db.reading() as connection:
                application, version = _identity(connection)
                _refuse_foreign(path, application, version, connection)
                if version < SCHEMA_VERSION:
                    raise NothingDone(
                        f"the database {path} is from an older trialmon or not set up yet",
                        "run `trialmon check` once: it brings it up to date",
                    )
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction: all of it, or none if the block raises. Never begin one inside another."""
        with self._our_turn() as connection, in_words(self.path):
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            try:
                yield connection
                if connection.total_changes > before:
                    count(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            if connection.total_changes > before and self._lock is not None:
                self.at("write:committed")
                self._lock.note(line(connection, self.path, self._lock.noted()))
            self._checkpoint_if_large(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the database to read from, whatever is written meanwhile. Drain what you read: a reader that
        stays holds up the write-ahead log."""
        with in_words(self.path):
            with self._readers_lock:
                connection = self._idle_readers.pop() if self._idle_readers else None
            if connection is None:
                connection = connect(self.path, "ro")
                connection.execute("PRAGMA query_only = ON")
            try:
                connection.execute("BEGIN")
                yield connection
            except BaseException:
                connection.close()
                raise
            connection.execute("ROLLBACK")
            with self._readers_lock:
                self._idle_readers.append(connection)

    def round_trip(self) -> None:
        """Prove that the database can be written and read now; leaves nothing behind. Raises TrialmonError if it cannot."""
        with self._our_turn() as connection, in_words(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute("INSERT INTO meta (name, value) VALUES ('round trip', 'here')")
                connection.execute("SELECT value FROM meta WHERE name = 'round trip'").fetchone()
            finally:
                connection.execute("ROLLBACK")

    def empty_log(self) -> bool:
        """Bring what the write-ahead log holds into the file and empty it; False where a reader or a full disk is in the way. A reader may
        read for ever, and nobody writes while it is waited for: so not for long."""
        with self._our_turn() as connection, in_words(self.path):
            return _emptied(connection, WAIT_FOR_READERS)

    def shrink(self) -> None:
        """Write the file anew without the pages that hold nothing. Takes as long as a copy, and nobody writes meanwhile; needs room on
        the disk for two more files of its size. Raises TrialmonError if it cannot; the file is then as it was."""
        with self._our_turn() as connection, in_words(self.path):
            connection.execute("VACUUM")
        self.empty_log()

    def path_is_ours(self) -> bool:
        """Whether the path still leads to the file that is open: False once it was renamed, removed or replaced.
        Writes would then go on "succeeding" into a file that nobody finds."""
        return self._inode is not None and _inode(self.path) == self._inode

    def close(self) -> None:
        """Close everything. The last connection of all processes empties the write-ahead log: in its turn, like every writer.
        Where another is writing for too long, there is nothing to empty, since then we are not the last."""
        with self._readers_lock:
            while self._idle_readers:
                self._idle_readers.pop().close()
        if self._writer is None or self._lock is None:
            return
        with suppress(TrialmonError), self._our_turn() as writer:
            writer.close()
        self._writer.close()
        self._writer = None
        self._lock.close()

    @contextmanager
    def _our_turn(self) -> Iterator[Connection]:
        if self._writer is None or self._lock is None:
            raise NothingDone(f"the database {self.path} is not open for writing")
        if self._writing_thread == threading.get_ident():
            raise RuntimeError("a write transaction was begun inside another")
        if not self._turn.acquire(timeout=LONGEST_WAIT):
            raise TrialmonError(
                f"the database {self.path} is busy: another task of this process has been writing for "
                f"{LONGEST_WAIT:.0f} seconds"
            )
        try:
            with self._lock.held(LONGEST_WAIT):
                self._writing_thread = threading.get_ident()
                yield self._writer
        finally:
            self._writing_thread = None
            self._turn.release()

    def _checkpoint_if_large(self, connection: Connection) -> None:
        # Under the lock. Without a busy timeout it does what readers allow, and comes back at the next commit.
        wal = _beside(self.path, "-wal")
        try:
            if wal.stat().st_size < CHECKPOINT_AT:
                return
        except OSError:
            return
        _emptied(connection, 0)


def _emptied(connection: Connection, wait: float) -> bool:
    """Empty the write-ahead log, waiting for readers so many seconds; whether it is empty. A disk that is too full for it is the next
    write's error: what was written is committed."""
    connection.execute(f"PRAGMA busy_timeout = {wait * 1000:.0f}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT * 1000:.0f}")


def connect(path: Path, mode: Literal["ro", "rw"]) -> Connection:
    """A connection of its own, outside the writers' turns: for reading, and for what cannot run in a transaction."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=LONGEST_WAIT,
        isolation_level=None,  # transactions begin where we say so, and nowhere else
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    return connection


def _open_writer(path: Path, at: Callable[[str], None]) -> Connection:
    try:
        path.touch(mode=0o600)
        writable = os.access(
            path, os.W_OK, effective_ids=True
        )  # SQLite would open a protected file for reading and say nothing
    except OSError:
        writable = False
    if not writable:
        raise NothingDone(f"the database {path} cannot be written", "check its owner and permissions")
    writer = connect(path, "rw")
    try:
        _set_up(path, writer, at)
    except BaseException:
        writer.close()
        raise
    return writer


def _set_up(path: Path, connection: Connection, at: Callable[[str], None]) -> None:
    application, version = _identity(connection)
    _refuse_foreign(path, application, version, connection)
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise NothingDone(
            f"the file system of {path} cannot hold a database that is read while it is written",
            "use a local disk, not a network share",
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA trusted_schema = OFF")
    if version < SCHEMA_VERSION:
        migrate(connection, APPLICATION_ID, at)
    begin(connection)
    connection.execute("PRAGMA foreign_keys = ON")


def _identity(connection: Connection) -> tuple[int, int]:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    return application, connection.execute("PRAGMA user_version").fetchone()[0]


def _refuse_foreign(path: Path, application: int, version: int, connection: Connection) -> None:
    empty = connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0] == 0
    if application != APPLICATION_ID and not (empty and application == 0):
        raise NothingDone(
            f"{path} is a database of another program", "choose another `database:` in trialmon.yaml"
        )
    if version > SCHEMA_VERSION:
        raise NothingDone(
            f"the database {path} is from a newer trialmon (schema {version}, this one knows {SCHEMA_VERSION})",
            "upgrade trialmon; the file was left as it is",
        )


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _inode(path: Path) -> tuple[int, int] | None:
    # stat, never open: closing a second handle of the file would drop the locks that SQLite holds on it in this process.
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
