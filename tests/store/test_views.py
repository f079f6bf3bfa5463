"""The views: what is declared of them is what they hold, a plain sqlite3 can read them, and slips are what the rules call so."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import PartialDate, slip_in_days
from monitor.core.facts import TypedDate
from monitor.core.particulars import Particulars, Site
from monitor.rules.dates import slip_ledger
from monitor.store.database import APPLICATION_ID, Database
from monitor.store.migrations import migrate
from monitor.store.observations import record
from monitor.store.views import VIEWS
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_change,
    a_notification,
    a_record,
    a_run,
    a_verdict,
    a_version,
    baseline_of,
    some_facts,
)

CARDIFF = Site("Heath Hospital", "Cardiff", "Wales", "CF14", "United Kingdom", "RECRUITING", 51.5, -3.2)


@pytest.fixture
def asked(db: Database, path: Path) -> Iterator[sqlite3.Connection]:
    """The file as any other program opens it."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def test_a_view_has_the_columns_that_are_declared(asked: sqlite3.Connection) -> None:
    there = {
        row["name"]
        for row in asked.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'v\\_%' ESCAPE '\\'")
    }
    assert there == {view.in_file for view in VIEWS}
    for view in VIEWS:
        columns = [row["name"] for row in asked.execute(f"PRAGMA table_info({view.in_file})")]
        assert columns == list(view.columns)


@pytest.mark.parametrize("trusted", ["ON", "OFF"])
def test_every_view_answers_whether_or_not_the_schema_is_trusted(
    db: Database, asked: sqlite3.Connection, trusted: str
) -> None:
    baseline_of(db, RESPINE)
    told = a_version(2, verdicts=[a_verdict()], notifications=[a_notification(events=[0])], at=NOW + DAY)
    record(db, told, a_run(db))
    asked.execute(f"PRAGMA trusted_schema = {trusted}")
    counts = {view.name: len(asked.execute(f"SELECT * FROM {view.in_file}").fetchall()) for view in VIEWS}
    assert counts == {
        "trials": 1, "versions": 2, "changes": 1, "events": 1, "slips": 0, "sites": 0, "watchlists": 0, "watched": 0,
        "deliveries": 1, "looks": 2,
    }  # fmt: skip


def test_a_value_is_read_without_any_code_of_ours(db: Database, asked: sqlite3.Connection) -> None:
    baseline_of(db, RESPINE)
    long = "A long text. " * 5000
    changes = [
        a_change(before='quoted "word" \\ and\nline', after="Übung"),
        a_change("a", before=None, after={"name": "Site", "open": True}),
        a_change("b", before=12, after=False),
        a_change("c", before=long, after=["x"]),
    ]
    record(db, a_version(2, changes=changes), a_run(db))
    rows = asked.execute("SELECT before, after, cut FROM v_changes ORDER BY id").fetchall()
    assert [tuple(row) for row in rows[:3]] == [
        ('quoted "word" \\ and\nline', "Übung", 0),
        (None, '{"name":"Site","open":true}', 0),
        ("12", "false", 0),
    ]
    assert rows[3]["cut"] == 1
    assert rows[3]["before"] == long[:500] + "…"


def test_the_sites_are_those_of_the_newest_version(db: Database, asked: sqlite3.Connection) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    run = a_run(db)
    for number, sites in ((2, (CARDIFF, Site(city="Lyon"))), (3, (CARDIFF,)), (4, (CARDIFF,))):
        seen = a_record()
        particular = type(seen)(
            seen.trial, seen.modules, seen.digests, seen.facts, "", Particulars(sites, titles=("Cells",))
        )
        record(db, a_version(number, record=particular), run)
    [site] = asked.execute("SELECT * FROM v_sites").fetchall()
    assert dict(site) == {
        "trial": "NCT03737461", "registry": "clinicaltrials.gov", "trial_title": "Allogeneic cells for discs",
        "trial_status": "RECRUITING", "facility": "Heath Hospital", "city": "Cardiff", "state": "Wales", "postcode": "CF14",
        "country": "United Kingdom", "status": "RECRUITING", "latitude": 51.5, "longitude": -3.2,
    }  # fmt: skip


def _dated(text: str | None, type_: str = "ESTIMATED") -> TypedDate | None:
    return None if text is None else TypedDate(PartialDate.parse(text), type_)  # type: ignore[arg-type]


def _promise(db: Database, promises: list[TypedDate | None]) -> None:
    baseline_of(db, RESPINE)
    run = a_run(db)
    for number, promised in enumerate(promises, 2):
        facts = some_facts(primary_completion=promised, completion=None)
        record(db, a_version(number, record=a_record(facts=facts), at=NOW + number * DAY), run)


def test_each_move_of_a_promised_date_is_a_row(db: Database, asked: sqlite3.Connection) -> None:
    _promise(db, [_dated("2026-03-15"), _dated("2026-10"), None, _dated("2026-08"), _dated("2027")])
    rows = asked.execute(
        "SELECT version, before, after, days, nth, first_promised, total_days FROM v_slips WHERE trial = 'NCT03737461'"
        " AND which = 'primary completion' ORDER BY version"
    )
    assert [tuple(row) for row in rows] == [
        (3, "2026-03-15", "2026-10", 230, 1, "2026-03", 214),
        (5, "2026-10", "2026-08", -61, 1, "2026-03", 153),
        (6, "2026-08", "2027", 487, 2, "2026-03", 640),
    ]


_DATES = st.dates(date(2020, 1, 1), date(2030, 12, 31)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"])
)
_HISTORIES = st.lists(
    st.none() | st.builds(_dated, _DATES, st.sampled_from(["ACTUAL", "ESTIMATED", ""])),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def ledger() -> Iterator[sqlite3.Connection]:
    """A schema with one trial, in memory, that takes versions in any order."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, APPLICATION_ID, lambda _: None)
    for guard in ("versions_have_no_gap", "versions_stay"):
        connection.execute(f"DROP TRIGGER IF EXISTS {guard}")
    connection.execute("INSERT INTO trials (id, registry, number) VALUES (1, 'r', 'N1')")
    yield connection
    connection.close()


@given(history=_HISTORIES, order=st.randoms(use_true_random=False))
def test_the_ledger_of_slips_is_the_rules_own_in_whatever_order_versions_came(
    ledger: sqlite3.Connection, history: list[TypedDate | None], order: Random
) -> None:
    for table in ("versions", "date_moves"):
        ledger.execute(f"DELETE FROM {table}")
    numbered = list(enumerate(history, 1))
    order.shuffle(numbered)
    for number, dated in numbered:
        ledger.execute(
            "INSERT INTO versions (trial, version, seen_at, last_seen_at, first_data_date, last_data_date, origin, run,"
            " change_count, completion, completion_type) VALUES (1, ?, '', '', '', '', 'poll', 1, 0, ?, ?)",
            (number, str(dated.date) if dated else None, dated.type if dated else ""),
        )
    rows = ledger.execute("SELECT version, days, nth, total_days FROM v_slips ORDER BY version").fetchall()
    known = [(number, dated) for number, dated in enumerate(history, 1) if dated is not None]
    expected = []
    for (_, before), (number, after) in pairwise(known):
        past = slip_ledger([dated for n, dated in known if n <= number])
        if days := slip_in_days(before.date, after.date):
            expected.append((number, days, past.slips, past.days_from_first_promise))
    assert rows == expected
