"""The words that headlines are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.words import count, listed, ordinal, partial_date_words, shortened, status_words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("ACTIVE_NOT_RECRUITING", "active, not recruiting"),
        ("BRAND_NEW_WORD", "brand new word"),
        ("", "no status"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_status_is_said_as_people_say_it(status: str, words: str) -> None:
    assert status_words(status) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (3, "third"), (10, "tenth"), (11, "11th"), (22, "22nd"), (111, "111th")],
)
def test_an_ordinal(number: int, words: str) -> None:
    assert ordinal(number) == words


def test_one_is_singular() -> None:
    assert (count(1, "site"), count(0, "site"), count(1200, "site")) == ("1 site", "0 sites", "1,200 sites")


def test_a_plural_of_its_own() -> None:
    assert (count(1, "country", "countries"), count(2, "country", "countries")) == (
        "1 country",
        "2 countries",
    )


def test_names_are_listed_once_each_and_the_rest_is_counted() -> None:
    assert listed([]) == ""
    assert listed(["Spain"]) == "Spain"
    assert listed(["Spain", "Japan", "Spain"]) == "Japan and Spain"
    assert listed(["Spain", "Japan", "Canada"]) == "Canada, Japan and Spain"
    assert listed("dcba", most=2) == "a, b and 2 more"


@given(st.text(max_size=500), st.integers(2, 200))
def test_a_shortened_text_is_one_line_that_fits(text: str, longest: int) -> None:
    short = shortened(text, longest)
    assert len(short) <= longest
    assert len(short.splitlines()) <= 1


def test_a_text_is_cut_between_words_unless_one_word_fills_it() -> None:
    assert shortened("the cells were injected", 16) == "the cells were…"
    assert shortened("a https://example.org/a/very/long/link", 20) == "a https://example.o…"
    assert shortened("short enough", 12) == "short enough"


def test_a_date_the_registry_garbled_is_shown_as_it_stands() -> None:
    assert partial_date_words("2026-03") == "March 2026"
    assert partial_date_words("not\nyet") == "not yet"
