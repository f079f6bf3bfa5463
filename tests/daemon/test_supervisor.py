"""The whole daemon in this process: real threads, real SQLite, real HTTP, signals and the wall clock at our command."""

import logging
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import time_machine

from monitor.core.errors import NothingDone
from monitor.daemon.files import Files
from monitor.daemon.rhythm import Rhythm
from monitor.daemon.supervisor import Daemon
from monitor.store.database import Database
from monitor.store.lock import FileLock
from monitor.store.quarantine import Suspect, keep_suspects, suspects
from monitor.store.runs import source_state
from tests.daemon.builders import (
    TUESDAY,
    FakeServiceManager,
    House,
    a_house,
    a_receiver,
    a_service_manager,
    eventually,
    numbers,
)

QUICK = Rhythm(beat=0.02, tick=0.01, status=0.05, silence=0.2, forsaken=4.0, jitter=0.0, grace=10.0)


class Running:
    """A daemon at work in a thread, and the signals that it gets."""

    def __init__(self, house: House, environment: dict[str, str], rhythm: Rhythm) -> None:
        self.signals: queue.Queue[int] = queue.Queue()
        self.abandoned_with: list[int] = []
        self.ended: list[int | BaseException] = []
        files = Files.at_start(house.config, environment)
        self._daemon = Daemon(
            files, environment, rhythm=rhythm, wait=self._wait, abandon=self.abandoned_with.append
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> int | BaseException:
        """Asked to stop: the exit code, or what it raised."""
        self.signals.put(signal.SIGTERM)
        return self.end()

    def stop_at_once(self) -> None:
        """As by pressing Ctrl-C twice: whatever is under way."""
        self.signals.put(signal.SIGINT)
        self.stop()

    def stop_the_heart(self) -> None:
        """As if APScheduler's thread had died of something."""
        self._daemon._heart._scheduler.pause()

    def start_the_heart_again(self) -> None:
        """As when a machine that stood still goes on."""
        self._daemon._heart._scheduler.resume()

    def end(self) -> int | BaseException:
        self._thread.join(20)
        return self.ended[0]

    def _run(self) -> None:
        try:
            self.ended.append(self._daemon.run())
        except BaseException as error:  # noqa: BLE001 - it is looked at by the test
            self.ended.append(error)

    def _wait(self, seconds: float) -> int | None:
        try:
            return self.signals.get(timeout=seconds)
        except queue.Empty:
            return None


Start = Callable[..., Running]


@pytest.fixture
def start(house: House) -> Iterator[Start]:
    """Starts a daemon over the house; at the end none is left running."""
    running: list[Running] = []

    def begin(rhythm: Rhythm = QUICK, **environment: str) -> Running:
        running.append(Running(house, environment, rhythm))
        return running[-1]

    yield begin
    for one in running:
        if not one.ended:
            one.stop_at_once()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[FakeServiceManager]:
    with a_service_manager(tmp_path) as made:
        yield made


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    """Whether something was logged."""
    monkeypatch.setattr(logging.getLogger("trialmon"), "propagate", True)
    caplog.set_level(logging.INFO, "trialmon")
    return lambda words: any(words in record.getMessage() for record in list(caplog.records))


@contextmanager
def a_clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 2, 9, 12, tzinfo=UTC), tick=True) as clock:
        yield clock


def next_look(house: House) -> datetime | None:
    if not house.database.exists():
        return None
    database = Database.open_readonly(house.database)
    try:
        return source_state(database, "clinicaltrials.gov").next_look_at
    finally:
        database.close()


def the_look_is_noted(house: House, after: datetime) -> None:
    def noted() -> bool:
        with suppress(NothingDone):  # the daemon is just making its database
            due = next_look(house)
            return due is not None and due > after
        return False

    eventually(noted, "the next look is noted")


def quiet_for_a_while() -> None:
    """Long enough for a dozen beats of the quick rhythm."""
    threading.Event().wait(0.3)


def starved(manager: FakeServiceManager) -> bool:
    """Whether the watchdog has heard nothing for a while."""
    fed = len(manager.heard_of("WATCHDOG=1"))
    quiet_for_a_while()
    return len(manager.heard_of("WATCHDOG=1")) == fed


