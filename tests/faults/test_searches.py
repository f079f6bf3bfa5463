"""What a search finds: entering told, leaving told with why, and nothing told of a search that is broken."""

from datetime import date

import pytest

from tests.faults.desk import KNEES, Desk, on_knees

TUESDAY, WEDNESDAY = date(2026, 2, 10), date(2026, 2, 11)
NEW = "NCT09990029"


@pytest.fixture
def knees(desk: Desk) -> Desk:
    """The desk watches a search that finds seven trials, and has its baseline."""
    desk.watch(searches=("knee pain",))
    assert desk.look("2026-02-09T16:00").failed == []
    assert desk.told() == ["Now watching 7 trials for Backs"]
    return desk


def test_what_enters_a_search_is_told_once(knees: Desk) -> None:
    knees.registry.put(NEW, TUESDAY, on_knees(NEW))
    for day in (10, 11):
        assert knees.look(f"2026-02-{day}T15:00").failed == []
    assert knees.rules() == [(NEW, "record.entered_search")]
    assert len(knees.told()) == 1


def test_what_leaves_a_search_by_its_own_edit_is_told_at_once_with_why(knees: Desk) -> None:
    knees.registry.put(KNEES[0], TUESDAY, on_knees(KNEES[0], "Hip Pain"))
    knees.look("2026-02-10T15:00")
    (event,) = [event for event in knees.office.events() if event["rule"] == "record.left_search"]
    assert event["trial"] == KNEES[0]
    assert "edited" in event["headline"]
    for day in (11, 12):
        knees.look(f"2026-02-{day}T15:00")
    assert [rule for _, rule in knees.rules()].count("record.left_search") == 1


def test_what_leaves_because_it_is_gone_is_told_so(knees: Desk) -> None:
    knees.registry.put(KNEES[0], TUESDAY, None)
    for day in (10, 11, 12):
        knees.look(f"2026-02-{day}T15:00")
    assert sorted(knees.rules()) == [(KNEES[0], "record.gone"), (KNEES[0], "record.left_search")]
    (left,) = [event for event in knees.office.events() if event["rule"] == "record.left_search"]
    assert "gone from the registry" in left["headline"]


def test_a_search_that_lacks_a_trial_once_says_nothing(knees: Desk) -> None:
    knees.registry.put(KNEES[0], TUESDAY, None)
    knees.registry.put(KNEES[0], WEDNESDAY, on_knees(KNEES[0]))
    for day in (10, 11, 12):
        assert knees.look(f"2026-02-{day}T15:00").failed == []
    assert knees.rules() == []
    assert knees.told() == []


def test_a_search_that_loses_more_than_half_is_held_until_it_says_so_again(knees: Desk) -> None:
    for number in KNEES[:5]:
        knees.registry.put(number, TUESDAY, on_knees(number, "Hip Pain"))
    report = knees.look("2026-02-10T15:00")
    (held,) = [failure for failure in report.failed if "search" in failure]
    assert "second look" in held["why"]
    assert "record.left_search" not in {rule for _, rule in knees.rules()}
    assert knees.look("2026-02-10T16:00").failed == []
    left = [number for number, rule in knees.rules() if rule == "record.left_search"]
    assert sorted(left) == KNEES[:5]
    knees.look("2026-02-11T15:00")
    assert [rule for _, rule in knees.rules()].count("record.left_search") == 5


def test_a_held_search_that_is_whole_again_says_nothing(knees: Desk) -> None:
    for number in KNEES[:5]:
        knees.registry.put(number, TUESDAY, None)
        knees.registry.put(number, WEDNESDAY, on_knees(number))
    assert knees.look("2026-02-10T15:00").failed
    assert knees.look("2026-02-11T15:00").failed == []
    assert knees.rules() == []
    assert knees.told() == []


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize("fault", ["empty_result", "wrong_record", "html_with_200", "cut_gzip", "drop"])
def test_a_fault_at_any_request_of_a_search_makes_nothing_enter_or_leave(
    knees: Desk, fault: str, after: int
) -> None:
    knees.registry.put(NEW, TUESDAY, on_knees(NEW))
    knees.registry.misbehave(fault, times=2, after=after)
    knees.look("2026-02-10T15:00")
    assert set(knees.rules()) <= {(NEW, "record.entered_search")}
    knees.registry.behave()
    for day in (11, 12):
        assert knees.look(f"2026-02-{day}T15:00").failed == []
    assert knees.rules() == [(NEW, "record.entered_search")]
