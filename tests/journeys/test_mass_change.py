"""A registry that changes many of its records by itself, at once: held, read again, told as one; nothing lost, nothing invented."""

import signal
from datetime import timedelta

import httpx
import pytest

from monitor.config.load import settings_in_force
from monitor.daemon.timing import Pace
from monitor.jobs.metrics import metrics
from monitor.jobs.trying_again import try_again
from monitor.store.quarantine import Suspect, keep_suspects
from monitor.store.runs import source_state
from tests.builders import a_document
from tests.house.crash_points import crash_points
from tests.journeys.migrating import (
    HALTED,
    LATE,
    NOON,
    SOURCE,
    SUBMITTED,
    TOUCHED,
    TRIALS,
    TUESDAY,
    House,
    assert_each_event_is_told_once,
    dated,
    migrated,
    submitted,
    watch,
)
from tests.web.conftest import serving

WHILE_HOLDING = sorted(point for point in crash_points() if point.startswith("hold:"))
WHILE_APPLYING = [
    *sorted(point for point in crash_points() if point.startswith("hold-")),
    *("record:after-commit:1", "record:after-commit:20", "digest:before-commit", "digest:after-commit"),
]


def test_what_changes_in_most_trials_at_once_is_held_and_nobody_is_told(house: House) -> None:
    report = house.check(0)
    (failure,) = report.failed
    assert failure["source"] == SOURCE
    assert "held: 24 of 30 trials changed at once although their sponsors submitted nothing" in failure["why"]
    assert "gone from 24" in failure["why"]
    assert "counts from 2026-02-10 12:15 UTC on" in failure["why"]
    assert "run `trialmon check` then" in failure["why"]
    assert (report.changed, report.events, report.told) == (0, 0, 0)
    assert house.office.changes() == []
    assert house.asked("SELECT COUNT(*) FROM held_records") == [(25,)], "what was read is kept"


def test_a_second_reading_that_says_the_same_is_told_once_a_reader_the_gravest_first(house: House) -> None:
    house.check(0)
    report = house.check(15)
    assert report.failed == []
    assert report.changed == 25
    came = house.came()
    alert, digest = sorted(came["desk"], key=lambda one: len(one.text))
    assert SUBMITTED in alert.text, "what a sponsor submitted is told by itself"
    assert SUBMITTED not in digest.text
    assert "Two readings say the same" in digest.text
    assert "24 of 30 trials changed at once" in digest.text
    assert min(digest.text.index(number) for number in TOUCHED) == digest.text.index(HALTED)
    assert [sum(number in one.text for one in came["hall"]) for number in (SUBMITTED, HALTED)] == [1, 1]
    assert came["early"] == [], "whoever wants it in the morning gets it then"
    house.office.check_at(NOON + timedelta(hours=20))
    (morning,) = house.came()["early"]
    assert "Two readings say the same" in morning.text
    assert_each_event_is_told_once(house)


def test_what_is_a_part_of_it_is_stored_like_everything_else_and_says_so(house: House) -> None:
    house.check(0)
    house.check(15)
    events = house.office.events()
    said = [event for event in events if "seen in 24 of 30 trials at once" in event["because"]]
    assert {event["trial"] for event in said} == set(TOUCHED)
    assert not any(event["topic"] == "status" for event in said), "one trial was halted, and no other"
    assert house.asked("SELECT COUNT(*) FROM versions WHERE version = 2") == [(25,)]
    assert house.asked("SELECT COUNT(*) FROM held_records") == [(0,)], "they are versions now"


def test_a_second_reading_that_is_as_before_tells_nobody_and_invents_nothing(house: House) -> None:
    house.check(0)
    house.back_to_normal()
    report = house.check(15)
    assert report.failed == []
    assert [SUBMITTED in one.text for one in house.came()["desk"]] == [True]
    assert {event["trial"] for event in house.office.events()} == {SUBMITTED}
    assert house.status(16)["held"] == []
    assert house.asked("SELECT outcome FROM holds") == [("back to normal",)]


def test_a_second_reading_that_comes_too_early_does_not_count(house: House) -> None:
    house.check(0)
    (failure,) = house.check(2).failed
    assert "it is too early" in failure["why"]
    assert house.office.changes() == []
    assert house.check(15).changed == 25


def test_a_second_reading_that_says_something_else_is_held_anew(house: House) -> None:
    house.check(0)
    for number in TOUCHED:
        house.registry.put(number, TUESDAY, dated(number, "2030-01"))
    (failure,) = house.check(15).failed
    assert "the second reading said something else" in failure["why"]
    assert house.office.changes() == []
    assert house.check(30).changed == 25
    assert {change["after"] for change in house.office.changes(trial=TRIALS[0])} == {"2030-01"}


def test_what_says_something_else_again_and_again_is_held_for_a_day_at_most(house: House) -> None:
    held = []
    for hour in (0, 1, 23, 24):
        for number in TOUCHED:
            house.registry.put(number, TUESDAY, dated(number, f"20{30 + hour}-01"))
        held.append(bool(house.check(60 * hour).failed))
    assert held == [True, True, True, False]
    assert {change["after"] for change in house.office.changes(trial=TRIALS[0])} == {"2054-01"}


def test_what_becomes_more_between_two_readings_is_told_as_one(house: House) -> None:
    """A registry in the midst of its migration."""
    house.back_to_normal(*TOUCHED[21:])
    assert house.check(0).failed
    for number in TRIALS:
        house.registry.put(number, TUESDAY, migrated(number))
    assert house.check(15).changed == 30
    assert len(house.came()["desk"]) == 1


def test_a_reading_that_fails_leaves_it_held(house: House) -> None:
    house.check(0)
    house.registry.misbehave("status_500", times=None)
    assert house.check(15).failed
    assert house.status(16)["held"][0]["trials"] == 24
    house.registry.behave()
    assert house.check(45).changed == 25


