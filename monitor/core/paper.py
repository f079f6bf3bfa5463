"""Papers: what the literature says about trials. A second kind of source: it keeps publications, not trials; its records name trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol, runtime_checkable

from monitor.core.dates import PartialDate
from monitor.core.source import Flow

# How a paper is tied to a trial, the surest first: the registry's own record refers to it; its record at the source names the trial's
# number in a field made for that; the number stands somewhere in its text. None of them says that it holds results.
Link = Literal["registry", "number", "mention"]

# What a source's own publication types call a paper. `report`: of a clinical trial; what it reports, and on which trial, they do not say.
PaperKind = Literal[
    "article", "report", "protocol", "review", "preprint", "erratum", "retraction", "concern", "retracted"
]

# What a paper is to another one. The last four are the same facts seen from the other side: the other corrects, retracts or doubts
# this one, or is the article that this preprint became.
Relation = Literal[
    "erratum of",
    "retraction of",
    "concern about",
    "article of",
    "corrected by",
    "retracted by",
    "doubted by",
    "preprint of",
]


@dataclass(frozen=True, order=True, slots=True)
class Named:
    """A trial number that a paper names, and where. A number of a known kind is spelled as its registry does (`core/numbers.py`)."""

    number: str
    link: Link


@dataclass(frozen=True, order=True, slots=True)
class Tie:
    """What a paper is to another, which is known by one of its keys (`pmid:…`, `doi:…`, `europepmc:PPR:…`)."""

    relation: Relation
    to: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One publication as one source gives it. `source` and `id` name it there; `pmid` and `doi` (lower case) elsewhere.

    All texts are plain, without markup; empty where unknown. `published` is the earliest date of publication that the source gives.
    `types` are the source's own publication types, `kinds` what they mean to us, never guessed from a title. `named` holds every trial
    number found, watched or not, each once with its surest link. `entered` is the day on which the source took it in: it says nothing about
    the paper itself.
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
    ties: tuple[Tie, ...] = ()
    authors: str = ""
    abstract: str = ""
    entered: date | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """By which it is known to be the same paper as another source's: pmid, then DOI, then its id there."""
        found = [
            f"pmid:{self.pmid}" if self.pmid else "",
            f"doi:{self.doi}" if self.doi else "",
            f"{self.source}:{self.id}",
        ]
        return tuple(key for key in found if key)


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """A paper as rules judge it: `source` as people call it, `page` where its record is read, `link` how it is tied to the trial (None:
    found by a reader's own query only), `preprint` the title of the preprint that it is the published version of. `correction`
    says what is other in its record at the source than in the version before, and `nth` which version that is."""

    paper: Paper
    link: Link | None = None
    source: str = ""
    page: str = ""
    preprint: str = ""
    correction: str = ""
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that a question found: its id at the source, and which of the numbers asked for it names, where the source had to
    be asked for that because the record that it gives out does not show it (a number somewhere in the full text)."""

    id: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """What a question to the literature found, each paper once. `total` is the source's own count; it is greater than the number of
    hits only where a reader's query, asked without a day, finds more than can be listed."""

    hits: tuple[Hit, ...]
    total: int


@runtime_checkable
class Literature(Protocol):
    """One door to the literature. Everything is sans-I/O, as in `core/source.py`.

    A rate limit or an error in the body raises CouldNotFindOut. No message of an error holds the address from which we ask, or the key.
    """

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

    @property
    def hindsight(self) -> timedelta:
        """How far back a look reaches once a week: for what is added to a record long after the paper came, in case its dates do not
        tell of that."""
        ...

    def courtesies(self, email: str, api_key: str) -> tuple[tuple[str, str], ...]:
        """The parameters that go with every request beside the question: who asks, and by which key. Empty values are left out."""
        ...

    def pause(self, *, keyed: bool) -> float:
        """The least seconds between two requests, with or without a key."""
        ...

    def page_url(self, paper_id: str) -> str:
        """Where a person reads the paper's record. Raises ValueError for what is no id of this source."""
        ...

    def naming(self, numbers: Sequence[str], since: date | None) -> Flow[Hits]:
        """Papers that name any of up to `numbers_at_once` numbers, in a field or in the text, entered or corrected since a day; None: ever.
        One request where there is nothing."""
        ...

    def read(self, hits: Sequence[Hit], numbers: Sequence[str]) -> Flow[Sequence[Paper]]:
        """The papers of up to `batch_size` hits, as far as the source still has them. `numbers` are those looked for: they are recognised
        in the text whatever their form, a sponsor's own number too."""
        ...


@runtime_checkable
class Searchable(Protocol):
    """Literature to which a reader's own query can be put. Optional."""

    def matching(self, query: str, since: date | None) -> Flow[Hits]:
        """Papers that a query finds, entered since a day; None: ever, and then at least the count. Raises Rejected where the source
        does not understand the query, or would answer a wider one."""
        ...
