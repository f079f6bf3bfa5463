"""Every fault that the embedded registry can commit, in the middle of a look with a real change waiting."""

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from monitor.core.canonical import fingerprint
from monitor.core.errors import CouldNotFindOut, Refused, Resting
from monitor.core.source import Batch, Flow, Found, Missing, Moved, T, Unchanged, Wanted
from monitor.embedded import FAULTS, EmbeddedRegistry, History
from monitor.fetch.client import Client, Limits
from monitor.fetch.flow import drive
from monitor.fetch.politeness import Politeness
from monitor.sources.clinicaltrials_gov import SOURCE
from tests.fetch.wire import FakeClock, RealClock
from tests.sources.registry import a_record

FRIDAY, MONDAY = date(2026, 3, 13), date(2026, 3, 16)
NUMBERS = [f"NCT0000010{n}" for n in range(1, 7)]
CHANGED = NUMBERS[2]
# One record alone does not show it; so many at once do (tests/journeys/test_faults.py).
SEEN_TOGETHER = {"field_gone"}
SEEN_ALONE = [fault for fault in FAULTS if fault not in SEEN_TOGETHER]


class Waiting(RealClock):
    """Real time for what a request takes; what is waited for between requests passes at once."""

    def __init__(self) -> None:
        self.skipped = FakeClock()

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped.elapsed

    def sleep(self, seconds: float) -> None:
        self.skipped.sleep(seconds)


def a_trial(number: str, **more: Any) -> dict[str, Any]:
    record = a_record(number, **more)
    record["protocolSection"]["contactsLocationsModule"] = {
        "locations": [
            {"facility": "A", "city": "Bern", "country": "Switzerland"},
            {"facility": "B", "country": "Chile"},
        ]
    }
    record["protocolSection"]["designModule"] = {"enrollmentInfo": {"count": 40, "type": "ESTIMATED"}}
    return record


TRUTH = {
    number: a_trial(number, status="TERMINATED" if number == CHANGED else "RECRUITING") for number in NUMBERS
}


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    history = History()
    for number in NUMBERS:
        history.put(number, FRIDAY, a_trial(number))
    history.put(CHANGED, MONDAY, copy.deepcopy(TRUTH[CHANGED]))
    with EmbeddedRegistry(history, FRIDAY).serving() as registry:
        yield registry


class Look:
    def __init__(self, registry: EmbeddedRegistry, deadline: float = 20.0) -> None:
        self.limits = Limits(deadline=deadline)
        self.registry = registry
        self.clock = Waiting()
        self.politeness = Politeness(self.clock, lambda: 0.5)

    def __call__(self, flow: Flow[T]) -> T:
        with Client(self.registry.base_url, "trialmon/1", self.clock, self.limits) as client:
            return drive(flow, client, self.politeness)


def known(registry: EmbeddedRegistry) -> list[Wanted]:
    batch = Look(registry)(SOURCE.read([Wanted(number) for number in NUMBERS], ""))
    return [
        Wanted(number, reading.record.raw_digest, known=True)
        for number, reading in batch.readings.items()
        if isinstance(reading, Found)
    ]


def is_true(number: str, reading: object, day: str) -> bool:
    """Whether a reading says what the registry holds on Monday, or, dated Friday, what it held then."""
    if isinstance(reading, Unchanged):
        return number != CHANGED or reading.data_date == "2026-03-13"
    if isinstance(reading, Found):
        truth = TRUTH[number] if reading.record.facts.data_date == day else a_trial(number)
        truth = copy.deepcopy(truth)
        truth["derivedSection"]["miscInfoModule"]["versionHolder"] = reading.record.facts.data_date
        return reading.record.trial.number == number and fingerprint(reading.record.document) == fingerprint(
            truth
        )
    return isinstance(reading, Missing) and not reading.certain


