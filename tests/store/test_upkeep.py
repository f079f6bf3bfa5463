"""The file is looked after: damage is found, sizes are told, backups come in turn and go only when a newer one is sound."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.settings import BackupSettings
from monitor.core.errors import NothingDone
from monitor.core.record import Record
from monitor.jobs.upkeep import Done, upkeep
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import database
from monitor.store import upkeep as store
from monitor.store.backup import check_integrity
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.snapshots import modules_of
from monitor.store.values import pack
from tests.builders import a_document, a_trial
from tests.builders import a_record as a_whole_record
from tests.store.builders import DAY, NOW, a_baseline, a_run, a_version

SHAPES = {SHAPE.registry: SHAPE}


def later_record() -> Record:
    return a_whole_record(a_document(statusModule={"overallStatus": "COMPLETED"}))


@pytest.fixture
def stocked(db: Database) -> Database:
    run = a_run(db)
    record(db, a_baseline(a_trial(), a_whole_record(a_document())), run)
    record(db, a_version(2, a_trial(), record=later_record()), run)
    return db


def keep_up(db: Database, folder: Path | None = None, now: datetime = NOW) -> list[Done]:
    backups = None if folder is None else BackupSettings(folder, keep_daily=2, keep_weekly=2)
    return list(upkeep(db, backups, SHAPES.get, now, lambda: 0.5))


def _edit(db: Database, sql: str, *values: object) -> None:
    """As a failing disk or another program might: the pages stay sound."""
    with sqlite3.connect(db.path) as connection:
        connection.execute("DROP TRIGGER IF EXISTS module_versions_are_final")
        connection.execute(sql, values)


def test_a_sound_database_is_told_to_be_sound(stocked: Database) -> None:
    done = keep_up(stocked)
    assert [(one.task, one.ok) for one in done] == [("integrity", True), ("optimise", True), ("backup", True)]
    assert "no `backups:`" in done[-1].message
    assert done[1].sizes is not None
    assert {"records", "versions", "trials", "changes", "search"} <= set(done[1].sizes)
    assert sum(done[1].sizes.values()) <= stocked.path.stat().st_size
    assert not stocked.path.with_name("trialmon.db-wal").stat().st_size


def test_somebody_who_reads_for_hours_holds_up_no_upkeep(
    stocked: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Litestream does, or a long question in another program. It would hold up whoever writes meanwhile, too."""
    monkeypatch.setattr(database, "WAIT_FOR_READERS", 0.01)
    monkeypatch.setattr(database, "LONGEST_WAIT", 3600.0)
    reader = sqlite3.connect(stocked.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM trials").fetchone()
    assert "somebody is reading it" in keep_up(stocked)[1].message
    reader.close()
    assert "the write-ahead log is empty" in keep_up(stocked)[1].message


def test_a_stored_record_that_is_not_what_was_stored_is_found(stocked: Database, tmp_path: Path) -> None:
    forged = pack({"overallStatus": "TERMINATED"})
    _edit(stocked, "UPDATE module_versions SET body = ? WHERE since_version = 2", forged)
    done = keep_up(stocked, tmp_path / "copies")
    assert [(one.task, one.ok) for one in done] == [("integrity", False), ("backup", False)]
    assert "NCT09990001, version 2: protocolSection.statusModule is not what was stored" in done[0].message
    assert not (tmp_path / "copies").exists()


def test_a_stored_record_that_cannot_be_unpacked_is_found(stocked: Database) -> None:
    _edit(stocked, "UPDATE module_versions SET body = x'00' WHERE since_version = 2")
    assert [one.ok for one in keep_up(stocked)] == [False, False]


def test_of_many_records_some_are_drawn_by_lot(stocked: Database) -> None:
    _edit(stocked, "UPDATE module_versions SET body = x'00' WHERE id = 3")
    drawn = iter([0.0, 0.1, 0.2, 0.3])
    assert list(store.wrong_digests(stocked, SHAPES.get, lambda: next(drawn), 4)) != []
    assert list(store.wrong_digests(stocked, SHAPES.get, lambda: 0.0, 4)) == []


def test_a_small_file_is_measured_when_asked_a_large_one_at_upkeep(
    stocked: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store.known_sizes(stocked) == store.sizes(stocked)
    monkeypatch.setattr(store, "_SMALL", 0)
    assert store.known_sizes(stocked) == {}
    sizes, _ = store.optimise(stocked, NOW)
    store.optimise(stocked, NOW + DAY)
    assert store.known_sizes(stocked).keys() == sizes.keys()


def test_an_old_backup_goes_when_a_newer_one_is_there_and_nothing_else_does(
    stocked: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    strangers = {
        "trialmon-2026-99-99.db",
        "trialmon-notes.db",
        "other-2020-01-01.db",
        "trialmon-2020-01-01.txt",
    }
    folder.mkdir()
    for name in strangers:
        (folder / name).write_text("somebody else's")
    for days in range(10):  # from Monday 2026-02-09
        keep_up(stocked, folder, NOW + days * DAY)
    kept = {file.name for file in folder.iterdir()} - strangers
    assert kept == {"trialmon-2026-02-15.db", "trialmon-2026-02-17.db", "trialmon-2026-02-18.db"}
    assert strangers <= {file.name for file in folder.iterdir()}
    assert check_integrity(folder / "trialmon-2026-02-18.db") == []


def test_a_second_upkeep_of_a_day_makes_no_second_backup(stocked: Database, tmp_path: Path) -> None:
    keep_up(stocked, tmp_path / "copies")
    first = (tmp_path / "copies" / "trialmon-2026-02-09.db").stat().st_mtime_ns
    keep_up(stocked, tmp_path / "copies", NOW + timedelta(hours=3))
    assert (tmp_path / "copies" / "trialmon-2026-02-09.db").stat().st_mtime_ns == first


def test_no_backup_is_let_go_if_todays_cannot_be_made(stocked: Database, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    keep_up(stocked, folder)
    (folder / f"trialmon-{NOW + 300 * DAY:%Y-%m-%d}.db").mkdir()
    with pytest.raises(NothingDone):
        keep_up(stocked, folder, NOW + 300 * DAY)
    assert (folder / "trialmon-2026-02-09.db").exists()


def test_a_restored_backup_goes_on_where_it_was(stocked: Database, path: Path, tmp_path: Path) -> None:
    """As docs/how-to/back-up-and-restore.md says: stop, put aside with all that lies beside it, copy, go on."""
    made, _ = store.rotate(path, tmp_path / "copies", NOW, 7, 4)
    record(stocked, a_version(3, a_trial(), record=a_whole_record(a_document())), a_run(stocked))
    stocked.close()
    for file in sorted(path.parent.glob("trialmon.db*")):
        file.rename(file.with_name(f"broken-{file.name}"))
    path.write_bytes(made.read_bytes())
    assert check_integrity(path) == []
    with Database.open(path) as restored:
        assert modules_of(restored, a_trial()) == later_record().modules
        again = a_version(3, a_trial(), record=a_whole_record(a_document()))
        assert record(restored, again, a_run(restored)).version == 3


@given(
    days=st.lists(st.integers(0, 400), unique=True, min_size=1),
    daily=st.integers(0, 10),
    weekly=st.integers(0, 10),
)
def test_the_newest_days_and_the_newest_of_the_newest_weeks_are_kept(
    days: Sequence[int], daily: int, weekly: int
) -> None:
    dates = [(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)).date() for n in days]
    kept = store._days_to_keep(dates, daily, weekly)
    assert set(sorted(dates)[-daily:] if daily else []) <= kept
    assert len(kept) <= daily + weekly
    weeks = {date.isocalendar()[:2] for date in dates}
    assert {date.isocalendar()[:2] for date in kept} >= set(sorted(weeks)[-weekly:] if weekly else [])
