"""A registry that takes a field out of most of its records overnight, and a monitor that watches them for three readers."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.embedded import EmbeddedRegistry, History
from monitor.jobs.context import Report
from monitor.store import health, told
from tests.builders import a_document
from tests.journeys.collector import Collector, Got
from tests.journeys.office import Office
from tests.journeys.starter import Starter, a_starter

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
TRIALS = [f"NCT0999{n:04}" for n in range(1, 31)]
TOUCHED = TRIALS[:24]
HALTED, SUBMITTED, LATE = TRIALS[7], TRIALS[26], "NCT09991001"
SOURCE = "clinicaltrials.gov"


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
