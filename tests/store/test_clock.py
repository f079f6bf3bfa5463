"""What the clock told is remembered, per trial, rule and date."""

from datetime import date, timedelta

from monitor.core.observation import Observation
from monitor.store.clock import (
    day_is_judged,
    note_day,
    note_first_judging,
    on_the_day,
    told_by_the_clock,
)
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.runs import begin_run
from tests.builders import NOON, a_document, a_record, a_trial

NEAR = ("deadlines.near", "2026-10-31/30")


def with_a_baseline(db: Database, status: str = "RECRUITING") -> int:
    run = begin_run(db, a_trial().registry, NOON, True)
    baseline = a_record(a_document(statusModule={"overallStatus": status}))
    record(db, Observation(a_trial(), "baseline", NOON, 0, 1, record=baseline), run)
    return run


def test_a_day_is_judged_once(db: Database) -> None:
    today = date(2026, 2, 9)
    assert not day_is_judged(db, "clinicaltrials.gov", today)
    note_day(db, "clinicaltrials.gov", today)
    assert day_is_judged(db, "clinicaltrials.gov", today)
    assert not day_is_judged(db, "clinicaltrials.gov", today + timedelta(days=1))


def test_a_trial_is_judged_for_the_first_time_once(db: Database) -> None:
    with_a_baseline(db)
    assert on_the_day(db, [a_trial()])[a_trial()].first
    note_first_judging(db, [(a_trial(), [NEAR])], NOON)
    standing = on_the_day(db, [a_trial()])[a_trial()]
    assert not standing.first
    assert NEAR in standing.told


def test_what_is_told_is_remembered_together_with_its_observation(db: Database) -> None:
    run = with_a_baseline(db)
    quiet = Observation(a_trial(), "unchanged", NOON, 1, 1)
    record(db, quiet, run, [told_by_the_clock(a_trial(), [NEAR], NOON)])
    assert NEAR in on_the_day(db, [a_trial()])[a_trial()].told


def test_a_suspension_counts_from_when_it_was_first_seen(db: Database) -> None:
    run = with_a_baseline(db)
    later = NOON + timedelta(days=10)
    suspended = a_record(a_document(statusModule={"overallStatus": "SUSPENDED"}))
    record(db, Observation(a_trial(), "version", later, 1, 2, record=suspended), run)
    edited = a_record(a_document(statusModule={"overallStatus": "SUSPENDED", "whyStopped": "Supply"}))
    record(db, Observation(a_trial(), "version", later + timedelta(days=5), 2, 3, record=edited), run)
    assert on_the_day(db, [a_trial()])[a_trial()].status_since == later


def test_a_number_that_is_away_is_not_judged(db: Database) -> None:
    assert on_the_day(db, [a_trial()]) == {}
