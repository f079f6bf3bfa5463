"""Open places: told only where the record supports it, and never as more than a target."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.facts import TrialFacts
from monitor.core.significance import assess
from monitor.rules._places import open_places
from tests.builders import a_date_struct, a_document, a_moment, a_typed_date
from tests.rules.conftest import RULES
from tests.rules.judging import a_case

TODAY = a_moment("2026-03-01").date()


def recruiting(**more: Any) -> TrialFacts:
    """A trial that wants forty and promises an end in July."""
    usual: dict[str, Any] = {
        "status": "RECRUITING",
        "enrollment": 40,
        "enrollment_type": "ESTIMATED",
        "primary_completion": a_typed_date("2026-07-31"),
    }
    return TrialFacts(**usual | more)


def test_target_and_promised_end_make_an_upper_bound() -> None:
    places = open_places(recruiting(), TODAY)
    assert places is not None
    assert (places.target, places.enrolled, places.days_left) == (40, None, 152)
    assert places.up_to == (
        "up to 40 places until 31 July 2026, 5 months away "
        "(target and expected primary completion; the registry does not say how many are taken)"
    )


def test_the_last_day_still_counts() -> None:
    places = open_places(recruiting(primary_completion=a_typed_date("2026-03-01")), TODAY)
    assert places is not None
    assert places.up_to.startswith("up to 40 places until 1 March 2026, today (")


@pytest.mark.parametrize(
    ("more", "because"),
    [
        ({"enrollment": None}, "the record gives no target"),
        ({"enrollment": 0}, "the record gives no target"),
        ({"enrollment_type": ""}, "the record gives no target"),
        ({"enrollment_type": "ACTUAL"}, "the record calls 40 the number enrolled, not a target"),
        ({"primary_completion": None}, "the record promises no primary completion date"),
        (
            {"primary_completion": a_typed_date("2026-07", "ACTUAL")},
            "the record promises no primary completion date",
        ),
        (
            {"primary_completion": a_typed_date("2026-02")},
            "primary completion was expected by February 2026, which has passed",
        ),
    ],
)
def test_where_the_record_does_not_support_a_number_it_is_said_what_is_missing(
    more: dict[str, Any], because: str
) -> None:
    places = open_places(recruiting(**more), TODAY)
    assert places is not None
    assert (places.up_to, places.unknown_because) == ("", because)


@pytest.mark.parametrize(
    "status", ["NOT_YET_RECRUITING", "ACTIVE_NOT_RECRUITING", "COMPLETED", "UNKNOWN", ""]
)
def test_a_trial_that_takes_nobody_has_no_places(status: str) -> None:
    assert open_places(recruiting(status=status), TODAY) is None


@given(
    st.integers(-900, 900), st.none() | st.integers(0, 10**6), st.sampled_from(["ACTUAL", "ESTIMATED", ""])
)
def test_either_a_number_is_told_or_why_not(days: int, number: int | None, kind: str) -> None:
    end = a_typed_date((TODAY + timedelta(days)).isoformat())
    places = open_places(recruiting(enrollment=number, enrollment_type=kind, primary_completion=end), TODAY)
    assert places is not None
    assert bool(places.up_to) != bool(places.unknown_because)
    assert bool(places.up_to) == (days >= 0 and bool(number) and kind == "ESTIMATED")


@pytest.mark.parametrize(
    ("was", "rule"),
    [
        ("NOT_YET_RECRUITING", "status.changed"),
        ("SUSPENDED", "status.reopened"),
        ("COMPLETED", "status.reopened"),
    ],
)
def test_who_hears_that_a_trial_is_open_hears_of_its_places(was: str, rule: str) -> None:
    [verdict] = judged_status(was, "RECRUITING", "2026-10")
    assert verdict.rule == rule
    assert verdict.because.startswith(f"overall status went from {was} to RECRUITING; up to 120 places until")
    assert len(verdict.because) < 400


def test_no_places_are_spoken_of_where_recruitment_closes_or_the_end_has_passed() -> None:
    for was, became, end in (
        ("RECRUITING", "ACTIVE_NOT_RECRUITING", "2026-10"),
        ("SUSPENDED", "RECRUITING", "2026-01"),
    ):
        [verdict] = judged_status(was, became, end)
        assert verdict.because == f"overall status went from {was} to {became}"


def judged_status(was: str, became: str, end: str) -> list[Any]:
    before, after = (
        a_document(statusModule={"overallStatus": status, "primaryCompletionDateStruct": a_date_struct(end)})
        for status in (was, became)
    )
    case = replace(a_case(before, after), now=a_moment("2026-03-01"))
    return [verdict for verdict in assess(case, RULES) if verdict.topic == "status"]
