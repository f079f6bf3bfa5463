"""The path that names a field: what is printed can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.change import FieldPath, Item, Step

TRICKY = st.text(st.sampled_from("ab.[]\\# |12"), max_size=8)
NAMES = st.one_of(TRICKY, st.text(max_size=20))
STEPS: st.SearchStrategy[Step] = st.one_of(NAMES, st.builds(Item, NAMES, st.integers(1, 12)))


@given(NAMES, st.lists(STEPS, max_size=5))
def test_every_path_reads_back(first: str, rest: list[Step]) -> None:
    path = FieldPath((first, *rest))
    assert FieldPath.parse(str(path)) == path


@given(NAMES, st.lists(STEPS, max_size=4), NAMES, st.lists(STEPS, max_size=4))
def test_two_paths_never_look_alike(
    first: str, rest: list[Step], other_first: str, other_rest: list[Step]
) -> None:
    one, other = FieldPath((first, *rest)), FieldPath((other_first, *other_rest))
    assert (str(one) == str(other)) == (one == other)


def test_an_item_is_named_by_what_identifies_it() -> None:
    path = FieldPath(
        (
            "protocolSection",
            "contactsLocationsModule",
            "locations",
            Item("Hôpital Cochin | Paris | France"),
            "status",
        )
    )
    assert (
        str(path)
        == "protocolSection.contactsLocationsModule.locations[Hôpital Cochin | Paris | France].status"
    )
    assert path.plain == "protocolSection.contactsLocationsModule.locations.status"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Item("Back pain"), "x[Back pain]"),
        (Item("Back pain", 2), "x[Back pain #2]"),
        (Item("Ward #2"), "x[Ward #2 #1]"),
        (Item("Ward #2", 3), "x[Ward #2 #3]"),
        (Item("[a]"), "x[[a\\]]"),
        (Item("C:\\data"), "x[C:\\\\data]"),
        ("a.b", "x.a\\.b"),
        ("a']['b", "x.a']\\['b"),
        ("", "x."),
    ],
)
def test_what_would_mislead_is_escaped(step: Step, text: str) -> None:
    path = FieldPath(("x", step))
    assert str(path) == text
    assert FieldPath.parse(text) == path


def test_an_item_before_any_key_belongs_to_the_empty_key() -> None:
    assert FieldPath.parse("[a]") == FieldPath(("", Item("a")))


def test_a_path_grows_by_a_step() -> None:
    assert FieldPath(("a",)) / Item("b") / "c" == FieldPath(("a", Item("b"), "c"))


@pytest.mark.parametrize("text", ["x[a", "x[a\\]", "x[", "["])
def test_a_bracket_that_stays_open_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        FieldPath.parse(text)
