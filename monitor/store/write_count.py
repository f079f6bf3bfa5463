"""Are the newest writes still there? The database counts its writes, and in the file of the writers' lock stands how many there were.

What was written last lies in the write-ahead log beside the file. If that log is removed between two starts, SQLite opens what is left and
says nothing; if another file's lies there, SQLite takes pages from it. Both are found here, before anything is opened for writing.

The order makes false alarms impossible: a write is counted in its own transaction, and noted only after that was committed and
synchronised. So the note may be behind (a process was killed in between, or a power cut took a note that was not synchronised), but it is
ahead only of a database that has lost something. A count belongs to an identity, and a backup is given one of its own: whoever restores it,
or brings a database to a machine where nothing was noted, is not asked.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from monitor.core.errors import NothingDone
from monitor.store.lock import FileLock

_SALTS = slice(16, 24)  # where a write-ahead log's header has what tells it from every other
_SENSELESS = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,
)  # the last: it has no such table
_HEADER = 32  # bytes; a log that has no more than that holds nothing


@dataclass(frozen=True, slots=True)
class WriteCount:
    """How many writes the database of this identity has taken."""

    identity: str
    writes: int


@dataclass(frozen=True, slots=True)
class _Noted:
    """What `line` noted: `in_file` writes at least are in the file itself, the others perhaps in the `log` of that name alone."""

    count: WriteCount
    in_file: int
    log: str


def begin(connection: sqlite3.Connection) -> None:
    """Give the database an identity if it has none. That much has to be in the file itself, not only in its log."""
    if connection.execute("SELECT 1 FROM meta WHERE name = 'identity'").fetchone() is None:
        connection.execute(
            "INSERT INTO meta (name, value) VALUES ('identity', LOWER(HEX(RANDOMBLOB(16)))), ('writes', '0')"
        )
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def renew(connection: sqlite3.Connection) -> None:
    """Give a database another identity: what was noted of the one that it comes from, and its log, are no longer its own."""
    connection.execute("DELETE FROM meta WHERE name IN ('identity', 'writes')")
    begin(connection)


def count(connection: sqlite3.Connection) -> None:
    """One write more. Within its transaction."""
    connection.execute("UPDATE meta SET value = CAST(value + 1 AS TEXT) WHERE name = 'writes'")


def line(connection: sqlite3.Connection, path: Path, noted: str, *, opening: bool = False) -> str:
    """What is to be noted of the database as it is now, after what was `noted` before: whose writes, how many, how many of them at
    least are in the file itself, and in which log the others. When a log begins anew, all that was written before is in the file."""
    now, log = _counted(connection), _salts(path)
    if now is None:
        return ""
    before = _noted(noted)
    in_file = 0
    if not log:
        in_file = now.writes
    elif before is not None and before.count.identity == now.identity:
        if before.log == log:
            in_file = before.in_file
        elif not opening:  # else another pair of files may have been put in place
            in_file = before.count.writes
    return f"{now.identity} {now.writes} {in_file} {log}"


def lost(path: Path, noted: str) -> int:
    """How many of the newest writes that were noted are no longer there. The note must have been read before, where others may write."""
    before = _noted(noted)
    if before is None or not path.exists():
        return 0
    try:
        now = _look(path, "mode=ro")
    except sqlite3.DatabaseError:  # whoever opens it says what is wrong
        return 0
    same = now is not None and now.identity == before.count.identity
    return max(before.count.writes - now.writes, 0) if same and now else 0


def missing(path: Path) -> int:
    """As `lost`, for who only reads: how many of its newest writes the database at this path lacks."""
    file = path.with_name(f"{path.name}-lock")
    if not file.exists():
        return 0
    lock = FileLock(file)
    try:
        return lost(path, lock.noted())
    finally:
        lock.close()


def refuse_loss(path: Path, noted: str, *, accept: bool) -> int:
    """How many of the newest writes are gone, where that is accepted.

    Raises NothingDone where it is not, and, accepted or not, where the log is another file's. Under the writers' lock, and before the file
    is opened for writing: closing it could bring a foreign log into it."""
    if _is_foreign(path, noted):
        raise NothingDone(
            f"{path}-wal does not belong to {path.name}: it holds writes to another file, or to an older state of it",
            f"put back the one that belongs to it; if you have restored the database, move {path.name}-wal and {path.name}-shm away."
            " Nothing was touched",
        )
    writes = lost(path, noted)
    if writes and not accept:
        raise NothingDone(*loss_in_words(path, writes))
    return writes


def loss_in_words(path: Path, writes: int) -> tuple[str, str]:
    """What is to be said of so many writes that are gone, and what to do."""
    return (
        f"the database {path} lacks its {'newest write' if writes == 1 else f'{writes} newest writes'}: {path.name}-wal was removed"
        " before they were in the file, an older copy was put in its place, or the disk lost what it said it had kept",
        f"put {path.name}-wal back if you have it, or restore the newest backup; or go on with what is there by"
        " `trialmon upkeep --accept-loss`: what changed meanwhile is looked for again, and may be told again",
    )


def _is_foreign(path: Path, noted: str) -> bool:
    log = _salts(path)
    try:
        alone = _look(path, "immutable=1") if log else None
    except (
        sqlite3.DatabaseError
    ):  # a checkpoint that was cut short may have left the file so that it needs its log
        return False
    if alone is None:  # no log, or nothing in the file to compare it with
        return False
    before = _noted(noted)
    if before is not None and before.log == log:
        replaced = before.count.identity != alone.identity or alone.writes < before.in_file
        if replaced:  # and the log of the file that was there before was left
            return True
    try:
        whole = _look(path, "mode=ro")
    except sqlite3.DatabaseError as error:
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _SENSELESS
    return whole is None or whole.identity != alone.identity or whole.writes < alone.writes


def _look(path: Path, how: str) -> WriteCount | None:
    """The count as a reader finds it; with `immutable=1` that of the file alone, without its log. None where it has none. It is SQLite that
    opens the file: were it opened and closed in any other way, the locks that this process holds on it would be gone."""
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True, timeout=30)
    try:
        return _counted(connection)
    finally:
        connection.close()


def _counted(connection: sqlite3.Connection) -> WriteCount | None:
    rows = connection.execute("SELECT name, value FROM meta WHERE name IN ('identity', 'writes')").fetchall()
    return _made(*(dict(map(tuple, rows)).get(name, "") for name in ("identity", "writes")))


def _noted(line: str) -> _Noted | None:
    identity, writes, in_file, log, *_ = [*line.split(" "), "", "", "", ""]
    counted = _made(identity, writes)
    return _Noted(counted, int(in_file), log) if counted is not None and in_file.isdigit() else None


def _made(identity: str, writes: str) -> WriteCount | None:
    whole = len(identity) == 32 and writes.isdigit()
    return WriteCount(identity, int(writes)) if whole else None


def _salts(path: Path) -> str:
    """Of the write-ahead log; empty where there is none, or nothing in it."""
    try:
        with path.with_name(f"{path.name}-wal").open("rb", buffering=0) as log:
            header = log.read(_HEADER + 1)
    except OSError:
        return ""
    return header[_SALTS].hex() if len(header) > _HEADER else ""
