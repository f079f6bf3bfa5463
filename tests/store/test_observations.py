"""What a look leads to is written whole or not at all, and comes back as it was."""

import json
import multiprocessing
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.observation import Observation
from monitor.core.record import Record
from monitor.core.shape import Shape, join, split
from monitor.core.significance import Significance
from monitor.core.trial import Alias, TrialId
from monitor.store.database import Database
from monitor.store.observations import StaleSnapshot, record, seen_unchanged
from monitor.store.snapshots import modules_of, snapshots
from monitor.store.standings import Standing, standings
from monitor.store.trials import find_trial
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_baseline,
    a_change,
    a_notification,
    a_record,
    a_run,
    a_trial,
    a_verdict,
    a_version,
    an_absence,
    baseline_of,
    some_facts,
)

SHAPE = Shape("clinicaltrials.gov", frozenset(), {}, {}, {}, {}, facts=lambda _: TrialFacts())


def count(db: Database, table: str) -> int:
    with db.reading() as connection:
        return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def test_a_baseline_comes_back_as_it_was(db: Database) -> None:
    [recorded] = baseline_of(db, RESPINE)
    assert (recorded.version, recorded.changes, recorded.events, recorded.deliveries) == (1, (), (), ())
    snapshot = snapshots(db, [RESPINE, REXLEMESTROCEL])
    assert list(snapshot) == [RESPINE]
    was = a_record()
    assert snapshot[RESPINE].version == 1
    assert snapshot[RESPINE].facts == was.facts
    assert snapshot[RESPINE].digests == was.digests
    assert snapshot[RESPINE].raw_digest == "raw-1"
    assert snapshot[RESPINE].seen_at == NOW
    assert snapshot[RESPINE].past == ()
    assert snapshot[RESPINE].modules == {}
    assert modules_of(db, RESPINE) == was.modules


def test_a_version_is_written_with_all_that_it_leads_to(db: Database) -> None:
    baseline_of(db, RESPINE)
    observation = a_version(
        2,
        changes=[
            a_change(),
            a_change("protocolSection.statusModule.whyStopped", before=None, after="x", kind="added"),
        ],
        verdicts=[a_verdict(Significance.CRITICAL, 0, 1), a_verdict(Significance.ROUTINE, 1)],
        notifications=[a_notification(destinations=["desk", "mailbox"], events=[1])],
        at=NOW + DAY,
    )
    recorded = record(db, observation, a_run(db))
    assert len(recorded.changes) == len(recorded.events) == len(recorded.deliveries) == 2
    with db.reading() as connection:
        links = {tuple(row) for row in connection.execute("SELECT event, change FROM event_changes")}
        told = [row["event"] for row in connection.execute("SELECT event FROM notification_events")]
    first, second = recorded.changes
    assert links == {(recorded.events[0], first), (recorded.events[0], second), (recorded.events[1], second)}
    assert told == [recorded.events[1]]


def test_past_facts_are_those_of_the_versions_before_oldest_first(db: Database) -> None:
    baseline_of(db, RESPINE)
    run = a_run(db)
    for number, status in enumerate(["SUSPENDED", "RECRUITING"], start=2):
        record(
            db, a_version(number, record=a_record(facts=some_facts(status=status, enrollment=number))), run
        )
    snapshot = snapshots(db, [RESPINE])[RESPINE]
    assert [facts.status for facts in snapshot.past] == ["RECRUITING", "SUSPENDED"]
    assert snapshot.past[0] == some_facts()
    assert snapshot.facts.enrollment == 3


def test_an_observation_from_an_old_snapshot_is_refused(db: Database) -> None:
    baseline_of(db, RESPINE)
    run = a_run(db)
    record(db, a_version(2), run)
    with pytest.raises(StaleSnapshot):
        record(db, a_version(2, notifications=[a_notification()]), run)
    with pytest.raises(StaleSnapshot):
        record(db, a_baseline(), run)
    assert (count(db, "versions"), count(db, "notifications")) == (2, 0)


