"""When the next look is due, whatever clocks and registries do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.daemon.timing import LONGEST_BACK_OFF, Pace
from monitor.store.runs import SourceState

NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)
PACE = Pace(timedelta(minutes=15), timedelta(hours=24))
NEVER_LOOKED = SourceState("clinicaltrials.gov")

durations = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=30))
chance = st.floats(0, 1)


def a_state(**given: datetime | None) -> SourceState:
    return replace(NEVER_LOOKED, **given)  # type: ignore[arg-type]


def the_waits_of_an_outage(looks: int, pace: Pace = PACE) -> list[timedelta]:
    """How long the daemon waits after each failed look in a row."""
    now, waits = NOON, []
    for _ in range(looks):
        then = pace.next_look(a_state(failing_since=NOON), now, 0)
        waits.append(then - now)
        now = then
    return waits


def test_a_source_never_looked_at_is_due_now() -> None:
    assert PACE.is_due(NEVER_LOOKED, NOON)


def test_after_a_good_look_the_next_one_is_a_quarter_of_an_hour_later() -> None:
    then = PACE.next_look(NEVER_LOOKED, NOON, 0)
    assert then == NOON + timedelta(minutes=15)
    state = a_state(next_look_at=then)
    assert not PACE.is_due(state, then - timedelta(seconds=1))
    assert PACE.is_due(state, then)


def test_an_outage_is_met_with_waits_that_double_up_to_six_hours() -> None:
    minutes = [wait / timedelta(minutes=1) for wait in the_waits_of_an_outage(9)]
    assert minutes == [15, 15, 30, 60, 120, 240, 360, 360, 360]


def test_the_back_off_leaves_room_for_the_full_read() -> None:
    short = Pace(timedelta(minutes=15), timedelta(hours=4))
    assert max(the_waits_of_an_outage(9, short)) == timedelta(hours=1)


def test_after_an_outage_the_pace_is_as_before() -> None:
    assert PACE.next_look(a_state(failing_since=None), NOON, 0) - NOON == PACE.check_every


@given(durations, durations, durations, chance, st.booleans())
def test_what_was_just_set_is_never_taken_for_a_clock_that_went_back(
    check_every: timedelta, full: timedelta, failing_for: timedelta, random: float, failing: bool
) -> None:
    pace = Pace(check_every, full)
    state = a_state(failing_since=NOON - failing_for if failing else None)
    then = pace.next_look(state, NOON, random)
    assert not pace.is_due(replace(state, next_look_at=then), NOON)


@given(durations, durations, durations, chance, st.booleans())
def test_a_wait_is_never_shorter_than_asked_for_nor_much_longer_than_six_hours(
    check_every: timedelta, full: timedelta, failing_for: timedelta, random: float, failing: bool
) -> None:
    state = a_state(failing_since=NOON - failing_for if failing else None)
    wait = Pace(check_every, full).next_look(state, NOON, random) - NOON
    assert check_every <= wait <= max(check_every, LONGEST_BACK_OFF) + timedelta(minutes=2)


@given(chance)
def test_a_clock_that_goes_back_by_an_hour_makes_the_look_due(random: float) -> None:
    state = a_state(next_look_at=PACE.next_look(NEVER_LOOKED, NOON, random))
    assert PACE.is_due(state, NOON - timedelta(hours=1))


@given(st.timedeltas(min_value=timedelta(hours=1), max_value=timedelta(days=3653)), chance)
def test_however_far_the_clock_goes_forward_one_look_makes_up_for_it(jump: timedelta, random: float) -> None:
    state = a_state(next_look_at=PACE.next_look(NEVER_LOOKED, NOON, random))
    later = NOON + jump
    assert PACE.is_due(state, later)
    assert not PACE.is_due(a_state(next_look_at=PACE.next_look(NEVER_LOOKED, later, random)), later)


def test_an_outage_that_began_in_the_future_is_no_reason_to_wait_longer() -> None:
    state = a_state(failing_since=NOON + timedelta(days=3650))
    assert PACE.next_look(state, NOON, 0) - NOON == PACE.check_every


def test_a_quickened_pace_is_taken_up_at_once() -> None:
    state = a_state(next_look_at=NOON + timedelta(hours=20))
    assert not Pace(timedelta(hours=24), timedelta(hours=24)).is_due(state, NOON)
    assert PACE.is_due(state, NOON)


def test_what_is_held_is_read_again_when_that_counts_however_seldom_one_looks() -> None:
    held = a_state(failing_since=NOON, read_again_at=NOON + timedelta(minutes=15))
    seldom = Pace(timedelta(hours=24), timedelta(hours=24))
    for pace in (PACE, seldom):
        then = pace.next_look(held, NOON, 1)
        assert timedelta(minutes=15) <= then - NOON <= timedelta(minutes=17)
        assert not pace.is_due(replace(held, next_look_at=then), NOON)


def test_a_second_reading_that_failed_is_tried_again_as_after_any_failure() -> None:
    held = a_state(failing_since=NOON, read_again_at=NOON + timedelta(minutes=15))
    now = NOON + timedelta(hours=2)
    assert PACE.next_look(held, now, 0) - now == timedelta(hours=2)


def test_a_second_reading_far_in_the_future_is_not_waited_for() -> None:
    """The clock went back."""
    held = a_state(failing_since=NOON, read_again_at=NOON + timedelta(days=30))
    assert PACE.next_look(held, NOON, 0) - NOON == PACE.check_every
