"""`status` and `backup`."""

import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor import bootstrap
from monitor.cli.showing import ago
from monitor.config.load import load_settings
from monitor.core.breaker import Breaker
from monitor.jobs.metrics import write_metrics_file
from monitor.render.wording import size
from monitor.store import runs, sending
from tests.builders import NUMBER, a_moment
from tests.cli.archive import Archive

SOURCE = "clinicaltrials.gov"


@pytest.fixture
def present() -> datetime:
    return datetime.now(UTC)


def test_a_monitor_that_looked_lately_is_well(known: Archive, present: datetime) -> None:
    known.look_succeeded(present - timedelta(minutes=12))
    answer = known.ask("status", "--json")
    assert (answer.code, answer.err) == (0, "")
    (row,) = answer.rows
    assert list(row) == ["ok", "sources", "watched", "outbox", "database", "held", "problems"]
    assert (row["ok"], row["problems"]) == (True, [])
    assert list(row["sources"][0]) == ["source", "registry_date", "last_look", "ok", "why"]
    assert (row["watched"], row["outbox"]) == (1, {"pending": 0, "gave_up": 0})
    assert row["database"]["versions"] == 3
    assert row["database"]["path"] == str(known.path)


def test_people_get_a_short_board(known: Archive, present: datetime) -> None:
    known.look_succeeded(present - timedelta(minutes=12, seconds=5))
    lines = known.ask("status").out.splitlines()
    assert lines[0] == "clinicaltrials.gov  data of 2026-02-09, looked 12 min ago, ok"
    assert lines[1] == "1 trial watched, 3 versions stored"
    assert lines[2] == "0 messages wait to be sent, 0 given up"
    assert lines[4].startswith("  of which ")
    assert len(lines) == 6


def test_a_write_ahead_log_is_counted_and_named(known: Archive) -> None:
    with sqlite3.connect(known.path) as writer:
        writer.execute("INSERT INTO meta (name, value) VALUES ('made', '')")
        writer.commit()
        (row,) = known.ask("status", "--json").rows
    parts = row["database"]["parts"]
    assert parts["write-ahead log"] > 0
    assert sum(parts.values()) == row["database"]["bytes"]


def test_a_source_that_was_never_looked_at_is_not_well(known: Archive) -> None:
    answer = known.ask("status")
    assert answer.code == 1
    assert "never looked at" in answer.out


def test_a_day_without_a_look_that_succeeded_is_not_well(known: Archive, present: datetime) -> None:
    known.look_succeeded(present - timedelta(hours=25))
    answer = known.ask("status", "--json")
    assert answer.code == 1
    assert answer.rows[0]["ok"] is False
    assert "no look has succeeded since" in answer.err


def test_a_source_that_fails_is_said_with_why(known: Archive, present: datetime) -> None:
    known.look_succeeded(present - timedelta(hours=1))
    with known.database() as db:
        runs.note_failure(db, SOURCE, "it refuses this client \x1b[2J", present, ())
    answer = known.ask("status")
    assert answer.code == 1
    assert answer.out.startswith("clinicaltrials.gov  data of 2026-02-09, looked just now, not ok\n")
    assert (
        answer.err
        == "trialmon: source clinicaltrials.gov: it refuses this client \ufffd[2J (`trialmon check` looks now, and says what fails)\n"
    )


def test_a_delivery_given_up_is_not_well_and_what_to_do_is_said(known: Archive, present: datetime) -> None:
    known.look_succeeded(present)
    known.tell()
    with known.database() as db:
        (delivery,) = sending.claim(db, present, timedelta(minutes=5), 10, "a daemon")
        sending.settle_gave_up(db, delivery, present, "no")
    answer = known.ask("status")
    assert answer.code == 1
    assert "0 messages wait to be sent, 1 given up" in answer.out
    assert "outbox retry --all-given-up" in answer.err


def test_a_destination_that_refuses_for_an_hour_is_not_well(known: Archive, present: datetime) -> None:
    known.look_succeeded(present)
    known.tell()
    begun, why = present - timedelta(hours=2), "the receiver answered 401"
    broken = Breaker().failed(begun, why, begun, plainly=True)
    with known.database() as db:
        (delivery,) = sending.claim(db, begun, timedelta(minutes=5), 10, "a daemon")
        sending.settle_retry(db, delivery, begun, begun, why, breaker=broken, excused=True)
    answer = known.ask("status", "--json")
    assert (answer.code, answer.rows[0]["ok"]) == (1, False)
    assert "destination desk: nothing has arrived since" in answer.err
    assert "the receiver answered 401" in answer.err


