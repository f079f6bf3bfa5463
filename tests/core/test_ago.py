"""Days as people say them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.ago import spoken_day

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 3, 31)),
        ("Yesterday", date(2026, 3, 30)),
        ("3 months ago", date(2025, 12, 31)),
        ("1 month ago", date(2026, 2, 28)),
        ("a year  ago", date(2025, 3, 31)),
        ("2 weeks ago", date(2026, 3, 17)),
        ("10 days ago", date(2026, 3, 21)),
    ],
)
def test_a_day_is_said_in_words(text: str, day: date) -> None:
    assert spoken_day(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "2026-03-01", "soon", "three months ago", "-1 days ago", "1 month"])
def test_anything_else_is_no_such_day(text: str) -> None:
    assert spoken_day(text, TODAY) is None


@pytest.mark.parametrize("text", ["9999 years ago", "99999 months ago", "99999 weeks ago"])
def test_a_day_far_back_is_a_day_or_an_error_and_nothing_else(text: str) -> None:
    if text.startswith("99999 weeks"):
        assert spoken_day(text, TODAY) == date(109, 9, 24)
        return
    with pytest.raises(ValueError, match="year"):
        spoken_day(text, TODAY)


@given(st.integers(1, 600), st.dates(min_value=date(1950, 1, 1)))
def test_so_many_months_ago_is_so_many_months_back(many: int, today: date) -> None:
    day = spoken_day(f"{many} months ago", today)
    assert day is not None
    assert (today.year - day.year) * 12 + today.month - day.month == many
    assert day.day <= today.day
