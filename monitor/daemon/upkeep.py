"""What the daemon does for itself: take up changed files, prove that it works to the watchdog, say how it is."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from monitor import bootstrap
from monitor.core.clock import Clock
from monitor.core.errors import NothingDone, TrialmonError
from monitor.daemon.current import Current
from monitor.daemon.files import Files
from monitor.daemon.loops import Loop
from monitor.daemon.notify import Notifier
from monitor.daemon.rhythm import Rhythm
from monitor.daemon.work import Work
from monitor.jobs.context import Context
from monitor.store.health import status

_log = logging.getLogger("trialmon.daemon")


def context_of(files: Files, environment: Mapping[str, str]) -> AbstractContextManager[Context]:
    """A context for what is in force."""
    return bootstrap.context(files.in_force.settings, environment, loaded=files.in_force.loaded)


class Upkeep:
    """A loop of its own, because all of it may have to wait for the database, and the main thread never waits.

    `others` are the loops that must live for the watchdog to be fed. `fatal` is why the daemon cannot go on, once there is such a thing.
    """

    def __init__(
        self,
        files: Files,
        environment: Mapping[str, str],
        current: Current,
        work: Work,
        notifier: Notifier,
        clock: Clock,
        rhythm: Rhythm,
    ) -> None:
        self.others: Sequence[Loop] = ()
        self.fatal: NothingDone | None = None
        self.reload_wanted = threading.Event()
        self._files = files
        self._environment = environment
        self._current = current
        self._work = work
        self._notifier = notifier
        self._clock = clock
        self._rhythm = rhythm
        self._fed_at = self._told_at = float("-inf")

    def __call__(self, show_life: Callable[[], None]) -> None:
        """One round. Raises TrialmonError if the database cannot be written to; then the watchdog hears nothing."""
        self._check_path()
        # Both are asked: a file that is seen to have changed must be so at two rounds in a row.
        changed = self._files.changed()
        if self.reload_wanted.is_set() or changed:
            self.reload_wanted.clear()
            self._reload()
        self._feed_watchdog()
        if self._work.news.is_set() or self._clock.monotonic() - self._told_at >= self._rhythm.status:
            self._work.news.clear()
            self.tell_status()

    def watching(self) -> str:
        """`3 lists`."""
        count = len(self._files.in_force.loaded.watchlists)
        return f"{count} {'list' if count == 1 else 'lists'}"

    def tell_status(self) -> None:
        """To the service manager, for people."""
        self._told_at = self._clock.monotonic()
        self._notifier.status(self._status())

    def _check_path(self) -> None:
        with self._current.use() as context:
            if not context.database.path_is_ours():
                self.fatal = NothingDone(
                    f"the database file {context.database.path} was replaced or removed while the daemon ran",
                    "stop the daemon before you move or restore its database; what is at that path now was not touched",
                )
                raise self.fatal

    def _reload(self) -> None:
        self._notifier.reloading(self._clock.monotonic())
        before = self._files.in_force
        try:
            if self._files.reload():
                self._current.replace(lambda: context_of(self._files, self._environment))
                _log.info("the configuration was read again: %s in force", self.watching())
                if before.loaded.watchlists != self._files.in_force.loaded.watchlists:
                    self._work.want_look()
        except TrialmonError as error:
            self._files.put_back(before)
            _log.error("the configuration stays as it was, SIGHUP tries again: %s", error)
        finally:
            self._notifier.ready()
        self.tell_status()

    def _feed_watchdog(self) -> None:
        """Only after the database could be written to, and while the other loops live."""
        every, now = self._notifier.watchdog_every, self._clock.monotonic()
        if every is None or now - self._fed_at < every:
            return
        if any(loop.silent_for() > self._longest_silence(loop) for loop in self.others):
            return
        with self._current.use() as context:
            context.database.round_trip()
        self._fed_at = now
        self._notifier.alive()

    def _longest_silence(self, loop: Loop) -> float:
        return self._rhythm.silence if loop.running else max(60.0, 10 * self._rhythm.beat)

    def _status(self) -> str:
        with self._current.use() as context:
            found = status(context.database, context.clock.now(), list(context.doors))
        parts = [self._work.under_way] if self._work.under_way else []
        parts.append(f"watching {found['watched']} trials in {self.watching()}")
        looks = [source["last_look"] for source in found["sources"] if source["last_look"]]
        if looks:
            last = datetime.fromisoformat(max(looks)).astimezone(UTC)
            parts.append(f"last look {last:%H:%M} UTC")
        parts.append(f"{found['outbox']['pending']} to send")
        parts += [
            f"{source['source']}: {source['why']}"
            for source in found["sources"]
            if source["last_look"] and source["why"]
        ]
        wrong = len({problem.file for problem in self._files.in_force.problems})
        if wrong:
            parts.append(f"{wrong} {'file is' if wrong == 1 else 'files are'} wrong, see the log")
        return "; ".join(parts)
