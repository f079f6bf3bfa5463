"""When two values say the same."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.canonical import absent, canonical, canonical_text, fingerprint
from tests.core.made_json import ANY_DOCUMENTS, DOCUMENTS, VALUES, shuffled

WITHOUT_ENTITIES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="&"))


def same(one: Any, other: Any) -> bool:
    return fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("café", "cafe\u0301"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a \t b", "a b"),
        ("a\u00a0b", "a b"),
        ("20\u202fmg", "20 mg"),
        (" a ", "a"),
        ("a\n\n\nb\n", "a\nb"),
        ("&gt; 18 years", "> 18 years"),
        ("R&amp;D", "R&D"),
        ("it&#39;s", "it's"),
        ("a&nbsp;b", "a b"),
    ],
)
def test_the_same_words_written_differently_are_the_same(one: str, other: str) -> None:
    assert same(one, other)
    assert same({"text": [one]}, {"text": [other]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a\nb", "a b"),
        ("Pain", "pain"),
        ("Pain.", "Pain"),
        ("\\> 18", "> 18"),
        ("&amp;lt;", "&lt;"),
        ("R&D", "R & D"),
        ("ﬁ", "fi"),
        ("", None),
        (0, None),
        (0, False),
        (1, True),
        (1, "1"),
        ("true", True),
        ([1, 1, 2], [1, 2]),
        ([1], 1),
        ({"a": 1}, [{"a": 1}]),
        (1.5, 1),
        (1e300, 1e301),
    ],
)
def test_what_a_reader_would_see_is_no_spelling(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert not same({"a": one}, {"a": other})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0, -0.0),
        (0.0, -0.0),
        (None, []),
        (None, {}),
        ({"a": None}, {}),
        ({"a": {"b": [None]}}, {}),
        ([None, 1], [1]),
    ],
)
def test_numbers_are_their_values_and_nothing_is_nothing(one: Any, other: Any) -> None:
    assert same(one, other)
    assert same({"x": one, "y": 1}, {"x": other, "y": 1})


@pytest.mark.parametrize("value", [None, {}, [], [[]], {"a": {}}, [None, {"a": [None]}]])
def test_what_holds_nothing_is_absent(value: Any) -> None:
    assert absent(value)


@pytest.mark.parametrize("value", ["", 0, 0.0, False, [""], {"a": False}])
def test_an_empty_text_a_zero_and_a_no_are_something(value: Any) -> None:
    assert not absent(value)


@given(WITHOUT_ENTITIES)
def test_a_text_in_its_form_of_comparison_stays_there(text: str) -> None:
    assert canonical_text(canonical_text(text)) == canonical_text(text)


@given(VALUES)
def test_a_value_in_its_form_of_comparison_stays_there(value: Any) -> None:
    assert canonical(canonical(value)) == canonical(value)
    assert fingerprint(canonical(value)) == fingerprint(value)


@given(DOCUMENTS, st.integers(0, 9))
def test_no_order_of_anything_is_seen_in_a_fingerprint(document: Any, seed: int) -> None:
    assert fingerprint(shuffled(document, random.Random(seed))) == fingerprint(document)


@given(ANY_DOCUMENTS)
def test_everything_says_the_same_as_itself(document: Any) -> None:
    assert same(document, document)


def test_numbers_beyond_what_a_computer_counts_are_compared_all_the_same() -> None:
    assert same({"n": 1.2345678901234568e29}, {"n": 1.2345678901234568e29})
    assert not same({"n": 10**30}, {"n": 10**30 + 1})
