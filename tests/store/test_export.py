"""What is handed to other programs: all of it, once, inert, and either whole or not there; read back by those programs."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pytest

from monitor.core.errors import NothingDone
from monitor.core.significance import Significance
from monitor.store import export
from monitor.store.cells import inert
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.parquet import write_parquet
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    a_change,
    a_record,
    a_run,
    a_trial,
    a_verdict,
    a_version,
    baseline_of,
)

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "a\r\n=1",
    '"quoted", and',
    "Übung ✓",
    "nul \0 nul",
    " =1",
]


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """Twelve versions of a trial over three months with hostile changes, and two other trials."""
    with Database.open(path) as database:
        baseline_of(database, RESPINE, a_trial(1), a_trial(2))
        run = a_run(database)
        for n, text in enumerate([*HOSTILE, "long " * 10_000, 12.5], 2):
            changes = [a_change(before=None, after=text), a_change("x", before={"a": [True]}, after=False)]
            seen = a_version(
                n,
                changes=changes,
                verdicts=[a_verdict(Significance.NOTABLE, 0)],
                at=NOW + 7 * n * DAY,
                record=a_record(),
            )
            record(database, seen, run)
        yield database


def rows(db: Database, what: export.What, **asked: Any) -> list[dict[str, Any]]:
    return list(export.rows(db, what, tick=lambda _: None, **asked))


def in_duckdb(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:") as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("what", ["changes", "events", "versions"])
def test_every_row_comes_once_however_small_the_pages(
    db: Database, what: export.What, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = rows(db, what)
    assert list(at_once[0]) == export.columns_of(what)
    monkeypatch.setattr(export, "_PAGE", 3)
    ticks: list[int] = []
    assert list(export.rows(db, what, tick=ticks.append)) == at_once
    assert sum(ticks) == export.count(db, what)
    assert len(rows(db, what, since=NOW + 60 * DAY)) < len(at_once)


def test_what_is_written_meanwhile_is_left_for_the_next_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_PAGE", 2)
    coming = export.rows(db, "versions", tick=lambda _: None)
    first = list(islice(coming, 3))
    record(db, a_version(2, a_trial(1)), a_run(db))
    assert len(first) + len(list(coming)) == 15
    assert len(rows(db, "versions")) == 16


def test_what_happened_before_we_came_is_exported_too(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO changes (id, trial, version, field, kind, before, after, topic, label, role, housekeeping)"
            " VALUES (-7, 1, 1, 'f', 'changed', 'null', '1', 'dates', 'Field', '', 0)"
        )
    ticks: list[int] = []
    told = list(export.rows(db, "changes", tick=ticks.append))
    assert [row["id"] for row in told[:2]] == [-7, 1]
    assert len(told) == 25
    assert sum(ticks) == export.count(db, "changes")


def test_an_empty_history_is_exported_empty(tmp_path: Path) -> None:
    with Database.open(tmp_path / "trialmon.db") as empty:
        assert rows(empty, "changes") == []
        assert export.count(empty, "changes") == 0


def test_json_lines_hold_the_values_exactly(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "changes.jsonl"
    assert export.write_json_lines(export.rows(db, "changes", tick=lambda _: None), target) == 24
    told = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["after"] for row in told[::2]] == [*HOSTILE, "long " * 10_000, 12.5]
    assert told[1]["before"] == {"a": [True]}
    assert told[1]["after"] is False
    [(count,)] = in_duckdb(
        f"SELECT COUNT(DISTINCT id) FROM read_json('{target}', format='newline_delimited')"
    )
    assert count == 24


def test_a_spreadsheet_reads_every_cell_and_runs_none(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "changes.csv"
    export.write_csv(export.rows(db, "changes", tick=lambda _: None), target, export.columns_of("changes"))
    with target.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    after = [row["after"] for row in read]
    assert after[::2] == [
        "'=cmd|' /C calc'!A0", "'+1", "'-1+1", "'@SUM(A1)", "'\t=1", "a\r\n=1", '"quoted", and', "Übung ✓", "nul \ufffd nul",
        "' =1", "long " * 10_000, "12.5",
    ]  # fmt: skip
    assert (read[1]["before"], read[1]["after"]) == ('{"a": [true]}', "false")
    found = in_duckdb(
        f"SELECT after FROM read_csv('{target}', header=true, all_varchar=true, max_line_size=1000000)"
    )
    assert sorted(str(value) for (value,) in found) == sorted(after)


MISTAKEN = [
    "1-2", "007", "1E5", "1:2", "3/4", "10%", "$5", "(5)", "1,5", "1.50", "12345678901234567890", "Mar-26", "SEPT2", "15 March 2026",
]  # fmt: skip
PLAIN = [
    "2026-03-09", "2026-03", "2026", "12.5", "24 weeks", "1st", "NCT03737461", "2026-03-09T15:00:00Z", "March", "0", "none",
]  # fmt: skip


def test_a_text_that_would_be_taken_for_another_number_or_day_stands_behind_an_apostrophe() -> None:
    assert [inert(text) for text in MISTAKEN] == [f"'{text}" for text in MISTAKEN]
    assert [inert(text) for text in PLAIN] == PLAIN


def test_a_spreadsheet_program_shows_each_cell_as_it_was_written(tmp_path: Path) -> None:
    """Read in and written out again as it is shown: a formula would be its value, a number or day taken for another would be that."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no LibreOffice here (apt-get install --no-install-recommends libreoffice-calc)")
    texts = [*HOSTILE, *MISTAKEN, *PLAIN, "x" * 40_000, "a;b\tc", '=HYPERLINK("http://x.test")']
    export.write_csv(
        ({"n": n, "text": text} for n, text in enumerate(texts)), tmp_path / "a.csv", ["n", "text"]
    )
    form = "CSV:44,34,76,1"  # comma, quotes, UTF-8, from the first line
    command = [
        program,
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        f"--infilter={form}",
    ]
    command += ["--convert-to", form.replace("CSV", "csv:Text - txt - csv (StarCalc)")]
    command += ["--outdir", str(tmp_path / "out"), str(tmp_path / "a.csv")]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )
    with (tmp_path / "out" / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        shown = [row[1] for row in csv.reader(file)][1:]
    assert shown == [inert(text).replace("\r\n", "\n") for text in texts]


def test_duckdb_reads_parquet_month_by_month(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "versions.parquet"
    columns = export.columns_of("versions", records=True)
    versions = export.rows(db, "versions", records=True, tick=lambda _: None)
    assert write_parquet(versions, target, columns) == 15
    assert sorted(child.name for child in target.iterdir())[:2] == ["month=2026-02", "month=2026-03"]
    table = f"read_parquet('{target}/**/*.parquet', hive_partitioning = true)"
    told = in_duckdb(
        f"SELECT trial, version, month, CAST(seen_at AT TIME ZONE 'UTC' AS VARCHAR), enrollment, has_results FROM {table}"
        " WHERE month = '2026-03' ORDER BY version LIMIT 1"
    )
    assert told == [("NCT03737461", 3, "2026-03", "2026-03-02 14:03:11", 112, False)]
    [(status,)] = in_duckdb(
        f"SELECT DISTINCT json_extract_string(record, '$.protocolSection.statusModule.overallStatus') FROM {table}"
    )
    assert status == "RECRUITING"


def test_a_month_that_comes_back_loses_nothing(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.store import parquet

    monkeypatch.setattr(parquet, "_GROUP_ROWS", 2)
    monkeypatch.setattr(parquet, "_MOST_OPEN", 1)
    given = [
        {**row, "seen_at": f"2026-0{n % 3 + 1}-01T00:00:00Z"} for n, row in enumerate(rows(db, "events"))
    ]
    target = tmp_path / "events"
    assert write_parquet(given, target, export.columns_of("events")) == 12
    assert in_duckdb(f"SELECT COUNT(DISTINCT id) FROM read_parquet('{target}/**/*.parquet')") == [(12,)]
    write_parquet(given[:1], target, export.columns_of("events"))
    assert in_duckdb(f"SELECT COUNT(*) FROM read_parquet('{target}/**/*.parquet')") == [(1,)]


def _breaking(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield row
    raise RuntimeError("killed in the middle")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_an_export_that_breaks_off_leaves_what_was_there(db: Database, tmp_path: Path, form: str) -> None:
    def write(given: Any) -> None:
        if form == "jsonl":
            export.write_json_lines(given, target)
        else:
            (export.write_csv if form == "csv" else write_parquet)(given, target, export.columns_of("events"))

    target = tmp_path / "out" / f"events.{form}"
    target.parent.mkdir()
    write(rows(db, "events"))
    before = {file: file.read_bytes() for file in target.parent.rglob("*") if file.is_file()}
    with pytest.raises(RuntimeError):
        write(_breaking(rows(db, "events")[0]))
    assert {file: file.read_bytes() for file in target.parent.rglob("*") if file.is_file()} == before


def test_what_is_no_export_of_ours_is_never_replaced_by_a_folder(db: Database, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "letter").write_text("dear")
    with pytest.raises(NothingDone, match="choose another name"):
        write_parquet([], tmp_path / "precious", export.columns_of("events"))
    with pytest.raises(NothingDone, match="cannot be written"):
        export.write_json_lines([], tmp_path / "no folder" / "x.jsonl")
    assert (tmp_path / "precious" / "letter").read_text() == "dear"


@pytest.mark.parametrize("value", [None, 0, -1, -2.5, True, "", "plain", "a=b", "1-2 years"])
def test_what_is_no_formula_stays_as_it_is(value: object) -> None:
    assert inert(value) == value
