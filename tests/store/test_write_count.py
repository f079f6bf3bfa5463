"""A database that has lost its newest writes is not written to; one that has lost none never is suspected of it."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.errors import NothingDone
from monitor.store.backup import backup
from monitor.store.database import Database
from monitor.store.lock import FileLock
from monitor.store.marks import mark, set_mark
from monitor.store.write_count import missing

LOSS = "lacks its"
FOREIGN = "does not belong to"


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def killed(path: Path, folder: Path) -> Path:
    """What is on the disk now, as a kill would leave it."""
    shutil.copytree(path.parent, folder)
    return folder / path.name


def on_disk(path: Path) -> dict[str, bytes]:
    return {name: beside(path, name).read_bytes() for name in ("", "-wal") if beside(path, name).exists()}


def noted(path: Path) -> str:
    lock = FileLock(beside(path, "-lock"))
    try:
        return lock.noted()
    finally:
        lock.close()


def written(path: Path, *names: str) -> None:
    with Database.open(path) as db:
        for name in names:
            set_mark(db, name, "here")


@pytest.fixture
def dead(db: Database, path: Path, tmp_path: Path) -> Path:
    """Killed after two writes that are in the log alone."""
    db.empty_log()
    set_mark(db, "one", "here")
    set_mark(db, "two", "here")
    return killed(path, tmp_path / "dead")


def test_what_a_kill_leaves_is_whole(dead: Path) -> None:
    with Database.open(dead) as db:
        assert mark(db, "two") == "here"


def test_a_log_that_was_removed_is_missed(dead: Path) -> None:
    beside(dead, "-wal").unlink()
    before = on_disk(dead)
    for _ in range(2):
        with pytest.raises(NothingDone, match=f"{LOSS} 2 newest writes") as refused:
            Database.open(dead)
        assert "trialmon upkeep --accept-loss" in refused.value.hint
    assert on_disk(dead) in (before, before | {"-wal": b""})
    assert missing(dead) == 2


def test_a_database_that_was_just_made_is_missed(tmp_path: Path) -> None:
    with Database.open(tmp_path / "state" / "trialmon.db") as db:
        set_mark(db, "one", "here")
        dead = killed(db.path, tmp_path / "dead")
    beside(dead, "-wal").unlink()
    with pytest.raises(NothingDone, match=f"{LOSS} newest write:"):
        Database.open(dead)


def test_a_loss_can_be_accepted_and_is_then_over(dead: Path) -> None:
    beside(dead, "-wal").unlink()
    Database.open(dead, accept_loss=True).close()
    assert missing(dead) == 0
    with Database.open(dead) as db:
        assert mark(db, "two") == ""


def test_a_log_that_turns_up_after_its_loss_was_accepted_is_no_longer_taken_in(dead: Path) -> None:
    log = beside(dead, "-wal").rename(beside(dead, "-elsewhere"))
    with Database.open(dead, accept_loss=True) as db:
        set_mark(db, "three", "here")
    log.rename(beside(dead, "-wal"))
    with pytest.raises(NothingDone, match=FOREIGN):
        Database.open(dead)


def test_a_log_that_was_put_back_ends_it(dead: Path) -> None:
    log = beside(dead, "-wal").rename(beside(dead, "-elsewhere"))
    with pytest.raises(NothingDone, match=LOSS):
        Database.open(dead)
    for suffix in ("-wal", "-shm"):
        beside(dead, suffix).unlink(missing_ok=True)
    log.rename(beside(dead, "-wal"))
    with Database.open(dead) as db:
        assert mark(db, "two") == "here"


def test_an_older_copy_of_the_file_is_asked_about(dead: Path) -> None:
    older = dead.read_bytes()
    written(dead, "three")
    dead.write_bytes(older)
    with pytest.raises(NothingDone, match=f"{LOSS} 3 newest writes"):
        Database.open(dead)


@pytest.mark.parametrize("counting", [True, False])
def test_the_log_of_another_database_is_not_taken_in(dead: Path, tmp_path: Path, counting: bool) -> None:
    other = tmp_path / "other" / "trialmon.db"
    with Database.open(other) as db:
        db.empty_log()
        for name in ("foreign", "and", "much", "longer", "written"):
            set_mark(db, name, "here")
        if not counting:
            with db.writing() as connection:
                connection.execute("DELETE FROM meta WHERE name IN ('identity', 'writes')")
        strange = beside(killed(other, tmp_path / "other dead"), "-wal")
    written(dead)
    shutil.copy(strange, beside(dead, "-wal"))
    before = on_disk(dead)
    with pytest.raises(NothingDone, match=FOREIGN):
        Database.open(dead, accept_loss=True)
    assert on_disk(dead) == before
    for suffix in ("-wal", "-shm"):
        beside(dead, suffix).unlink()
    with Database.open(dead) as db:
        assert (mark(db, "two"), mark(db, "foreign")) == ("here", "")


def test_a_log_of_something_else_is_not_taken_in(dead: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE books (title)",
        "CREATE TABLE shelves (room)",
    ):
        connection.execute(statement)
    written(dead)
    shutil.copy(beside(other, "-wal"), beside(dead, "-wal"))
    connection.close()
    before = on_disk(dead)
    with pytest.raises(NothingDone, match=FOREIGN):
        Database.open(dead)
    assert on_disk(dead) == before


def test_an_old_log_of_its_own_is_not_taken_in(dead: Path, tmp_path: Path) -> None:
    old = shutil.copy(beside(dead, "-wal"), tmp_path / "old")
    written(dead, "three", "four")
    shutil.copy(old, beside(dead, "-wal"))
    with pytest.raises(NothingDone, match=FOREIGN):
        Database.open(dead)


def test_an_older_copy_of_the_file_beside_the_log_of_the_newer_is_not_opened(
    dead: Path, tmp_path: Path
) -> None:
    older = dead.read_bytes()
    with Database.open(dead) as db:
        db.empty_log()
        set_mark(db, "three", "here")
        dead = killed(dead, tmp_path / "dead again")
    newer = dead.read_bytes()
    dead.write_bytes(older)
    before = on_disk(dead)
    with pytest.raises(NothingDone, match=FOREIGN):
        Database.open(dead)
    assert on_disk(dead) == before
    dead.write_bytes(newer)
    Database.open(dead).close()


def restored_together_and_accepted(path: Path) -> None:
    """The file and its log, both of an older moment."""
    with Database.open(path) as db:
        set_mark(db, "before", "here")
        dead = killed(path, path.parent / "inner")
        set_mark(db, "after", "here")
    for suffix in ("", "-wal"):
        shutil.copy(beside(dead, suffix), beside(path, suffix))
    shutil.rmtree(dead.parent)
    with Database.open(path, accept_loss=True) as db:
        set_mark(db, "accepted", "here")
        dead = killed(path, path.parent / "inner")
    for suffix in ("", "-wal", "-lock"):
        shutil.copy(beside(dead, suffix), beside(path, suffix))
    shutil.rmtree(dead.parent)


@pytest.mark.parametrize("generation", ["of the original", "of a copy"])
def test_a_backup_beside_the_log_of_the_file_before_it_is_not_opened(
    dead: Path, tmp_path: Path, generation: str
) -> None:
    """Its pages may lie where they did before, or elsewhere."""
    backup(dead, tmp_path / "copy.db")
    if generation == "of a copy":
        original = tmp_path / "original.db"
        written(dead)
        dead.rename(original)
        shutil.copy(tmp_path / "copy.db", dead)
        Database.open(dead).close()
        with Database.open(dead) as db:
            set_mark(db, "one", "there")  # one page, and none by which a reader would notice
            dead = killed(dead, tmp_path / "dead again")
        shutil.copy(original, dead)
    else:
        shutil.copy(tmp_path / "copy.db", dead)
    beside(dead, "-shm").unlink(missing_ok=True)
    before = on_disk(dead)
    with pytest.raises(NothingDone, match=FOREIGN):
        Database.open(dead)
    assert on_disk(dead) == before
    beside(dead, "-wal").unlink()
    Database.open(dead).close()


def as_it_was(_: Path) -> None:
    """Nothing happened to it."""


def restored(path: Path) -> None:
    """As docs/how-to/back-up-and-restore.md says."""
    copy = path.with_name("copy.db")
    copy.unlink(missing_ok=True)
    backup(path, copy)
    written(path, "after the backup")
    for suffix in ("", "-wal", "-shm"):
        beside(path, suffix).unlink(missing_ok=True)
    shutil.copy(copy, path)


def copied_over(path: Path) -> None:
    """A backup written into the file that is there."""
    copy = path.with_name("copy.db")
    copy.unlink(missing_ok=True)
    backup(path, copy)
    written(path, "after the backup")
    path.write_bytes(copy.read_bytes())


def elsewhere(path: Path) -> None:
    """On another machine there is no lock."""
    beside(path, "-lock").unlink()


def note_lost(path: Path) -> None:
    """A power cut may leave what was not synchronised empty."""
    beside(path, "-lock").write_bytes(b"\0" * 4096)


def note_behind(path: Path) -> None:
    """Killed between the commit and the note."""
    before = beside(path, "-lock").read_bytes()
    with Database.open(path) as db:
        set_mark(db, "unnoted", "here")
        dead = killed(path, path.parent / "inner")
    for suffix in ("", "-wal"):
        shutil.copy(beside(dead, suffix), beside(path, suffix))
    shutil.rmtree(dead.parent)
    beside(path, "-lock").write_bytes(before)


def checkpointed_by_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def read_by_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("SELECT * FROM meta").fetchall()
    connection.close()


def from_a_trialmon_that_did_not_count(path: Path) -> None:
    with Database.open(path) as db, db.writing() as connection:
        connection.execute("DELETE FROM meta WHERE name IN ('identity', 'writes')")


def written_and_closed(path: Path) -> None:
    written(path, "more")


HARMLESS: list[Callable[[Path], None]] = [
    as_it_was,
    restored,
    copied_over,
    elsewhere,
    note_lost,
    note_behind,
    checkpointed_by_another_program,
    read_by_another_program,
    from_a_trialmon_that_did_not_count,
    written_and_closed,
    restored_together_and_accepted,
]


@pytest.mark.parametrize("happens", HARMLESS)
def test_what_loses_nothing_is_no_loss(dead: Path, happens: Callable[[Path], None]) -> None:
    happens(dead)
    for _ in range(2):
        assert missing(dead) == 0
        Database.open(dead).close()


@given(steps=st.lists(st.sampled_from(HARMLESS), max_size=6), left=st.integers(0, 2))
@settings(deadline=None, max_examples=15)
def test_whatever_came_before_only_a_loss_is_one(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Callable[[Path], None]], left: int
) -> None:
    """At last so many writes are left in the log, and the log is removed."""
    path = tmp_path_factory.mktemp("writes") / "state" / "trialmon.db"
    written(path, "first")
    for step in steps:
        step(path)
        Database.open(path).close()
    with Database.open(path) as db:
        db.empty_log()
        for number in range(left):
            set_mark(db, "last", str(number))
        dead = killed(path, path.parents[1] / "dead")
    beside(dead, "-wal").unlink(missing_ok=True)
    assert missing(dead) == left


def test_what_writes_nothing_is_not_counted(db: Database, path: Path) -> None:
    before = noted(path)
    with db.writing() as connection:
        connection.execute("DELETE FROM meta WHERE name = 'no such name'")
    with suppress(LookupError), db.writing() as connection:
        connection.execute("INSERT INTO meta (name, value) VALUES ('a', 'b')")
        raise LookupError
    assert noted(path).split()[:2] == before.split()[:2]
    set_mark(db, "a", "b")
    assert int(noted(path).split()[1]) == int(before.split()[1]) + 1


WHO_IS_LAST = """
import fcntl, struct, sys
with open(sys.argv[1], "r+b") as file:
    # The bytes that every connection of SQLite holds a shared lock on while it is open.
    wanted = struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0x40000002, 510, 0)
    kind = struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, wanted))[0]
sys.exit(kind == fcntl.F_UNLCK)
"""


def test_opening_a_database_again_lets_go_of_no_lock(db: Database, path: Path) -> None:
    """Another process would take itself for the last one, and remove the log that this one writes to."""
    set_mark(db, "a", "b")
    Database.open(path).close()
    held = subprocess.run([sys.executable, "-c", WHO_IS_LAST, str(path)], check=False, timeout=60)
    assert held.returncode == 0
