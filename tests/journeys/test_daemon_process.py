"""`trialmon run` as systemd or a person runs it: a process of its own, with real signals, files, sockets and messages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store.database import Database
from monitor.store.lock import FileLock
from monitor.store.runs import SourceState, source_state
from tests.daemon.builders import (
    TUESDAY,
    FakeServiceManager,
    House,
    Receiver,
    a_house,
    a_receiver,
    a_service_manager,
    eventually,
    numbers,
)

TRIALMON = Path(sys.executable).with_name("trialmon")


class Process:
    """A `trialmon run` and what it writes to standard error."""

    def __init__(self, house: House, *options: str, **environment: str) -> None:
        self._log = house.folder / f"log-{len(list(house.folder.glob('log-*')))}"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [TRIALMON, "run", "--config", house.config, *options],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **environment},
            )

    def log(self) -> str:
        return self._log.read_text()

    def says(self, words: str) -> None:
        self.until(lambda: words in self.log(), f"“{words}” in the log")

    def until(self, true: Callable[[], object], what: str) -> None:
        """Wait for something that the daemon should bring about."""
        try:
            eventually(true, what, 40)
        except AssertionError as failed:
            raise AssertionError(
                f"{failed}; exit code {self.process.poll()}; the log:\n{self.log()[-4000:]}"
            ) from None

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        return self.process.wait(60)

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.end()

    def out(self) -> str:
        return self.process.communicate(timeout=60)[0]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with a_receiver() as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, receiver: Receiver) -> Iterator[House]:
    with a_house(tmp_path) as made:
        made.settings("1s", f"destinations:\n  desk: {receiver.url}\n")
        made.watchlist("mine", numbers(3), to="desk")
        yield made


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[FakeServiceManager]:
    with a_service_manager(tmp_path) as made:
        yield made


@pytest.fixture
def run(house: House) -> Iterator["Runs"]:
    runs = Runs(house)
    yield runs
    runs.kill()


class Runs:
    """Starts processes over one house; none outlives the test."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._started: list[Process] = []

    def __call__(self, *options: str, **environment: str) -> Process:
        self._started.append(Process(self._house, *options, **environment))
        return self._started[-1]

    def kill(self) -> None:
        for started in self._started:
            if started.process.poll() is None:
                started.process.kill()
            started.process.communicate()


def the_state(house: House) -> SourceState:
    database = Database.open_readonly(house.database)
    try:
        return source_state(database, "clinicaltrials.gov")
    finally:
        database.close()


def test_from_the_registry_to_the_inbox_until_it_is_asked_to_stop(
    house: House, receiver: Receiver, manager: FakeServiceManager, run: Runs
) -> None:
    daemon = run(NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="2000000")
    daemon.until(lambda: len(receiver.messages) == 1, "the list is announced")
    house.registry.go_to(TUESDAY)
    daemon.until(lambda: len(receiver.messages) == 2, "the alert")
    assert "Terminated" in receiver.messages[1]["message"]
    daemon.until(lambda: manager.heard_of("WATCHDOG=1"), "the watchdog is fed")
    assert daemon.stop() == 0
    heard = manager.heard()
    assert heard[0] == "READY=1"
    assert any(line.startswith("STATUS=watching 3 trials in 1 list") for line in heard)
    assert heard.index("STOPPING=1") > heard.index("WATCHDOG=1")
    assert "Traceback" not in daemon.log()


def test_sigterm_in_the_middle_of_a_look_ends_it_after_the_batch(house: House, run: Runs) -> None:
    many = numbers(3) + [f"NCT{one:08}" for one in range(1000, 1150)]
    house.watchlist("mine", many)
    house.registry.drip = 0.0005
    house.registry.misbehave("slow_drip", times=1, path="/api/v2/studies")
    daemon = run()
    daemon.until(lambda: len(house.registry.requests) == 2, "the first batch is under way")
    assert daemon.stop() == 0
    assert "stopped before the end" not in daemon.log()
    assert len(house.registry.requests) <= 3
    state = the_state(house)
    assert state.next_look_at is None
    assert not state.applied_stamp
    again = run()
    again.says("looked at 153, 0 changed")
    assert again.stop() == 0
    assert the_state(house).applied_stamp


