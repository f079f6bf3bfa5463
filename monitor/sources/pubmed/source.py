"""PubMed through NCBI's E-utilities: what to ask, and what an answer means."""

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.core.errors import Rejected, Unreadable
from monitor.core.numbers import is_telling, spelt
from monitor.core.paper import Hit, Hits, Literature, Paper
from monitor.core.source import Flow, Request, Response
from monitor.sources._papers import REFUSALS, require_most
from monitor.sources._strict_json import parse_object
from monitor.sources.pubmed.query import only_alternatives
from monitor.sources.pubmed.records import SOURCE_ID, read_papers
from monitor.sources.pubmed.searches import Search, is_pmid, read_search, require_no_error

_DATES = ("crdt", "edat", "mdat")
_ESEARCH = "/entrez/eutils/esearch.fcgi"
_EFETCH = "/entrez/eutils/efetch.fcgi"
# ESearch lists no more of PubMed's papers, however it is asked.
MOST = 9999


class PubMed:
    """The source. It keeps nothing between one question and the next."""

    id = SOURCE_ID
    title = "PubMed"
    base_url = "https://eutils.ncbi.nlm.nih.gov"
    batch_size = 200
    # A question goes into one address, in two fields; longer ones are cut off on their way.
    numbers_at_once = 100
    # Indexers add a trial's number to a record weeks after it was entered. That moves [mdat], as far as is known.
    hindsight = timedelta(days=90)

    def courtesies(self, email: str, api_key: str) -> tuple[tuple[str, str], ...]:
        """NCBI wants to know which program asks and whom to write to; with a key it allows more."""
        said = (("tool", "trialmon"), ("email", email), ("api_key", api_key))
        return tuple((name, value) for name, value in said if value)

    def pause(self, *, keyed: bool) -> float:
        """Three requests a second, ten with a key; a little less, for clocks differ."""
        return 0.11 if keyed else 0.35

    def page_url(self, paper_id: str) -> str:
        """Where a person reads the record. Raises ValueError for what is no PubMed number."""
        if not is_pmid(paper_id):
            raise ValueError(f"not a PubMed number: {paper_id!r}")
        return f"https://pubmed.ncbi.nlm.nih.gov/{paper_id}/"

    def naming(self, numbers: Sequence[str], since: date | None) -> Flow[Hits]:
        """Papers whose record names a number, as its registered number or in title and abstract."""
        found: dict[str, Hit] = {}
        pending = [list(dict.fromkeys(_searchable(number) for number in numbers if is_telling(number)))]
        while pending:
            asked = pending.pop()
            if not asked:
                continue
            terms = " OR ".join(f"{number}[si] OR {number}[tiab]" for number in asked)
            search = yield from _search(f"({terms})" + _window(since))
            if search.total and since is not None and not _answers_to(asked, search.translation):
                # PubMed leaves out what it has never seen. With all of it gone, the days alone are left, and they find everything.
                search = yield from _search(terms, entered=since)
            if search.total > len(search.ids):
                if len(asked) == 1:
                    raise Unreadable(f"PubMed finds {search.total} papers that name one trial")
                middle = len(asked) // 2
                pending += [asked[middle:], asked[:middle]]
                continue
            found.update((one, Hit(one)) for one in search.ids)
        return Hits(tuple(found.values()), len(found))

    def matching(self, query: str, since: date | None) -> Flow[Hits]:
        """Papers that a query finds, as PubMed's own site would. Asked without a day: the newest, and the count of all."""
        search = yield from _search(query, entered=since)
        if search.ignored and search.total and not only_alternatives(query):
            words = ", ".join(repr(word[:60]) for word in search.ignored[:5])
            raise Rejected(
                f"PubMed does not know {words} and would answer a wider question than {query[:80]!r}",
                "leave that out, or put it in alternatives: A OR B",
            )
        if since is not None and search.total > len(search.ids):
            raise Rejected(f"{query[:80]!r} finds {search.total} papers of the last days; make it narrower")
        return Hits(tuple(map(Hit, search.ids)), search.total)

    def read(self, hits: Sequence[Hit], numbers: Sequence[str]) -> Flow[Sequence[Paper]]:
        """The records of up to `batch_size` papers. An answer without most of them is none."""
        asked = [hit.id for hit in hits]
        if not asked:
            return ()
        answer = yield Request(
            _EFETCH, (("db", "pubmed"), ("retmode", "xml"), ("id", ",".join(asked))), REFUSALS
        )
        papers = read_papers(_accepted(answer).body, asked, numbers, {hit.id: hit.numbers for hit in hits})
        require_most("PubMed", papers, set(asked))
        return papers


def _searchable(number: str) -> str:
    """A number as PubMed's search takes it: alone, or as a phrase where it is made of several parts."""
    number = spelt("".join(" " if character in '"[]()' else character for character in number))
    return f'"{number}"' if any(not character.isalnum() for character in number) else number


def _answers_to(numbers: Sequence[str], translation: str) -> bool:
    """Whether any of the numbers is left in the question that PubMed says it has answered."""
    answered = _letters(translation)
    return any(_letters(number) in answered for number in numbers)


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _window(since: date | None) -> str:
    """What was entered or corrected since a day. What enters more than a year after it was printed has that day as its [edat]: only
    [crdt] tells when it came. ESearch's own parameters know one kind of date at a time only."""
    if since is None:
        return ""
    ranges = " OR ".join(f'"{since:%Y/%m/%d}"[{field}] : "3000"[{field}]' for field in _DATES)
    return f" AND ({ranges})"


def _search(term: str, entered: date | None = None) -> Flow[Search]:
    params = [("db", "pubmed"), ("retmode", "json"), ("retmax", str(MOST)), ("term", term)]
    if entered is not None:
        params += [("datetype", "edat"), ("mindate", f"{entered:%Y/%m/%d}"), ("maxdate", "3000")]
    answer = yield Request(_ESEARCH, tuple(params), REFUSALS)
    return read_search(_accepted(answer).body, MOST)


def _accepted(answer: Response) -> Response:
    if answer.status != 200:
        if answer.body.lstrip().startswith(b"{"):
            require_no_error(parse_object(answer.body))
        raise Rejected(f"PubMed does not accept the question (HTTP {answer.status})")
    return answer


LITERATURE: Literature = PubMed()