def a_first_look(house: House, start: Start) -> Running:
    running = start()
    eventually(lambda: house.looks == 1 and house.database.exists(), "the first look")
    the_look_is_noted(house, datetime.now(UTC))
    return running


@pytest.mark.parametrize(
    ("jump", "words"),
    [
        pytest.param(timedelta(hours=-1), "the clock went back by 60 min", id="back one hour"),
        pytest.param(timedelta(days=-4), "the clock went back by 4 days", id="back four days"),
        pytest.param(timedelta(hours=8), "the machine slept", id="asleep for eight hours"),
        pytest.param(timedelta(days=3653), "3653 days further on", id="forward ten years"),
    ],
)
def test_whatever_the_clock_does_one_look_makes_up_for_it(
    jump: timedelta, words: str, house: House, start: Start, said: Callable[[str], bool]
) -> None:
    with a_clock() as clock:
        running = a_first_look(house, start)
        memory = psutil.Process().memory_info().rss
        house.registry.go_to(TUESDAY)
        clock.shift(jump)
        eventually(lambda: house.looks == 2, "the look after the jump")
        eventually(lambda: said("looked at 3, 1 changed"), "what changed meanwhile is found")
        quiet_for_a_while()
        assert house.looks == 2
        assert running.stop() == 0
        assert said(words)
        assert psutil.Process().memory_info().rss - memory < 16 * 2**20


def test_between_two_looks_the_registry_is_left_alone(house: House, start: Start) -> None:
    running = a_first_look(house, start)
    quiet_for_a_while()
    assert running.stop() == 0
    assert house.looks == 1


def test_a_restart_neither_repeats_nor_forgets_a_look(house: House, start: Start) -> None:
    with a_clock() as clock:
        a_first_look(house, start).stop()
        again = start()
        quiet_for_a_while()
        assert house.looks == 1
        again.stop()
        clock.shift(timedelta(minutes=20))
        start()
        eventually(lambda: house.looks == 2, "the look that came due meanwhile")


def test_a_trial_in_quarantine_is_tried_again_with_the_first_look_of_another_day(
    house: House, start: Start, said: Callable[[str], bool]
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=2)
    with Database.open(house.database) as database:
        suspect = Suspect(2, 1, long_ago, long_ago, "0.0.1", told=True)
        keep_suspects(database, "clinicaltrials.gov", {numbers(1)[0]: suspect})
    a_first_look(house, start)
    assert said("looked at 1, 0 changed")
    assert said("looked at 3, 0 changed")
    with Database.open_readonly(house.database) as database:
        assert suspects(database, "clinicaltrials.gov") == {}


def test_a_registry_that_refuses_is_asked_less_and_less(house: House, start: Start) -> None:
    with a_clock() as clock:
        house.registry.misbehave("status_403", times=None, path="/api/v2/version")
        start()
        waits = []
        for _ in range(5):
            before = datetime.now(UTC)
            the_look_is_noted(house, before)
            due = next_look(house)
            assert due is not None
            waits.append(due - before)
            clock.shift(due - datetime.now(UTC))
        assert timedelta(minutes=14) < waits[0] < timedelta(minutes=17)
        assert timedelta(hours=1.9) < waits[-1] < timedelta(hours=4)
        assert sorted(waits[1:]) == waits[1:]


def test_a_look_that_hangs_holds_up_no_delivery(tmp_path: Path) -> None:
    with a_house(tmp_path) as house, a_receiver() as receiver:
        house.settings("1s", f"destinations:\n  desk: {receiver.url}\n")
        house.watchlist("mine", numbers(3), to="desk")
        running = Running(house, {}, QUICK)
        eventually(lambda: len(receiver.messages) == 1, "the list is announced")
        receiver.busy.clear()
        receiver.pause = 0.5
        house.registry.go_to(TUESDAY)
        eventually(receiver.busy.is_set, "the alert is on its way")
        house.registry.misbehave("never_answers", times=None)
        eventually(lambda: len(receiver.messages) == 2, "the alert arrives while a look hangs")
        running.stop_at_once()


