"""SQL that somebody typed: what is asked is answered, what would harm is refused or cut."""

from datetime import datetime
from pathlib import Path

import pytest

from monitor.core.errors import NothingDone, WrongUsage
from monitor.store.asking import Bounds, TooMuch, Value, asked
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.questions import QUESTIONS, Question
from monitor.store.views import VIEWS, View
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    a_notification,
    a_run,
    a_trial,
    a_verdict,
    a_version,
    baseline_of,
)


class FakeClock:
    """A clock that goes on by a millisecond whenever somebody looks: a deadline comes by work alone."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 0.001
        return self.seconds

    def now(self) -> datetime:
        raise AssertionError("only time that passes is asked for")

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing is waited for")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing here writes, so that one database does for all."""
    path = tmp_path_factory.mktemp("asked") / "trialmon.db"
    with Database.open(path) as db:
        baseline_of(db, RESPINE, *(a_trial(n) for n in range(1, 40)))
        told = a_version(2, verdicts=[a_verdict()], notifications=[a_notification(events=[0])], at=NOW + DAY)
        record(db, told, a_run(db))
    return path


def answer(path: Path, sql: str, bounds: Bounds | None = None) -> list[tuple[Value, ...]]:
    with asked(path, sql, FakeClock(), bounds or Bounds(seconds=0.5)) as table:
        return list(table.rows)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_is_asked_by_either_name(stocked: Path, view: View) -> None:
    name = view.name
    with asked(stocked, f"SELECT * FROM {name}", FakeClock()) as table:
        assert list(table.columns) == list(view.columns)
        rows = list(table.rows)
    assert answer(stocked, f"SELECT * FROM v_{name}") == rows
    assert answer(stocked, f"SELECT COUNT(*) FROM {name}") == [(len(rows),)]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT trial, status FROM trials WHERE trial = 'NCT03737461';", [("NCT03737461", "RECRUITING")]),
        ("WITH v AS (SELECT trial, MAX(version) AS n FROM versions GROUP BY trial) SELECT MAX(n) FROM v", [(2,)]),
        ("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3) SELECT SUM(n) FROM c", [(6,)]),
        ("SELECT before || ' > ' || after FROM changes JOIN events USING (trial, version)", [("RECRUITING > COMPLETED",)]),
        ("SELECT value FROM json_each('[1]')", [(1,)]),
        ("SELECT ROW_NUMBER() OVER (ORDER BY trial) FROM trials LIMIT 1", [(1,)]),
        ("SELECT date('2026-02-01', '+1 month'), upper('x'), ';' -- that is all", [("2026-03-01", "X", ";")]),
        ("VALUES (1)", [(1,)]),
        ("SELECT EXISTS (SELECT 1 FROM deliveries), (SELECT COUNT(*) FROM v_looks) > 0", [(1, 1)]),
        ("WITH mine AS (SELECT 1 UNION SELECT 2) SELECT COUNT(*) FROM mine", [(2,)]),
        ("SELECT COUNT(*) FROM trials JOIN sites USING (trial) WHERE trial = 'none'", [(0,)]),
        ("SELECT Trial FROM V_TRIALS WHERE TRIAL LIKE 'nct03737461'", [("NCT03737461",)]),
        ("WITH trials AS (SELECT 1 AS n) SELECT n FROM trials", [(1,)]),
    ],
)  # fmt: skip
def test_what_is_asked_is_answered(stocked: Path, sql: str, rows: list[tuple[Value, ...]]) -> None:
    assert answer(stocked, sql) == rows


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM main.trials",
        "INSERT INTO meta VALUES ('a', 'b')",
        "UPDATE main.trials SET number = 'x'",
        "DROP TABLE main.trials",
        "CREATE TEMP TABLE mine (x)",
        "CREATE TABLE mine AS SELECT * FROM trials",
        "ATTACH ':memory:' AS other",
        "PRAGMA writable_schema = ON",
        "PRAGMA user_version",
        "SELECT * FROM pragma_database_list",
        "VACUUM INTO '/tmp/stolen.db'",
        "SELECT load_extension('/tmp/evil.so')",
        "SELECT readfile('/etc/passwd')",
        "SELECT text, html FROM notifications",
        "SELECT text FROM main.notifications",
        "WITH trials AS (SELECT text FROM main.notifications) SELECT * FROM trials",
        "WITH v_deliveries AS MATERIALIZED (SELECT lease_by FROM main.deliveries) SELECT * FROM v_deliveries",
        "WITH RECURSIVE watched (a) AS (SELECT value FROM meta UNION SELECT a FROM watched) SELECT * FROM watched",
        "WITH named_or_found AS (SELECT sql FROM sqlite_schema) SELECT * FROM named_or_found",
        "SELECT * FROM main.deliveries",
        "SELECT sql FROM sqlite_schema",
        "SELECT * FROM sqlite_temp_schema",
        "SELECT * FROM trials_found WHERE trials_found MATCH 'x'",
        "SELECT * FROM dbstat",
        "SELECT COUNT(*) FROM dbstat",
        "SELECT COUNT(*) FROM payloads",
        "SELECT COUNT(rowid) FROM main.Destinations",
        "SELECT 1 FROM meta",
        "SELECT EXISTS (SELECT 1 FROM main.attempts)",
        "SELECT COUNT(*) FROM sqlite_schema",
        "SELECT COUNT(*) FROM pragma_table_list",
        "SELECT COUNT(*) FROM trials_found_data",
        "WITH trials AS (SELECT COUNT(*) FROM main.payloads) SELECT * FROM trials",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(1000000000)",
        "SELECT 1; DELETE FROM main.trials",
        "BEGIN; SELECT 1",
        "SELECT ?",
        "SELECT 'a\0b'",
        "",
        " ;; ",
        "hello",
        "SELECT " + "(" * 500 + "1" + ")" * 500,
        "SELECT " + "1," * 100_000 + "1",
    ],
)
def test_what_would_harm_or_is_no_question_is_refused(stocked: Path, sql: str) -> None:
    before = stocked.read_bytes()
    with pytest.raises(WrongUsage):
        answer(stocked, sql)
    assert stocked.read_bytes() == before
    assert not Path("/tmp/stolen.db").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT COUNT(*) FROM c",
        "SELECT COUNT(*) FROM trials a, trials b, trials c, trials d, trials e WHERE a.title || b.title <> c.title || d.title",
        "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c ORDER BY n DESC",
    ],
)
def test_what_takes_too_long_is_cut(stocked: Path, sql: str) -> None:
    with pytest.raises(TooMuch, match=r"longer than 0\.5 seconds"):
        answer(stocked, sql)
    with pytest.raises(TooMuch, match="longer than a second"):
        answer(stocked, sql, Bounds(seconds=1))