def test_gone_and_back_are_each_told_by_one_process_only(db: Database) -> None:
    baseline_of(db, RESPINE)
    run = a_run(db)
    record(db, an_absence(1, "absent"), run)
    gone = replace(an_absence(1, "gone", looks=2), verdicts=(a_verdict(),))
    [event] = record(db, gone, run).events
    with pytest.raises(StaleSnapshot):
        record(db, gone, run)
    snapshot = snapshots(db, [RESPINE])[RESPINE]
    assert snapshot.gone
    assert snapshot.absence is not None
    assert snapshot.absence.looks == 2
    back = Observation(RESPINE, "back", NOW, 1, 1, verdicts=(a_verdict(),))
    record(db, back, run)
    with pytest.raises(StaleSnapshot):
        record(db, back, run)
    snapshot = snapshots(db, [RESPINE])[RESPINE]
    assert (snapshot.gone, snapshot.absence, snapshot.version) == (False, None, 1)
    assert (event, count(db, "events")) == (1, 2)


def test_an_absent_trial_keeps_what_we_believe_of_it(db: Database) -> None:
    baseline_of(db, RESPINE)
    before = snapshots(db, [RESPINE])[RESPINE]
    record(db, an_absence(1, "absent"), a_run(db))
    after = snapshots(db, [RESPINE])[RESPINE]
    assert after.absence is not None
    assert replace(after, absence=None) == before
    assert standings(db, [RESPINE])[RESPINE].away


def test_an_unknown_number_is_version_zero_and_told_once(db: Database) -> None:
    run = a_run(db)
    record(db, an_absence(0, "absent"), run)
    assert (snapshots(db, [RESPINE])[RESPINE].version, snapshots(db, [RESPINE])[RESPINE].gone) == (0, False)
    record(db, an_absence(0, "unknown"), run)
    assert snapshots(db, [RESPINE])[RESPINE].gone
    with pytest.raises(StaleSnapshot):
        record(db, an_absence(0, "unknown"), run)
    record(db, a_baseline(), run)
    snapshot = snapshots(db, [RESPINE])[RESPINE]
    assert (snapshot.version, snapshot.gone, snapshot.absence) == (1, False, None)


