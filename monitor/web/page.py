"""What a page of the dashboard, or an endpoint of its JSON API, declares of itself. One declaration is one route, one entry of the
OpenAPI document, and one line of the tests that attack every route."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from monitor.core.clock import Clock
from monitor.core.source import Source
from monitor.core.trial import TrialId
from monitor.render.feeds import Ending
from monitor.store.database import Database
from monitor.web.values import Param


class NotThere(LookupError):
    """There is no such thing; the message says so to people."""


class Published(Protocol):
    """What is handed out beside the pages: the same documents as are written to files, made as they are asked for."""

    @property
    def database(self) -> Database:
        """Open for reading."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    def feed_of_list(self, name: str, ending: Ending) -> bytes | None:
        """A watchlist's feed or calendar; None if there is no such list."""
        ...

    def feed_of_trial(self, trial: TrialId, ending: Ending) -> bytes | None:
        """A trial's feed or calendar; None if it is not watched."""
        ...

    def metrics(self) -> bytes:
        """As a collector reads them."""
        ...

    def doubts(self) -> Sequence[str]:
        """The reasons why silence may not mean that nothing changed, in words."""
        ...

    def doubts_of_looks(self) -> Sequence[str]:
        """Those alone that say that what is shown may not be what the registry has now."""
        ...

    def page_of_paper(self, source: str, number: str) -> str:
        """Where a person reads the record of a paper at a source; empty if nowhere."""
        ...


@dataclass(frozen=True)
class House:
    """What everything is answered from. `sources` are by the names of their registries."""

    published: Published
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Asked:
    """A request that was understood: the values of the declared parameters, by name. `part`: only the page's live part is wanted."""

    house: House
    values: Mapping[str, Any]
    part: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def now(self) -> datetime:
        """The present, UTC."""
        return self.house.published.clock.now()

    @property
    def database(self) -> Database:
        """Open for reading."""
        return self.house.published.database


@dataclass(frozen=True)
class Shown:
    """A page: a template of `templates/` with its values; `part` is the template of its live part."""

    template: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""


@dataclass(frozen=True)
class Data:
    """An answer of the JSON API."""

    value: Any


@dataclass(frozen=True)
class File:
    """A feed, a calendar, metrics: a document of some media type; `download` is the name to save it under, where it is to be saved."""

    body: bytes
    media_type: str
    download: str = ""


@dataclass(frozen=True)
class Elsewhere:
    """It is at another address of ours; `path` begins with a slash."""

    path: str


@dataclass(frozen=True)
class Same:
    """Nothing is newer than what the browser says it shows: it leaves its page as it is."""


@dataclass(frozen=True)
class Anew:
    """What the browser shows is of another day: it loads the whole page again."""


Answer = Shown | Data | File | Elsewhere | Same | Anew


@dataclass(frozen=True)
class Page:
    """One address. `path` as Starlette writes it (`/trial/{number}`); `answer` may raise NotThere; `nav` is its word in the navigation,
    empty where it has none, and `order` its place there; `gives` what comes back; `schema` the JSON Schema of an API answer."""

    path: str
    title: str
    doc: str
    answer: Callable[[Asked], Answer]
    params: tuple[Param, ...] = ()
    nav: str = ""
    order: int = 0
    gives: Literal["html", "json", "file"] = "html"
    schema: Mapping[str, Any] = field(default_factory=dict)
