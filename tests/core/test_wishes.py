"""Large enough to be told, or not; and why not."""

from datetime import timedelta
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.receipt import Untold, held_back
from monitor.core.significance import Measure, Significance
from monitor.core.watch import Holding, Wishes
from monitor.core.wishes import News, fate_of, is_large
from tests.builders import NUMBER, a_subscriber

NOISE, ROUTINE, NOTABLE, CRITICAL = Significance
A_MONTH = a_subscriber(slip_of=timedelta(days=30))
A_FIFTH = a_subscriber(enrollment_by=0.2)


def a_slip(step: float, before: float = 0, significance: Significance = ROUTINE) -> News:
    measure = Measure("slip", step, before, before + step)
    return News(NUMBER, "dates.slipped", "dates", significance, measure)


def an_enrolment(step: float, significance: Significance = ROUTINE) -> News:
    return News(
        NUMBER, "enrollment.changed", "enrollment", significance, Measure("enrollment", step, 0, step)
    )


@pytest.mark.parametrize(
    ("news", "fate"),
    [
        (a_slip(30), "told"),
        (a_slip(-30), "told"),
        (a_slip(29, significance=NOTABLE), "small"),
        (a_slip(-29, significance=NOTABLE), "small"),
        (a_slip(29), "below"),
        (a_slip(20, before=20), "told"),
        (a_slip(20, before=40), "told"),
        (a_slip(20, before=60, significance=NOTABLE), "small"),
        (a_slip(1, significance=CRITICAL), "told"),
    ],
)
def test_a_slip_is_told_from_the_asked_for_days_on_at_once_or_in_all(news: News, fate: str) -> None:
    assert fate_of(news, A_MONTH, [Wishes()])[0] == fate


def test_enrolment_is_told_from_the_asked_for_share_on() -> None:
    fates = [fate_of(an_enrolment(step, NOTABLE), A_FIFTH, [Wishes()])[0] for step in (0.2, -0.5, 0.15)]
    assert fates == ["told", "told", "small"]


def test_what_is_as_large_as_asked_for_is_notable_to_who_asked() -> None:
    fortnight = a_subscriber(slip_of=timedelta(days=14))
    assert fate_of(a_slip(14), fortnight, [Wishes()]) == ("told", NOTABLE)
    assert fate_of(a_slip(14), a_subscriber(), [Wishes()]) == ("below", ROUTINE)


def test_a_threshold_for_dates_says_nothing_about_enrolment_nor_about_what_has_no_size() -> None:
    assert fate_of(an_enrolment(0.01, NOTABLE), A_MONTH, [Wishes()])[0] == "told"
    status = News(NUMBER, "status.changed", "status", NOTABLE)
    assert fate_of(status, A_MONTH, [Wishes()])[0] == "told"


def test_a_watch_may_ask_for_another_size() -> None:
    news = a_slip(10, significance=NOTABLE)
    assert fate_of(news, A_MONTH, [Wishes(slip_of=timedelta(days=10))])[0] == "told"
    assert fate_of(news, a_subscriber(), [Wishes(slip_of=timedelta(days=11))])[0] == "small"
    assert fate_of(an_enrolment(0.15, NOTABLE), a_subscriber(), [Wishes(enrollment_by=0.2)])[0] == "small"


def test_of_several_wishes_the_most_generous_counts() -> None:
    strict, open_ = Wishes(at_least=CRITICAL), Wishes(at_least=ROUTINE)
    assert fate_of(a_slip(1), a_subscriber(), [strict, open_])[0] == "told"


def test_twelve_slips_of_twenty_days_are_not_lost_to_who_asked_for_thirty() -> None:
    fates = [fate_of(a_slip(20, before=20 * n), A_MONTH, [Wishes()])[0] for n in range(12)]
    assert fates.count("told") == 240 // 30


@given(st.lists(st.integers(1, 90), max_size=40), st.integers(1, 60))
def test_who_reads_of_slips_is_never_as_far_behind_as_the_threshold(steps: list[int], threshold: int) -> None:
    told_at = 0
    for before, total in pairwise(accumulate([0, *steps])):
        if is_large(Measure("slip", total - before, before, total), threshold):
            told_at = total
        assert total - told_at < threshold


@given(st.lists(st.integers(-90, 90), max_size=40), st.integers(1, 60))
def test_nobody_is_further_behind_than_from_one_side_of_the_first_promise_to_the_other(
    steps: list[int], threshold: int
) -> None:
    told_at = 0
    for before, total in pairwise(accumulate([0, *steps])):
        if is_large(Measure("slip", total - before, before, total), threshold):
            told_at = total
        assert abs(total - told_at) < 2 * threshold
        assert abs(total) < threshold or told_at != 0, "what is that far from the first promise was told"


def an_untold(news: News, events: int = 1) -> Untold:
    return Untold(
        "1", ("backs",), news.rule, news.topic, news.significance, events, news.number, news.measure
    )


def test_a_receipt_counts_what_was_too_small_and_what_was_muted() -> None:
    wish = a_subscriber(slip_of=timedelta(days=60), mute=frozenset({"sites"}))
    sites = News(NUMBER, "sites.changed", "sites", NOTABLE)
    untold = [an_untold(a_slip(40, significance=NOTABLE), events=2), an_untold(sites), an_untold(a_slip(5))]
    receipt = held_back(untold, {"backs": wish})
    assert (receipt.small, receipt.muted, receipt.below) == ({"dates": 2}, 1, {ROUTINE: 1})
    assert not receipt.empty


def test_a_receipt_knows_what_a_watch_wished_for() -> None:
    news = an_untold(News(NUMBER, "status.changed", "status", NOTABLE))
    held = {NUMBER: {"backs": Holding("named", (Wishes(at_least=CRITICAL),))}}
    assert held_back([news], {"backs": a_subscriber()}, held).below == {NOTABLE: 1}
    assert held_back([news], {"backs": a_subscriber()}).empty
