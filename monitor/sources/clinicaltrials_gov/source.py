"""ClinicalTrials.gov through its API v2: what to ask, and what an answer means."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from monitor.core.errors import CouldNotFindOut, Outdated, Rejected, TooLarge, Unreadable
from monitor.core.json import JsonObject
from monitor.core.record import Record
from monitor.core.shape import Shape
from monitor.core.source import (
    Batch,
    Flow,
    Found,
    Freshness,
    Membership,
    Missing,
    Moved,
    PastVersion,
    Reading,
    Request,
    Response,
    Source,
    Wanted,
)
from monitor.sources._strict_json import parse_object
from monitor.sources.clinicaltrials_gov.checks import aliases_of, is_number, is_stamp, number_of
from monitor.sources.clinicaltrials_gov.gathering import Gathering, read_record
from monitor.sources.clinicaltrials_gov.page import Page, Study, read_page
from monitor.sources.clinicaltrials_gov.shape import REGISTRY, SHAPE

_API = "/api/v2"
_STUDIES = f"{_API}/studies"
_LARGEST_PAGE = "1000"
_MOST_PAGES_OF_A_BATCH = 10
_MOST_PAGES_OF_A_SEARCH = 250
# So many single numbers refused in a row, with nothing accepted yet, mean that the question is refused and not a number.
_REFUSED_BEFORE_GIVING_UP = 3
_A_NUMBER = re.compile(r"NCT[0-9]{8}")
_PLACE = re.compile(rf"{re.escape(_STUDIES)}/(NCT[0-9]{{8}})/?")


class ClinicalTrialsGov:
    """The source. It keeps nothing between one question and the next."""

    id = REGISTRY
    title = "ClinicalTrials.gov"
    batch_size = 100

    @property
    def shape(self) -> Shape:
        """The form of its records."""
        return SHAPE

    def page_url(self, number: str) -> str:
        """Where a person reads the trial. Raises ValueError for what is no number of this registry."""
        if not is_number(number):
            raise ValueError(f"not a ClinicalTrials.gov number: {number!r}")
        return f"https://clinicaltrials.gov/study/{number}"

    def freshness(self) -> Flow[Freshness]:
        """The registry's data timestamp, which it may leave out. Raises Unreadable where it is none."""
        answer = yield Request(f"{_API}/version")
        version = parse_object(answer.body)
        if "dataTimestamp" not in version:
            if not isinstance(version.get("apiVersion"), str):
                raise Unreadable(
                    "the answer is not what was asked for: no version of ClinicalTrials.gov's API"
                )
            return Freshness("")
        stamp = version["dataTimestamp"]
        stamp = stamp.removesuffix("Z") if isinstance(stamp, str) else ""
        if not is_stamp(stamp):
            raise Unreadable("ClinicalTrials.gov's data timestamp is no moment in time")
        return Freshness(stamp)

    def read(self, wanted: Sequence[Wanted], oldest_data_date: str) -> Flow[Batch]:
        """Read a batch. A number that spoils the batch (HTTP 400), or an answer that is too long, is found by asking for less."""
        gathering = Gathering(wanted, oldest_data_date)
        numbers = list(dict.fromkeys(one.number for one in wanted))
        for number in numbers:
            if not is_number(number):
                gathering.fail(number, f"{number[:40]!r} is not a number of ClinicalTrials.gov")
        pending = [[number for number in numbers if is_number(number)]]
        refused = 0
        accepted = False
        while pending:
            asked = pending.pop()
            if not asked:
                continue
            try:
                studies = yield from _studies_of(asked)
            except (Rejected, TooLarge) as error:
                if len(asked) > 1:
                    pending += _smaller(asked, error)
                    continue
                refused += 1
                if refused >= _REFUSED_BEFORE_GIVING_UP and not accepted and len(numbers) > refused:
                    raise Unreadable(
                        f"ClinicalTrials.gov refuses whatever is asked: {error.message}"
                    ) from error
                gathering.fail(asked[0], error.message)
                continue
            accepted = True
            for study in studies:
                gathering.add(study)
        return gathering.result()

    def look_up(self, number: str, oldest_data_date: str) -> Flow[Reading]:
        """Ask for one number alone; follow it if it was merged into another."""
        if not is_number(number):
            raise Unreadable(f"{number[:40]!r} is not a number of ClinicalTrials.gov")
        answer = yield _ask_for(number)
        if answer.status in (404, 410):
            _require_plain_no(answer)
            # A 404 for everything would mean that the interface is gone, not the trial.
            yield from self.freshness()
            return Missing(number, certain=True)
        if answer.status == 301:
            to = _moved_to(answer, number)
            answer = yield _ask_for(to)
            if answer.status != 200:
                raise Unreadable(f"{number} was moved to {to}, which ClinicalTrials.gov does not give")
            reading = _one(answer, to, oldest_data_date)
            if not isinstance(reading, Found):
                raise Unreadable(f"{number} was moved to {to}, which was moved again")
            return Moved(number, to, reading.record)
        return _one(answer, number, oldest_data_date)

    def search(self, query: tuple[tuple[str, str], ...], among: Sequence[str] = ()) -> Flow[Membership]:
        """Every number that a search finds, or which of those in `among`. Begun again once if the registry refreshes meanwhile."""
        if among:
            query = (*query, ("filter.ids", ",".join(among)))
        for _ in range(2):
            before = yield from self.freshness()
            try:
                members = yield from _members(query)
            except CouldNotFindOut:
                # Page tokens may not outlive a refresh; if there was one, that is the reason, and a second attempt is worth it.
                if (yield from self.freshness()) == before:
                    raise
                continue
            if (yield from self.freshness()) == before:
                return members
        raise Unreadable("ClinicalTrials.gov refreshed its data twice while a search was being read")

    def past_versions(self, number: str) -> Flow[tuple[PastVersion, ...]]:
        """The versions in the registry's own record history, oldest first."""
        from monitor.sources.clinicaltrials_gov import history

        return history.outline(number)

    def past_version(self, number: str, n: int) -> Flow[JsonObject]:
        """One of them, as the registry gives it."""
        from monitor.sources.clinicaltrials_gov import history

        return history.version(number, n)

    def settled(self, document: JsonObject, known: Sequence[JsonObject]) -> Record:
        """The record of a past version, spelled like those that are read today."""
        from monitor.sources.clinicaltrials_gov import history

        return history.settled(document, known)


