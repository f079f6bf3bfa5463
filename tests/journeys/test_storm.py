"""Five hundred trials change in one look: a destination gets twenty messages and a digest, and each event is in exactly one of them."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedRegistry, History
from monitor.jobs.dispatch import dispatch, prepare, send_due
from monitor.store import queries, told
from tests.builders import a_document
from tests.house.crash_points import crash_points
from tests.journeys.collector import Collector
from tests.journeys.office import Office

MONDAY, TUESDAY = date(2026, 2, 9), date(2026, 2, 10)
NOON = datetime(2026, 2, 10, 15, tzinfo=UTC)
MANY = [f"NCT0999{n:04}" for n in range(1, 501)]
SOME = MANY[:40]
WHILE_FOLDING = sorted(point for point in crash_points() if point.startswith("fold:"))
# Three of the trials are halted, which is graver than what befalls the others.
HALTED = {MANY[5], MANY[21], MANY[39]}
# Who submitted is not said, so one sponsor may have done it all: else so much at once would be held (test_mass_change).
UNSAID = {"lastUpdateSubmitDate": None}


def a_history(numbers: list[str]) -> History:
    history = History()
    for number in numbers:
        history.put(number, MONDAY, a_document(number, statusModule=UNSAID))
        slipped = {"primaryCompletionDateStruct": {"date": "2027-03", "type": "ESTIMATED"}}
        status = {"overallStatus": "TERMINATED"} if number in HALTED else slipped
        history.put(number, TUESDAY, a_document(number, statusModule=status | UNSAID))
    return history


def an_office(folder: Path, registry: EmbeddedRegistry, inbox: Collector, numbers: list[str]) -> Office:
    """`desk` is read by one person, `hall` by two."""
    office = Office(folder, registry, destination=inbox.url("desk"), more={"hall": inbox.url("hall")})
    trials = "".join(f"  - trial: {number}\n" for number in numbers)
    people = "".join(
        f"  - {{name: {name}, to: [{to}]}}\n"
        for name, to in (("ann", "desk"), ("ben", "hall"), ("eve", "hall"))
    )
    text = f"title: Backs\nwatch:\n{trials}subscribers:\n{people}"
    (office.folder / "watchlists" / "all.yaml").write_text(text, encoding="utf-8")
    office.check_on(MONDAY)
    inbox.taken()
    return office


def assert_each_event_is_told_once(office: Office, destination: str, readers: int) -> None:
    database = office.database()
    try:
        rows = [
            row for row in told.deliveries(database, destination=destination) if row["kind"] != "watching"
        ]
        events = [event["id"] for event in queries.events(database)]
    finally:
        database.close()
    assert Counter(event for row in rows for event in row["events"]) == dict.fromkeys(events, readers)


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Collector]]:
    with EmbeddedRegistry(a_history(MANY)).serving() as registry, Collector().listening() as inbox:
        office = an_office(tmp_path_factory.mktemp("storm"), registry, inbox, MANY)
        report = office.check_on(TUESDAY)
        assert report.changed == 500
        yield office, inbox


def test_five_hundred_changes_are_twenty_messages_and_a_digest(storm: tuple[Office, Collector]) -> None:
    office, inbox = storm
    came = Counter(one.inbox for one in inbox.got)
    assert came == {"desk": 20 + 1, "hall": 2 * 9 + 2}, (
        "hall's two readers have nine trials and a digest each"
    )
    assert_each_event_is_told_once(office, "desk", 1)
    assert_each_event_is_told_once(office, "hall", 2)


def test_the_gravest_come_singly_and_the_digest_says_why_it_is_one(storm: tuple[Office, Collector]) -> None:
    _, inbox = storm
    desk = [one for one in inbox.got if one.inbox == "desk"]
    digests = [one for one in desk if "more than 20 messages for desk within 10 minutes" in one.text]
    single = [one for one in desk if one not in digests]
    assert len(digests) == 1
    assert {number for number in HALTED for one in single if number in one.text} == HALTED
    assert sum("Terminated" in one.title for one in single) == 3


class Flood:
    """A monitor with forty trials that change on Tuesday."""

    def __init__(self, office: Office, registry: EmbeddedRegistry, inbox: Collector) -> None:
        self.office, self.registry, self.inbox = office, registry, inbox

    def deliver(self, minutes: float) -> int:
        """Send what is due so long after noon; how much came."""
        with self.office.context(NOON + timedelta(minutes=minutes)) as context:
            dispatch(context)
        return len(self.inbox.taken())


@pytest.fixture
def flood(tmp_path: Path) -> Iterator[Flood]:
    with EmbeddedRegistry(a_history(SOME)).serving() as registry, Collector().listening() as inbox:
        office = an_office(tmp_path / "office", registry, inbox, SOME)
        text = (office.folder / "watchlists" / "all.yaml").read_text(encoding="utf-8")
        only_ann = text.partition("  - {name: ben")[0]
        (office.folder / "watchlists" / "all.yaml").write_text(only_ann, encoding="utf-8")
        yield Flood(office, registry, inbox)


def test_what_comes_after_the_storm_began_waits_for_its_end_and_is_one_digest(flood: Flood) -> None:
    flood.office.check_on(TUESDAY)
    assert len(flood.inbox.taken()) == 21
    for number in SOME[:4]:
        document = a_document(number, statusModule={"overallStatus": "SUSPENDED", **UNSAID})
        flood.registry.put(number, TUESDAY, document)
    assert flood.office.check_at(NOON + timedelta(minutes=1), full=True).changed == 4
    assert flood.inbox.taken() == []
    assert flood.deliver(9) == 0
    assert flood.deliver(11) == 1
    assert_each_event_is_told_once(flood.office, "desk", 1)
    assert flood.deliver(60) == 0


def test_while_a_look_is_under_way_what_is_too_much_waits_so_that_one_digest_tells_it(flood: Flood) -> None:
    flood.registry.go_to(TUESDAY)
    with flood.office.context(NOON) as context:
        from monitor.jobs.check import check

        check(context)
        prepare(context)
        assert send_due(context, "desk", lambda: True).told == 20
    assert flood.deliver(9) == 20, "those that were taken are those twenty"
    assert flood.deliver(11) == 1
    assert_each_event_is_told_once(flood.office, "desk", 1)


@pytest.mark.parametrize("point", WHILE_FOLDING)
def test_a_kill_while_a_storm_is_folded_loses_nothing(flood: Flood, point: str) -> None:
    flood.registry.go_to(TUESDAY)
    killed = flood.office.command("check", "--now", "2026-02-10T15:00Z", TRIALMON_CRASH_AT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert flood.inbox.taken() == []
    assert flood.deliver(1) == 21
    assert flood.deliver(20) == 0
    assert_each_event_is_told_once(flood.office, "desk", 1)
