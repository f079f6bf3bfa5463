"""A registry that changes many of its records by itself, at once: held, read again, told as one; nothing lost, nothing invented."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.config.load import settings_in_force
from monitor.embedded import EmbeddedRegistry, History
from monitor.jobs.context import Report
from monitor.jobs.metrics import metrics
from monitor.store import health, told
from tests.builders import a_document
from tests.house.crash_points import crash_points
from tests.journeys.collector import Collector, Got
from tests.journeys.office import Office
from tests.journeys.starter import Starter, a_starter
from tests.web.conftest import serving

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
TRIALS = [f"NCT0999{n:04}" for n in range(1, 31)]
TOUCHED = TRIALS[:24]
HALTED, SUBMITTED, LATE = TRIALS[7], TRIALS[26], "NCT09991001"
SOURCE = "clinicaltrials.gov"
WHILE_HOLDING = sorted(point for point in crash_points() if point.startswith("hold:"))
WHILE_APPLYING = [
    *sorted(point for point in crash_points() if point.startswith("hold-")),
    *("record:after-commit:1", "record:after-commit:20", "digest:before-commit", "digest:after-commit"),
]


def on_monday(number: str) -> dict[str, Any]:
    return a_document(number)


def migrated(number: str) -> dict[str, Any]:
    """The registry no longer gives the primary completion date. One trial is halted besides."""
    halted = {"overallStatus": "SUSPENDED"} if number == HALTED else {}
    return a_document(number, statusModule={"primaryCompletionDateStruct": None, **halted})


def dated(number: str, date: str) -> dict[str, Any]:
    """The registry gives this as the primary completion date."""
    return a_document(
        number, statusModule={"primaryCompletionDateStruct": {"date": date, "type": "ESTIMATED"}}
    )


def submitted(number: str, **status: Any) -> dict[str, Any]:
    """The sponsor submits this on Monday."""
    return a_document(number, statusModule={"lastUpdateSubmitDate": "2026-02-09", **status})


class House:
    """A monitor with three readers that has seen Monday; the registry is at Tuesday, on which 24 of 30 trials are touched, and the sponsor
    of another submits an update."""

    def __init__(
        self, office: Office, registry: EmbeddedRegistry, inbox: Collector, starter: Starter
    ) -> None:
        self.office, self.registry, self.inbox, self.starter = office, registry, inbox, starter
        for number in TRIALS:
            registry.put(number, MONDAY, on_monday(number))
            registry.put(number, TUESDAY, migrated(number) if number in TOUCHED else on_monday(number))
        registry.put(SUBMITTED, TUESDAY, submitted(SUBMITTED, overallStatus="TERMINATED"))
        registry.behave()
        registry.go_to(TUESDAY)
        inbox.taken()

    def check(self, minutes: float, *, full: bool = False) -> Report:
        """Look and tell, so long after Tuesday noon."""
        return self.office.check_at(NOON + timedelta(minutes=minutes), full=full)

    def back_to_normal(self, *numbers: str) -> None:
        for number in numbers or TOUCHED:
            self.registry.put(number, TUESDAY, on_monday(number))

    def came(self) -> dict[str, list[Got]]:
        """What arrived since the last time that was asked, by destination."""
        found: dict[str, list[Got]] = {"desk": [], "hall": [], "early": []}
        for one in self.inbox.taken():
            found[one.inbox].append(one)
        return found

    def asked(self, sql: str) -> list[tuple[Any, ...]]:
        database = self.office.database()
        try:
            with database.reading() as connection:
                return [tuple(row) for row in connection.execute(sql)]
        finally:
            database.close()

    def status(self, minutes: float) -> dict[str, Any]:
        database = self.office.database()
        try:
            return health.status(database, NOON + timedelta(minutes=minutes))
        finally:
            database.close()


def watch(office: Office, *numbers: str) -> None:
    trials = "".join(f"  - trial: {number}\n" for number in numbers)
    readers = (
        "  - {name: ann, to: [desk], at_least: routine}\n"
        "  - {name: ben, to: [hall], at_least: critical}\n"
        "  - {name: eve, to: [early], at_least: routine, when: daily 07:30}\n"
    )
    text = f"title: Backs\nwatch:\n{trials}subscribers:\n{readers}"
    (office.folder / "watchlists" / "all.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Collector, Starter]]:
    """A monitor on Tuesday morning, before anything happened."""
    history = History()
    for number in TRIALS:
        history.put(number, MONDAY, on_monday(number))
    history.put(LATE, TUESDAY, on_monday(LATE))
    with (
        EmbeddedRegistry(history).serving() as registry,
        Collector().listening() as inbox,
        a_starter() as starter,
    ):
        more = {"hall": inbox.url("hall"), "early": inbox.url("early")}
        folder = tmp_path_factory.mktemp("mass")
        office = Office(folder / "office", registry, destination=inbox.url("desk"), more=more)
        watch(office, *TRIALS)
        assert office.check_on(MONDAY).failed == []
        office.check_at(NOON - timedelta(hours=4))
        yield office, inbox, starter


@pytest.fixture
def house(made: tuple[Office, Collector, Starter], tmp_path: Path) -> House:
    office, inbox, starter = made
    return House(office.copied_to(tmp_path / "office"), office.registry, inbox, starter)


def assert_each_event_is_told_once(house: House) -> None:
    """To the one reader who asked for everything."""
    database = house.office.database()
    try:
        rows = [row for row in told.deliveries(database, destination="desk") if row["kind"] != "watching"]
    finally:
        database.close()
    events = [event["id"] for event in house.office.events() if event["significance"] != "noise"]
    assert Counter(event for row in rows for event in row["events"]) == dict.fromkeys(events, 1)


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
    status = house.starter.run(house.office, "status")
    assert status.code == 1
    assert status.stdout.splitlines()[0].endswith("held")
    assert "held: 24 of 30 trials changed at once" in status.stderr
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
