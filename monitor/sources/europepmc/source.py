"""Europe PMC through its web service: what to ask, and what an answer means.

Its search sees full texts, which its records do not hold: that a paper names one of a hundred numbers does not say which. So a question
that finds something is asked again in halves, until each number has its papers.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.core.errors import Rejected, Unreadable
from monitor.core.numbers import is_telling, spelt
from monitor.core.paper import Hit, Hits, Literature, Paper
from monitor.core.source import Flow, Request
from monitor.sources._papers import REFUSALS, require_most
from monitor.sources.europepmc.records import SOURCE_ID, Page, id_of, is_id, paper_of, read_page

_SEARCH = "/europepmc/webservices/rest/search"
_SYNTAX = frozenset('"\\()[]:')
_LARGEST_PAGE = 1000
_MOST_PAGES = 20
# So many papers touched within some days mean that all were indexed anew; then only those count that are new to Europe PMC.
_MOST_TOUCHED = 1000
# Patents and farming journals are there too.
_PARTS = "(SRC:MED OR SRC:PMC OR SRC:PPR)"


class EuropePmc:
    """The source. It keeps nothing between one question and the next."""

    id = SOURCE_ID
    title = "Europe PMC"
    base_url = "https://www.ebi.ac.uk"
    batch_size = 100
    numbers_at_once = 150
    # Whatever it finds costs a dozen questions, to learn which number is meant: it is trusted to say what it took in.
    hindsight = timedelta(0)

    def courtesies(self, email: str, api_key: str) -> tuple[tuple[str, str], ...]:
        """It wants to know whom to write to. There are no keys."""
        return (("email", email),) if email else ()

    def pause(self, *, keyed: bool) -> float:
        """No limit is published; asked as gently as PubMed."""
        return 0.35

    def page_url(self, paper_id: str) -> str:
        """Where a person reads the record. Raises ValueError for what is no id of Europe PMC."""
        if not is_id(paper_id):
            raise ValueError(f"not an id of Europe PMC: {paper_id!r}")
        return "https://europepmc.org/article/{}/{}".format(*paper_id.split(":"))

    def naming(self, numbers: Sequence[str], since: date | None) -> Flow[Hits]:
        """Papers that name a number anywhere in what Europe PMC may search: title, abstract or full text."""
        named: dict[str, list[str]] = {}
        phrases = list(dict.fromkeys(_phrase(number) for number in numbers if is_telling(number)))
        if phrases:
            found = yield from _ids_naming(phrases, since)
            yield from _attribute(phrases, found, since, named)
        hits = tuple(Hit(one, tuple(phrase.strip('"') for phrase in names)) for one, names in named.items())
        return Hits(hits, len(hits))

    def read(self, hits: Sequence[Hit], numbers: Sequence[str]) -> Flow[Sequence[Paper]]:
        """The records of up to `batch_size` papers. An answer without most of them is none."""
        proven = {hit.id: hit.numbers for hit in hits}
        if not proven:
            return ()
        wanted = " OR ".join("(EXT_ID:{1} AND SRC:{0})".format(*one.split(":")) for one in proven)
        params = (*_params(wanted, "core"), ("pageSize", str(_LARGEST_PAGE)))
        page = yield from _page(params)
        papers: dict[str, Paper] = {}
        for record in page.records:
            one = id_of(record)
            if one not in proven:
                raise Unreadable(f"Europe PMC sent the record {one}, which was not asked for")
            papers.setdefault(one, paper_of(record, numbers, proven[one]))
        require_most("Europe PMC", papers, proven)
        return tuple(papers.values())


def _attribute(
    phrases: Sequence[str], found: Sequence[str], since: date | None, named: dict[str, list[str]]
) -> Flow[None]:
    """Notes for every paper in `found`, each of which names at least one of the phrases, which ones it names."""
    if not found:
        return
    if len(phrases) == 1:
        for one in found:
            named.setdefault(one, []).append(phrases[0])
        return
    left, right = phrases[: len(phrases) // 2], phrases[len(phrases) // 2 :]
    of_left = yield from _ids_naming(left, since)
    yield from _attribute(left, of_left, since, named)
    # Where the left half finds nothing, all of it is the right half's: no need to ask.
    of_right = (yield from _ids_naming(right, since)) if of_left else found
    yield from _attribute(right, of_right, since, named)


def _ids_naming(phrases: Sequence[str], since: date | None) -> Flow[tuple[str, ...]]:
    query = f"({' OR '.join(phrases)}) AND {_PARTS}"
    if since is None:
        return (yield from _ids(query))
    window = f"[{since.isoformat()} TO 3000-01-01]"
    try:
        return (yield from _ids(f"{query} AND (FIRST_IDATE:{window} OR UPDATE_DATE:{window})", _MOST_TOUCHED))
    except _TooMany:
        return (yield from _ids(f"{query} AND FIRST_IDATE:{window}"))


class _TooMany(Unreadable):
    """More papers than are worth reading."""


def _ids(query: str, most: int = _LARGEST_PAGE * _MOST_PAGES) -> Flow[tuple[str, ...]]:
    """The ids of all papers that a query finds, page by page."""
    ids: dict[str, None] = {}
    mark, seen = "*", 0
    while True:
        params = (*_params(query, "idlist"), ("pageSize", str(_LARGEST_PAGE)), ("cursorMark", mark))
        page = yield from _page(params)
        if page.total > most:
            raise _TooMany(f"Europe PMC finds {page.total} papers, more than can be read")
        seen += len(page.records)
        ids.update(dict.fromkeys(map(id_of, page.records)))
        if seen >= page.total:
            return tuple(ids)
        if not page.records or page.next_mark in ("", mark):
            raise Unreadable(f"Europe PMC should find {page.total} papers; its pages give {seen}")
        mark = page.next_mark


def _page(params: tuple[tuple[str, str], ...]) -> Flow[Page]:
    answer = yield Request(_SEARCH, params, REFUSALS)
    if answer.status != 200:
        raise Rejected(f"Europe PMC does not accept the question (HTTP {answer.status})")
    return read_page(answer.body)


def _params(query: str, form: str) -> tuple[tuple[str, str], ...]:
    return (("query", query), ("format", "json"), ("resultType", form))


def _phrase(number: str) -> str:
    return f'"{spelt("".join(" " if one in _SYNTAX else one for one in number))}"'


LITERATURE: Literature = EuropePmc()