def test_a_destination_that_hangs_holds_up_no_other_not_even_what_becomes_due_later(tmp_path: Path) -> None:
    with a_house(tmp_path) as house, a_receiver() as hangs, a_receiver() as works:
        house.settings("1s", f"destinations:\n  hangs: {hangs.url}\n  works: {works.url}\n")
        house.watchlist("mine", numbers(3), to="hangs, works")
        hangs.hold = threading.Event()
        running = Running(house, {}, QUICK)
        eventually(hangs.busy.is_set, "one destination hangs")
        eventually(lambda: len(works.messages) == 1, "the list is announced at the other")
        house.registry.go_to(TUESDAY)
        eventually(lambda: len(works.messages) == 2, "the alert arrives there while the first still hangs")
        assert hangs.messages == []
        hangs.hold.set()
        eventually(lambda: len(hangs.messages) == 2, "what hung arrives, and what waited behind it")
        assert running.stop() == 0


def test_a_slow_delivery_is_waited_for_when_asked_to_stop(tmp_path: Path) -> None:
    with a_house(tmp_path) as house, a_receiver() as receiver:
        house.settings("15m", f"destinations:\n  desk: {receiver.url}\n")
        house.watchlist("mine", numbers(3), to="desk")
        receiver.pause = 0.7
        running = Running(house, {}, QUICK)
        eventually(receiver.busy.is_set, "the delivery is under way")
        assert running.stop() == 0
        assert len(receiver.messages) == 1
        again = Running(house, {}, QUICK)
        quiet_for_a_while()
        assert again.stop() == 0
        assert len(receiver.messages) == 1


def test_a_look_that_does_not_end_is_cut_short_and_made_again(house: House, start: Start) -> None:
    house.registry.misbehave("never_answers", times=None)
    running = start(Rhythm(beat=0.02, tick=0.01, jitter=0.0, grace=0.1))
    eventually(lambda: house.looks == 1, "the look has begun")
    assert running.stop() == 0
    assert running.abandoned_with == [0]
    assert next_look(house) is None


def test_a_second_signal_ends_the_patience(house: House, start: Start) -> None:
    house.registry.misbehave("never_answers", times=None)
    running = start(Rhythm(beat=0.02, tick=0.01, jitter=0.0, grace=60))
    eventually(lambda: house.looks == 1, "the look has begun")
    running.signals.put(signal.SIGINT)
    assert running.stop() == 0
    assert running.abandoned_with == [0]


def test_changed_watchlists_are_looked_at_at_once(
    house: House, start: Start, said: Callable[[str], bool]
) -> None:
    house.watchlist("mine", numbers(1))
    a_first_look(house, start)
    house.watchlist("mine", numbers(3))
    eventually(lambda: house.looks == 2, "the look after the edit")
    eventually(lambda: said("looked at 2, 0 changed"), "the two new trials are read")


def test_a_reload_that_changes_nothing_looks_at_nothing(house: House, start: Start) -> None:
    running = a_first_look(house, start)
    running.signals.put(signal.SIGHUP)
    quiet_for_a_while()
    running.stop()
    assert house.looks == 1


def test_a_wrong_list_leaves_the_last_good_one_at_work(
    house: House, start: Start, said: Callable[[str], bool]
) -> None:
    running = a_first_look(house, start)
    (house.folder / "watchlists/mine.yaml").write_text("watch: [{trial: NCT1}]\n")
    running.signals.put(signal.SIGHUP)
    eventually(lambda: said("mine.yaml: the last good version stays in force"), "the mistake is told")
    house.settings("1s")
    house.registry.go_to(TUESDAY)
    eventually(lambda: said("looked at 3, 1 changed"), "all three are still watched")


def test_the_service_manager_hears_ready_status_reload_and_stop(
    house: House, start: Start, manager: FakeServiceManager
) -> None:
    running = start(NOTIFY_SOCKET=manager.address)
    eventually(
        lambda: [
            line for line in manager.heard_of("STATUS=") if "watching 3 trials in 1 list; last look" in line
        ],
        "a status that people can read",
    )
    assert manager.heard()[0] == "READY=1"
    assert manager.heard_of("STATUS=")[-1].endswith(" UTC; 0 to send")
    running.signals.put(signal.SIGHUP)
    eventually(lambda: manager.heard_of("RELOADING=1\nMONOTONIC_USEC="), "the reload")
    eventually(lambda: len(manager.heard_of("READY=1")) == 2, "ready again")
    assert running.stop() == 0
    assert "STOPPING=1" in manager.heard()


