"""What is typography and what is not. Whatever is held back was folded first, so this has to err on the side of telling."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules._folding import folded, folded_value, same_when_folded

WORDS = st.lists(
    st.sampled_from(["Pain", "at", "18", "≥", "5%", "HER2", "mg/kg", "β", "1.5", "Crohn"]),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Age ≥18 years", "age ≥ 18 years."),
        (r"Age \>= 18", "Age &gt;= 18"),
        ("Age &amp;gt; 18", "Age > 18"),
        ("Age ≥ 18", "Age >= 18"),
        ("“Pain” – low-back", '"pain" - low back'),
        ("5–10 mg", "5 - 10 mg"),
        ("* one\n* two", "- one\n- two"),
        ("Crohn’s", "Crohn's"),
        ("soft\u00adware", "software"),
        ("a -- b", "a — b"),
        ("\u00b5g", "\u03bcg"),
        ("e\u0301cole", "École"),
        ("**Inclusion**:", "Inclusion"),
        (r"10^6 cells", r"10\^6 cells"),
        ("−5 °C", "-5 °C"),
    ],
)
def test_typography_folds_away(one: str, other: str) -> None:
    assert one != other
    assert same_when_folded(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18", "19"),
        ("≥18", "≤18"),
        ("≥18", ">18"),
        ("1.5 mg", "15 mg"),
        (".5", "5"),
        ("1,5", "15"),
        ("-5", "5"),
        ("5-10", "5 10"),
        ("HER2-", "HER2"),
        ("HER2+", "HER2-"),
        ("10⁶", "106"),
        ("10^6", "10 6"),
        ("1:1", "11"),
        ("10%", "10"),
        ("<0.05", "0.05"),
        ("≠5", "5"),
        ("and/or", "and or"),
        ("not pregnant", "pregnant"),
        ("H2O", "H 2 O"),
        ("placebo", "Plazebo"),
        ("a b", "ab"),
        ("± 5", "5"),
    ],
)
def test_what_may_change_the_meaning_does_not(one: str, other: str) -> None:
    assert not same_when_folded(one, other)


@given(st.text(), st.text())
def test_folding_keeps_every_letter_and_digit_in_its_place(one: str, other: str) -> None:
    def read_out(text: str) -> str:
        text = html.unescape(html.unescape(text))
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
        return "".join(letter for letter in text if letter.isalnum())

    for text in (one, other):
        kept = "".join(letter for part in folded(text) for letter in part if letter.isalnum())
        assert kept.replace("⁄", "/") == read_out(text)
    if same_when_folded(one, other):
        assert read_out(one) == read_out(other)


@given(WORDS, st.sampled_from([" ", "  ", "\n", "\u00a0", "\t "]))
def test_white_space_and_case_are_typography(words: list[str], space: str) -> None:
    assert folded(" ".join(words)) == folded(space.join(words).upper())


@given(WORDS, st.integers(0, 9), st.integers(0, 9))
def test_another_number_is_never_typography(words: list[str], one: int, other: int) -> None:
    text = " ".join(words)
    assert same_when_folded(f"{text} {one}", f"{text} {other}") == (one == other)


def test_what_came_or_went_is_no_typography() -> None:
    assert not same_when_folded(None, "-")
    assert not same_when_folded("", None)


def test_a_folded_value_knows_no_order_of_lists() -> None:
    assert folded_value({"a": ["One", "two"]}) == folded_value({"a": ["Two.", "one"], "b": None})
    assert folded_value(["1", 1]) != folded_value(["1", "1"])
