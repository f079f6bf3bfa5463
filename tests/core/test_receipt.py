"""What was held back is counted once, under the reason for which it was."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.receipt import Untold, held_back
from monitor.core.significance import TOPICS, Significance, Topic
from tests.builders import a_subscriber

NOISE, ROUTINE, NOTABLE, CRITICAL = Significance


def an_untold(
    significance: Significance = NOISE,
    topic: Topic = "record",
    rule: str = "record.housekeeping",
    trial: str = "1",
    lists: tuple[str, ...] = ("backs",),
    events: int = 1,
) -> Untold:
    return Untold(trial, lists, rule, topic, significance, events)


def test_noise_is_counted_by_its_kind_and_its_trials() -> None:
    untold = [
        an_untold(events=3),
        an_untold(trial="2"),
        an_untold(rule="noise.place_names", topic="sites"),
    ]
    receipt = held_back(untold, {"backs": a_subscriber()})
    assert receipt.noise == {"housekeeping": 4, "place names": 1}
    assert receipt.noise_trials == 2


def test_what_is_below_the_level_is_told_apart_from_what_nobody_asked_for() -> None:
    wishes = {"backs": a_subscriber(at_least=NOTABLE, topics=frozenset({"status"}))}
    receipt = held_back([an_untold(ROUTINE, "sites"), an_untold(CRITICAL, "results")], wishes)
    assert receipt.below == {ROUTINE: 1}
    assert receipt.elsewhere == {"results": 1}


def test_where_two_lists_hold_a_trial_the_more_generous_wish_counts() -> None:
    wishes = {"backs": a_subscriber(at_least=CRITICAL), "knees": a_subscriber(topics=frozenset({"status"}))}
    receipt = held_back([an_untold(NOTABLE, "results", lists=("backs", "knees"))], wishes)
    assert (receipt.below, receipt.elsewhere) == ({}, {"results": 1})


def test_what_was_asked_for_is_not_held_back() -> None:
    wishes = {"backs": a_subscriber(at_least=NOISE)}
    assert held_back([an_untold(), an_untold(NOTABLE, lists=("other",))], wishes).empty


@given(
    st.lists(
        st.builds(
            an_untold,
            st.sampled_from(Significance),
            st.sampled_from(TOPICS),
            lists=st.sampled_from([("backs",), ("knees",), ("backs", "knees")]),
            events=st.integers(1, 5),
        ),
        max_size=8,
    ),
    st.sampled_from(Significance),
    st.frozensets(st.sampled_from(TOPICS), min_size=1),
)
def test_each_event_is_wished_for_or_held_back_for_one_reason(
    untold: list[Untold], least: Significance, topics: Any
) -> None:
    wish = a_subscriber(at_least=least, topics=topics)
    receipt = held_back(untold, {"backs": wish, "knees": wish})
    counted = sum(map(sum, (one.values() for one in (receipt.noise, receipt.below, receipt.elsewhere))))
    wished = sum(one.events for one in untold if one.significance >= least and one.topic in topics)
    assert counted + wished == sum(one.events for one in untold)
    assert receipt == held_back(untold[::-1], {"knees": wish, "backs": wish})
