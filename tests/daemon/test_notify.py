"""What the service manager hears, over a real datagram socket."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from monitor.daemon.notify import Notifier
from tests.daemon.builders import FakeServiceManager


@pytest.fixture(params=["a file", "an abstract name"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeServiceManager]:
    address = str(tmp_path / "notify") if request.param == "a file" else f"@trialmon-{uuid4().hex}"
    made = FakeServiceManager(address)
    yield made
    made.close()


def test_each_state_is_one_datagram(manager: FakeServiceManager) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.address})
    notifier.ready()
    notifier.reloading(12.5)
    notifier.alive()
    notifier.stopping()
    assert manager.heard() == ["READY=1", "RELOADING=1\nMONOTONIC_USEC=12500000", "WATCHDOG=1", "STOPPING=1"]


def test_a_status_is_said_once_and_is_one_line(manager: FakeServiceManager) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.address})
    notifier.status("watching 3 trials")
    notifier.status("watching 3 trials")
    notifier.status("the registry says:\nREADY=1\x1b[2J")
    first, second = manager.heard()
    assert first == "STATUS=watching 3 trials"
    assert second.startswith("STATUS=the registry says: READY=1")
    assert "\n" not in second
    assert "\x1b" not in second


def test_without_a_service_manager_nothing_happens() -> None:
    notifier = Notifier({})
    notifier.ready()
    notifier.status("watching")
    notifier.close()
    assert notifier.watchdog_every is None


def test_a_service_manager_that_went_away_is_no_reason_to_stop(tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    notifier.ready()
    notifier.close()
    notifier.alive()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "180000000"}, 90.0),
        ({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": str(os.getpid())}, 90.0),
        ({"WATCHDOG_USEC": "180000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_at_half_of_its_time(environment: dict[str, str], seconds: float | None) -> None:
    assert Notifier(environment).watchdog_every == seconds