@pytest.mark.parametrize("fault", SEEN_ALONE)
def test_no_fault_invents_or_loses_a_change(registry: EmbeddedRegistry, fault: str) -> None:
    wanted = known(registry)
    assert len(wanted) == len(NUMBERS)
    registry.go_to(MONDAY)
    registry.misbehave(fault, times=None)
    slow = FAULTS[fault].category == "time"
    try:
        look = Look(registry, deadline=0.3 if slow else 20.0)
        batch: Batch = look(SOURCE.read(wanted, "2026-03-13"))
    except CouldNotFindOut:
        assert not FAULTS[fault].harmless
    else:
        assert set(batch.readings) | set(batch.failed) == set(NUMBERS)
        assert [n for n, reading in batch.readings.items() if not is_true(n, reading, "2026-03-16")] == []
        assert not (FAULTS[fault].harmless and batch.failed)
    registry.behave()
    after = Look(registry)(SOURCE.read(wanted, "2026-03-13"))
    changed = after.readings.pop(CHANGED)  # type: ignore[attr-defined]
    assert isinstance(changed, Found)
    assert changed.record.facts.status == "TERMINATED"
    assert all(isinstance(reading, Unchanged) for reading in after.readings.values())
    assert len(after.readings) == 5


@pytest.mark.parametrize("fault", SEEN_ALONE)
def test_no_fault_makes_a_trial_gone_or_moved(registry: EmbeddedRegistry, fault: str) -> None:
    registry.misbehave(fault, times=None)
    slow = FAULTS[fault].category == "time"
    try:
        reading = Look(registry, deadline=0.3 if slow else 20.0)(SOURCE.look_up(NUMBERS[0], "2026-03-13"))
    except CouldNotFindOut:
        assert not FAULTS[fault].harmless
    else:
        assert isinstance(reading, Found)
        assert is_true(NUMBERS[0], reading, "2026-03-16")


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_makes_a_search_find_less_or_other(registry: EmbeddedRegistry, fault: str) -> None:
    registry.misbehave(fault, times=None)
    slow = FAULTS[fault].category == "time"
    query = (("query.term", "Trial"),)
    try:
        found = Look(registry, deadline=0.3 if slow else 20.0)(SOURCE.search(query))
    except CouldNotFindOut:
        assert not FAULTS[fault].harmless
    else:
        # Another number in place of one that belongs there is the one lie that a search cannot see through.
        assert set(found.numbers) == set(NUMBERS) or fault == "wrong_record"
        assert found.total == len(NUMBERS)


def test_a_number_that_was_merged_is_followed_over_the_wire(registry: EmbeddedRegistry) -> None:
    merged = a_trial(NUMBERS[1], aliases=[NUMBERS[0]])
    registry.put(NUMBERS[0], MONDAY, None, moved_to=NUMBERS[1])
    registry.put(NUMBERS[1], MONDAY, merged)
    registry.go_to(MONDAY)
    look = Look(registry)
    alone = look(SOURCE.look_up(NUMBERS[0], ""))
    batch = look(SOURCE.read([Wanted(NUMBERS[0])], ""))
    for reading in (alone, batch.readings[NUMBERS[0]]):
        assert isinstance(reading, Moved)
        assert reading.to == NUMBERS[1]


def test_a_trial_that_is_gone_is_missing_for_certain(registry: EmbeddedRegistry) -> None:
    registry.put(NUMBERS[0], MONDAY, None)
    registry.go_to(MONDAY)
    assert Look(registry)(SOURCE.look_up(NUMBERS[0], "")) == Missing(NUMBERS[0], certain=True)


def test_a_refusal_leaves_the_host_alone(registry: EmbeddedRegistry) -> None:
    registry.misbehave("status_403", times=None)
    look = Look(registry)
    with pytest.raises(Refused):
        look(SOURCE.freshness())
    asked = len(registry.requests)
    with pytest.raises(Resting):
        look(SOURCE.freshness())
    assert len(registry.requests) == asked
