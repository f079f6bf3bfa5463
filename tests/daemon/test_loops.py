"""A loop of the daemon: its errors are told once, it pauses, and it gives up only on a mistake of ours."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from monitor.core.errors import TrialmonError
from monitor.daemon.loops import HOPELESS_AFTER, Loop


@dataclass
class FakeClock:
    """Stands still until it is told to go on."""

    at: float = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Chore:
    """Work that raises what it is given, one after the other, and counts how often it was done."""

    errors: list[Exception | None] = field(default_factory=list)
    done: int = 0

    def __call__(self, show_life: Callable[[], None]) -> None:
        self.done += 1
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def _listen(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("trialmon"), "propagate", True)
    caplog.set_level(logging.INFO, "trialmon")


def beat(loop: Loop, clock: FakeClock, times: int = 1, every: float = 3600) -> None:
    for _ in range(times):
        clock.at += every
        loop()


def test_an_error_makes_it_pause_and_the_pause_grows(clock: FakeClock) -> None:
    chore = Chore([TrialmonError("the disk is full")] * 3)
    loop = Loop("looks", chore, clock)
    loop()
    beat(loop, clock, 5, every=5)
    assert chore.done == 1
    beat(loop, clock, 1, every=10)
    assert chore.done == 2
    beat(loop, clock, 1, every=50)
    assert chore.done == 2
    beat(loop, clock, 1, every=15)
    assert chore.done == 3


def test_what_people_can_mend_is_told_once_and_never_ends_the_daemon(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    loop = Loop("deliveries", Chore([TrialmonError("the disk is full", "free some space")] * 50), clock)
    beat(loop, clock, 51)
    assert not loop.hopeless
    assert [record.getMessage() for record in caplog.records] == [
        "deliveries: the disk is full (free some space)",
        "deliveries: works again",
    ]


def test_a_mistake_of_ours_shows_its_traceback_once_and_the_third_in_a_row_is_the_last(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    loop = Loop("looks", Chore([ZeroDivisionError("oh")] * HOPELESS_AFTER), clock)
    beat(loop, clock, HOPELESS_AFTER - 1)
    assert not loop.hopeless
    beat(loop, clock)
    assert "3 times in a row ZeroDivisionError" in loop.hopeless
    assert [bool(record.exc_info) for record in caplog.records] == [True]


def test_mistakes_of_different_kinds_are_not_three_of_a_kind(clock: FakeClock) -> None:
    loop = Loop("looks", Chore([ZeroDivisionError(), KeyError(), ZeroDivisionError(), KeyError()]), clock)
    beat(loop, clock, 5)
    assert not loop.hopeless


def test_one_that_works_in_between_starts_the_count_again(clock: FakeClock) -> None:
    loop = Loop("looks", Chore([KeyError(), KeyError(), None, KeyError(), KeyError()]), clock)
    beat(loop, clock, 6)
    assert not loop.hopeless


def test_a_resting_loop_lives_but_does_nothing(clock: FakeClock) -> None:
    chore = Chore()
    loop = Loop("looks", chore, clock)
    loop.rest(30)
    beat(loop, clock, 2, every=10)
    assert chore.done == 0
    assert loop.silent_for() == 0
    beat(loop, clock, 1, every=10)
    assert chore.done == 1


def test_silence_is_counted_from_the_last_sign_of_life(clock: FakeClock) -> None:
    heard: list[float] = []

    def work(show_life: Callable[[], None]) -> None:
        clock.at += 100
        heard.append(loop.silent_for())
        show_life()
        heard.append(loop.silent_for())

    loop = Loop("looks", work, clock)
    loop()
    assert heard == [100, 0]
    clock.at += 7
    assert loop.silent_for() == 7


def test_it_is_never_at_work_twice(clock: FakeClock) -> None:
    running: list[bool] = []

    def work(show_life: Callable[[], None]) -> None:
        running.append(loop.running)
        if len(running) < 3:
            loop()

    loop = Loop("looks", work, clock)
    loop()
    assert running == [True]
    assert not loop.running
