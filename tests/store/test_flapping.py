"""How often a field was seen to change lately, and the summary that is gathered already."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.core.observation import Observation
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.flapping import changed_lately, summary_ahead
from monitor.store.observations import record
from tests.store.builders import NOW, RESPINE, a_change, a_notification, a_run, a_version, baseline_of

STATUS = "protocolSection.statusModule.overallStatus"
TITLE = "protocolSection.identificationModule.briefTitle"
HOUR = timedelta(hours=1)
NOON = NOW + timedelta(days=2)


@pytest.fixture
def flapping(db: Database) -> Database:
    """The status was seen to change every six hours until NOON, the title with the second of four changes."""
    run = a_run(db)
    baseline_of(db, RESPINE)
    for version in range(2, 6):
        fields = [STATUS, TITLE] if version == 3 else [STATUS]
        record(db, a_step(version, NOON - 6 * HOUR * (5 - version), *fields), run)
    return db


def a_step(version: int, at: datetime, *fields: str) -> Observation:
    return a_version(version, changes=[a_change(field) for field in fields], at=at)


def test_each_field_is_counted_by_itself(flapping: Database) -> None:
    assert changed_lately(flapping, RESPINE, [TITLE], NOON) == {TITLE: 1}
    assert changed_lately(flapping, RESPINE, [TITLE, STATUS, "other"], NOON) == {TITLE: 1, STATUS: 4}
    assert changed_lately(flapping, RESPINE, [], NOON) == {}


def test_what_is_older_than_a_day_does_not_count(flapping: Database) -> None:
    assert changed_lately(flapping, RESPINE, [STATUS], NOON + 6 * HOUR) == {STATUS: 3}
    assert changed_lately(flapping, RESPINE, [STATUS], NOON + 24 * HOUR) == {}


def test_what_was_read_from_the_registrys_history_does_not_count(flapping: Database) -> None:
    late = replace(a_step(6, NOON, STATUS), origin="backfill")
    record(flapping, late, a_run(flapping))
    assert changed_lately(flapping, RESPINE, [STATUS], NOON) == {STATUS: 4}


def test_messages_of_a_flapping_trial_wait_for_one_summary(db: Database) -> None:
    assert summary_ahead(db, RESPINE, NOW) is None
    waiting = replace(a_notification(slot=NOW + 5 * HOUR, trial=str(RESPINE)), held_for="flapping")
    outbox.notify(db, [waiting], NOW)
    assert summary_ahead(db, RESPINE, NOW) == NOW + 5 * HOUR
    assert summary_ahead(db, RESPINE, NOW + 5 * HOUR) is None, "that one is over"
