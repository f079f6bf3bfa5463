"""Every fault that the embedded registry can commit, while a real change waits to be found: none invented, none lost, reported once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.embedded import FAULTS, EmbeddedRegistry, History
from monitor.fetch.client import Limits
from monitor.jobs.context import Report
from monitor.store import health
from tests.builders import a_document
from tests.journeys.collector import Collector
from tests.journeys.office import Office

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
NUMBERS = [f"NCT0999000{n}" for n in range(1, 7)]
CHANGED = NUMBERS[2]
KNEES = [f"NCT0999002{n}" for n in range(1, 5)]
ENTERS = "NCT09990025"
ELSEWHERE = "NCT09990031"
# Nothing happens to these: enough of them that too much at once is held.
QUIET = [f"NCT099900{n}" for n in range(50, 66)]

STATUS = "protocolSection.statusModule.overallStatus"
# Slow faults are cut short; the limit is long enough for a sound answer on a busy machine.
HASTY = Limits(deadline=0.6)
# With these the registry says in all calm that it has nothing new. That is no failure, and it is believed until it says otherwise.
NOTHING_NEW = {"stale_version"}

WATCHED = f"""title: Backs and knees
watch:
{"".join(f"  - trial: {number}{chr(10)}" for number in (*NUMBERS, *QUIET))}
  - search: {{condition: knee pain}}
subscribers:
  - {{name: reader, to: [desk], at_least: notable}}
"""


def on_tuesday(hour: int) -> datetime:
    return datetime(2026, 2, 10, hour, tzinfo=UTC)


def on_knees(number: str) -> dict[str, Any]:
    return a_document(number, conditionsModule={"conditions": ["Knee Pain"], "keywords": None})


def a_history() -> History:
    history = History()
    for number in (*NUMBERS, *QUIET, ELSEWHERE):
        history.put(number, MONDAY, a_document(number))
    for number in KNEES:
        history.put(number, MONDAY, on_knees(number))
    history.put(CHANGED, TUESDAY, a_document(CHANGED, statusModule={"overallStatus": "TERMINATED"}))
    history.put(ENTERS, TUESDAY, on_knees(ENTERS))
    return history


class Stage:
    """A registry that can misbehave, an inbox, and a monitor that has seen Monday."""

    def __init__(self, folder: Path, registry: EmbeddedRegistry, inbox: Collector) -> None:
        self.folder, self.registry, self.inbox = folder, registry, inbox
        self.number = 0
        self.before = Office(folder / "before", registry, destination=inbox.url())
        (self.before.folder / "watchlists" / "all.yaml").write_text(WATCHED, encoding="utf-8")
        assert self.before.check_on(MONDAY, hour=20).failed == []

    def an_office(self, limits: Limits | None = None) -> Office:
        """As it was on Monday evening, on Tuesday."""
        self.number += 1
        self.registry.behave()
        self.registry.go_to(TUESDAY)
        self.registry.requests.clear()
        self.inbox.taken()
        office = self.before.copied_to(self.folder / str(self.number))
        office.limits = limits
        return office


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with EmbeddedRegistry(a_history()).serving() as registry, Collector().listening() as inbox:
        yield Stage(tmp_path_factory.mktemp("faults"), registry, inbox)


def news(office: Office) -> set[tuple[str, str]]:
    return {(event["trial"], event["rule"]) for event in office.events()}


NEWS = {(CHANGED, "status.halted"), (ENTERS, "record.entered_search")}


def assert_nothing_untrue(office: Office) -> None:
    """What is on record is of the real change, or nothing is."""
    changes = [(change["trial"], change["field"], change["after"]) for change in office.changes()]
    assert changes in ([], [(CHANGED, STATUS, "TERMINATED")])
    assert news(office) <= NEWS
    assert len(office.events()) == len(news(office))
    database = office.database()
    try:
        with database.reading() as connection:
            sql = "SELECT number FROM trials WHERE gone_at IS NOT NULL OR moved_to <> '' OR unknown_told"
            assert connection.execute(sql).fetchall() == []
            sql = "SELECT COUNT(*) FROM search_members WHERE left_at IS NOT NULL"
            assert connection.execute(sql).fetchone()[0] == 0
    finally:
        database.close()


def assert_reported_once(report: Report) -> None:
    things = [(kind, name) for failure in report.failed for kind, name in failure.items() if kind != "why"]
    assert len(things) == len(set(things)), report.failed
    assert all(failure["why"] for failure in report.failed)


def assert_recovered(stage: Stage, office: Office) -> None:
    """The fault is over: the next look finds all there is, tells it once, and the source is well."""
    stage.registry.behave()
    office.limits = None
    now = max(on_tuesday(16), datetime.combine(stage.registry.day, time(16), tzinfo=UTC))
    report = office.check_at(now)
    assert report.failed == []
    assert [(change["trial"], change["field"]) for change in office.changes()] == [(CHANGED, STATUS)]
    assert_nothing_untrue(office)
    assert news(office) == NEWS
    got = stage.inbox.taken()
    assert sorted(trial_of(one.text) for one in got) == [CHANGED, ENTERS], [one.title for one in got]
    assert is_well(office, now)
    again = office.check_at(now + timedelta(hours=1), full=True)
    assert (again.changed, again.events, again.told, again.failed) == (0, 0, 0, [])


def trial_of(text: str) -> str:
    return next(number for number in (*NUMBERS, *KNEES, ENTERS, ELSEWHERE) if number in text)


def is_well(office: Office, now: datetime) -> bool:
    database = office.database()
    try:
        well: bool = health.status(database, now)["ok"]
        return well
    finally:
        database.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_invents_or_loses_a_change(stage: Stage, fault: str) -> None:
    slow = FAULTS[fault].category == "time"
    office = stage.an_office(HASTY if slow else None)
    stage.registry.misbehave(fault, times=None)
    report = office.check_at(on_tuesday(15))
    assert_nothing_untrue(office)
    assert_reported_once(report)
    if FAULTS[fault].harmless:
        assert report.failed == []
    if not report.failed and fault not in NOTHING_NEW:
        assert news(office) == NEWS, "something was not found, and nobody was told why"
    assert_recovered(stage, office)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_leaves_no_trace(stage: Stage, fault: str) -> None:
    """Committed once, on the second request: in the middle of reading the search."""
    office = stage.an_office(HASTY if FAULTS[fault].category == "time" else None)
    stage.registry.misbehave(fault, times=1, path="/api/v2", after=1)
    report = office.check_at(on_tuesday(15))
    assert_nothing_untrue(office)
    assert_reported_once(report)
    assert_recovered(stage, office)


def test_a_field_that_is_gone_from_all_records_is_held_until_it_is_so_twice(stage: Stage) -> None:
    office = stage.an_office()
    stage.registry.misbehave("field_gone", times=None)
    (failure,) = office.check_at(on_tuesday(15)).failed
    assert "Primary completion date gone from 26" in failure["why"]
    assert office.check_at(on_tuesday(16)).failed == []
    assert len({change["trial"] for change in office.changes()}) == 26
    (told,) = [one for one in stage.inbox.taken() if ENTERS not in one.text]
    assert "Two readings say the same" in told.text
    assert CHANGED in told.text
