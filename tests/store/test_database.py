"""The file: opening and refusing, transactions, locks, two processes, a full disk, a death in the middle."""

import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.core.errors import NothingDone, TrialmonError
from monitor.store import database as module
from monitor.store.backup import check_integrity
from monitor.store.database import Database
from monitor.store.lock import instance_lock
from monitor.store.schema import SCHEMA_VERSION
from tests.store.builders import NOW, RESPINE, a_record, a_run, a_trial, a_version, baseline_of

spawn = multiprocessing.get_context("spawn")


def test_a_new_database_is_private_and_durable(db: Database, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.with_name("trialmon.db-lock").stat().st_mode) == 0o600
    with db.writing() as connection:
        pragmas = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "wal_autocheckpoint",
                "application_id",
            )
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "wal_autocheckpoint": 0,
        "application_id": module.APPLICATION_ID,
    }


def test_every_table_refuses_values_of_the_wrong_type(db: Database) -> None:
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
        )
        assert {row["name"] for row in rows} == {"sqlite_schema", "_sqlite_migrations"}


def test_a_failed_block_leaves_nothing_behind(db: Database) -> None:
    def write_and_fail() -> None:
        with db.writing() as connection:
            connection.execute("INSERT INTO meta (name, value) VALUES ('a', 'b')")
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()
    with db.reading() as connection:
        assert (
            connection.execute("SELECT COUNT(*) FROM meta WHERE name IN ('a', 'round trip')").fetchone()[0]
            == 0
        )
    a_run(db)  # and the next transaction works


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(NothingDone), db.reading() as connection:
        connection.execute("INSERT INTO meta (name, value) VALUES ('a', 'b')")


def test_a_reader_sees_one_state_while_others_write(db: Database) -> None:
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0] == 0
        a_run(db)
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0] == 0
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0] == 1


def test_a_write_inside_a_write_is_a_mistake_and_not_a_deadlock(db: Database) -> None:
    with pytest.raises(RuntimeError), db.writing():
        a_run(db)


