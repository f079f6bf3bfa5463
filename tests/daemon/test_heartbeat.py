"""APScheduler as a heartbeat, on real threads, while the wall clock does what it likes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psutil
import pytest
import time_machine

from monitor import bootstrap
from monitor.daemon.heartbeat import Heartbeat
from tests.daemon.builders import eventually

QUICK = timedelta(milliseconds=20)


class CountedLoops:
    """So many loops, and how often each was called."""

    def __init__(self, *names: str, every: timedelta = QUICK) -> None:
        self.calls = dict.fromkeys(names, 0)
        self.held = threading.Event()
        self.held.set()
        self.together = 0
        self.most_together = 0
        self.heart = Heartbeat({name: self._loop(name) for name in names}, every, bootstrap.clock_at(None))

    def _loop(self, name: str) -> "Loop":
        return Loop(self, name)

    def reach(self, count: int) -> None:
        eventually(
            lambda: min(self.calls.values()) >= count, f"every loop called {count} times: {self.calls}"
        )


class Loop:
    def __init__(self, loops: CountedLoops, name: str) -> None:
        self.loops, self.name, self.at_work = loops, name, 0

    def __call__(self) -> None:
        self.at_work += 1
        self.loops.most_together = max(self.loops.most_together, self.at_work)
        self.loops.calls[self.name] += 1
        if self.name == "held":
            self.loops.held.wait(10)
        self.at_work -= 1


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The wall clock, which goes on and can be set; the monotonic one is not touched."""
    with time_machine.travel(datetime(2026, 2, 9, 12, tzinfo=UTC), tick=True) as traveller:
        yield traveller


def test_no_beat_is_lost_however_fast_the_loops_end() -> None:
    loops = CountedLoops(*(f"loop {number}" for number in range(8)), every=timedelta(milliseconds=1))
    loops.heart.start()
    try:
        loops.reach(60)
    finally:
        loops.heart.stop()


def test_a_loop_that_is_held_up_holds_up_no_other() -> None:
    loops = CountedLoops("held", "free")
    loops.held.clear()
    loops.heart.start()
    try:
        eventually(lambda: loops.calls["free"] >= 5, "the free loop goes on")
        assert loops.calls["held"] == 1
        loops.heart.soon("held")
        loops.heart.soon("held")
        loops.held.set()
        loops.reach(7)
        assert loops.most_together == 1
    finally:
        loops.heart.stop()


def test_when_the_clock_went_back_soon_starts_the_beat_again(clock: time_machine.Traveller) -> None:
    loops = CountedLoops("looks")
    loops.heart.start()
    try:
        loops.reach(2)
        clock.shift(timedelta(hours=-1))
        loops.heart.soon("looks")
        before = loops.calls["looks"]
        loops.reach(before + 5)
    finally:
        loops.heart.stop()


def test_ten_years_forward_are_one_beat_and_no_memory(clock: time_machine.Traveller) -> None:
    loops = CountedLoops("looks", every=timedelta(seconds=1))
    loops.heart.start()
    try:
        loops.reach(1)
        memory = psutil.Process().memory_info().rss
        clock.shift(timedelta(days=3653))
        loops.reach(2)
        assert loops.calls["looks"] == 2
        assert psutil.Process().memory_info().rss - memory < 8 * 2**20
    finally:
        loops.heart.stop()


def test_after_stop_nothing_is_called() -> None:
    loops = CountedLoops("looks")
    loops.heart.start()
    loops.reach(1)
    loops.heart.stop()
    stopped_at = loops.calls["looks"]
    loops.heart.soon("looks")
    threading.Event().wait(0.1)
    assert loops.calls["looks"] <= stopped_at + 1  # one that had begun when it stopped
