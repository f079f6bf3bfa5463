"""What a use case is given: built once in `monitor/bootstrap.py`, never built here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from monitor.config.settings import Settings
from monitor.core.clock import Clock
from monitor.core.paper import Literature
from monitor.core.significance import Rule
from monitor.core.source import Flow, Source
from monitor.core.watch import Watchlist
from monitor.deliver.gateway import Gateway
from monitor.drafting.drafter import Drafter
from monitor.store.database import Database

T = TypeVar("T")


class Progress(Protocol):
    """Shows how far a long piece of work has come."""

    def __call__(self, title: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """A context whose value is called with how much further the work is."""
        ...


@dataclass(frozen=True)
class Door:
    """A source and the way to it: `drive` runs its flows over the network, politely."""

    source: Source
    drive: Callable[[Flow[Any]], Any]

    def batches(self, wanted: Sequence[T]) -> Iterator[Sequence[T]]:
        """What is wanted, in portions that the source reads at once."""
        size = self.source.batch_size
        return (wanted[start : start + size] for start in range(0, len(wanted), size))


@dataclass(frozen=True)
class LiteratureDoor:
    """A source of papers and the way to it."""

    source: Literature
    drive: Callable[[Flow[Any]], Any]


@dataclass(frozen=True)
class Context:
    """Everything that looking, telling and asking need.

    `random` gives numbers in 0..1 for jitter; `at` marks a named point
    at which a test may end the process; `drafter` words messages by readers' own templates;
    `owner` is this process's name on the leases it takes,
    `owner_is_gone` knows of another's that its process has ended;
    `stopping` says that no further piece of work should be begun.
    `doors` and `literature` are the sources that this look is at; `sources` are all, whatever the look is at."""

    settings: Settings
    database: Database
    clock: Clock
    doors: Mapping[str, Door]
    rules: Sequence[Rule]
    watchlists: tuple[Watchlist, ...]
    gateway: Gateway
    random: Callable[[], float]
    at: Callable[[str], None]
    progress: Progress
    drafter: Drafter
    owner: str
    owner_is_gone: Callable[[str], bool] = lambda owner: False
    stopping: Callable[[], bool] = lambda: False
    literature: Mapping[str, LiteratureDoor] = field(default_factory=dict)
    sources: Mapping[str, Source | Literature] = field(default_factory=dict)


@dataclass
class Report:
    """What a look and the telling after it came to; `failed` has one entry a thing that failed, `{"source"|"trial"|…: …, "why": …}`."""

    looked: int = 0
    changed: int = 0
    events: int = 0
    told: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    refreshed: bool = True

    def fail(self, kind: str, name: str, why: str) -> None:
        """Note that a thing failed: each thing once, with the first reason, however often it was tried in different ways."""
        if all(entry.get(kind) != name for entry in self.failed):
            self.failed.append({kind: name, "why": why})

    def as_json(self) -> dict[str, Any]:
        """As `check --json` ends."""
        return {
            "looked": self.looked,
            "changed": self.changed,
            "events": self.events,
            "told": self.told,
            "failed": self.failed,
        }

    def add(self, other: "Report") -> None:
        """Take another report's counts and failures into this one."""
        self.looked += other.looked
        self.changed += other.changed
        self.events += other.events
        self.told += other.told
        self.failed += other.failed

    def in_words(self) -> str:
        """As a person reads it."""
        return f"{self.looked} trials read, {self.changed} changed, {self.what_came_of_it()}."

    def what_came_of_it(self) -> str:
        """`2 events, 1 message sent`."""
        told = "1 message" if self.told == 1 else f"{self.told} messages"
        events = "1 event" if self.events == 1 else f"{self.events} events"
        return f"{events}, {told} sent"
