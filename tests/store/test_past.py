"""Past versions lie below the baseline and change nothing that is above it."""

import sqlite3
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.decide import decide
from monitor.core.diff import diff
from monitor.core.record import Record
from monitor.core.source import Found, PastVersion
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import observations, runs, snapshots
from monitor.store.database import Database
from monitor.store.filters import Filters
from monitor.store.past import Past, begin_past, keep_page, underway, without_past, write_past
from monitor.store.queries import changes, record_at_version
from monitor.store.values import FACTS_COLUMNS
from tests.builders import a_document, a_moment, a_record, a_trial

TRIAL = a_trial()
NOW = a_moment("2026-02-09T12:00")
WITH_CONTACTS = {"resultsSection": {"moreInfoModule": {"pointOfContact": {"title": "Dr"}}}}


def a_version(completion: str, **more: Any) -> Record:
    document = a_document(statusModule={"completionDateStruct": {"date": completion, "type": "ESTIMATED"}})
    return a_record({**document, **more})


def see(db: Database, record: Record) -> None:
    """A look finds this record."""
    before = snapshots.snapshots(db, [TRIAL]).get(TRIAL)
    if before is not None:
        before = replace(before, modules=snapshots.modules_of(db, TRIAL))
    run = runs.begin_run(db, SHAPE.registry, NOW, full=False)
    observations.record(db, decide(TRIAL, before, Found(record), SHAPE, [], NOW), run)


def put(db: Database, *records: Record) -> int:
    """These records, oldest first, become the past; the last is the baseline that is there already."""
    steps = [diff(old.modules, new.modules, SHAPE) for old, new in pairwise(records)]
    past = [Past(one, changes, NOW) for one, changes in zip(records[:-1], [(), *steps[:-1]], strict=True)]
    return write_past(db, TRIAL, past, steps[-1], NOW)


def test_what_we_believe_now_stays_as_it_was(db: Database) -> None:
    baseline = a_version("2027-03")
    see(db, baseline)
    before = snapshots.snapshots(db, [TRIAL])[TRIAL]
    assert put(db, a_version("2026-01", **WITH_CONTACTS), a_version("2026-09"), baseline) == 2
    after = snapshots.snapshots(db, [TRIAL])[TRIAL]
    assert (after.version, after.digests, after.facts, after.raw_digest) == (
        before.version,
        before.digests,
        before.facts,
        before.raw_digest,
    )
    assert [str(one.completion.date) for one in after.past if one.completion] == ["2026-01", "2026-09"]
    assert snapshots.modules_of(db, TRIAL) == dict(baseline.modules)


def test_a_part_that_only_the_past_had_ends_before_the_baseline(db: Database) -> None:
    baseline = a_version("2027-03")
    see(db, baseline)
    put(db, a_version("2026-09", **WITH_CONTACTS), baseline)
    assert "resultsSection.moreInfoModule" in snapshots.modules_of(db, TRIAL, version=0)
    assert "resultsSection.moreInfoModule" not in snapshots.modules_of(db, TRIAL, version=1)
    see(db, a_version("2027-09"))
    assert "resultsSection.moreInfoModule" not in snapshots.modules_of(db, TRIAL)


def test_the_first_change_ever_seen_is_news_though_only_the_past_has_changes_so_far(db: Database) -> None:
    baseline = a_version("2027-03")
    see(db, baseline)
    put(db, a_version("2026-09"), baseline)
    see(db, a_version("2027-09"))
    assert [(one["id"], one["after"]) for one in changes(db)] == [(1, "2027-09")]
    assert [one["id"] for one in changes(db, Filters(text="completion"))] == [1, -1], (
        "found by its words, too"
    )


def test_nothing_of_the_past_is_rewritten_or_lies_apart(db: Database) -> None:
    baseline = a_version("2027-03")
    see(db, baseline)
    put(db, a_version("2026-01"), a_version("2026-09"), baseline)
    copy = "INSERT INTO versions SELECT trial, {}, seen_at, last_seen_at, '', '', {}, run, 0, " + ", ".join(
        FACTS_COLUMNS
    )
    with db.writing() as connection:
        for sql in (
            copy.format(-3, "'backfill'") + " FROM versions WHERE version = 1",
            copy.format(-2, "'poll'") + " FROM versions WHERE version = 1",
            "UPDATE versions SET change_count = 9 WHERE version = 1",
            "UPDATE versions SET change_count = 9 WHERE version = 0",
            "UPDATE versions SET status = 'X' WHERE version = 0",
            "DELETE FROM versions WHERE version = -1",
            "UPDATE changes SET label = 'X' WHERE id < 0",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(sql)


def test_what_was_begun_is_done_first_and_once(db: Database) -> None:
    see(db, a_version("2027-03"))
    other = a_trial("NCT09990002")
    assert without_past(db, [other, TRIAL], NOW) == [TRIAL], "only what there is a baseline of"
    begin_past(db, TRIAL, [PastVersion(0, "2026-01-02", "RECRUITING"), PastVersion(1, "2026-01-03")], NOW)
    keep_page(db, TRIAL, 1, a_document(), NOW)
    so_far = underway(db, TRIAL)
    assert so_far is not None
    assert (so_far.missing, list(so_far.pages)) == ([PastVersion(0, "2026-01-02", "RECRUITING")], [1])
    assert put(db, a_version("2026-09"), a_version("2027-03")) == 1
    assert (underway(db, TRIAL), without_past(db, [TRIAL], NOW)) == (None, [])
    keep_page(db, TRIAL, 0, a_document(), NOW)
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM backfill_pages").fetchone()[0] == 0


@settings(max_examples=15)
@given(st.lists(st.integers(2027, 2032), min_size=2, max_size=6).filter(lambda years: years[0] != years[-1]))
def test_every_record_of_the_past_comes_back_whole_and_ids_rise_with_time(
    tmp_path_factory: pytest.TempPathFactory, years: list[int]
) -> None:
    folder: Path = tmp_path_factory.mktemp("past")
    records = [a_version(str(year)) for year in years]
    with Database.open(folder / "trialmon.db") as db:
        see(db, records[-1])
        put(db, *records)
        for version, record in enumerate(records, 2 - len(records)):
            found = record_at_version(db, TRIAL, version)
            assert found is not None
            assert found["record"] == record.document
        with db.reading() as connection:
            rows = [tuple(row) for row in connection.execute("SELECT version, id FROM changes ORDER BY id")]
    assert [version for version, _ in rows] == sorted(version for version, _ in rows)
    assert all(identity < 0 for _, identity in rows)
