"""When a delivery is tried again, and when it is given up."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.notification import RETRY_DELAYS, key_of, next_attempt
from tests.builders import NOON

JITTER = st.floats(-1, 1)
TRIES = st.integers(1, len(RETRY_DELAYS))


def attempt(attempts: int, jitter: float = 0.0, retry_after: float | None = None) -> datetime:
    moment = next_attempt(attempts, NOON, jitter, retry_after)
    assert moment is not None
    return moment


def test_a_delivery_is_tried_for_three_days_and_then_given_up() -> None:
    moment, attempts = NOON, 0
    while (later := next_attempt(attempts + 1, moment, 0.0)) is not None:
        moment, attempts = later, attempts + 1
    assert attempts == 9
    assert timedelta(hours=72) < moment - NOON < timedelta(hours=78)


def test_each_wait_is_longer_than_the_one_before() -> None:
    waits = [attempt(n) - NOON for n in range(1, len(RETRY_DELAYS) + 1)]
    assert all(one < other for one, other in pairwise(waits))


@given(st.integers(len(RETRY_DELAYS) + 1, 10_000), JITTER, st.one_of(st.none(), st.floats(0, 1e6)))
def test_what_was_given_up_stays_so_whatever_the_receiver_wishes(
    n: int, jitter: float, wish: float | None
) -> None:
    assert next_attempt(n, NOON, jitter, wish) is None


@given(TRIES, JITTER)
def test_jitter_spreads_a_wait_by_a_fifth(attempts: int, jitter: float) -> None:
    delay = RETRY_DELAYS[attempts - 1]
    assert 0.8 * delay <= attempt(attempts, jitter) - NOON <= 1.2 * delay


def test_a_receiver_that_names_its_time_is_obeyed() -> None:
    assert attempt(1, retry_after=90.0) == NOON + timedelta(seconds=90)
    assert attempt(3, retry_after=90.0) == NOON + RETRY_DELAYS[2], "never sooner than we would by ourselves"


@given(TRIES, JITTER, st.floats())
def test_no_wish_of_a_receiver_is_too_strange(attempts: int, jitter: float, wish: float) -> None:
    assert NOON < attempt(attempts, jitter, wish) <= NOON + timedelta(hours=28.8)


@pytest.mark.parametrize("wish", [86_401.0, 1e9, 1e300])
def test_a_receiver_that_wishes_for_years_waits_a_day(wish: float) -> None:
    assert attempt(1, retry_after=wish) == NOON + timedelta(hours=24)


def test_the_same_parts_give_the_same_key_and_others_another() -> None:
    assert key_of("alert", "desk", "2") == key_of("alert", "desk", "2")
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("abc"), key_of("abc", "")}) == 4
    assert len(key_of("a")) == 32
