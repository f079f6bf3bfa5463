"""A backup is complete and proven, or it is not there."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.core.errors import NothingDone
from monitor.store.backup import backup, check_integrity
from monitor.store.database import Database
from monitor.store.snapshots import modules_of, snapshots
from tests.store.builders import RESPINE, a_record, a_run, a_trial, baseline_of


def test_a_backup_of_a_database_in_use_is_complete(db: Database, path: Path, tmp_path: Path) -> None:
    baseline_of(db, RESPINE, *(a_trial(n) for n in range(1, 60)))
    target = tmp_path / "copy.db"
    ticks: list[int] = []
    size = backup(path, target, lambda: ticks.append(1))
    assert ticks
    assert size == target.stat().st_size > 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.db", "state"]
    assert check_integrity(target) == []
    copy = Database.open(target)
    assert snapshots(copy, [RESPINE]) == snapshots(db, [RESPINE])
    assert modules_of(copy, RESPINE) == a_record().modules
    a_run(copy)
    copy.close()


def test_a_backup_sees_one_state_though_another_writes(db: Database, path: Path, tmp_path: Path) -> None:
    baseline_of(db, RESPINE)
    with db.writing() as connection:
        connection.execute("UPDATE trials SET number = 'half written'")
        backup(path, tmp_path / "copy.db")
    copy = Database.open_readonly(tmp_path / "copy.db")
    assert list(snapshots(copy, [RESPINE])) == [RESPINE]
    copy.close()


def test_a_backup_never_overwrites(db: Database, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(NothingDone, match="exists already"):
        backup(path, target)
    assert target.read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing(db: Database, path: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingDone, match="cannot be written"):
        backup(path, tmp_path / "no such folder" / "copy.db")
    with pytest.raises(NothingDone, match="trialmon check"):
        backup(tmp_path / "no.db", tmp_path / "copy.db")
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


def test_a_backup_killed_half_way_leaves_the_name_free(db: Database, path: Path, tmp_path: Path) -> None:
    baseline_of(db, *(a_trial(n) for n in range(1, 200)))
    script = (
        "import os, sys; from pathlib import Path; from monitor.store.backup import backup\n"
        "backup(Path(sys.argv[1]), Path(sys.argv[2]), lambda: os._exit(9))"
    )
    target = tmp_path / "copy.db"
    died = subprocess.run([sys.executable, "-c", script, str(path), str(target)], check=False)
    assert died.returncode == 9
    assert not target.exists()
    backup(path, target)
    assert check_integrity(target) == []


def test_a_damaged_page_is_found(db: Database, path: Path) -> None:
    baseline_of(db, *(a_trial(n) for n in range(1, 60)))
    db.close()
    assert check_integrity(path) == []
    size = path.stat().st_size
    with path.open("r+b") as file:
        for place in range(8192, size, 4096):
            file.seek(place + 100)
            file.write(b"\xa5" * 200)
    assert check_integrity(path) != []


def test_what_is_missing_or_another_programs_is_found(tmp_path: Path) -> None:
    assert check_integrity(tmp_path / "no.db") != []
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    assert check_integrity(tmp_path / "other.db") == ["it is not a trialmon database"]
    (tmp_path / "text.db").write_bytes(b"no database" * 1000)
    [problem] = check_integrity(tmp_path / "text.db")
    assert "cannot be read" in problem
