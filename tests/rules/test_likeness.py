"""What reads out the same, what is alike, and what belongs together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules._likeness import (
    letters_alike,
    likeness,
    numbers_in,
    pairs_of,
    same_but_typography,
    shown_apart,
    spoken,
)

WORDS = st.lists(st.sampled_from(["made", "site", "of", "lyon", "2", "north"]), max_size=6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hôpital Cochin", "HOPITAL  COCHIN"),
        ("Age \\>= 18 years", "age ≥18 years."),
        ("0–1", "0-1"),
        ("1,000 mg", "1000 mg"),
        ("St. Made’s", "St Made's"),
    ],
)
def test_typography_reads_out_the_same(one: str, other: str) -> None:
    assert same_but_typography(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("≥ 18", "> 18"), ("≠ 5", "= 5"), ("T < -2.5", "T < 2.5"), ("1.5", "15"), ("HER2+", "HER2")],
)
def test_numbers_and_signs_do_not(one: str, other: str) -> None:
    assert not same_but_typography(one, other)


def test_the_numbers_of_a_text_keep_their_comparison() -> None:
    assert numbers_in("Age ≥ 18 years, ECOG 0-1, T-score < -2.5") == (">=18", "0", "1", "<-2.5")
    assert numbers_in("no number") == ()


@given(WORDS, WORDS)
def test_likeness_is_the_same_from_both_sides_and_within_bounds(one: list[str], other: list[str]) -> None:
    for alike in (likeness, letters_alike):
        assert 0.0 <= alike(one, other) == alike(other, one) <= 1.0
        assert alike(one, one) == 1.0


@given(WORDS, WORDS)
def test_everything_is_paired_at_most_once_and_nothing_below_the_least(
    one: list[str], other: list[str]
) -> None:
    pairs = pairs_of(one, other, lambda left, right: 1.0 if left == right else 0.0, 0.5)
    assert len({n for n, _ in pairs}) == len({m for _, m in pairs}) == len(pairs)
    assert all(one[n] == other[m] for n, m in pairs)
    assert len(pairs) == sum(min(one.count(word), other.count(word)) for word in set(one))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("5 mg", "10 mg", "“5 mg” → “10 mg”"),
        (
            "Until progression as judged by them, or death.",
            "Until progression, or death.",
            "“as judged by them” taken out",
        ),
        (
            "Until progression, or death.",
            "Until progression as judged by them, or death.",
            "“as judged by them” added",
        ),
        (
            "Given once a day in the morning for 12 weeks",
            "Given once a day in the morning for 24 weeks",
            "“morning for 12 weeks” → “morning for 24 weeks”",
        ),
    ],
)
def test_long_texts_are_shown_where_they_differ(before: str, after: str, said: str) -> None:
    assert shown_apart(before, after, 25) == said


@given(st.text(max_size=300), st.text(max_size=300), st.integers(12, 80))
def test_what_is_shown_fits_on_a_line(before: str, after: str, longest: int) -> None:
    shown = shown_apart(before, after, longest)
    assert len(shown) <= 2 * longest + 7 or len(shown) <= longest + 12
    assert len(shown.splitlines()) == 1


@given(st.text(max_size=80))
def test_reading_out_keeps_every_digit(text: str) -> None:
    ascii_digits = [letter for letter in text if letter in "0123456789"]
    read = [letter for word in spoken(text) for letter in word if letter in "0123456789"]
    assert len(read) >= len(ascii_digits)
