"""The daemon's loop for the literature. Apart from the registries: a service of papers that hangs delays no news of a trial, and a registry
that is down, or seldom asked, delays no paper."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from monitor.daemon.current import Current
from monitor.daemon.work import say_how_it_went
from monitor.jobs.context import Context, Report
from monitor.jobs.literature import look_at_literature, to_be_asked
from monitor.render.wording import count
from monitor.store.runs import source_state

_log = logging.getLogger("trialmon.daemon")


class Papers:
    """Looks at each source of papers whose time has come, or for which there may be news."""

    def __init__(self, current: Current, stop: threading.Event) -> None:
        self._current = current
        self._stop = stop
        self._wanted = threading.Event()
        self._wanted.set()  # a watchlist may have changed while no daemon ran
        # The sources that have still to be asked about that: one that fails keeps its place.
        self._owing: set[str] = set()

    def want_look(self) -> None:
        """Whatever the time, the next beat sees whether a trial, a number or a query is new."""
        self._wanted.set()

    def __call__(self, show_life: Callable[[], None]) -> None:
        """One beat."""
        with self._current.use() as context:
            if self._wanted.is_set():
                self._wanted.clear()
                self._owing.update(context.literature)
            due = to_be_asked(context, self._owing)
            if not due or self._stop.is_set():
                return

            def stopping() -> bool:
                show_life()
                return self._stop.is_set()

            report = Report(refreshed=False)
            doors = {door.source.id: door for door in due}
            look_at_literature(replace(context, literature=doors, stopping=stopping), report)
            if not self._stop.is_set():
                self._owing.difference_update(name for name in doors if not _fails(context, name))
        if report.events:
            _log.info("the literature: %s", count(report.events, "event"))
        say_how_it_went(report)


def _fails(context: Context, name: str) -> bool:
    return source_state(context.database, name).failing_since is not None