def test_a_merged_number_is_found_by_its_old_number(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    moved = Observation(
        RESPINE,
        "moved",
        NOW,
        1,
        1,
        moved_to=REXLEMESTROCEL.number,
        aliases=(Alias("EudraCT 2017-002092-25", "registry"),),
    )
    run = a_run(db)
    record(db, moved, run)
    assert snapshots(db, [RESPINE])[RESPINE].moved_to == REXLEMESTROCEL.number
    assert find_trial(db, "EudraCT 2017-002092-25") == RESPINE
    assert find_trial(db, str(RESPINE)) == find_trial(db, RESPINE.number) == RESPINE
    assert find_trial(db, "NCT00000001") is None
    with pytest.raises(StaleSnapshot):
        record(db, moved, run)


def test_a_merged_number_stays_merged_until_its_own_record_comes(db: Database) -> None:
    baseline_of(db, RESPINE)
    run = a_run(db)
    record(db, Observation(RESPINE, "moved", NOW, 1, 1, moved_to=REXLEMESTROCEL.number), run)
    assert standings(db, [RESPINE])[RESPINE] == Standing(1, "", away=False, moved_to=REXLEMESTROCEL.number)
    record(db, Observation(RESPINE, "unchanged", NOW, 1, 1, verdicts=(a_verdict(),)), run)
    assert snapshots(db, [RESPINE])[RESPINE].moved_to == REXLEMESTROCEL.number
    record(db, Observation(RESPINE, "unchanged", NOW, 1, 1, record=a_record()), run)
    assert standings(db, [RESPINE])[RESPINE] == Standing(1, "raw-1", away=False, moved_to="")


def test_a_record_in_another_order_is_remembered_by_its_bytes_only(db: Database) -> None:
    baseline_of(db, RESPINE)
    rows = count(db, "module_versions")
    shuffled = a_record(
        modules={"protocolSection.statusModule": {"overallStatus": ["b", "a"]}}, raw_digest="raw-2"
    )
    newer = replace(shuffled, facts=some_facts(data_date="2026-02-10"))
    record(db, Observation(RESPINE, "unchanged", NOW + DAY, 1, 1, record=newer), a_run(db))
    snapshot = snapshots(db, [RESPINE])[RESPINE]
    assert (snapshot.raw_digest, snapshot.seen_at, snapshot.facts.data_date) == (
        "raw-2",
        NOW + DAY,
        "2026-02-10",
    )
    assert snapshot.digests == a_record().digests
    assert modules_of(db, RESPINE) == a_record().modules
    assert count(db, "module_versions") == rows


def test_only_modules_that_differ_are_stored_again(db: Database) -> None:
    baseline_of(db, RESPINE)
    modules = dict(a_record().modules)
    modules["protocolSection.statusModule"] = {"overallStatus": "COMPLETED"}
    del modules["hasResults"]
    modules["resultsSection.moreInfoModule"] = {}
    run = a_run(db)
    record(db, a_version(2, record=a_record(modules=modules)), run)
    assert count(db, "module_versions") == 3 + 3
    assert modules_of(db, RESPINE) == modules
    assert modules_of(db, RESPINE, version=1) == a_record().modules
    assert modules_of(db, RESPINE, ["hasResults", "protocolSection.statusModule"]) == {
        "protocolSection.statusModule": {"overallStatus": "COMPLETED"}
    }
    assert modules_of(db, RESPINE, ["hasResults"], version=1) == {"hasResults": False}
    record(db, a_version(3), run)
    assert modules_of(db, RESPINE) == a_record().modules
    assert snapshots(db, [RESPINE])[RESPINE].digests == a_record().digests


def test_modules_keep_the_order_in_which_the_registry_gave_them(db: Database) -> None:
    record(db, a_baseline(record=a_record(modules={"z.b": 1, "a.c": 2, "m": 3})), a_run(db))
    record(db, a_version(2, record=a_record(modules={"z.b": 1, "a.c": 5, "m": 3})), a_run(db))
    assert list(modules_of(db, RESPINE)) == ["z.b", "a.c", "m"]


def test_many_unchanged_trials_are_noted_in_one_go(db: Database) -> None:
    trials = [a_trial(number) for number in range(1, 301)]
    baseline_of(db, *trials)
    later = NOW + DAY
    seen_unchanged(db, [(trial, "2026-02-10", "") for trial in trials], later, a_run(db))
    seen_unchanged(db, [(trials[0], "2026-02-01", "raw-9")], later, a_run(db))
    found = snapshots(db, trials)
    assert {snapshot.seen_at for snapshot in found.values()} == {later}
    assert {snapshot.facts.data_date for snapshot in found.values()} == {"2026-02-10"}
    known = standings(db, [*trials, RESPINE])
    assert known[trials[0]] == Standing(1, "raw-9", away=False, moved_to="")
    assert (known[trials[1]].raw_digest, len(known)) == ("raw-1", 300)
    with db.reading() as connection:
        row = connection.execute("SELECT * FROM versions LIMIT 1").fetchone()
    assert (row["first_data_date"], row["last_data_date"]) == ("2026-02-09", "2026-02-10")


def test_a_long_value_of_a_change_is_kept_compressed(db: Database) -> None:
    from monitor.store.queries import changes

    baseline_of(db, RESPINE)
    long: Json = {"text": "long " * 20_000}
    record(db, a_version(2, changes=[a_change(before=long, after=None, kind="removed")]), a_run(db))
    with db.reading() as connection:
        assert connection.execute("SELECT LENGTH(before) FROM changes").fetchone()[0] < 2_000
    [change] = changes(db)
    assert (change["before"], change["after"]) == (long, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE versions SET status = 'COMPLETED'",
        "UPDATE versions SET seen_at = '2020-01-01T00:00:00Z'",
        "DELETE FROM versions",
        "INSERT INTO versions (trial, version, seen_at, last_seen_at, first_data_date, last_data_date, origin, run,"
        " change_count) VALUES (1, 3, '', '', '', '', 'poll', 1, 0)",
        "UPDATE module_versions SET digest = 'x'",
        "UPDATE changes SET label = 'x'",
        "UPDATE events SET headline = 'x'",
    ],
)
def test_history_cannot_be_rewritten(db: Database, statement: str) -> None:
    import sqlite3

    baseline_of(db, RESPINE)
    record(db, a_version(2, verdicts=[a_verdict()]), a_run(db))
    with db.writing() as connection:
        connection.execute(
            "UPDATE versions SET last_seen_at = '2030-01-01T00:00:00Z'"
        )  # the one thing that moves
    statement = statement.replace("(1, 3,", "(1, 4,")
    with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
        connection.execute(statement)


POINTS = [
    "record:begin",
    "record:versions-written",
    "record:events-written",
    "record:outbox-written",
    "record:before-commit",
    "record:after-commit",
]

DIES = """
import os, sys
from pathlib import Path
from monitor.store.database import Database
from monitor.store.observations import record
from tests.store.builders import a_notification, a_run, a_verdict, a_version
from monitor.core.significance import Significance
db = Database.open(Path(sys.argv[1]), at=lambda name: os._exit(9) if name == sys.argv[2] else None)
record(db, a_version(2, verdicts=[a_verdict(Significance.NOTABLE, 0)], notifications=[a_notification(events=[0])]), a_run(db))
"""


