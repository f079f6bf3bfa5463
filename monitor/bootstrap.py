"""Configuration → a Context with everything in it. The only place that builds things, asks the clock and takes random numbers."""

import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from monitor import __version__
from monitor.config.settings import FeedSettings, Settings
from monitor.config.values import is_loopback
from monitor.config.watchlists import Loaded, load_watchlists
from monitor.core.clock import Clock
from monitor.core.errors import WrongConfiguration
from monitor.core.source import Flow
from monitor.core.trial import TrialId
from monitor.discovery import literature, page_of, rules, sources
from monitor.drafting.drafter import Drafter
from monitor.jobs.context import Context, Door, LiteratureDoor, Progress
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.fetch.client import Limits
    from monitor.render.feeds import Ending


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True)
class SetClock:
    """`--now`: the time stands at a given moment, waiting is real."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def clock_at(moment: datetime | None) -> Clock:
    """The system's clock, or one that stands at `moment`."""
    return SystemClock() if moment is None else SetClock(moment.astimezone(UTC))


def crash_points(environment: Mapping[str, str]) -> Callable[[str], None]:
    """For tests of recovery: `TRIALMON_CRASH_AT=name` ends the process with SIGKILL at that named point, `name:3` at its third passing."""
    wanted = environment.get("TRIALMON_CRASH_AT", "")
    if not wanted:
        return lambda name: None
    name, _, nth = wanted.rpartition(":") if wanted.rpartition(":")[2].isdigit() else (wanted, "", "1")
    left = int(nth)

    def at(passed: str) -> None:
        nonlocal left
        if passed == name:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return at


