"""When a reader is told, in the reader's own time, in the nights when clocks change too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.schedule import end_of_quiet, late_until, latest_slot, next_slot, start_of_day, when_told
from monitor.core.significance import Significance
from monitor.core.watch import Quiet, Slot
from tests.builders import a_moment, a_subscriber

ZONES = {
    name: ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Africa/Cairo",
        "Asia/Beirut",
    )
}
# A day before and after each of 2026's clock changes in Berlin and New York, and any time of a year.
NIGHTS = st.sampled_from([date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31)])
MOMENTS = st.one_of(
    st.builds(
        lambda day, seconds: datetime.combine(day, time(), UTC) + timedelta(seconds=seconds),
        NIGHTS,
        st.integers(0, 3 * 86_400),
    ),
    st.integers(0, 2 * 365 * 86_400).map(lambda seconds: a_moment("2026-01-01") + timedelta(seconds=seconds)),
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
ZONE = st.sampled_from(sorted(ZONES))
WEEKDAYS: st.SearchStrategy[int] = st.sampled_from((0, 1, 2, 3, 4, 5, 6))


@given(ZONE, TIMES, MOMENTS)
def test_a_daily_digest_is_at_most_a_day_ahead_and_at_its_hour(zone: str, at: time, now: datetime) -> None:
    reader = a_subscriber(timezone=ZONES[zone])
    moment = next_slot([Slot(at)], reader, now)
    assert now <= moment <= now + timedelta(hours=26)
    local = moment.astimezone(ZONES[zone])
    # A time that the night skips is up to an hour later on the clock.
    shown = datetime.combine(local.date(), local.time()) - datetime.combine(local.date(), at)
    assert timedelta(0) <= shown <= timedelta(hours=1)


@given(ZONE, TIMES, NIGHTS)
def test_a_daily_digest_goes_out_once_a_local_day(zone: str, at: time, first: date) -> None:
    reader = a_subscriber(timezone=ZONES[zone])
    now = datetime.combine(first, time(), ZONES[zone]).astimezone(UTC)
    days = []
    for _ in range(6):
        moment = next_slot([Slot(at)], reader, now)
        days.append(moment.astimezone(ZONES[zone]).date())
        now = moment + timedelta(microseconds=1)
    assert days == [first + timedelta(days=n) for n in range(6)]


@given(ZONE, TIMES, WEEKDAYS, MOMENTS)
def test_a_weekly_digest_goes_out_on_its_day(zone: str, at: time, weekday: int, now: datetime) -> None:
    reader = a_subscriber(timezone=ZONES[zone])
    moment = next_slot([Slot(at, weekday)], reader, now)
    assert now <= moment <= now + timedelta(days=7, hours=2)
    assert moment.astimezone(ZONES[zone]).weekday() == weekday


@given(ZONE, st.lists(TIMES, min_size=2, max_size=4), MOMENTS)
def test_of_several_digests_the_nearest_comes_first(zone: str, times: list[time], now: datetime) -> None:
    reader = a_subscriber(timezone=ZONES[zone])
    assert next_slot([Slot(at) for at in times], reader, now) == min(
        next_slot([Slot(at)], reader, now) for at in times
    )


@pytest.mark.parametrize(
    ("zone", "now", "at", "moment"),
    [
        (
            "Europe/Berlin",
            "2026-03-28T23:30",
            time(2, 30),
            "2026-03-29T01:30",
        ),  # 02:30 does not come: 03:30 does
        ("Europe/Berlin", "2026-10-24T23:30", time(2, 30), "2026-10-25T00:30"),  # the first of two
        ("Europe/Berlin", "2026-10-25T00:45", time(2, 30), "2026-10-26T01:30"),  # not again at the second
        ("America/New_York", "2026-03-08T05:00", time(2, 30), "2026-03-08T07:30"),
        ("America/New_York", "2026-11-01T05:45", time(1, 30), "2026-11-02T06:30"),
        ("America/New_York", "2026-02-09T12:30", time(7, 30), "2026-02-09T12:30"),  # now is not too late
    ],
)
def test_nights_when_clocks_change(zone: str, now: str, at: time, moment: str) -> None:
    assert next_slot([Slot(at)], a_subscriber(timezone=ZONES[zone]), a_moment(now)) == a_moment(moment)


def inside(quiet: Quiet, clock: time) -> bool:
    if quiet.start <= quiet.end:
        return quiet.start <= clock < quiet.end
    return clock >= quiet.start or clock < quiet.end


@given(ZONE, TIMES, TIMES, MOMENTS)
def test_nothing_is_told_in_quiet_hours_and_nothing_is_held_back_longer(
    zone: str, start: time, end: time, now: datetime
) -> None:
    reader, quiet = a_subscriber(timezone=ZONES[zone]), Quiet(start, end)
    told = end_of_quiet(quiet, reader, now)
    assert not inside(quiet, told.astimezone(ZONES[zone]).time())
    assert now <= told <= now + timedelta(hours=26)
    if not inside(quiet, now.astimezone(ZONES[zone]).time()):
        assert told == now


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-02-09T21:30", "2026-02-10T06:00"),  # 22:30 in Berlin: tomorrow at 07:00
        ("2026-02-10T03:00", "2026-02-10T06:00"),
        ("2026-02-10T06:00", "2026-02-10T06:00"),
        ("2026-02-10T12:00", "2026-02-10T12:00"),
    ],
)
def test_quiet_hours_span_midnight(now: str, told: str) -> None:
    reader = a_subscriber(timezone=ZONES["Europe/Berlin"])
    assert end_of_quiet(Quiet(time(22), time(7)), reader, a_moment(now)) == a_moment(told)


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_hold_in_its_second_coming_too() -> None:
    reader = a_subscriber(timezone=ZONES["Europe/Berlin"])
    quiet = Quiet(time(22), time(2, 30))
    assert end_of_quiet(quiet, reader, a_moment("2026-10-25T00:10")) == a_moment("2026-10-25T00:30")
    assert end_of_quiet(quiet, reader, a_moment("2026-10-25T01:10")) == a_moment("2026-10-25T01:30")


def test_quiet_hours_of_no_length_are_none() -> None:
    now = a_moment("2026-02-09T07:00")
    assert end_of_quiet(Quiet(time(7), time(7)), a_subscriber(), now) == now


NIGHT = a_moment("2026-02-09T23:00")
QUIET = Quiet(time(22), time(7))


def test_what_is_critical_breaks_the_quiet() -> None:
    reader = a_subscriber(quiet=QUIET)
    assert when_told(reader, Significance.CRITICAL, NIGHT) == (NIGHT, None)
    assert when_told(reader, Significance.NOTABLE, NIGHT) == (a_moment("2026-02-10T07:00"), None)


def test_who_asked_for_a_digest_waits_for_it() -> None:
    morning = a_moment("2026-02-10T07:30")
    reader = a_subscriber(slots=(Slot(time(7, 30)),))
    assert when_told(reader, Significance.NOTABLE, NIGHT) == (morning, morning)


def test_who_asked_for_nothing_special_is_told_at_once() -> None:
    assert when_told(a_subscriber(), Significance.ROUTINE, NIGHT) == (NIGHT, None)


@given(TIMES, st.none() | WEEKDAYS, ZONE, MOMENTS)
def test_no_digest_moment_lies_between_the_latest_one_and_now(
    at: time, weekday: int | None, zone: str, now: datetime
) -> None:
    reader, slots = a_subscriber(timezone=ZONES[zone]), [Slot(at, weekday)]
    latest = latest_slot(slots, reader, now)
    assert latest <= now
    assert next_slot(slots, reader, latest) == latest
    assert next_slot(slots, reader, latest + timedelta(seconds=1)) >= now


@given(ZONE, MOMENTS)
def test_a_day_starts_at_its_first_moment(zone: str, moment: datetime) -> None:
    day = moment.date()
    start = start_of_day(day, a_subscriber(timezone=ZONES[zone]))
    assert start.astimezone(ZONES[zone]).date() == day
    assert (start - timedelta(microseconds=1)).astimezone(ZONES[zone]).date() == day - timedelta(days=1)


def test_quiet_hours_that_hold_everything_hold_what_is_critical() -> None:
    night = a_moment("2026-02-09T23:00")
    for holds_all, told in ((False, night), (True, a_moment("2026-02-10T07:00"))):
        reader = a_subscriber(quiet=Quiet(time(22), time(7), holds_all))
        assert when_told(reader, Significance.CRITICAL, night) == (told, None)


def test_what_is_late_comes_after_quiet_hours_unless_a_digest_was_asked_for_within_them() -> None:
    quiet, night = Quiet(time(22), time(7)), datetime(2026, 2, 9, 3, tzinfo=UTC)
    morning = datetime(2026, 2, 9, 7, tzinfo=UTC)
    assert late_until(a_subscriber(quiet=quiet), Significance.NOTABLE, night) == morning
    assert late_until(a_subscriber(quiet=quiet), Significance.CRITICAL, night) == night
    assert late_until(a_subscriber(), Significance.NOTABLE, night) == night
    evening = a_subscriber(quiet=quiet, slots=(Slot(time(18)),))
    assert late_until(evening, Significance.NOTABLE, night) == morning
    asked_for = a_subscriber(quiet=quiet, slots=(Slot(time(23)),))
    assert late_until(asked_for, Significance.NOTABLE, night) == night