def test_what_is_too_large_is_cut(stocked: Path) -> None:
    forever = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n"
    with pytest.raises(TooMuch, match="more than 10 rows"):
        answer(stocked, f"{forever} FROM c", Bounds(rows=10))
    with pytest.raises(TooMuch, match="larger than 1 MB"):
        answer(stocked, f"{forever}, printf('%.1000c', 'x') FROM c", Bounds(bytes=1_000_000))
    [(text,)] = answer(stocked, "SELECT printf('%.*c', 100000000, 'x')")
    assert text is None
    with pytest.raises(TooMuch, match="too large"):
        answer(
            stocked,
            "WITH RECURSIVE c (t) AS (SELECT 'xxxxxxxx' UNION ALL SELECT t || t FROM c) SELECT MAX(t) FROM c",
        )


def test_rows_found_before_the_end_are_given(stocked: Path) -> None:
    with asked(stocked, "SELECT trial FROM trials", FakeClock(), Bounds(rows=3)) as table:
        taken = [next(table.rows), next(table.rows), next(table.rows)]
        with pytest.raises(TooMuch):
            next(table.rows)
    assert len(taken) == 3


def test_a_refusal_says_what_can_be_asked(stocked: Path) -> None:
    with pytest.raises(WrongUsage, match=r"notifications may not be read.*trials, versions"):
        answer(stocked, "SELECT * FROM notifications")


def test_there_must_be_a_database(tmp_path: Path) -> None:
    with pytest.raises(NothingDone, match="trialmon check"):
        answer(tmp_path / "no.db", "SELECT 1")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)
def test_a_ready_made_question_is_answered(stocked: Path, question: Question) -> None:
    answer(stocked, question.sql)