def _studies_of(numbers: Sequence[str]) -> Flow[list[Study]]:
    params = (("filter.ids", ",".join(numbers)), ("pageSize", _LARGEST_PAGE))
    studies: list[Study] = []
    pages = yield from _pages(params, _MOST_PAGES_OF_A_BATCH)
    for page in pages:
        studies += page.studies
    return studies


def _members(query: tuple[tuple[str, str], ...]) -> Flow[Membership]:
    params = (*query, ("fields", "NCTId"), ("pageSize", _LARGEST_PAGE), ("countTotal", "true"))
    pages = yield from _pages(params, _MOST_PAGES_OF_A_SEARCH)
    numbers: dict[str, None] = {}
    for page in pages:
        for study in page.studies:
            document = study.document if study.document is not None else parse_object(study.raw)
            number = number_of(document)
            if number is None:
                raise Unreadable("a search found something that carries no trial number")
            numbers[number] = None
    total = pages[0].total
    if total is None and not numbers:
        # The specification does not promise the count, but without it nothing proves that there is none.
        raise Unreadable("a search neither finds a trial nor says that there is none")
    if total is not None and total != len(numbers):
        raise Unreadable(f"a search should find {total} trials; its pages give {len(numbers)}")
    return Membership(tuple(numbers), total)


def _pages(params: tuple[tuple[str, str], ...], most: int) -> Flow[list[Page]]:
    """All pages of a listing, at least one."""
    pages: list[Page] = []
    tokens: set[str] = set()
    token = ""
    while True:
        answer = yield Request(_STUDIES, (*params, ("pageToken", token)) if token else params)
        page = read_page(answer.body)
        pages.append(page)
        total, found = pages[0].total, sum(len(one.studies) for one in pages)
        if total is not None and found > total:
            raise Unreadable(f"a search should find {total} trials; its pages give more")
        token = page.next_token
        if not token:
            return pages
        if token in tokens:
            raise Unreadable("the pages of the answer go round in circles")
        if len(pages) >= most:
            raise Unreadable(f"the answer has more than {most} pages")
        tokens.add(token)


def _smaller(numbers: list[str], error: Rejected | TooLarge) -> list[list[str]]:
    """What to ask instead, the last first: the numbers that the registry complains of alone, else halves."""
    named = (
        set(_A_NUMBER.findall(error.message)).intersection(numbers) if isinstance(error, Rejected) else set()
    )
    if named and 2 * len(named) < len(numbers):
        return [[number] for number in numbers if number in named] + [
            [number for number in numbers if number not in named]
        ]
    middle = len(numbers) // 2
    return [numbers[middle:], numbers[:middle]]


def _ask_for(number: str) -> Request:
    return Request(f"{_STUDIES}/{number}", answers=frozenset({301, 404, 410}))


def _one(answer: Response, number: str, oldest: str) -> Reading:
    if answer.status != 200:
        raise Unreadable(f"ClinicalTrials.gov answered HTTP {answer.status} where {number} should be")
    raw = answer.body.strip()
    document = parse_object(raw)
    record = read_record(document, raw)
    if record.facts.data_date and record.facts.data_date < oldest:
        raise Outdated(f"the data are of {record.facts.data_date}; data of {oldest} were already seen")
    if record.trial.number == number:
        return Found(record)
    if number in aliases_of(document):
        return Moved(number, record.trial.number, record)
    raise Unreadable(f"{number} was asked for, {record.trial.number} came")


def _moved_to(answer: Response, number: str) -> str:
    """The number that a redirect leads to. Only its path counts: we ask our own registry, wherever it points."""
    try:
        parts = urlsplit(answer.headers.get("location", "")[:2000])
    except ValueError:
        parts = urlsplit("")
    place = _PLACE.fullmatch(parts.path)
    if (
        place is None
        or parts.scheme not in ("", "http", "https")
        or place[1] == number
        or not is_number(place[1])
    ):
        raise Unreadable(f"ClinicalTrials.gov says that {number} has moved, but not to a trial")
    return place[1]


def _require_plain_no(answer: Response) -> None:
    """The registry says no in plain text. A page or an object comes from something that stands before it."""
    start = answer.body[:200].lstrip()
    if start.startswith((b"<", b"{", b"[")) or "html" in answer.headers.get("content-type", ""):
        raise Unreadable(
            "where the registry should have said that it does not know a number, something else came"
        )


SOURCE: Source = ClinicalTrialsGov()
