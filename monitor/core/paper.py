"""Papers: what the literature says about trials. A second kind of source: it keeps publications, not trials, and its records name trials."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, runtime_checkable

from monitor.core.dates import PartialDate
from monitor.core.source import Flow

# How a paper is tied to a trial, the surest first: the registry's own record refers to it; its record at the source names the trial's
# number in a field made for that; the number stands somewhere in its text. None of them says that it holds results.
Link = Literal["registry", "number", "mention"]
PaperKind = Literal[
    "article", "results", "protocol", "review", "preprint", "erratum", "retraction", "concern", "retracted"
]


@dataclass(frozen=True, slots=True)
class Named:
    """A trial number that a paper's record names: as it stands there, and where: in a field for it, or in the text."""

    number: str
    link: Link


@dataclass(frozen=True, slots=True)
class Paper:
    """One publication as one source gives it. `source` and `id` name it there; `pmid` and `doi` (lower case) elsewhere, empty where unknown.

    `kinds` are read out of the source's own publication types, never guessed from a title. `about` are the ids (pmid:…, doi:…) of the papers
    that an erratum, a retraction or a published version is about. `entered` is the day on which the source took it in.
    """

    source: str
    id: str
    title: str
    journal: str = ""
    published: PartialDate | None = None
    pmid: str = ""
    doi: str = ""
    kinds: frozenset[PaperKind] = frozenset()
    types: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    about: tuple[str, ...] = ()
    authors: str = ""
    entered: date | None = None
    extra: tuple[tuple[str, str], ...] = field(default=())

    @property
    def keys(self) -> tuple[str, ...]:
        """By which it is known to be the same paper as another source's: pmid, then DOI, then its id there."""
        found = [f"pmid:{self.pmid}" if self.pmid else "", f"doi:{self.doi}" if self.doi else "", f"{self.source}:{self.id}"]
        return tuple(key for key in found if key)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a question to the literature found: ids at the source, all of them, and the source's own count."""

    ids: tuple[str, ...]
    total: int


@runtime_checkable
class Literature(Protocol):
    """One door to the literature. Everything is sans-I/O, as in `core/source.py`; a rate limit or an error in the body raises CouldNotFindOut."""

    @property
    def id(self) -> str:
        """Its name in configuration: `pubmed`."""
        ...

    @property
    def title(self) -> str:
        """As people call it."""
        ...

    @property
    def base_url(self) -> str:
        """Where it answers, unless configured otherwise: scheme and host only; the flows' requests have whole paths below it."""
        ...

    @property
    def batch_size(self) -> int:
        """How many papers are read at once."""
        ...

    @property
    def numbers_at_once(self) -> int:
        """How many trial numbers fit one question."""
        ...

    def courtesies(self, email: str, api_key: str) -> tuple[tuple[str, str], ...]:
        """The parameters that go with every request beside the question: who asks, and by which key. Empty values are left out."""
        ...

    def pause(self, *, keyed: bool) -> float:
        """The least seconds between two requests, with or without a key."""
        ...

    def page_url(self, paper_id: str) -> str:
        """Where a person reads the paper's record."""
        ...

    def naming(self, numbers: Sequence[str], since: date | None) -> Flow[Hits]:
        """Papers that name any of these numbers, in a field or in the text, entered or corrected since a day; None: ever."""
        ...

    def matching(self, query: str, since: date | None) -> Flow[Hits]:
        """Papers that a reader's own query finds."""
        ...

    def read(self, ids: Sequence[str], numbers: Sequence[str]) -> Flow[Sequence[Paper]]:
        """The papers of up to `batch_size` ids; `numbers` are those looked for, so that a mention in the text can be told from none."""
        ...
