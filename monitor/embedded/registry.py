"""A registry in a process: days that pass, faults on demand, a log of what was asked."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from monitor.embedded.exchange import Request
from monitor.embedded.faults import FAULTS, Fault
from monitor.embedded.records import History, HistoryError, Study, following_day
from monitor.embedded.server import Server
from monitor.embedded.shelf import Shelf


@dataclass
class _Misbehaviour:
    fault: Fault
    path: str
    times: int | None
    after: int


class EmbeddedRegistry:
    """Speaks the registry's API v2 on 127.0.0.1 from a `History`, and PubMed's and Europe PMC's from a `Shelf`, one day at a time.

    requests     every request but those to `/_control`, oldest first
    drip         seconds between two bytes of the slow faults
    retry_after  seconds that the faults with Retry-After ask for

    All methods may be called while requests are being answered.
    """

    def __init__(
        self, history: History, day: date | None = None, *, shelf: Shelf | None = None, control: bool = False
    ) -> None:
        """Begins on `day`, or on the history's first. `control`: whether other processes may steer it over HTTP."""
        if day is None and not history.days:
            raise HistoryError("an empty history needs a day to begin with")
        self.history, self.shelf, self.control = history, shelf or Shelf(), control
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self.drip, self.retry_after = 0.2, 1
        self._day = day or history.days[0]
        self._faults: list[_Misbehaviour] = []
        self._lock = threading.RLock()
        self._base_url: str | None = None

    @property
    def day(self) -> date:
        """The registry day that is being served."""
        return self._day

    @property
    def days(self) -> list[date]:
        """All days on which something begins, in a trial's record or in the literature, sorted."""
        return sorted({*self.history.days, *self.shelf.days})

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT` while serving."""
        if self._base_url is None:
            raise RuntimeError("the embedded registry is not serving")
        return self._base_url

    def go_to(self, day: date) -> None:
        """From now on it is `day`, which need not be one of `days`."""
        with self._lock:
            self._day = day

    def next_day(self) -> bool:
        """Goes on to the next of `days`; False, and nothing done, if there is none."""
        with self._lock:
            following = following_day(self.days, self._day)
            if following is not None:
                self._day = following
            return following is not None

    def put(self, trial: str, day: date, study: Study | None, moved_to: str | None = None) -> None:
        """Adds a state: from `day` on `trial` is `study`; None: gone, or merged into `moved_to`."""
        with self._lock:
            self.history.put(trial, day, study, moved_to)

    def misbehave(self, name: str, times: int | None = 1, path: str | None = None, after: int = 0) -> None:
        """Commits the fault `name` on the next `times` requests (None: on all), `after` so many sound ones.

        Only requests whose path begins with `path` count; by default those that the fault concerns. Of several
        faults the one that was asked for first goes first. Raises KeyError for an unknown name.
        """
        if name not in FAULTS:
            raise KeyError(f"no fault is called {name!r}; there are {', '.join(FAULTS)}")
        fault = FAULTS[name]
        with self._lock:
            self._faults.append(_Misbehaviour(fault, path or fault.where, times, after))

    def behave(self) -> None:
        """Forgets all faults that were asked for."""
        with self._lock:
            self._faults.clear()

    @property
    def pending_faults(self) -> list[str]:
        """The names of the faults that were asked for and are not used up."""
        return [pending.fault.name for pending in self._faults]

    def note(self, request: Request) -> Fault | None:
        """Logs a request and says which fault to commit on it, if any."""
        with self._lock:
            self.requests.append(request)
            for pending in self._faults:
                if not request.path.startswith(pending.path):
                    continue
                if pending.after:
                    pending.after -= 1
                    continue
                if pending.times is not None:
                    pending.times -= 1
                    if not pending.times:
                        self._faults.remove(pending)
                return pending.fault
        return None

    @contextmanager
    def serving(self, port: int = 0) -> Iterator["EmbeddedRegistry"]:
        """Serves while the block runs, on `port` or any free one; at its end all connections are closed."""
        self.stopping.clear()
        server = Server(self, port)
        thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), name="embedded-registry", daemon=True
        )
        thread.start()
        self._base_url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            self.stopping.set()
            server.shutdown()
            server.hang_up()
            server.server_close()
            thread.join()
            self._base_url = None

    def serve_forever(self, port: int = 0, ready: Callable[[str], object] | None = None) -> None:
        """Serves until `stop` is called or the process is interrupted; `ready` is told the base URL once it answers."""
        with self.serving(port):
            if ready is not None:
                ready(self.base_url)
            while not self.stopping.wait(3600):
                pass

    def stop(self) -> None:
        """Ends `serve_forever`."""
        self.stopping.set()

    def now(self) -> float:
        """Seconds on the monotonic clock, as in the log of requests."""
        return time.monotonic()
