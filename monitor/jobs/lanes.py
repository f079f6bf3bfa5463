"""A thread for each destination that has something to be sent: a slow one holds up no other, whatever becomes due meanwhile."""

import queue
import threading
from collections.abc import Callable, Iterable

from monitor.jobs.context import Report


class Lanes:
    """Runs `work` for destinations side by side, never twice at once for one of them. Its threads are daemons: one that is cut short
    by the end of the process is as one that crashed, and the store knows what to do about that."""

    def __init__(self, work: Callable[[str], Report]) -> None:
        self._work = work
        self._running: set[str] = set()
        self._lock = threading.Lock()
        self._ended: queue.SimpleQueue[Report | BaseException] = queue.SimpleQueue()

    @property
    def busy(self) -> bool:
        """Whether any destination is being sent to."""
        return bool(self._running)

    def start(self, destinations: Iterable[str]) -> None:
        """Begin for each of them that is not being sent to."""
        for destination in destinations:
            with self._lock:
                if destination in self._running:
                    continue
                self._running.add(destination)
            threading.Thread(
                target=self._run, args=(destination,), daemon=True, name=f"lane-{destination}"
            ).start()

    def _run(self, destination: str) -> None:
        ended: Report | BaseException
        try:
            ended = self._work(destination)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            ended = error
        self._ended.put(ended)  # first: whoever sees that no lane is busy finds what all of them did
        with self._lock:
            self._running.discard(destination)

    def collect(self, into: Report, seconds: float = 0.0) -> None:
        """Add up what the lanes that have ended since the last time did; wait so long for one if there is none yet.
        Raises what ended a lane, if one failed."""
        try:
            while True:
                ended = self._ended.get(timeout=seconds) if seconds else self._ended.get_nowait()
                seconds = 0.0
                if isinstance(ended, BaseException):
                    raise ended
                into.told += ended.told
                for entry in ended.failed:
                    into.fail("destination", entry["destination"], entry["why"])
        except queue.Empty:
            return
