"""What cannot be so: dates in an impossible order, and what has happened in the future."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.significance import Significance, Verdict, assess
from monitor.rules.impossible import ahead, out_of_order
from tests.builders import a_date_struct, a_document, a_moment
from tests.rules.conftest import RULES
from tests.rules.judging import a_case

NAMES = {"start": "start", "primary": "primaryCompletion", "completion": "completion"}
SOON = a_moment("2026-03-01")


def dated(status: str = "RECRUITING", **dates: str) -> Any:
    """A record with these dates; those that end in an exclamation mark are ACTUAL."""
    structs: dict[str, Any] = {f"{name}DateStruct": None for name in NAMES.values()}
    for role, text in dates.items():
        structs[f"{NAMES[role]}DateStruct"] = a_date_struct(
            text.rstrip("!"), "ACTUAL" if text.endswith("!") else "ESTIMATED"
        )
    return a_document(statusModule={"overallStatus": status, **structs})


def impossibilities(before: Any, after: Any, day: str = "2026-03-01") -> list[Verdict]:
    verdicts = assess(replace(a_case(before, after), now=a_moment(day)), RULES)
    return [verdict for verdict in verdicts if verdict.rule.startswith("impossible.")]


def test_all_three_dates_against_each_other_are_one_verdict_that_names_its_changes() -> None:
    before = dated(start="2026-04", primary="2026-09", completion="2026-12")
    after = dated(start="2027-04", primary="2026-10", completion="2026-08")
    [verdict] = impossibilities(before, after)
    assert verdict.significance == Significance.NOTABLE
    assert verdict.headline == (
        "Impossible dates: start, April 2027, lies after primary completion, October 2026; "
        "primary completion, October 2026, lies after completion, August 2026"
    )
    assert len(verdict.changes) == 3


def test_a_start_beyond_completion_is_told_where_there_is_no_primary_completion() -> None:
    [verdict] = impossibilities(
        dated(start="2026-04", completion="2026-12"), dated(start="2027-04", completion="2026-12")
    )
    assert verdict.headline == "Impossible dates: start, April 2027, lies after completion, December 2026"


def test_the_slip_that_made_it_so_is_told_as_well() -> None:
    before = dated(primary="2026-09-30", completion="2026-12-31")
    after = dated(primary="2027-03-31", completion="2026-12-31")
    rules = {verdict.rule for verdict in assess(a_case(before, after), RULES)}
    assert {"dates.slipped", "impossible.dates"} <= rules


def test_a_second_contradiction_is_told_without_the_first() -> None:
    before = dated(start="2026-04", primary="2027-02", completion="2026-12")
    after = dated(start="2027-04", primary="2027-02", completion="2026-12")
    [verdict] = impossibilities(before, after)
    assert "primary completion, February 2027, lies after completion" not in verdict.headline


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-04", "2026-03-01!"),  # today is not the future
        ("2026-04", "2026-03!"),  # nor is a month that has begun
        ("2026-05!", "2026-06!"),  # it was so before
        ("2026-05", "2026-06"),  # expected, not claimed
    ],
)
def test_what_may_have_happened_is_not_called_impossible(before: str, after: str) -> None:
    assert impossibilities(dated(completion=before), dated(completion=after)) == []


def test_two_dates_reached_too_early_are_one_verdict() -> None:
    [verdict] = impossibilities(
        dated(primary="2026-05", completion="2026-05"), dated(primary="2026-05!", completion="2026-05!")
    )
    assert verdict.headline == (
        "Called actual although still to come: primary completion, May 2026 and completion, May 2026"
    )
    assert "read on 1 March 2026" in verdict.because


def test_what_the_day_of_reading_has_reached_is_no_future() -> None:
    before, after = dated(completion="2026-05-31"), dated(completion="2026-05-31!")
    assert [one.rule for one in impossibilities(before, after, "2026-05-30")] == ["impossible.future"]
    assert impossibilities(before, after, "2026-05-31") == []


days = st.dates(min_value=SOON.date().replace(year=2020), max_value=SOON.date().replace(year=2030)).map(
    lambda day: PartialDate(day.year, day.month, day.day)
)
roughly = st.builds(
    lambda day, depth: PartialDate(day.year, *(day.month, day.day)[:depth]), days, st.integers(0, 2)
)
typed = st.builds(TypedDate, roughly, st.sampled_from(["ACTUAL", "ESTIMATED", ""]))
lives = st.builds(
    TrialFacts,
    status=st.sampled_from(["RECRUITING", "COMPLETED"]),
    start=st.none() | typed,
    primary_completion=st.none() | typed,
    completion=st.none() | typed,
)


def less_precise(dated: TypedDate | None) -> TypedDate | None:
    return None if dated is None else TypedDate(PartialDate(dated.date.year), dated.type)


@given(lives)
def test_to_know_a_date_less_precisely_never_makes_a_contradiction(facts: TrialFacts) -> None:
    vague = TrialFacts(
        status=facts.status,
        start=less_precise(facts.start),
        primary_completion=less_precise(facts.primary_completion),
        completion=less_precise(facts.completion),
    )
    assert set(out_of_order(vague)) <= set(out_of_order(facts))
    assert set(ahead(vague, SOON.date())) <= set(ahead(facts, SOON.date()))


@given(st.lists(days, min_size=3, max_size=3).map(lambda some: sorted(some, key=str)))
def test_dates_in_their_order_never_contradict_each_other(order: list[PartialDate]) -> None:
    start, primary, completion = (TypedDate(day) for day in order)
    facts = TrialFacts(start=start, primary_completion=primary, completion=completion)
    assert out_of_order(facts) == ()
