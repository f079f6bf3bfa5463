"""The seam between trialmon and a registry: sources say what to ask and what an answer means; `fetch` does the asking.

A source is sans-I/O: its reading methods are generators that yield a `Request`, are sent a `Response`, and return a value.
`fetch` drives them. What the transport can judge by itself (403, 429, 5xx, broken bodies, time limits) never reaches a source:
it is raised as `CouldNotFindOut`.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, runtime_checkable

from monitor.core.errors import CouldNotFindOut
from monitor.core.json import JsonObject
from monitor.core.record import Record
from monitor.core.shape import Shape

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """A GET below the source's base URL. `answers` are the statuses that the source itself wants to see beside 200."""

    path: str
    params: tuple[tuple[str, str], ...] = ()
    answers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that arrived whole: `body` is decompressed; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Flow = Generator[Request, Response, T]


def answered(flow: Flow[T], answer: Callable[[Request], Response]) -> T:
    """Run a flow to its end and return its value. What `answer` could not find out is thrown into the flow, which may have another way; if
    it has none, the CouldNotFindOut comes out here."""
    try:
        request = next(flow)
        while True:
            try:
                given = answer(request)
            except CouldNotFindOut as error:
                request = flow.throw(error)
            else:
                request = flow.send(given)
    except StopIteration as finished:
        value: T = finished.value
        return value
    finally:
        flow.close()


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the registry says of its own data: `stamp` sorts as text and grows with every refresh; empty where it does not say."""

    stamp: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number to be read, and the fingerprint of the bytes it last came as (empty: never, or read it in full).
    `known` says that we have a version of it: an answer that lacks most of what is known is not believed."""

    number: str
    raw_digest: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The record came."""

    record: Record


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The very bytes of last time came, less what is volatile. `data_date` is the registry's date of the data it is from."""

    number: str
    data_date: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """The registry answered and does not have this number. `certain` only after asking for it alone."""

    number: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The number is now another's: `record` is what the registry gives under `to`, if it came along."""

    number: str
    to: str
    record: Record | None = None


Reading = Found | Unchanged | Missing | Moved


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading of several numbers found. A number in `failed` could not be found out about, and why."""

    readings: Mapping[str, Reading]
    failed: Mapping[str, str] = field(default_factory=dict)
    data_date: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """The numbers that a search finds, read to its end; `total` is the registry's own count where it gave one."""

    numbers: tuple[str, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class PastVersion:
    """A version in a registry's own history: its number there (from 0), the day on which it was submitted, its status."""

    n: int
    submitted: str
    status: str = ""


@runtime_checkable
class Source(Protocol):
    """One door to one registry."""

    @property
    def id(self) -> str:
        """The registry's name in configuration and in trial ids: `clinicaltrials.gov`."""
        ...

    @property
    def title(self) -> str:
        """As people call it."""
        ...

    @property
    def shape(self) -> Shape:
        """The form of its records."""
        ...

    @property
    def batch_size(self) -> int:
        """How many numbers are read at once."""
        ...

    def page_url(self, number: str) -> str:
        """Where a person reads the trial on the registry's own site."""
        ...

    def freshness(self) -> Flow[Freshness]:
        """Ask whether the data moved."""
        ...

    def read(self, wanted: Sequence[Wanted], oldest_data_date: str) -> Flow[Batch]:
        """Read up to `batch_size` numbers. A record whose data are older than `oldest_data_date` is refused (`Outdated`)."""
        ...

    def look_up(self, number: str, oldest_data_date: str) -> Flow[Reading]:
        """Ask for one number alone: the answer about a trial that did not come is certain."""
        ...

    def search(self, query: tuple[tuple[str, str], ...], among: Sequence[str] = ()) -> Flow[Membership]:
        """Every number that a search finds, paged to its end; begun again once if the registry refreshes meanwhile.

        With `among`, up to `batch_size` numbers: which of these it finds; another question to the same end, to check an answer by.
        """
        ...


@runtime_checkable
class Remembering(Protocol):
    """A source whose registry keeps the past versions of its records. Optional: nothing but backfilling asks for it.

    Raises Refused where the registry does not give its history, and Unreadable where what comes is none: neither says anything of a trial.
    """

    def past_versions(self, number: str) -> Flow[tuple[PastVersion, ...]]:
        """All versions of a trial, oldest first."""
        ...

    def past_version(self, number: str, n: int) -> Flow[JsonObject]:
        """One of them, checked to be a record of this trial, as the registry gives it."""
        ...

    def settled(self, document: JsonObject, known: Sequence[JsonObject]) -> Record:
        """The record of a past version, so spelled that it can be compared with `known` ones, read today, the nearest in time first."""
        ...
