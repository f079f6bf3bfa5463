"""What is watched, for whom, and how they want to hear of it: the meaning of a watchlist file."""

import re
from dataclasses import dataclass, field
from datetime import time
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.core.significance import TOPICS, Significance, Topic

WatchKind = Literal["trial", "search", "sponsor"]

NCT_NUMBER = re.compile(r"NCT(?!00000000)[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Watch:
    """One entry under `watch:`. A trial watch has a `number`; a search or sponsor watch has `query`,
    the source's own parameters in order (("query.cond", "low back pain"), …), which also identify it."""

    kind: WatchKind
    registry: str
    number: str = ""
    query: tuple[tuple[str, str], ...] = ()
    title: str = ""
    note: str = ""
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What identifies this watch: the same search in two watchlists is looked at once."""
        if self.kind == "trial":
            return f"{self.registry}:{self.number}"
        return f"{self.registry}?" + "&".join(f"{name}={value}" for name, value in self.query)


Weekday = Literal[0, 1, 2, 3, 4, 5, 6]


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment of the local day at which a digest goes out; `weekday` 0 is Monday, None means every day."""

    at: time
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local hours in which delivery is held back (critical passes). `start` may be later than `end`: it then spans midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: a country, or a state or city in it; in English, as registries name them."""

    country: str
    city: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is told, where, from which significance up, and when. No `slots` means: at once. News of a site `near` is at least notable.
    `to` are the names of destinations; an Apprise URL written in the watchlist is known by the name it was given at loading."""

    name: str
    to: tuple[str, ...]
    at_least: Significance = Significance.NOTABLE
    topics: frozenset[Topic] = frozenset(TOPICS)
    slots: tuple[Slot, ...] = ()
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    quiet: Quiet | None = None
    near: Place | None = None


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One file of `watchlists/`; `name` is the file's name without `.yaml`."""

    name: str
    title: str
    watches: tuple[Watch, ...]
    subscribers: tuple[Subscriber, ...]
