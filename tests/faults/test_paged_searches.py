"""A search of more than a page, and pages that do not add up: it is read whole, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.faults.desk import MONDAY, Desk, on_knees
from tests.journeys.collector import Collector

MANY = [f"NCT08{n:06}" for n in range(1001)]


@pytest.fixture(scope="module")
def crowded() -> Iterator[EmbeddedRegistry]:
    history = History()
    for number in MANY:
        history.put(number, MONDAY, on_knees(number))
    with EmbeddedRegistry(history).serving() as serving:
        yield serving


@pytest.fixture
def desk(tmp_path: Path, crowded: EmbeddedRegistry, inbox: Collector) -> Iterator[Desk]:
    desk = Desk(tmp_path, crowded, inbox)
    desk.watch(searches=("knee pain",))
    yield desk
    crowded.behave()


def members(desk: Desk) -> int:
    database = desk.office.database()
    try:
        with database.reading() as connection:
            number: int = connection.execute("SELECT COUNT(*) FROM search_members").fetchone()[0]
            return number
    finally:
        database.close()


@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize(
    "fault", ["page_loop", "endless_pages", "empty_result", "missing_half", "unframed_cut", "status_404"]
)
def test_pages_that_do_not_add_up_are_not_believed(desk: Desk, fault: str, page: int) -> None:
    desk.registry.misbehave(fault, times=None, path="/api/v2/studies", after=page)
    report = desk.look("2026-02-09T15:00")
    assert [set(failure) for failure in report.failed] == [{"search", "why"}]
    assert members(desk) == 0
    assert report.looked == 0


def test_a_record_that_comes_on_two_pages_is_noticed(desk: Desk) -> None:
    desk.registry.misbehave("page_drift", times=None, path="/api/v2/studies")
    (failure,) = desk.look("2026-02-09T15:00").failed
    assert "1001 trials" in failure["why"]
    assert members(desk) == 0


def test_a_registry_that_refreshes_between_two_pages_is_read_again(desk: Desk) -> None:
    desk.registry.misbehave("refresh_between_pages", path="/api/v2/studies")
    report = desk.look("2026-02-09T15:00")
    assert report.failed == []
    assert members(desk) == report.looked == len(MANY)
    assert desk.told() == ["Now watching 1001 trials for Backs"]
