"""The daemon's main thread. It lives on monotonic time, so that no step of the wall clock can stop it."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor import __version__, bootstrap
from monitor.core.clock import Clock
from monitor.core.errors import NothingDone, TrialmonError
from monitor.daemon.current import Current
from monitor.daemon.files import Files
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.loops import Loop
from monitor.daemon.notify import Notifier
from monitor.daemon.recovery import recover_deliveries
from monitor.daemon.work import Work
from monitor.jobs.context import Context
from monitor.store.database import instance_lock
from monitor.store.health import status

_log = logging.getLogger("trialmon.daemon")

_STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
_SIGNALS = frozenset({*_STOPPING, signal.SIGHUP})
# A loop that is called so often in vain will not come back.
_NUDGES = 5


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The daemon's times, in seconds.

    beat      between the end of a loop's work and its next question to the store
    tick      between two looks of the supervisor at signals, files and clocks
    status    between two looks at what to tell the service manager
    silence   a loop that is at work and showed no life for so long hangs: the watchdog hears nothing any more
    step      the wall clock may differ from the monotonic one by so much before it counts as a step
    jitter    at most so long a look waits after the start, a reload, a suspend: not all at the same instant
    grace     a stopping daemon waits so long for what is under way; systemd and people wait 45
    """

    beat: float = 2.0
    tick: float = 0.5
    status: float = 15.0
    silence: float = 1800.0
    step: float = 5.0
    jitter: float = 5.0
    grace: float = 40.0


def next_signal(seconds: float) -> int | None:
    """Wait so long for a signal that `hold_signals` holds back; its number, or None."""
    caught = signal.sigtimedwait(_SIGNALS, seconds)
    return caught.si_signo if caught is not None else None


