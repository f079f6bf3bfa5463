"""Which item of a list before is which item after."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.canonical import fingerprint
from monitor.core.change import Item
from monitor.core.pairing import Pairs, name_of, pair
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_location, an_outcome
from tests.core.made_json import VALUES, shuffled

SITES = "protocolSection.contactsLocationsModule.locations"
OUTCOMES = "protocolSection.outcomesModule.primaryOutcomes"


def pairs(before: list[Any], after: list[Any], path: str = SITES) -> Pairs:
    return pair(before, after, path, SHAPE)


def told(found: Pairs) -> Any:
    return (
        {item: (fingerprint(old), fingerprint(new)) for item, (old, new) in found.both.items()},
        {item: fingerprint(old) for item, old in found.removed.items()},
        {item: fingerprint(new) for item, new in found.added.items()},
    )


def test_items_are_named_by_what_identifies_them() -> None:
    keys = SHAPE.item_keys(SITES)
    assert (
        name_of(a_location("Hôpital Cochin", "Paris", "France"), keys, ())
        == "Hôpital Cochin | Paris | France"
    )
    assert name_of(a_location(None, "Paris", "France"), keys, ()) == "Paris | France"
    assert name_of("ADULT", (), ()) == "ADULT"
    assert name_of(2.0, (), ()) == "2"
    assert name_of({"b": 1, "a": 2}, (), ("name",)) == '{"a":2,"b":1}'
    assert name_of({"name": "Lyon", "label": "x"}, (), ("title", "name", "label")) == "Lyon"


def test_a_key_may_have_an_understudy() -> None:
    assert name_of({"pmid": "39393844", "citation": "Pers"}, ("pmid|citation",), ()) == "39393844"
    assert name_of({"citation": "Pers"}, ("pmid|citation",), ()) == "Pers"


def test_a_site_that_changed_is_the_same_site() -> None:
    found = pairs([a_location(status="RECRUITING")], [a_location(status="COMPLETED")])
    assert set(found.both) == {Item("Spine Clinic | Lyon | France")}
    assert not found.removed
    assert not found.added


def test_a_renamed_site_is_one_that_goes_and_one_that_comes() -> None:
    found = pairs([a_location("Old name")], [a_location("New name")])
    assert (list(found.removed), list(found.added)) == (
        [Item("Old name | Lyon | France")],
        [Item("New name | Lyon | France")],
    )


def test_one_of_two_equal_items_going_is_one_change() -> None:
    found = pairs([1, 1, 2], [1, 2])
    assert dict(found.removed) == {Item("1", 2): 1}
    assert not found.both
    assert not found.added


def test_a_second_equal_item_coming_is_one_change() -> None:
    assert dict(pairs(["ADULT"], ["ADULT", "ADULT"]).added) == {Item("ADULT", 2): "ADULT"}


def test_of_two_sites_of_one_name_the_one_that_changed_is_told() -> None:
    before = [a_location(zip="69001", status="RECRUITING"), a_location(zip="69009", status="RECRUITING")]
    after = [a_location(zip="69009", status="COMPLETED"), a_location(zip="69001", status="RECRUITING")]
    found = pairs(before, after)
    [(old, new)] = found.both.values()
    assert (old, new) == (before[1], after[0])


def test_what_tells_items_of_one_name_apart_outweighs_what_they_share_by_chance() -> None:
    before = [an_outcome(timeFrame="3 months", a=1, b=2), an_outcome(timeFrame="6 months", a=3, b=4)]
    after = [an_outcome(timeFrame="3 months", a=3, b=4), an_outcome(timeFrame="6 months", a=1, b=2)]
    couples: list[Any] = list(pairs(before, after, OUTCOMES).both.values())
    assert len(couples) == 2
    assert all(old["timeFrame"] == new["timeFrame"] for old, new in couples)


def test_many_items_of_one_name_are_paired_without_comparing_each_with_each() -> None:
    before = [a_location("Investigational Site", zip=f"{n:05}") for n in range(120)]
    after = [{**site, "status": "COMPLETED"} for site in before[:100]]
    found = pairs(before, after)
    assert (len(found.both), len(found.removed), len(found.added)) == (100, 20, 0)


def test_what_holds_nothing_is_no_item() -> None:
    assert told(pairs([None, {}, "a"], ["a", []])) == ({}, {}, {})


@given(st.lists(VALUES, max_size=6), st.lists(VALUES, max_size=6), st.integers(0, 9))
def test_pairs_and_names_do_not_depend_on_order(before: list[Any], after: list[Any], seed: int) -> None:
    chance = random.Random(seed)
    assert told(pairs(shuffled(before, chance), shuffled(after, chance))) == told(pairs(before, after))


@given(st.lists(VALUES, max_size=6), st.lists(VALUES, max_size=6))
def test_no_item_is_lost_and_none_is_counted_twice(before: list[Any], after: list[Any]) -> None:
    found = pairs(before, after)
    equal = len(pairs(before, []).removed) - len(found.both) - len(found.removed)
    assert equal == len(pairs([], after).added) - len(found.both) - len(found.added)
    assert equal >= 0
    assert not found.both.keys() & found.removed.keys()
    assert not found.added.keys() & (found.both.keys() | found.removed.keys())
    assert all(fingerprint(old) != fingerprint(new) for old, new in found.both.values())
