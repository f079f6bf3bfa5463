"""APScheduler as a heartbeat, and as nothing more: what is due is known to the store.

It lives by the wall clock: it sleeps for an hour after the clock went back by one, and lists a million missed runs after the clock
went forward by ten years. So there are no intervals here, only one-shot jobs that are armed again when they end (one missed run at most,
whatever the jump), and a supervisor on monotonic time that calls `soon` for a loop that has not been started for too long.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.core.clock import Clock


class Heartbeat:
    """Calls each loop, and again `every` after it ended; each in a thread of its own, never twice at once."""

    def __init__(self, loops: Mapping[str, Callable[[], None]], every: timedelta, clock: Clock) -> None:
        self._loops = dict(loops)
        self._every = every
        self._clock = clock
        self._stopped = False
        self._armed: dict[str, str] = {}
        self._numbers = count()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={
                name: ThreadPoolExecutor(1, {"thread_name_prefix": f"trialmon-{name}"}) for name in loops
            },
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(self._ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        """From now on."""
        self._scheduler.start()
        for name in self._loops:
            self.soon(name)

    def soon(self, name: str) -> None:
        """Call this loop now, or when it is done with what it is at."""
        self._arm(name, None)

    def stop(self) -> None:
        """Begin no call any more. What is under way goes on, and is not waited for."""
        self._stopped = True
        # Not `shutdown`: that takes the jobs from under a round of APScheduler's thread, which then dies loudly.
        self._scheduler.pause()

    def _ended(self, event: Any) -> None:
        # This may be called in the midst of APScheduler's own round, where no job of that round may be removed or replaced.
        # So every job has a name of its own, none is ever removed, and only the one that was armed last leads to another.
        name = event.job_id.partition("#")[0]
        if event.job_id == self._armed[name]:
            self._arm(name, self._clock.now() + self._every)

    def _arm(self, name: str, when: datetime | None) -> None:
        if self._stopped:
            return
        at = {"run_date": when} if when is not None else {}
        self._armed[name] = f"{name}#{next(self._numbers)}"
        self._scheduler.add_job(self._loops[name], "date", id=self._armed[name], executor=name, **at)