def test_without_a_database_there_is_no_status(archive: Archive) -> None:
    assert archive.ask("status").code == 3


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        ("2026-02-09T11:59:30Z", "just now"),
        ("2026-02-09T11:48:00Z", "12 min ago"),
        ("2026-02-08T12:00:00Z", "24 h ago"),
        ("2026-02-05T11:00:00Z", "4 days ago"),
        ("2026-02-09T13:00:00Z", "at 2026-02-09 13:00 UTC, which is ahead of this machine's clock"),
    ],
)
def test_how_long_ago_is_said_in_words(stamp: str, said: str) -> None:
    assert ago(stamp, a_moment("2026-02-09T12:00")) == said


@pytest.mark.parametrize(("number", "said"), [(12_345, "12 kB"), (1_234_567, "1.2 MB"), (3.4e9, "3.4 GB")])
def test_sizes_are_said_in_words(number: float, said: str) -> None:
    assert size(number) == said


def test_a_backup_can_be_asked_like_the_database(known: Archive) -> None:
    target = known.folder / "copy.db"
    answer = known.ask("backup", str(target))
    assert answer.code == 0
    assert "copied to" in answer.out
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT COUNT(*) FROM versions").fetchone() == (3,)
    known.config.write_text(
        "database: copy.db\nsources: {pubmed: {enabled: false}, europepmc: {enabled: false}}\n"
    )
    assert len(known.ask("history", NUMBER, "--json").rows) == 3


def test_a_backup_is_counted_for_programs(known: Archive) -> None:
    target = known.folder / "copy.db"
    (row,) = known.ask("backup", str(target), "--json").rows
    assert row == {"file": str(target), "bytes": target.stat().st_size}


def test_a_backup_overwrites_nothing(known: Archive) -> None:
    target = known.folder / "precious"
    target.write_text("mine")
    answer = known.ask("backup", str(target))
    assert answer.code == 3
    assert target.read_text() == "mine"


def test_a_backup_into_a_folder_that_is_not_there_is_not_begun(known: Archive) -> None:
    answer = known.ask("backup", str(known.folder / "none" / "copy.db"))
    assert answer.code == 3
    assert "cannot be written" in answer.err


def test_there_is_nothing_to_back_up_before_the_first_look(archive: Archive) -> None:
    assert archive.ask("backup", str(archive.folder / "copy.db")).code == 3
    assert not (archive.folder / "copy.db").exists()


def test_metrics_are_what_prometheus_reads(known: Archive, present: datetime) -> None:
    known.look_succeeded(present - timedelta(minutes=12))
    answer = known.ask("status", "--metrics")
    assert answer.code == 0
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.out)
        for sample in family.samples
    }
    assert found["trialmon_watched_trials",] == 1
    assert found["trialmon_recorded_total", "versions"] == 3
    assert found["trialmon_source_ok", SOURCE] == 1
    assert found["trialmon_source_last_success_timestamp_seconds", SOURCE] == int(
        (present - timedelta(minutes=12)).timestamp()
    )
    assert found["trialmon_doubts", "looks"] == 0


def test_a_monitor_in_doubt_says_so_in_its_metrics(known: Archive, present: datetime) -> None:
    known.look_succeeded(present - timedelta(hours=2))
    answer = known.ask("status", "--metrics")
    assert answer.code == 1
    assert 'trialmon_doubts{about="looks"} 1.0' in answer.out
    assert "no look has read everything since" in answer.err


def test_the_file_of_metrics_is_touched_where_no_number_moved(known: Archive) -> None:
    path = known.folder / "node" / "trialmon.prom"
    known.config.write_text(
        "sources: {pubmed: {enabled: false}, europepmc: {enabled: false}}\n"
        f"destinations:\n  desk: json://127.0.0.1:9/\nmetrics: {path}\n"
    )
    settings = load_settings(known.config, {})
    with bootstrap.context(settings, {}, moment=a_moment("2026-02-10")) as context:
        write_metrics_file(context)
        written = path.read_bytes()
        os.utime(path, (0, 0))
        write_metrics_file(context)
    assert path.read_bytes() == written
    assert path.stat().st_mtime > 0
    assert path.stat().st_mode & 0o777 == 0o644