def test_a_second_reading_is_made_though_the_registry_did_not_refresh(house: House) -> None:
    house.back_to_normal()
    assert house.check(0).changed == 1
    for number in TOUCHED:
        house.registry.put(number, TUESDAY, migrated(number))
    assert house.check(60).looked == 0
    assert house.check(120, full=True).failed
    assert house.check(135).changed == 24


def test_a_trial_that_is_new_waits_with_the_others(house: House) -> None:
    watch(house.office, *TRIALS, LATE)
    house.check(0)
    assert house.asked("SELECT COUNT(*) FROM versions") == [(30,)], "no baseline of what is not believed"
    house.check(15)
    assert house.asked("SELECT COUNT(*) FROM versions") == [(30 + 25 + 1,)]


def test_after_weeks_without_a_look_nothing_is_held(house: House) -> None:
    report = house.office.check_at(NOON + timedelta(days=21))
    assert report.failed == []
    assert report.changed == 25


def test_a_sponsor_that_submits_for_all_its_trials_is_told_at_once(house: House) -> None:
    for number in TRIALS:
        house.registry.put(number, TUESDAY, submitted(number, overallStatus="COMPLETED"))
    report = house.check(0)
    assert report.failed == []
    assert report.changed == 30


def test_fewer_than_would_be_a_storm_are_told_at_once(house: House) -> None:
    house.back_to_normal(*TOUCHED[19:])
    report = house.check(0)
    assert report.failed == []
    assert report.changed == 20


def test_status_doctor_metrics_and_the_dashboard_say_what_is_held_since_when_and_why(house: House) -> None:
    house.check(0)
    (held,) = house.status(5)["held"]
    assert (held["source"], held["trials"], held["of"]) == (SOURCE, 24, 30)
    assert (held["since"], held["read_again_at"]) == ("2026-02-10T12:00:00Z", "2026-02-10T12:15:00Z")
    database = house.office.database()
    try:
        seldom = Pace(timedelta(days=1), timedelta(days=1))
        assert seldom.next_look(source_state(database, SOURCE), NOON, 0) == NOON + timedelta(minutes=15)
    finally:
        database.close()
    status = house.starter.run(house.office, "status")
    assert status.code == 1
    assert status.stdout.splitlines()[0].endswith("held")
    assert "held: 24 of 30 trials changed at once" in status.stderr
    assert "nothing need be done while the daemon runs" in status.stderr
    doctor = " ".join(house.starter.run(house.office, "doctor").stdout.split())
    assert "held: 24 of 30 trials changed at once" in doctor
    settings = settings_in_force(house.office.config, {})
    database = house.office.database()
    try:
        numbers = metrics(database, settings, NOON + timedelta(minutes=5)).decode()
    finally:
        database.close()
    assert f'trialmon_source_held_trials{{source="{SOURCE}"}} 24.0' in numbers
    with serving(house.office.folder / "trialmon.db", now=NOON + timedelta(minutes=5)) as address:
        page = httpx.get(f"{address}/health", trust_env=False).text
    assert "held since" in page
    assert "24 of 30 trials changed at once" in page


def test_what_the_registry_did_to_several_trials_of_a_sponsor_is_no_news_of_that_sponsor(
    house: House,
) -> None:
    for number in TOUCHED:
        house.registry.put(number, TUESDAY, a_document(number, statusModule={"overallStatus": "TERMINATED"}))
    house.check(0)
    assert house.check(15).changed == 25
    assert not any(event["rule"].startswith("portfolio.") for event in house.office.events())
    digest, alert = sorted(house.came()["hall"], key=lambda one: -len(one.text))
    assert "24 of 30 trials changed at once" in digest.text
    assert SUBMITTED in alert.text


def test_who_looks_once_a_day_hears_of_it_with_the_second_reading_and_not_before(house: House) -> None:
    assert house.office.check_at(NOON + timedelta(days=1)).failed
    assert house.came()["desk"] == [], "a day without a look that succeeded, but it could be read"
    assert house.office.check_at(NOON + timedelta(days=2)).changed == 25


def test_a_trial_in_quarantine_is_not_tried_while_something_is_held(house: House) -> None:
    """Nothing that the registry says is believed then."""
    house.check(0)
    with house.office.context(NOON + timedelta(minutes=1)) as context:
        keep_suspects(context.database, SOURCE, {TRIALS[29]: Suspect(2, 0, NOON, NOON, "an older one")})
        assert not try_again(context, insist=True).refreshed
    house.check(15)
    with house.office.context(NOON + timedelta(minutes=16)) as context:
        assert try_again(context, insist=True).refreshed


def killed_at(house: House, point: str, minutes: int) -> None:
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    ended = house.starter.run(house.office, "check", "--now", moment, TRIALMON_CRASH_AT=point)
    assert ended.code == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize("point", WHILE_HOLDING)
def test_a_kill_while_it_is_held_loses_nothing(house: House, point: str) -> None:
    killed_at(house, point, 0)
    house.check(1)
    assert house.came() == {"desk": [], "hall": [], "early": []}
    house.check(16)
    assert len(house.came()["desk"]) == 2
    assert_each_event_is_told_once(house)


@pytest.mark.parametrize("point", WHILE_APPLYING)
def test_a_kill_while_it_is_applied_loses_nothing_and_doubles_nothing(house: House, point: str) -> None:
    house.check(0)
    killed_at(house, point, 15)
    house.check(16)
    assert len(house.came()["desk"]) == 2
    assert house.asked("SELECT COUNT(*) FROM versions WHERE version = 2") == [(25,)]
    assert_each_event_is_told_once(house)
    assert house.check(31, full=True).told == 0