def process_name(process: int | None = None) -> str:
    """This process, or that of a number, as no other is called: host, boot, number and moment of its start. Numbers come again."""
    number = os.getpid() if process is None else process
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        started = (
            Path(f"/proc/{number}/stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()[19]
        )
    except (OSError, IndexError):
        boot, started = "", ""
    return f"{socket.gethostname()}:{boot}:{number}:{started}"


def process_is_gone(name: str) -> bool:
    """Whether the process of that name has surely ended. One of another machine, or that we may not look at, is left its lease."""
    host, boot, number, started = [*name.split(":"), "", "", ""][:4]
    if host != socket.gethostname() or not (number.isdigit() and started):
        return False
    if boot != process_name().split(":")[1]:
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    now = process_name(int(number)).split(":")[3]
    return bool(now) and now != started


@contextmanager
def _silent(title: str, total: int) -> Iterator[Callable[[int], None]]:
    yield lambda done: None


@contextmanager
def context(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    moment: datetime | None = None,
    clock: Clock | None = None,
    limits: "Limits | None" = None,
    progress: Progress = _silent,
    terminal: TextIO | None = None,
    loaded: Loaded | None = None,
) -> Iterator[Context]:
    """All that looking and telling need, closed at the end. Raises WrongConfiguration if a watchlist is wrong and none is `loaded`;
    NothingDone if the database cannot be used. `terminal` is where messages to terminal:// go.

    The clock is the system's, one that stands at `moment`, or `clock`; `limits` are those of one request to a source.
    """
    from monitor.deliver.gateway import Gateway

    lists = loaded if loaded is not None else load_watchlists(settings.watchlists, settings)
    if loaded is None and lists.problems:
        raise WrongConfiguration(list(lists.problems))
    at = crash_points(environment)
    clock = clock or clock_at(moment)
    destinations = {**settings.destinations, **lists.inline}
    with ExitStack() as closing:
        database = Database.open(settings.database, at=at)
        closing.callback(database.close)
        yield Context(
            settings=settings,
            database=database,
            clock=clock,
            doors=_doors(settings, clock, limits, closing),
            literature=_literature(settings, clock, limits, closing),
            sources={**sources(), **literature()},
            rules=rules(),
            watchlists=lists.watchlists,
            gateway=Gateway(
                {name: destination.address for name, destination in destinations.items()},
                clock,
                stream=terminal,
            ),
            random=random.random,
            at=at,
            progress=progress,
            drafter=_drafter(settings, closing),
            owner=process_name(),
            owner_is_gone=process_is_gone,
        )


def _drafter(settings: Settings, closing: ExitStack) -> Drafter:
    drafter = Drafter(settings.templates)
    closing.callback(drafter.close)
    return drafter


@contextmanager
def doors(settings: Settings, clock: Clock, limits: "Limits | None" = None) -> Iterator[dict[str, Door]]:
    """The ways to the sources alone, closed at the end: for asking a source something without looking."""
    with ExitStack() as closing:
        yield _doors(settings, clock, limits, closing)


def _doors(settings: Settings, clock: Clock, limits: "Limits | None", closing: ExitStack) -> dict[str, Door]:
    doors = {}
    for source in sources().values():
        wishes = settings.sources.get(source.id)
        if wishes is not None:
            pause = wishes.pause.total_seconds()
            drive = _way(wishes.base_url, wishes.contact, pause, clock, limits, closing)
            doors[source.id] = Door(source, drive)
    return doors


@contextmanager
def literature_doors(
    settings: Settings, clock: Clock, limits: "Limits | None" = None
) -> Iterator[dict[str, LiteratureDoor]]:
    """The ways to the sources of papers alone, closed at the end."""
    with ExitStack() as closing:
        yield _literature(settings, clock, limits, closing)


def _literature(
    settings: Settings, clock: Clock, limits: "Limits | None", closing: ExitStack
) -> dict[str, LiteratureDoor]:
    doors = {}
    for name, source in literature().items():
        wishes = settings.literature.get(name)
        if wishes is None:
            continue
        url, key = wishes.base_url or source.base_url, wishes.api_key.reveal() if wishes.api_key else ""
        pause = 0.0 if is_loopback(url) else source.pause(keyed=bool(key))
        courtesies = source.courtesies(wishes.email, key)
        drive = _way(url, wishes.email, pause, clock, limits, closing, courtesies)
        doors[name] = LiteratureDoor(source, drive)
    return doors


def _way(
    url: str,
    contact: str,
    pause: float,
    clock: Clock,
    limits: "Limits | None",
    closing: ExitStack,
    courtesies: tuple[tuple[str, str], ...] = (),
) -> Callable[[Flow[Any]], Any]:
    """What runs flows over the network to one service, politely: `pause` seconds between requests, each with the courtesies."""
    from monitor.fetch.client import Client, user_agent
    from monitor.fetch.flow import drive
    from monitor.fetch.politeness import Politeness

    client = Client(url, user_agent(__version__, contact), clock, limits, courtesies)
    closing.callback(client.close)
    return partial(drive, client=client, politeness=Politeness(clock, random.random, pause=pause))


@dataclass(frozen=True)
class Published:
    """What the dashboard hands out beside its pages: the documents that are also written to files, made as they are asked for."""

    database: Database
    settings: Settings
    clock: Clock

    def feed_of_list(self, name: str, ending: "Ending") -> bytes | None:
        """A watchlist's feed or calendar; None if there is no such list."""
        from monitor.jobs.feeds import document_of_list

        return document_of_list(self.database, name, ending, page_of, self._wishes)

    def feed_of_trial(self, trial: TrialId, ending: "Ending") -> bytes | None:
        """A trial's feed or calendar; None if it is not watched."""
        from monitor.jobs.feeds import document_of_trial

        return document_of_trial(self.database, trial, ending, page_of, self._wishes)

    def metrics(self) -> bytes:
        """As a collector reads them."""
        from monitor.jobs.metrics import metrics

        return metrics(self.database, self.settings, self.clock.now())

    def doubts(self) -> list[str]:
        """Why silence may not mean that nothing changed; none: it does."""
        from monitor.jobs.silence import doubts

        return [str(one) for one in doubts(self.database, self.settings, self.clock.now())]

    def doubts_of_looks(self) -> list[str]:
        """Those alone that say that what is shown may not be what the registry has now."""
        from monitor.jobs.silence import of_looks

        return [one.message for one in of_looks(self.database, self.settings, self.clock.now())]

    def page_of_paper(self, source: str, number: str) -> str:
        """Where a person reads a paper's record at a source; empty where it has no page."""
        return page_of(TrialId(source, number))

    @property
    def _wishes(self) -> FeedSettings:
        return self.settings.feeds or FeedSettings(Path())
