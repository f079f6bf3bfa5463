"""What two of the loops do at a beat: look at the registries that are due, send the deliveries that are."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from monitor.daemon.current import Current
from monitor.daemon.timing import Pace
from monitor.jobs.backfill import backfill_watched
from monitor.jobs.check import check
from monitor.jobs.context import Context, Progress, Report
from monitor.jobs.dispatch import prepare, send_due
from monitor.jobs.lanes import Lanes
from monitor.jobs.mass import HELD
from monitor.jobs.trying_again import try_again
from monitor.render.wording import count
from monitor.store.runs import set_next_look, source_state
from monitor.store.turns import due_destinations

_log = logging.getLogger("trialmon.daemon")

_MOST_LINES = 20


class Work:
    """Looks and deliveries over the context in force. `stop` set: what is under way ends at its next boundary.

    `under_way` says how far a look has come; `news` is set when something was done that the status line should tell. `on_new_trials` is
    called after a look that may have brought trials, or numbers of theirs.
    """

    def __init__(
        self, current: Current, stop: threading.Event, on_new_trials: Callable[[], None] = lambda: None
    ) -> None:
        self._current = current
        self._stop = stop
        self._on_new_trials = on_new_trials
        self._wanted = threading.Event()
        self._looking = threading.Event()
        self._lanes = Lanes(self._lane)
        self.under_way = ""
        self.news = threading.Event()

    def want_look(self) -> None:
        """Whatever the schedule says, the next beat looks: the watchlists changed."""
        self._wanted.set()

    def look(self, show_life: Callable[[], None]) -> None:
        """Look at each registry that is due, and note when the next look is. A look that was cut short is due again at once."""
        with self._current.use() as context:
            due = self._due(context)
            if not due or self._stop.is_set():
                return
            if not self.sending():
                # Before the look, when what the last one left has been sent: should it kill us again, no message is sent twice for it.
                say_how_it_went(try_again(replace(context, stopping=self._alive(show_life))))
            wanted = self._wanted.is_set()
            self._wanted.clear()
            self._looking.set()
            try:
                report = check(
                    replace(
                        context,
                        doors={name: context.doors[name] for name in due},
                        literature={},  # it has a loop of its own (`papers`)
                        stopping=self._alive(show_life),
                        progress=self._showing(show_life),
                    )
                )
            except BaseException:
                # The look stays due: the loop tries again after its pause, and counts how often it failed in a row.
                if wanted:
                    self._wanted.set()
                raise
            finally:
                self._looking.clear()
                self.under_way = ""
                self.news.set()
            if not self._stop.is_set():
                self._note_next(context, due)
            if report.refreshed or wanted:
                self._on_new_trials()
            say_how_it_went(report)
            self._fetch_the_past(context, show_life)

    def deliver(self, show_life: Callable[[], None]) -> None:
        """See to it that what is due is sent, digests included: a lane a destination, none of which is waited for."""
        with self._current.use() as context:
            if self._stop.is_set():
                return
            prepare(context)
            show_life()
            self._lanes.start(due_destinations(context.database, context.clock.now()))
        self._lanes.collect(Report())  # what a lane did it has said itself; what ended one is raised here

    def sending(self) -> bool:
        """Whether any lane is at work."""
        return self._lanes.busy

    def _lane(self, destination: str) -> Report:
        with self._current.use() as context:
            context = replace(context, stopping=self._stop.is_set)
            report = send_due(context, destination, self._looking.is_set)
        if report.told or report.failed:
            self.news.set()
        if report.told:
            _log.info("%s sent to %s", report.told, destination)
        for entry in report.failed:
            _log.warning("%s: %s", destination, entry["why"])
        return report

    def _fetch_the_past(self, context: Context, show_life: Callable[[], None]) -> None:
        """A little of it, until the next look is due: nothing waits for the past."""
        alive = self._alive(show_life)
        try:
            backfill_watched(
                replace(
                    context,
                    stopping=lambda: alive() or bool(self._due(context)),
                    progress=self._showing(show_life),
                )
            )
        finally:
            self.under_way = ""

    def _due(self, context: Context) -> list[str]:
        now = context.clock.now()
        wanted = self._wanted.is_set()
        return [
            name
            for name in context.doors
            if wanted or _pace(context, name).is_due(source_state(context.database, name), now)
        ]

    def _note_next(self, context: Context, sources: list[str]) -> None:
        for name in sources:
            state = source_state(context.database, name)
            when = _pace(context, name).next_look(state, context.clock.now(), context.random())
            set_next_look(context.database, name, when)

    def _alive(self, show_life: Callable[[], None]) -> Callable[[], bool]:
        def stopping() -> bool:
            show_life()
            return self._stop.is_set()

        return stopping

    def _showing(self, show_life: Callable[[], None]) -> Progress:
        """Progress that `status` can tell of, and that shows that the loop lives."""

        @contextmanager
        def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
            done = 0

            def advance(more: int) -> None:
                nonlocal done
                show_life()
                done += more
                self.under_way = f"{title}: {done} of {total}"

            advance(0)
            yield advance

        return progress


def _pace(context: Context, source: str) -> Pace:
    wishes = context.settings.sources[source]
    return Pace(wishes.check_every, wishes.full_read_every)


def say_how_it_went(report: Report) -> None:
    """To the log: what a look came to, and what failed."""
    if report.refreshed:
        _log.info(
            "looked at %s, %s changed, %s", report.looked, report.changed, count(report.events, "event")
        )
    for entry in report.failed[:_MOST_LINES]:
        what = next((name for key, name in entry.items() if key != "why"), "")
        said = "%s is %s" if entry["why"].startswith(HELD) else "%s could not be read: %s"
        _log.warning(said, what, entry["why"])
    if len(report.failed) > _MOST_LINES:
        _log.warning("and %s more that could not be read", len(report.failed) - _MOST_LINES)