def hold_signals() -> None:
    """From now on signals to stop and to reload are taken by `next_signal` alone, in every thread that begins after this.

    No handler runs between two lines of anybody's code, so there is nothing that a signal could tear apart.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


class Daemon:
    """Runs until it is asked to stop; `run` gives the exit code.

    `wait` waits for a signal for some seconds, as `next_signal` does. `abandon` ends the process at once, whatever it is doing.
    """

    def __init__(
        self,
        files: Files,
        environment: Mapping[str, str],
        *,
        clock: Clock | None = None,
        rhythm: Rhythm | None = None,
        wait: Callable[[float], int | None] = next_signal,
        abandon: Callable[[int], None] = os._exit,
    ) -> None:
        self._files = files
        self._environment = environment
        self._clock = clock or bootstrap.clock_at(None)
        self._rhythm = rhythm or Rhythm()
        self._wait = wait
        self._abandon = abandon
        self._stop = threading.Event()
        self._notifier = Notifier(environment)
        self._pinged_at = self._told_at = float("-inf")
        self._nudges: dict[str, list[float]] = {}
        self._offset = self._wall_minus_monotonic()
        self._database_trouble = ""

    def run(self) -> int:
        """0: asked to stop, and done. 1: stopped because a loop failed again and again, or before a delivery under way had ended.

        Raises NothingDone where it cannot begin (another daemon, no database) or the database was taken away under it.
        """
        with ExitStack() as closing:
            closing.callback(self._notifier.close)
            closing.enter_context(instance_lock(self._files.in_force.settings.database))
            self._current = Current(self._context())
            closing.callback(self._current.close)
            with self._current.use() as context:
                recover_deliveries(context)
            self._work = Work(self._current, self._stop)
            self._looks = Loop("looks", self._work.look, self._clock)
            self._deliveries = Loop("deliveries", self._work.deliver, self._clock)
            self._loops = {loop.name: loop for loop in (self._looks, self._deliveries)}
            self._nudges = {name: [] for name in self._loops}
            self._heart = Heartbeat(self._loops, timedelta(seconds=self._rhythm.beat), self._clock)
            self._spread_out()
            self._heart.start()
            self._notifier.ready()
            self._tell_status()
            _log.info("trialmon %s is at work: %s, %s", __version__, self._watching(), self._database())
            return self._until_stopped()

    def _until_stopped(self) -> int:
        try:
            while True:
                caught = self._wait(self._rhythm.tick)
                if caught in _STOPPING:
                    _log.info("asked to stop; what is under way is brought to an end")
                    return self._drain()
                if hopeless := self._hopeless():
                    _log.critical("%s: giving up, to be started afresh", hopeless)
                    return max(self._drain(), 1)
                self._tick(reload_wanted=caught == signal.SIGHUP)
        except BaseException:
            self._drain()
            raise

    def _tick(self, *, reload_wanted: bool) -> None:
        self._note_clock_steps()
        self._start_what_is_overdue()
        self._check_database_path()
        if reload_wanted or self._files.changed():
            self._reload()
        self._feed_watchdog()
        now = self._clock.monotonic()
        if now - self._told_at >= self._rhythm.status:
            self._tell_status()

    # Clocks

    def _wall_minus_monotonic(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _note_clock_steps(self) -> None:
        offset = self._wall_minus_monotonic()
        step, self._offset = offset - self._offset, offset
        if abs(step) <= self._rhythm.step:
            return
        if step > 0:
            _log.warning(
                "the clock is %s further on than it should be: it was set, or the machine slept",
                _in_words(step),
            )
        else:
            _log.warning("the clock went back by %s", _in_words(-step))
        # What is armed was armed on the old clock. The store says what is due on the new one: one look, however long the gap.
        self._spread_out()
        for name in self._loops:
            self._heart.soon(name)

    def _start_what_is_overdue(self) -> None:
        patience = 3 * self._rhythm.beat + self._rhythm.tick
        for name, loop in self._loops.items():
            if loop.running or loop.silent_for() <= patience:
                self._nudges[name] = []
            elif not self._nudges[name] or self._clock.monotonic() - self._nudges[name][-1] > patience:
                self._nudges[name].append(self._clock.monotonic())
                self._heart.soon(name)

    def _hopeless(self) -> str:
        """Why it is better to be started afresh; empty if it is not."""
        for name, loop in self._loops.items():
            if loop.hopeless:
                return loop.hopeless
            if len(self._nudges[name]) > _NUDGES:
                return f"{name}: nothing starts them any more"
        return ""

    def _spread_out(self) -> None:
        """A random moment for the next look, so that many machines that start or wake together do not ask together."""
        with self._current.use() as context:
            often = min(
                (wishes.check_every for wishes in context.settings.sources.values()), default=timedelta()
            )
            self._looks.rest(context.random() * min(self._rhythm.jitter, often.total_seconds() / 20))

    # Configuration

    def _context(self) -> AbstractContextManager[Context]:
        in_force = self._files.in_force
        return bootstrap.context(in_force.settings, self._environment, loaded=in_force.loaded)

    def _reload(self) -> None:
        self._notifier.reloading(self._clock.monotonic())
        before = self._files.in_force
        try:
            if self._files.reload():
                self._current.replace(self._context)
                _log.info("the configuration was read again: %s", self._watching())
                if before.loaded.watchlists != self._files.in_force.loaded.watchlists:
                    self._spread_out()
                    self._work.want_look()
        except TrialmonError as error:
            self._files.put_back(before)
            _log.error("the configuration stays as it was, SIGHUP tries again: %s", error)
        finally:
            self._notifier.ready()
            self._tell_status()

    # Health

    def _check_database_path(self) -> None:
        with self._current.use() as context:
            if not context.database.path_is_ours():
                raise NothingDone(
                    f"the database file {context.database.path} was replaced or removed while the daemon ran",
                    "stop the daemon before you move or restore the database; nothing more was written",
                )

    def _feed_watchdog(self) -> None:
        """Only after the database could be written to, and while both loops live."""
        every, now = self._notifier.watchdog_every, self._clock.monotonic()
        if every is None or now - self._pinged_at < every:
            return
        if any(loop.silent_for() > self._longest_silence(loop) for loop in self._loops.values()):
            return
        trouble = ""
        try:
            with self._current.use() as context:
                context.database.round_trip()
            self._pinged_at = now
            self._notifier.alive()
        except TrialmonError as error:
            trouble = str(error)
        if trouble and trouble != self._database_trouble:
            _log.error("%s", trouble)
        self._database_trouble = trouble

    def _longest_silence(self, loop: Loop) -> float:
        return self._rhythm.silence if loop.running else max(60.0, 10 * self._rhythm.beat)

    def _tell_status(self) -> None:
        self._told_at = self._clock.monotonic()
        with suppress(TrialmonError):
            self._notifier.status(self._status())

    def _watching(self) -> str:
        lists = self._files.in_force.loaded.watchlists
        return f"{len(lists)} {'list' if len(lists) == 1 else 'lists'} in force"

    def _database(self) -> str:
        return f"database {self._files.in_force.settings.database}"

    def _status(self) -> str:
        with self._current.use() as context:
            found = status(context.database, context.clock.now(), list(context.doors))
        lists = len(self._files.in_force.loaded.watchlists)
        parts = [f"watching {found['watched']} trials in {lists} {'list' if lists == 1 else 'lists'}"]
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
        if self._work.under_way:
            parts.insert(0, self._work.under_way)
        return "; ".join(parts)

    # The end

    def _drain(self) -> int:
        """No new work; what is under way has `grace` seconds to end. A second signal to stop ends the patience."""
        self._notifier.stopping()
        self._notifier.status("stopping: what is under way is brought to an end")
        self._stop.set()
        self._heart.stop()
        deadline = self._clock.monotonic() + self._rhythm.grace
        while any(loop.running for loop in self._loops.values()):
            if self._clock.monotonic() >= deadline or self._wait(0.05) in _STOPPING:
                return self._cut_short()
        _log.info("stopped")
        return 0

    def _cut_short(self) -> int:
        """Threads cannot be ended, so the process is, as by a crash: a look is made again, a delivery repeated with the same key."""
        busy = [loop.name for loop in self._loops.values() if loop.running]
        _log.warning("stopped before the end of what was under way: %s", ", ".join(busy))
        code = 1 if self._deliveries.running else 0
        sys.stdout.flush()
        sys.stderr.flush()
        self._abandon(code)
        return code


def _in_words(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172800 else f"{seconds / 86400:.0f} days"
