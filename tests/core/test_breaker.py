"""A destination's breaker: five failures in a row open it, or one that is plainly its own; it rests longer and longer, one day at most."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.breaker import OPENS_AFTER, Breaker

NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def failing(times: int, *, plainly: bool = False) -> Breaker:
    """After so many failures in a row, one a minute."""
    breaker = Breaker()
    for n in range(times):
        breaker = breaker.failed(NOON + n * MINUTE, "503", NOON + n * MINUTE, plainly=plainly)
    return breaker


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    assert not failing(OPENS_AFTER - 1).is_open
    opened = failing(OPENS_AFTER)
    assert opened.is_open
    assert opened.rests_until == NOON + 4 * MINUTE + 5 * MINUTE
    assert (opened.failing_since, opened.why) == (NOON, "503")


def test_it_opens_at_once_where_the_failure_is_plainly_the_destinations_own() -> None:
    assert failing(1, plainly=True).rests_until == NOON + 5 * MINUTE


def test_until_it_opens_the_message_says_when_to_come_back() -> None:
    assert Breaker().failed(NOON, "503", NOON + HOUR).rests_until == NOON + HOUR


def test_it_rests_twice_as_long_each_time_up_to_six_hours() -> None:
    rests, breaker, now = [], Breaker(), NOON
    for _ in range(10):
        breaker = breaker.failed(now, "401", now, plainly=True)
        assert breaker.rests_until is not None
        rests.append((breaker.rests_until - now) / MINUTE)
        now = breaker.rests_until
    assert rests == [5, 10, 20, 40, 80, 160, 320, 360, 360, 360]


@pytest.mark.parametrize(
    ("wish", "rest"),
    [
        (7200.0, 2 * HOUR),
        (1.0, 5 * MINUTE),
        (-5.0, 5 * MINUTE),
        (1e9, DAY),
        (float("inf"), DAY),
        (float("nan"), 5 * MINUTE),
    ],
)
def test_a_receivers_wish_is_obeyed_up_to_a_day(wish: float, rest: timedelta) -> None:
    assert failing(0).failed(NOON, "429", NOON, plainly=True, wish=wish).rests_until == NOON + rest


def test_what_works_is_closed_and_remembers_a_long_failure_until_what_waited_is_folded() -> None:
    broken = failing(OPENS_AFTER)
    assert broken.worked(NOON + HOUR) == Breaker()
    back = broken.worked(NOON + DAY)
    assert back == Breaker(back_from=NOON)
    again = back.failed(NOON + 2 * DAY, "503", NOON)
    assert again.back_from == NOON, "it fails again before that: still to be folded"


@given(st.lists(st.sampled_from(["worked", "failed", "plainly"]), max_size=40))
def test_it_is_open_only_while_it_fails_and_never_rests_for_more_than_six_hours(story: list[str]) -> None:
    breaker, now = Breaker(), NOON
    for step in story:
        now += MINUTE
        breaker = (
            breaker.worked(now)
            if step == "worked"
            else breaker.failed(now, "no", now, plainly=step == "plainly")
        )
        assert (breaker.failures == 0) == (step == "worked")
        assert breaker.rests_until is None or breaker.rests_until <= now + 6 * HOUR
        assert breaker.is_open <= (breaker.failing_since is not None)