def test_ready_is_not_said_before_the_database_is_ours(
    house: House, start: Start, manager: FakeServiceManager
) -> None:
    house.database.write_text("this is no database at all, but it is long enough to look like one" * 20)
    ended = start(NOTIFY_SOCKET=manager.address).end()
    assert isinstance(ended, NothingDone)
    assert manager.heard() == []


def test_the_watchdog_is_fed_while_all_is_well(
    house: House, start: Start, manager: FakeServiceManager
) -> None:
    start(NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="40000")
    eventually(lambda: len(manager.heard_of("WATCHDOG=1")) >= 5, "the watchdog is fed")


def test_the_watchdog_starves_while_a_loop_hangs(
    house: House, start: Start, manager: FakeServiceManager
) -> None:
    start(NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="40000")
    eventually(lambda: manager.heard_of("WATCHDOG=1"), "the watchdog is fed")
    the_look_is_noted(house, datetime.now(UTC))
    house.registry.misbehave("never_answers", times=None)
    house.watchlist("mine", numbers(2))
    eventually(lambda: house.looks == 2, "a look hangs")
    eventually(lambda: starved(manager), "the watchdog hears nothing any more")


def test_the_watchdog_starves_while_the_database_cannot_be_written(
    house: House, start: Start, manager: FakeServiceManager
) -> None:
    running = start(NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="40000")
    the_look_is_noted(house, datetime.now(UTC))
    lock = FileLock(house.folder / "trialmon.db-lock")
    with lock.held(10):
        eventually(lambda: starved(manager), "the watchdog hears nothing any more")
        fed = len(manager.heard_of("WATCHDOG=1"))
    lock.close()
    eventually(lambda: len(manager.heard_of("WATCHDOG=1")) > fed + 3, "the watchdog is fed again")
    assert running.stop() == 0


def test_a_locked_database_does_not_keep_the_daemon_from_stopping(
    house: House, start: Start, manager: FakeServiceManager
) -> None:
    running = start(
        Rhythm(beat=0.02, tick=0.01, grace=0.2), NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="40000"
    )
    the_look_is_noted(house, datetime.now(UTC))
    lock = FileLock(house.folder / "trialmon.db-lock")
    with lock.held(10):
        eventually(lambda: starved(manager), "the watchdog hears nothing any more")
        running.signals.put(signal.SIGTERM)
        eventually(lambda: running.abandoned_with == [0], "the end")
    lock.close()


def test_a_heartbeat_that_died_ends_the_daemon_to_be_started_afresh(
    house: House, start: Start, said: Callable[[str], bool]
) -> None:
    running = a_first_look(house, start)
    running.stop_the_heart()
    assert running.end() == 1
    assert said("nothing starts them any more")


def test_a_heartbeat_that_falters_on_a_busy_machine_ends_nothing(house: House, start: Start) -> None:
    running = a_first_look(house, start)
    running.stop_the_heart()
    # Far longer than the beats that are missed, and less than QUICK is patient for.
    threading.Event().wait(1.0)
    running.start_the_heart_again()
    house.watchlist("mine", numbers(2))
    eventually(lambda: house.looks == 2, "the look after the edit")
    assert running.stop() == 0


def test_a_database_that_was_moved_away_ends_the_daemon(house: House, start: Start) -> None:
    running = a_first_look(house, start)
    house.database.rename(house.folder / "moved.db")
    ended = running.end()
    assert isinstance(ended, NothingDone)
    assert "was replaced or removed" in str(ended)


def test_a_second_daemon_does_not_begin(house: House, start: Start) -> None:
    first = a_first_look(house, start)
    ended = start().end()
    assert isinstance(ended, NothingDone)
    assert "another trialmon daemon is at work" in str(ended)
    assert first.stop() == 0
    assert house.looks == 1
