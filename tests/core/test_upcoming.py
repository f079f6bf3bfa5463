"""What is coming for a trial."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.facts import TrialFacts
from monitor.core.upcoming import coming, course_of, deadlines
from tests.builders import NOON, a_moment, a_typed_date

PROMISED = TrialFacts(
    status="RECRUITING",
    study_type="INTERVENTIONAL",
    phases=("PHASE3",),
    fda_regulated=True,
    start=a_typed_date("2024-05", "ACTUAL"),
    primary_completion=a_typed_date("2026-03", "ESTIMATED"),
    completion=a_typed_date("2026-09-15", "ESTIMATED"),
)
TODAY = date(2026, 3, 1)


def test_all_that_is_promised_and_due_with_the_reasons() -> None:
    primary, completion, results = deadlines(PROMISED)
    assert (primary.kind, str(primary.date), primary.estimated) == ("primary_completion", "2026-03", True)
    assert primary.note == "the registry gives only the month"
    assert (completion.kind, str(completion.date), completion.note) == ("completion", "2026-09-15", "")
    assert (results.kind, str(results.date)) == ("results_due", "2027-03-31")
    assert results.note == (
        "under FDAAA 801, as estimated: interventional, FDA-regulated, not phase 1 alone;"
        " it moves with primary completion, which is only expected"
    )


def test_a_month_is_coming_until_its_last_day() -> None:
    assert [one.kind for one in coming(PROMISED, TODAY, 30)] == ["primary_completion"]
    assert [one.kind for one in coming(PROMISED, date(2026, 3, 31), 0)] == ["primary_completion"]
    assert coming(PROMISED, TODAY, 29) == ()
    assert coming(PROMISED, date(2026, 4, 1), 30) == ()


def test_the_soonest_comes_first() -> None:
    reached = replace(PROMISED, primary_completion=a_typed_date("2025-03-01", "ACTUAL"))
    assert [one.kind for one in coming(reached, TODAY, 365)] == ["results_due", "completion"]


def test_what_was_reached_is_a_date_of_the_trial_but_not_coming() -> None:
    reached = replace(PROMISED, completion=a_typed_date("2026-03-20", "ACTUAL"))
    assert not next(one for one in deadlines(reached) if one.kind == "completion").estimated
    assert "completion" not in {one.kind for one in coming(reached, TODAY, 365)}


@pytest.mark.parametrize("over", ["COMPLETED", "TERMINATED", "WITHDRAWN"])
def test_a_trial_that_is_over_promises_nothing(over: str) -> None:
    assert deadlines(replace(PROMISED, status=over)) == ()


def test_results_that_were_submitted_are_not_due() -> None:
    assert all(
        one.kind != "results_due" for one in deadlines(replace(PROMISED, results_submitted="2026-02-01"))
    )


@given(st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.integers(0, 400), st.integers(0, 400))
def test_a_longer_view_shows_all_that_a_shorter_one_does(today: date, days: int, more: int) -> None:
    assert set(coming(PROMISED, today, days)) <= set(coming(PROMISED, today, days + more))


def test_the_values_a_date_had_are_kept_in_order_and_what_stayed_is_no_move() -> None:
    slipped = replace(
        PROMISED, primary_completion=a_typed_date("2026-10", "ESTIMATED"), registry_date="2026-02-09"
    )
    reached = replace(PROMISED, primary_completion=a_typed_date("2026-10", "ACTUAL"))
    history = [
        (a_moment("2026-01-01"), PROMISED),
        (a_moment("2026-02-10"), slipped),
        (a_moment("2026-02-11"), replace(slipped, enrollment=5)),
        (a_moment("2026-11-01"), reached),
    ]
    found = course_of("primary_completion", history)
    assert [(str(one.date), one.estimated) for one in found] == [
        ("2026-03", True),
        ("2026-10", True),
        ("2026-10", False),
    ]
    assert (found[1].seen_at, found[1].registry_date) == (a_moment("2026-02-10"), "2026-02-09")
    assert len(course_of("completion", history)) == 1


@given(st.lists(st.sampled_from(["2026-03", "2026-10", "2027", ""]), max_size=12))
def test_the_number_of_moves_never_falls(dates: list[str]) -> None:
    history = [
        (NOON, replace(PROMISED, primary_completion=a_typed_date(text) if text else None)) for text in dates
    ]
    counts = [len(course_of("primary_completion", history[:n])) for n in range(len(history) + 1)]
    assert counts == sorted(counts)
