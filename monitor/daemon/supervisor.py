"""The daemon's main thread: signals, clocks, and whether the loops still live. It lives on monotonic time, and never waits for anything
but the next signal: no step of the wall clock, no lock and no registry can stop it."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta

from monitor import __version__, bootstrap
from monitor.core.clock import Clock
from monitor.daemon.current import Current
from monitor.daemon.files import Files
from monitor.daemon.heartbeat import Heartbeat
from monitor.daemon.loops import Loop
from monitor.daemon.notify import Notifier
from monitor.daemon.papers import Papers
from monitor.daemon.rhythm import Rhythm
from monitor.daemon.tending import TendingLoop
from monitor.daemon.upkeep import Upkeep, context_of
from monitor.daemon.work import Work
from monitor.store.lock import instance_lock

_log = logging.getLogger("trialmon.daemon")

_STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
_SIGNALS = frozenset({*_STOPPING, signal.SIGHUP})
# A loop is called so often before it is given up: the machine may have stood still meanwhile, and this process with it.
_NUDGES = 5
# Upkeep that waits for a locked database, or a heartbeat for its answer, is not worth waiting for, once everything else has ended.
_UPKEEP_GRACE = 2.0


def hold_signals() -> None:
    """From now on signals to stop and to reload are taken by `next_signal` alone, in every thread that begins after this.

    No handler runs between two lines of anybody's code, so there is nothing that a signal could tear apart.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def next_signal(seconds: float) -> int | None:
    """Wait so long for a signal that `hold_signals` holds back; its number, or None."""
    caught = signal.sigtimedwait(_SIGNALS, seconds)
    return caught.si_signo if caught is not None else None


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
        self._offset = self._wall_minus_monotonic()

    def run(self) -> int:
        """0: asked to stop, and done. 1: stopped because a loop failed again and again, or before a delivery under way had ended.

        Raises NothingDone where it cannot begin (another daemon, no database) or the database was taken away under it.
        """
        with ExitStack() as closing:
            closing.callback(self._notifier.close)
            closing.enter_context(instance_lock(self._files.in_force.settings.database))
            self._current = Current(context_of(self._files, self._environment))
            closing.callback(self._current.close)
            self._build_loops()
            self._spread_out()
            self._notifier.ready()
            self._upkeep.tell_status()
            _log.info(
                "trialmon %s is at work: %s in force, database %s",
                __version__,
                self._upkeep.watching(),
                self._files.in_force.settings.database,
            )
            self._heart.start()
            return self._until_stopped()

    def _build_loops(self) -> None:
        papers = Papers(self._current, self._stop)
        work = Work(self._current, self._stop, papers.want_look)
        self._upkeep = Upkeep(
            self._files, self._environment, self._current, work, self._notifier, self._clock, self._rhythm
        )
        self._looks = Loop("looks", work.look, self._clock)
        self._deliveries = Loop("deliveries", work.deliver, self._clock, beside=work.sending)
        self._papers = Loop("papers", papers, self._clock)
        self._upkeep.others = (self._looks, self._papers, self._deliveries)
        self._keeping = Loop("upkeep", self._upkeep, self._clock, first_pause=timedelta(0))
        tending = TendingLoop(self._current, self._stop, self._clock, self._rhythm.status)
        self._tending = Loop("affairs", tending, self._clock)
        self._loops = {loop.name: loop for loop in (*self._upkeep.others, self._keeping, self._tending)}
        self._nudges: dict[str, list[float]] = {name: [] for name in self._loops}
        self._heart = Heartbeat(self._loops, timedelta(seconds=self._rhythm.beat), self._clock)

    def _until_stopped(self) -> int:
        try:
            while True:
                caught = self._wait(self._rhythm.tick)
                if caught in _STOPPING:
                    _log.info("asked to stop; what is under way is brought to an end")
                    return self._drain()
                if caught == signal.SIGHUP:
                    self._upkeep.reload_wanted.set()
                    self._heart.soon(self._keeping.name)
                if self._upkeep.fatal is not None:
                    raise self._upkeep.fatal
                if hopeless := self._hopeless():
                    _log.critical("%s: giving up, to be started afresh", hopeless)
                    return max(self._drain(), 1)
                self._note_clock_steps()
                self._start_what_is_overdue()
        except BaseException:
            self._drain()
            raise

    def _wall_minus_monotonic(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _note_clock_steps(self) -> None:
        offset = self._wall_minus_monotonic()
        step, self._offset = offset - self._offset, offset
        if abs(step) <= self._rhythm.step:
            return
        if step > 0:
            words = "the clock is %s further on than it should be: it was set, or the machine slept"
        else:
            words = "the clock went back by %s"
        _log.warning(words, _in_words(abs(step)))
        # What is armed was armed on the old clock. The store says what is due on the new one: one look, however long the gap.
        self._spread_out()
        for name in self._loops:
            self._heart.soon(name)

    def _start_what_is_overdue(self) -> None:
        patience = 3 * self._rhythm.beat + self._rhythm.tick
        for name, loop in self._loops.items():
            nudges = self._nudges[name]
            if loop.running or loop.silent_for() <= patience:
                nudges.clear()
            elif not nudges or self._clock.monotonic() - nudges[-1] > patience:
                nudges.append(self._clock.monotonic())
                self._heart.soon(name)

    def _hopeless(self) -> str:
        """Why it is better to be started afresh; empty if it is not."""
        for name, loop in self._loops.items():
            if loop.hopeless:
                return loop.hopeless
            if len(self._nudges[name]) > _NUDGES and loop.silent_for() > self._rhythm.forsaken:
                return f"{name}: nothing starts them any more"
        return ""

    def _spread_out(self) -> None:
        """A random moment for the next look, so that many machines that start or wake together do not ask together."""
        with self._current.use() as context:
            often = min(
                (wishes.check_every for wishes in context.settings.sources.values()), default=timedelta()
            )
            for loop in (self._looks, self._papers):
                loop.rest(context.random() * min(self._rhythm.jitter, often.total_seconds() / 20))

    def _drain(self) -> int:
        """No new work; what is under way has `grace` seconds to end. A second signal to stop ends the patience."""
        self._notifier.stopping()
        self._notifier.status("stopping: what is under way is brought to an end")
        self._stop.set()
        self._heart.stop()
        ended = self._ended(self._upkeep.others, self._rhythm.grace)
        if not ended or not self._ended(
            [self._keeping, self._tending], min(self._rhythm.grace, _UPKEEP_GRACE)
        ):
            return self._cut_short()
        _log.info("stopped")
        return 0

    def _ended(self, loops: Sequence[Loop], seconds: float) -> bool:
        deadline = self._clock.monotonic() + seconds
        while any(loop.running for loop in loops):
            if self._clock.monotonic() >= deadline or self._wait(0.05) in _STOPPING:
                return False
        return True

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