def test_a_wrong_list_in_a_running_daemon_changes_nothing(
    house: House, receiver: Receiver, run: Runs
) -> None:
    daemon = run()
    daemon.until(lambda: len(receiver.messages) == 1, "the list is announced")
    path = house.folder / "watchlists" / "mine.yaml"
    path.write_text("watch:\n  - trial: NCT123\n")
    daemon.send(signal.SIGHUP)
    daemon.says(f"{path}:2: ")
    daemon.says("the last good version stays in force")
    house.registry.go_to(TUESDAY)
    daemon.until(lambda: len(receiver.messages) == 2, "the alert of the list as it was")
    house.watchlist("mine", numbers(2), to="desk")
    daemon.says("is right again")
    daemon.says("the configuration was read again: 1 list in force")
    assert daemon.stop() == 0


def test_a_second_daemon_says_who_is_at_work(house: House, run: Runs) -> None:
    first = run()
    first.says("is at work")
    second = run()
    assert second.end() == 3
    assert (
        f"another trialmon daemon is at work on {house.database} (by process {first.process.pid})"
        in second.log()
    )
    assert first.stop() == 0


def test_a_wrong_trialmon_yaml_is_refused_with_its_line(house: House, run: Runs) -> None:
    house.config.write_text("database: x.db\nwatchlist: here\n")
    daemon = run()
    assert daemon.end() == 2
    assert f"{house.config}:2: " in daemon.log()
    assert not (house.folder / "x.db").exists()


def test_what_was_being_sent_when_the_daemon_was_killed_is_sent_again_with_the_same_key(
    house: House, receiver: Receiver, run: Runs
) -> None:
    receiver.pause = 1.0
    daemon = run()
    daemon.until(receiver.busy.is_set, "a delivery is under way")
    daemon.send(signal.SIGKILL)
    daemon.end()
    receiver.pause = 0.0
    again = run()
    again.until(lambda: len(receiver.messages) == 2, "it is sent again")
    assert receiver.keys[0] == receiver.keys[1]
    assert again.stop() == 0


def test_the_watchdog_hears_nothing_while_the_database_is_locked(
    house: House, manager: FakeServiceManager, run: Runs
) -> None:
    daemon = run(NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="200000")
    daemon.says("looked at 3")
    lock = FileLock(house.folder / "trialmon.db-lock")
    with lock.held(30):
        manager.heard()
        fed = len(manager.heard_of("WATCHDOG=1"))
        house.registry.stopping.wait(2.5)
        assert len(manager.heard_of("WATCHDOG=1")) == fed
    lock.close()
    daemon.until(lambda: len(manager.heard_of("WATCHDOG=1")) > fed, "the watchdog is fed again")
    assert daemon.stop() == 0


def test_once_is_one_cycle_at_the_time_it_is_told(house: House, receiver: Receiver, run: Runs) -> None:
    now = datetime(2026, 2, 5, 14, tzinfo=UTC)
    cycle = run("--once", "--json", "--now", now.isoformat())
    assert json.loads(cycle.out()) == {"looked": 3, "changed": 0, "events": 0, "told": 1, "failed": []}
    assert cycle.end() == 0
    assert the_state(house).last_ok_at == now
    assert len(receiver.messages) == 1


def test_once_with_a_wrong_list_looks_at_the_others_and_says_so(house: House, run: Runs) -> None:
    (house.folder / "watchlists" / "wrong.yaml").write_text("watch: 3\n")
    cycle = run("--once", "--json")
    assert json.loads(cycle.out())["looked"] == 3
    assert cycle.end() == 1
    assert "wrong.yaml:1: " in cycle.log()


def test_once_with_a_registry_that_is_down_is_done_in_part(house: House, run: Runs) -> None:
    house.registry.misbehave("status_403", times=None)
    cycle = run("--once", "--json")
    assert [list(entry) for entry in json.loads(cycle.out())["failed"]] == [["source", "why"]]
    assert cycle.end() == 1


def test_a_daemon_does_not_take_the_time_from_anybody(house: House, run: Runs) -> None:
    daemon = run("--now", "2026-02-05")
    assert daemon.end() == 2
    assert "--now needs --once" in daemon.log()
