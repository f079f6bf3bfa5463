"""What is watched, for whom, and how they want to hear of it: the meaning of a watchlist file."""

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.core.significance import TOPICS, Significance, Topic

WatchKind = Literal["trial", "search", "sponsor", "publications"]

NCT_NUMBER = re.compile(r"NCT(?!00000000)[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one watch asks to be told, in place of what its list's subscribers say; None: as they say.

    `slip_of`: a date that moved by less is not told. `enrollment_by`: a share, 0.2 is 20 %; a number that moved by less is not told.
    """

    at_least: Significance | None = None
    topics: frozenset[Topic] | None = None
    slip_of: timedelta | None = None
    enrollment_by: float | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """How a trial is in a watchlist: `why`, in words for its readers, and what the watches that hold it wish. What any of these `wishes`
    takes is told."""

    why: str
    wishes: tuple[Wishes, ...] = (Wishes(),)


@dataclass(frozen=True, slots=True)
class Watch:
    """One entry under `watch:`. A trial watch has a `number`; a search or sponsor watch has `query`,
    the source's own parameters in order (("query.cond", "low back pain"), …), which also identify it. A publications watch has the
    one parameter `query`, and its registry is the source of papers that is asked."""

    kind: WatchKind
    registry: str
    number: str = ""
    query: tuple[tuple[str, str], ...] = ()
    title: str = ""
    note: str = ""
    also: tuple[str, ...] = ()
    wishes: Wishes = Wishes()

    @property
    def key(self) -> str:
        """What identifies this watch: the same search in two watchlists is looked at once."""
        if self.kind == "trial":
            return f"{self.registry}:{self.number}"
        return f"{self.registry}?" + "&".join(f"{name}={value}" for name, value in self.query)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment of the local day at which a digest goes out; `weekday` 0 is Monday, None means every day."""

    at: time
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local hours in which delivery is held back (critical passes, unless `holds_all`). `start` may be later than `end`: it then
    spans midnight."""

    start: time
    end: time
    holds_all: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: a country, or a state or city in it; in English, as registries name them."""

    country: str
    city: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is told, where, from which significance up, and when. No `slots` means: at once. News of a site `near` is at least notable.
    `to` are the names of destinations; an Apprise URL written in the watchlist is known by the name it was given at loading.

    `slip_of`, `enrollment_by`: as in Wishes. `mute`: trial numbers, rules or topics of which nothing is told. `snooze`: trial numbers
    of which nothing is told until a day, and then all of it in one digest. `all_clear`: a digest also where nothing changed.
    `language`: a CLDR locale, for dates. `template`: the reader's own templates, by their common name; empty: the built-in ones.
    """

    name: str
    to: tuple[str, ...]
    at_least: Significance = Significance.NOTABLE
    topics: frozenset[Topic] = frozenset(TOPICS)
    slots: tuple[Slot, ...] = ()
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    quiet: Quiet | None = None
    near: Place | None = None
    slip_of: timedelta | None = None
    enrollment_by: float | None = None
    mute: frozenset[str] = frozenset()
    snooze: tuple[tuple[str, date], ...] = ()
    all_clear: bool = False
    language: str = "en"
    template: str = ""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One file of `watchlists/`; `name` is the file's name without `.yaml`."""

    name: str
    title: str
    watches: tuple[Watch, ...]
    subscribers: tuple[Subscriber, ...]