def test_threads_take_turns(db: Database) -> None:
    threads = [threading.Thread(target=lambda: [a_run(db) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0] == 100


def test_a_database_can_be_read_while_another_process_holds_it(db: Database, path: Path) -> None:
    baseline_of(db, RESPINE)
    reader = Database.open_readonly(path)
    with db.writing(), reader.reading() as connection:
        assert connection.execute("SELECT number FROM trials").fetchone()[0] == RESPINE.number
    with pytest.raises(NothingDone, match="not open for writing"), reader.writing():
        pass
    reader.close()


def test_a_reader_that_leaves_last_does_not_touch_the_log(db: Database, path: Path) -> None:
    a_run(db)
    script = (
        "import os, sys; from pathlib import Path; from monitor.store.database import Database\n"
        "Database.open_readonly(Path(sys.argv[1])).close()"
    )
    wal = path.with_name("trialmon.db-wal")
    before = wal.stat().st_size
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert wal.stat().st_size == before > 0


def test_without_a_database_a_reader_says_what_to_do(path: Path) -> None:
    with pytest.raises(NothingDone, match="trialmon check"):
        Database.open_readonly(path)
    assert not path.exists()


def test_an_empty_file_is_not_a_database_to_read_but_one_to_begin_with(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(NothingDone, match="trialmon check"):
        Database.open_readonly(path)
    Database.open(path).close()
    Database.open_readonly(path).close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is not a database, whatever its name says" * 200)
    before = path.read_bytes()
    for open_it in (Database.open, Database.open_readonly):
        with pytest.raises(NothingDone, match="damaged or not a database"):
            open_it(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    for open_it in (Database.open, Database.open_readonly):
        with pytest.raises(NothingDone, match="another program"):
            open_it(path)
    assert path.read_bytes() == before


def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    Database.open(path).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 1000")
    newer.close()
    before = path.read_bytes()
    for open_it in (Database.open, Database.open_readonly):
        with pytest.raises(NothingDone, match="newer trialmon"):
            open_it(path)
    assert path.read_bytes() == before


@pytest.fixture
def an_ordinary_users_folder() -> Iterator[Path]:
    """A folder whose permissions count: root, whom none of them stops, becomes somebody else meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "state"
        folder.mkdir(mode=0o700)
        root = os.geteuid() == 0
        if root:
            Path(name).chmod(0o755)
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o700)


def test_a_folder_that_may_not_be_written_is_refused_with_a_hint(an_ordinary_users_folder: Path) -> None:
    an_ordinary_users_folder.chmod(0o500)
    with pytest.raises(NothingDone, match="writable"):
        Database.open(an_ordinary_users_folder / "trialmon.db")


def test_a_file_that_may_not_be_written_is_refused_with_a_hint(an_ordinary_users_folder: Path) -> None:
    path = an_ordinary_users_folder / "trialmon.db"
    Database.open(path).close()
    path.chmod(0o400)
    with pytest.raises(NothingDone, match="permissions"):
        Database.open(path)
    Database.open_readonly(path).close()
    path.chmod(0)
    for open_it in (Database.open, Database.open_readonly):
        with pytest.raises(NothingDone, match="permissions"):
            open_it(path)


def test_closing_waits_for_a_writer_but_not_for_ever(
    db: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run(db)
    wal = path.with_name("trialmon.db-wal")
    before = wal.stat().st_size
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.05)
    other = Database.open(path)
    with db.writing():
        other.close()
        assert wal.stat().st_size == before > 0
    a_run(db)
    db.close()
    assert not wal.exists()
    db.close()  # once more does no harm
    with pytest.raises(NothingDone, match="not open for writing"):
        a_run(db)


def test_a_folder_that_is_a_file_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(NothingDone, match="cannot be used"):
        Database.open(tmp_path / "state" / "trialmon.db")


def test_the_round_trip_proves_the_database_and_leaves_nothing(db: Database) -> None:
    db.round_trip()
    db.round_trip()
    with db.reading() as connection:
        assert (
            connection.execute("SELECT COUNT(*) FROM meta WHERE name IN ('a', 'round trip')").fetchone()[0]
            == 0
        )


def test_a_moved_database_is_noticed(db: Database, path: Path) -> None:
    assert db.path_is_ours()
    path.rename(path.with_name("elsewhere.db"))
    assert not db.path_is_ours()
    path.touch()
    assert not db.path_is_ours()


def test_a_second_daemon_is_refused_and_told_who_is_there(path: Path) -> None:
    with (
        instance_lock(path),
        pytest.raises(NothingDone, match=f"another trialmon daemon .*process {os.getpid()}"),
        instance_lock(path),
    ):
        pass
    with instance_lock(path):
        pass


def test_a_writer_that_waits_too_long_is_told_by_whom(
    db: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.05)
    other = Database.open(path)
    with other.writing(), pytest.raises(TrialmonError, match=f"locked for .*process {os.getpid()}"):
        a_run(db)
    a_run(db)
    other.close()


def test_a_full_disk_leaves_the_old_state_and_says_so(db: Database) -> None:
    baseline_of(db, RESPINE)
    run = a_run(db)
    with db.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    from monitor.store.observations import record
    from monitor.store.snapshots import snapshots

    large = a_record(modules={"resultsSection.x": [os.urandom(40_000).hex()]})
    with pytest.raises(TrialmonError, match="full: nothing was written"):
        record(db, a_version(2, record=large), run)
    assert snapshots(db, [RESPINE])[RESPINE].version == 1
    with db.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    record(db, a_version(2, record=large), run)
    assert snapshots(db, [RESPINE])[RESPINE].version == 2


def test_the_log_is_emptied_when_it_is_large_and_not_while_it_is_read(
    db: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wal = path.with_name("trialmon.db-wal")
    monkeypatch.setattr(module, "CHECKPOINT_AT", 50_000)
    with db.reading() as connection:
        connection.execute("SELECT * FROM runs").fetchall()
        baseline_of(db, *(a_trial(n) for n in range(1, 20)))
        assert wal.stat().st_size > 50_000
    a_run(db)
    assert wal.stat().st_size == 0


def _write_runs(path: Path, count: int) -> None:
    db = Database.open(path)
    for _ in range(count):
        a_run(db)
    db.close()


def test_three_processes_begin_a_database_and_write_at_once(path: Path) -> None:
    processes = [spawn.Process(target=_write_runs, args=(path, 60)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert check_integrity(path) == []
    with Database.open_readonly(path).reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM runs").fetchone()[0] == 180
        assert connection.execute("SELECT COUNT(*) FROM _sqlite_migrations").fetchone()[0] == SCHEMA_VERSION


@pytest.mark.parametrize("point", ["migrate:begin", "migrate:applied", "migrate:before-commit"])
def test_a_migration_killed_half_way_leaves_the_old_schema(path: Path, point: str) -> None:
    script = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from monitor.store.database import Database
        Database.open(Path(sys.argv[1]), at=lambda name: os._exit(9) if name == sys.argv[2] else None)
        """
    )
    died = subprocess.run([sys.executable, "-c", script, str(path), point], check=False)
    assert died.returncode == 9
    left = sqlite3.connect(path)
    assert left.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0] == 0
    left.close()
    db = Database.open(path)
    a_run(db, NOW)
    db.close()
    assert check_integrity(path) == []


def test_an_up_to_date_database_opens_without_loading_sqlite_utils(path: Path) -> None:
    Database.open(path).close()
    script = (
        "import sys; from pathlib import Path; from monitor.store.database import Database\n"
        "Database.open(Path(sys.argv[1])).close(); sys.exit('sqlite_utils' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 0
