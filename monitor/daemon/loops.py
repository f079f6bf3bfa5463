"""What one beat of the daemon does, and what is known about a loop from outside: does it live, does it keep failing?"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from traceback import extract_tb

from monitor.core.clock import Clock
from monitor.core.errors import TrialmonError

_log = logging.getLogger("trialmon.daemon")

HOPELESS_AFTER = 3
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=5)


class Loop:
    """One of the daemon's loops. `work` does what is due, or nothing; it is given a function to call now and then: "I live".

    An error never ends the loop by itself: it is written to the log (once for as long as it stays the same), and the loop pauses
    for 30 seconds, then longer, up to 5 minutes. An error that people can do something about (`TrialmonError`: disk full,
    database locked) may last for ever. An unexpected one is a mistake of ours: the third of its kind in a row makes the loop
    `hopeless`, and the daemon ends with exit code 1, to be started afresh by whoever looks after it.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Callable[[], None]], None],
        clock: Clock,
        *,
        first_pause: timedelta = _FIRST_PAUSE,
        beside: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self.hopeless = ""
        self._work = work
        self._clock = clock
        self._first_pause = first_pause
        self._beside = beside
        self._turn = threading.Lock()
        self._alive_at = clock.monotonic()
        self._not_before = self._alive_at
        self._failures = 0
        self._last_error = ""

    def __call__(self) -> None:
        """One beat. Never raises."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            self.show_life()
            if self._clock.monotonic() < self._not_before:
                return
            self._work(self.show_life)
        except TrialmonError as error:
            self._failed(f"{type(error).__name__}: {error}", error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other loop and the next beat must not suffer from it
            place = extract_tb(error.__traceback__)[-1]
            self._failed(f"{type(error).__name__} at {place.filename}:{place.lineno}", error)
        else:
            if self._failures:
                _log.info("%s: works again", self.name)
            self._failures, self._last_error = 0, ""
        finally:
            self.show_life()
            self._turn.release()

    @property
    def running(self) -> bool:
        """Whether it is at work right now, or what it began is (`beside`)."""
        return self._turn.locked() or self._beside()

    def show_life(self) -> None:
        """Called now and then while it works: it does not hang."""
        self._alive_at = self._clock.monotonic()

    def silent_for(self) -> float:
        """Seconds since it last showed life."""
        return self._clock.monotonic() - self._alive_at

    def rest(self, seconds: float) -> None:
        """Do nothing for so long."""
        self._not_before = max(self._not_before, self._clock.monotonic() + seconds)

    def _failed(self, what: str, error: Exception) -> None:
        again = what == self._last_error
        self._failures = self._failures + 1 if again else 1
        self._last_error = what
        pause = min(self._first_pause * 2 ** min(self._failures - 1, 10), _LONGEST_PAUSE)
        self.rest(pause.total_seconds())
        if isinstance(error, TrialmonError):
            if not again:
                _log.error("%s: %s", self.name, error)
            return
        if not again:
            _log.error("%s: an error of trialmon itself; it is tried again", self.name, exc_info=error)
        elif self._failures >= HOPELESS_AFTER:
            self.hopeless = f"{self.name}: {self._failures} times in a row {what}"
