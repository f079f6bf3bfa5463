"""A small registry, a configuration for it, and a receiver of alerts: what a daemon needs around it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from monitor.core.errors import NothingDone
from monitor.embedded import EmbeddedRegistry, History, Shelf
from monitor.store import queries
from monitor.store.database import Database
from tests.loopback import say, serving

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)


def a_study(number: str, status: str = "RECRUITING") -> dict[str, Any]:
    """A record with little in it."""
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": number,
                "briefTitle": f"Stem Cells for Back Pain {number[-2:]}",
            },
            "statusModule": {
                "overallStatus": status,
                "lastUpdatePostDateStruct": {"date": "2026-01-10", "type": "ACTUAL"},
            },
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-02"}},
        "hasResults": False,
    }


def numbers(count: int) -> list[str]:
    return [f"NCT{one:08}" for one in range(1, count + 1)]


def a_history(count: int) -> History:
    """So many trials from Monday on; on Tuesday the first is terminated."""
    history = History()
    for number in numbers(count):
        history.put(number, MONDAY, a_study(number))
    history.put(numbers(1)[0], TUESDAY, a_study(numbers(1)[0], "TERMINATED"))
    return history


@dataclass
class House:
    """A folder with a trialmon.yaml and watchlists, and the registry that they point at."""

    folder: Path
    registry: EmbeddedRegistry

    @property
    def config(self) -> Path:
        return self.folder / "trialmon.yaml"

    @property
    def database(self) -> Path:
        return self.folder / "trialmon.db"

    @property
    def looks(self) -> int:
        """How often the registry was asked whether it has refreshed."""
        return sum(request.path == "/api/v2/version" for request in list(self.registry.requests))

    def settings(self, check_every: str = "15m", destinations: str = "", literature: str = "") -> None:
        """`literature`: the sources of papers that are asked, too."""
        papers = "".join(
            f"  {name}: {{base_url: '{self.registry.base_url}'}}\n" for name in literature.split()
        )
        self.config.write_text(
            "sources:\n  clinicaltrials.gov:\n"
            f"    base_url: {self.registry.base_url}\n    pause: 0s\n    check_every: {check_every}\n{papers}{destinations}"
        )

    def events(self) -> list[str]:
        """The rules of what was told so far, oldest first."""
        if not self.database.exists():
            return []
        try:
            database = Database.open_readonly(self.database)
        except NothingDone:  # the daemon is just making it
            return []
        try:
            return [one["rule"] for one in queries.events(database, queries.Filters())][::-1]
        finally:
            database.close()

    def watchlist(self, name: str, trials: list[str], to: str = "") -> Path:
        path = self.folder / "watchlists" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        subscribers = f"subscribers:\n  - {{name: me, to: [{to}]}}\n" if to else ""
        path.write_text("watch:\n" + "".join(f"  - trial: {number}\n" for number in trials) + subscribers)
        return path


@contextmanager
def a_house(folder: Path, count: int = 3) -> Iterator[House]:
    """All trials of a small registry watched in the list `mine`."""
    with EmbeddedRegistry(a_history(count), shelf=Shelf()).serving() as registry:
        house = House(folder, registry)
        house.settings()
        house.watchlist("mine", numbers(count))
        yield house


@dataclass
class Receiver:
    """An HTTP server that takes what Apprise's json:// sends. `pause` holds up its answers for so long, `hold` until it is set; `busy` is
    set once one came."""

    url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    pause: float = 0.0
    hold: threading.Event | None = None
    busy: threading.Event = field(default_factory=threading.Event)


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    def take(request: BaseHTTPRequestHandler, body: bytes) -> None:
        receiver.busy.set()
        time.sleep(receiver.pause)
        if receiver.hold is not None:
            receiver.hold.wait(30)
        receiver.keys.append(request.headers["Idempotency-Key"])
        receiver.messages.append(json.loads(body))
        with suppress(OSError):  # the daemon may have been killed meanwhile
            say(request, 200)

    with serving(take) as port:
        receiver.url = f"json://127.0.0.1:{port}/"
        yield receiver


class FakeServiceManager:
    """systemd's end of the notification socket: a real datagram socket, and what came in through it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.settimeout(0.05)
        self.messages: list[str] = []

    def heard(self) -> list[str]:
        """Every message so far, oldest first."""
        try:
            while True:
                self.messages.append(self._socket.recv(65536).decode())
                self._socket.setblocking(False)
        except (TimeoutError, BlockingIOError):
            self._socket.settimeout(0.05)
        return self.messages

    def heard_of(self, beginning: str) -> list[str]:
        return [message for message in self.heard() if message.startswith(beginning)]

    def close(self) -> None:
        self._socket.close()


@contextmanager
def a_service_manager(folder: Path) -> Iterator[FakeServiceManager]:
    manager = FakeServiceManager(str(folder / "notify"))
    try:
        yield manager
    finally:
        manager.close()


def eventually(true: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Wait until it is so. The limit only ends a test that has failed; machines that are busy are slow."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.01)
