"""Manners towards a host, on a clock that only moves when somebody waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.errors import (
    CouldNotFindOut,
    Overloaded,
    Refused,
    Rejected,
    Resting,
    TooLarge,
    Unreachable,
)
from monitor.core.retry_after import LONGEST, SHORTEST, retry_after
from monitor.fetch.politeness import Politeness
from tests.fetch.wire import FakeClock

HOST = "clinicaltrials.gov"
DOWN = Unreachable("no connection to clinicaltrials.gov")


def a_politeness(clock: FakeClock, **more: object) -> Politeness:
    return Politeness(clock, lambda: 0.5, **more)  # type: ignore[arg-type]


def rest(politeness: Politeness) -> float:
    """Seconds for which the host is left alone; 0 where it is our turn."""
    try:
        politeness.before(HOST)
    except Resting as resting:
        return resting.retry_after or -1.0
    return 0.0


class TestPace:
    def test_one_request_per_pause(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        for _ in range(3):
            politeness.before(HOST)
        assert clock.waits == [1.0, 1.0]

    def test_time_that_passed_anyway_is_not_waited_for_again(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        politeness.before(HOST)
        clock.pass_by(0.75)
        politeness.before(HOST)
        clock.pass_by(20)
        politeness.before(HOST)
        assert clock.waits == [0.25]

    def test_every_host_has_its_own_pause(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock, pauses={"127.0.0.1:80": 0.0})
        for _ in range(5):
            politeness.before("127.0.0.1:80")
        politeness.before(HOST)
        assert clock.waits == []


class TestBreaker:
    def fail(self, politeness: Politeness, times: int, error: CouldNotFindOut = DOWN) -> None:
        for _ in range(times):
            politeness.failed(HOST, error)

    def test_four_failures_are_borne_and_the_fifth_rests_the_host(self) -> None:
        politeness = a_politeness(FakeClock())
        self.fail(politeness, 4)
        assert rest(politeness) == 0
        self.fail(politeness, 1)
        assert rest(politeness) == 300

    def test_a_success_forgets_the_failures(self) -> None:
        politeness = a_politeness(FakeClock())
        self.fail(politeness, 4)
        politeness.succeeded(HOST)
        self.fail(politeness, 4)
        assert rest(politeness) == 0

    def test_the_rest_doubles_with_each_failed_probe_up_to_six_hours(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        self.fail(politeness, 5)
        rests = []
        for _ in range(9):
            rests.append(rest(politeness))
            clock.pass_by(rests[-1])
            assert rest(politeness) == 0
            self.fail(politeness, 1)
        assert rests == [300, 600, 1200, 2400, 4800, 9600, 19200, 21600, 21600]

    def test_a_probe_that_succeeds_ends_it(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        self.fail(politeness, 5)
        clock.pass_by(300)
        politeness.before(HOST)
        politeness.succeeded(HOST)
        self.fail(politeness, 4)
        assert rest(politeness) == 0

    def test_a_refusal_rests_the_host_for_a_day_and_says_why(self) -> None:
        politeness = a_politeness(FakeClock())
        self.fail(politeness, 1, Refused("clinicaltrials.gov refuses this client (HTTP 403)"))
        with pytest.raises(Resting, match=r"24 h more: clinicaltrials\.gov refuses this client") as resting:
            politeness.before(HOST)
        assert resting.value.retry_after == 24 * 3600

    def test_other_hosts_are_not_concerned(self) -> None:
        politeness = a_politeness(FakeClock())
        self.fail(politeness, 5)
        politeness.before("eutils.ncbi.nlm.nih.gov")

    def test_a_question_that_was_not_accepted_is_no_failure_of_the_host(self) -> None:
        politeness = a_politeness(FakeClock())
        self.fail(politeness, 4)
        self.fail(politeness, 1, Rejected("400"))
        self.fail(politeness, 4)
        self.fail(politeness, 1, TooLarge("40 MB"))
        assert rest(politeness) == 0

    def test_a_clock_that_goes_back_does_not_keep_a_host_resting_for_ever(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        self.fail(politeness, 5)
        clock.present -= timedelta(days=400)
        assert rest(politeness) == 0

    def test_what_is_remembered_outlives_the_process(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        self.fail(politeness, 5)
        states = politeness.export()
        assert rest(a_politeness(FakeClock(), states=states)) == 300
        assert rest(a_politeness(FakeClock(), states={HOST: {"until": "nonsense"}})) == 0
        assert rest(a_politeness(FakeClock(), states={HOST: {"until": "2099-01-01T00:00:00"}})) == 0


class TestWaiting:
    def test_a_short_retry_after_is_waited_for_by_everybody(self) -> None:
        clock = FakeClock()
        politeness = a_politeness(clock)
        politeness.before(HOST)
        politeness.failed(HOST, Overloaded("429", retry_after=20))
        politeness.before(HOST)
        assert clock.waits == [20.0]

    def test_a_long_retry_after_ends_the_look(self) -> None:
        politeness = a_politeness(FakeClock())
        error = Overloaded("503", retry_after=600)
        politeness.failed(HOST, error)
        assert politeness.delay(1, error) is None
        assert rest(politeness) == 600

    def test_delays_grow_and_are_jittered_in_full(self) -> None:
        clock = FakeClock()
        longest = Politeness(clock, lambda: 1.0)
        assert [longest.delay(n, DOWN) for n in (1, 2, 3, 9)] == [2, 4, 8, 60]
        assert Politeness(clock, lambda: 0.0).delay(3, DOWN) == 0

    @pytest.mark.parametrize("error", [Refused("403"), Rejected("400"), TooLarge("big"), Resting("breaker")])
    def test_what_will_not_pass_is_not_tried_again(self, error: CouldNotFindOut) -> None:
        assert a_politeness(FakeClock()).delay(1, error) is None


NOW = datetime(2026, 3, 13, 12, tzinfo=UTC)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("header", "date", "seconds"),
        [
            ("120", "", 120),
            ("0", "", 1),
            ("-5", "", 1),
            ("1000000000", "", 24 * 3600),
            ("9" * 5000, "", 24 * 3600),
            ("1.5", "", 1.5),
            ("Fri, 13 Mar 2026 12:02:00 GMT", "", 120),
            # The server's clock is ten years off, and so is the moment that it names.
            ("Fri, 13 Mar 2036 12:02:00 GMT", "Thu, 13 Mar 2036 12:00:00 GMT", 120),
            ("Thu, 01 Jan 1970 00:00:00 GMT", "", 1),
        ],
    )
    def test_it_is_seconds_or_a_moment_by_the_servers_own_clock(
        self, header: str, date: str, seconds: float
    ) -> None:
        assert retry_after({"retry-after": header, "date": date}, NOW) == seconds

    @pytest.mark.parametrize("header", ["", "soon", "1e9", "NaN", "Fri, 99 Mar 2026", "12 minutes"])
    def test_nonsense_is_nothing(self, header: str) -> None:
        assert retry_after({"retry-after": header}, NOW) is None

    @given(st.text(), st.text())
    def test_whatever_a_server_says_the_wait_is_bounded(self, header: str, date: str) -> None:
        seconds = retry_after({"retry-after": header, "date": date}, NOW)
        assert seconds is None or SHORTEST <= seconds <= LONGEST
