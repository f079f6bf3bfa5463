"""Dates known to the year, the month or the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import PartialDate, duration_in_words, months_after, slip_in_days

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
PARTIAL = st.builds(
    lambda day, precision: PartialDate(
        day.year,
        day.month if precision != "year" else None,
        day.day if precision == "day" else None,
    ),
    DAYS,
    st.sampled_from(["year", "month", "day"]),
)


def of_day(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


@given(PARTIAL)
def test_a_date_reads_back_as_it_was_written(dated: PartialDate) -> None:
    assert PartialDate.parse(str(dated)) == dated


@given(PARTIAL)
def test_a_date_is_an_interval_that_lies_within_what_is_known(dated: PartialDate) -> None:
    assert dated.earliest <= dated.latest
    assert str(dated.earliest).startswith(str(dated))
    assert str(dated.latest).startswith(str(dated))
    assert not str(dated.latest + timedelta(days=1)).startswith(str(dated))
    assert not str(dated.earliest - timedelta(days=1)).startswith(str(dated))


@pytest.mark.parametrize(
    ("text", "precision", "words"),
    [("2026", "year", "2026"), ("2026-03", "month", "March 2026"), ("2026-03-08", "day", "8 March 2026")],
)
def test_a_date_says_how_much_of_it_is_known(text: str, precision: str, words: str) -> None:
    dated = PartialDate.parse(text)
    assert (dated.precision, dated.in_words()) == (precision, words)


def test_february_knows_its_last_day() -> None:
    assert PartialDate.parse("2028-02").latest == date(2028, 2, 29)
    assert PartialDate.parse("2027-02").latest == date(2027, 2, 28)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-3", "2026-13", "2026-00", "2026-02-29", "2026-03-08 ", "2026-03-08\n", "2026/03", "20260308",
     "0000", "0000-01-01", "2026-03-", "March 2026", "٢٠٢٦", "２０２６-０３", "-2026"],
)  # fmt: skip
def test_whatever_else_stands_there_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day|year"):
        PartialDate.parse(text)


@given(PARTIAL, PARTIAL)
def test_agreement_is_mutual_and_is_overlap(one: PartialDate, other: PartialDate) -> None:
    assert one.agrees_with(one)
    assert one.agrees_with(other) == other.agrees_with(one)
    shorter, longer = sorted((str(one), str(other)), key=len)
    assert one.agrees_with(other) == longer.startswith(shorter)


@given(PARTIAL, PARTIAL)
def test_a_date_slips_exactly_if_every_day_it_may_mean_is_later(one: PartialDate, other: PartialDate) -> None:
    days = slip_in_days(one, other)
    assert (days > 0) == (other.earliest > one.latest)
    assert (days < 0) == (other.latest < one.earliest)
    assert (days == 0) == one.agrees_with(other)


@given(PARTIAL, PARTIAL)
def test_the_way_back_is_in_the_other_direction(one: PartialDate, other: PartialDate) -> None:
    assert slip_in_days(one, other) == -slip_in_days(other, one)


@given(DAYS, DAYS)
def test_between_two_days_the_slip_is_the_days_between(one: date, other: date) -> None:
    assert slip_in_days(of_day(one), of_day(other)) == (other - one).days


@given(PARTIAL, PARTIAL, PARTIAL)
def test_a_later_promise_is_never_a_smaller_slip(
    first: PartialDate, second: PartialDate, third: PartialDate
) -> None:
    if slip_in_days(first, second) > 0 and slip_in_days(second, third) > 0:
        assert slip_in_days(first, third) > slip_in_days(first, second)


def test_a_month_is_taken_to_its_last_day() -> None:
    assert slip_in_days(PartialDate.parse("2026-03"), PartialDate.parse("2026-10-15")) == 198


def test_a_date_said_more_precisely_has_not_moved() -> None:
    for other in ("2026-10-01", "2026-10-31", "2026"):
        assert slip_in_days(PartialDate.parse("2026-10"), PartialDate.parse(other)) == 0


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"), (1, "1 day"), (-1, "1 day"), (20, "20 days"), (21, "3 weeks"), (35, "5 weeks"), (52, "7 weeks"),
        (53, "2 months"), (214, "7 months"), (365, "1 year"), (366, "1 year"), (400, "13 months"), (579, "19 months"),
        (731, "2 years"), (762, "2 years 1 month"), (1200, "3 years 3 months"),
    ],
)  # fmt: skip
def test_a_span_is_said_in_the_unit_that_fits(days: int, words: str) -> None:
    assert duration_in_words(days) == words


@given(st.integers(0, 40_000), st.integers(0, 400))
def test_a_longer_span_never_sounds_shorter(days: int, more: int) -> None:
    def in_days(words: str) -> float:
        units = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
        parts = words.split()
        return sum(int(n) * units[unit.rstrip("s")] for n, unit in zip(parts[::2], parts[1::2], strict=True))

    assert in_days(duration_in_words(days)) <= in_days(duration_in_words(days + more)) + 0.01
    assert abs(in_days(duration_in_words(days)) - days) <= 16


def test_behind_the_last_day_that_there_is_there_is_no_later_one() -> None:
    assert months_after(date(9999, 12, 1), 12) == date.max
    assert months_after(date(9998, 12, 31), 12) == date.max
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