@pytest.mark.parametrize("point", POINTS)
def test_a_death_in_the_middle_leaves_all_or_nothing(path: Path, point: str) -> None:
    db = Database.open(path)
    baseline_of(db, RESPINE)
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(path), point], check=False, cwd=Path(__file__).parents[2]
    )
    assert died.returncode == 9
    expected = 1 if point == "record:after-commit" else 0
    for table in ("changes", "events", "event_changes", "notifications", "notification_events", "deliveries"):
        assert count(db, table) == expected, table
    assert snapshots(db, [RESPINE])[RESPINE].version == 1 + expected
    db.close()


def _race(path: Path, worker: int) -> None:
    db = Database.open(path)
    run = a_run(db)
    written = 0
    while written < 20:
        version = snapshots(db, [RESPINE])[RESPINE].version
        modules: dict[str, Json] = {"m": f"{worker} {written}"}
        try:
            record(
                db,
                a_version(
                    version + 1,
                    record=a_record(modules=modules),
                    notifications=[a_notification(f"{worker}-{written}")],
                ),
                run,
            )
        except StaleSnapshot:
            continue
        written += 1
    db.close()


def test_two_processes_that_see_the_same_trial_lose_nothing_and_leave_no_gap(
    db: Database, path: Path
) -> None:
    baseline_of(db, RESPINE)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_race, args=(path, worker)) for worker in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert snapshots(db, [RESPINE])[RESPINE].version == 41
    with db.reading() as connection:
        numbers = [
            row["version"] for row in connection.execute("SELECT version FROM versions ORDER BY version")
        ]
    assert numbers == list(range(1, 42))
    assert count(db, "deliveries") == 40


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(st.text(), json_values, max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(documents, min_size=1, max_size=5), number=st.integers(1, 10**8 - 1))
def test_every_version_of_any_record_comes_back_exactly(
    db: Database, versions: list[dict[str, Any]], number: int
) -> None:
    trial = TrialId("any.registry", f"{number}-{os.urandom(6).hex()}")
    run = a_run(db)
    for position, document in enumerate(versions, start=1):
        taken = Record.read(trial, document, SHAPE)
        record(
            db, a_baseline(trial, taken) if position == 1 else a_version(position, trial, record=taken), run
        )
    for position, document in enumerate(versions, start=1):
        back = modules_of(db, trial, version=position)
        assert json.dumps(join(back), sort_keys=True) == json.dumps(join(split(document)), sort_keys=True)
        assert join(back) == document
    assert snapshots(db, [trial])[trial].digests == Record.read(trial, versions[-1], SHAPE).digests


def test_times_are_whole_seconds_in_utc(db: Database) -> None:
    record(db, a_baseline(at=NOW + timedelta(microseconds=999_999)), a_run(db))
    with db.reading() as connection:
        assert connection.execute("SELECT seen_at FROM versions").fetchone()[0] == "2026-02-09T14:03:11Z"


REGISTRY_DATA = Path(
    os.environ.get("TRIALMON_REGISTRY_DATA", Path(__file__).parents[2].parent / "shared" / "registry-data")
)
CORPUS = REGISTRY_DATA / "clinicaltrials.gov" / "corpus.jsonl.xz"


@pytest.mark.skipif(not CORPUS.exists(), reason="the recorded records of ClinicalTrials.gov are not here")
def test_every_recorded_record_is_stored_and_read_back_equal(db: Database) -> None:
    import lzma

    from monitor.core.record import canonical_json
    from monitor.sources.clinicaltrials_gov.shape import SHAPE as CTG

    run = a_run(db)
    compared = 0
    with lzma.open(CORPUS, "rt") as lines:
        for line in lines:
            document = json.loads(line)
            number = document["protocolSection"]["identificationModule"]["nctId"]
            trial = TrialId("clinicaltrials.gov", number)
            taken = Record.read(trial, document, CTG)
            known = snapshots(db, [trial])
            version = known[trial].version + 1 if trial in known else 1
            record(db, a_version(version, trial, record=taken), run)
            back = snapshots(db, [trial])[trial]
            assert canonical_json(join(modules_of(db, trial))) == canonical_json(document)
            assert (back.facts, back.digests) == (taken.facts, taken.digests)
            compared += 1
    assert compared > 0
