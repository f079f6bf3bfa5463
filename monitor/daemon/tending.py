"""The daemon's loop for what follows a cycle. Apart from the others: a heartbeat that nobody answers may take its seconds here."""

import threading
from collections.abc import Callable

from monitor.core.clock import Clock
from monitor.daemon.current import Current
from monitor.jobs.tending import Tending


class TendingLoop:
    """At most once every `every` seconds, on monotonic time: what the files and the heartbeat tell is not worth more."""

    def __init__(self, current: Current, stop: threading.Event, clock: Clock, every: float) -> None:
        self._current = current
        self._stop = stop
        self._clock = clock
        self._every = every
        self._tended_at = float("-inf")
        self._tend = Tending()

    def __call__(self, show_life: Callable[[], None]) -> None:
        """One round, if it is time for one."""
        if self._stop.is_set() or self._clock.monotonic() - self._tended_at < self._every:
            return
        self._tended_at = self._clock.monotonic()
        with self._current.use() as context:
            self._tend(context)
