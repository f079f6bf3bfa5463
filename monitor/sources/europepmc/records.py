"""What Europe PMC's search answers: ids, or records → papers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.dates import PartialDate
from monitor.core.errors import CouldNotFindOut, Overloaded, Rejected, Unreadable
from monitor.core.json import Json, JsonObject
from monitor.core.paper import Paper, Relation, Tie
from monitor.sources._papers import (
    date_of,
    date_written,
    doi_in,
    doi_of,
    earliest_of,
    harmless,
    kinds_of,
    named,
    plain,
)
from monitor.sources._strict_json import parse_object

SOURCE_ID = "europepmc"

_RELATIONS: dict[str, Relation] = {
    "erratum for": "erratum of",
    "retraction of": "retraction of",
    "partial retraction of": "retraction of",
    "expression of concern for": "concern about",
    "erratum in": "corrected by",
    "corrected and republished in": "corrected by",
    "retraction in": "retracted by",
    "partial retraction in": "retracted by",
    "retracted and republished in": "retracted by",
    "expression of concern in": "doubted by",
    "preprint of": "preprint of",
    "preprint in": "article of",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer: records as they came, the count of all, and the mark of the next page (empty: this is the last)."""

    records: tuple[JsonObject, ...]
    total: int
    next_mark: str = ""


def read_page(body: bytes) -> Page:
    """The answer to a search. Raises CouldNotFindOut."""
    answer = parse_object(body)
    for key in ("errMsg", "error", "errorMessage"):
        if key in answer:
            raise _error_of(answer.get("errCode"), answer[key])
    total, listing = answer.get("hitCount"), answer.get("resultList")
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise Unreadable("the answer is not what was asked for: no count of Europe PMC's papers")
    records = listing.get("result") if isinstance(listing, Mapping) else None
    if not isinstance(records, list) or not all(isinstance(record, Mapping) for record in records):
        raise Unreadable("the answer is not what was asked for: no list of Europe PMC's papers")
    mark = answer.get("nextCursorMark", "")
    if not isinstance(mark, str) or len(mark) > 1000:
        raise Unreadable("the answer's mark of the next page is none")
    return Page(tuple(record for record in records if isinstance(record, Mapping)), total, mark)


def id_of(record: JsonObject) -> str:
    """A record's id: the part of Europe PMC that it is from, and its id there (`MED:39393844`)."""
    part, number = record.get("source"), record.get("id")
    if not (isinstance(part, str) and isinstance(number, str) and is_id(f"{part}:{number}")):
        raise Unreadable("a record of Europe PMC carries no id")
    return f"{part}:{number}"


def is_id(text: str) -> bool:
    """Whether it has the form of an id."""
    part, colon, number = text.partition(":")
    return (
        bool(
            colon
            and part.isascii()
            and part.isalpha()
            and part.isupper()
            and number.isascii()
            and number.isalnum()
        )
        and len(text) <= 60
    )


def paper_of(record: JsonObject, numbers: Sequence[str], proven: Sequence[str]) -> Paper:
    """A record as a paper. `numbers` are looked for in its texts, `proven` are known to be named somewhere in them."""
    title, abstract = plain(_text(record, "title")), plain(_text(record, "abstractText"))
    types = _types(record)
    ties = tuple(sorted(set(_ties(record))))
    kinds = kinds_of(types, ties)
    if record.get("source") == "PPR":
        kinds |= {"preprint"}
    pmid = _text(record, "pmid")
    keywords = " \n".join(_texts(record, "keywordList", "keyword"))
    return Paper(
        SOURCE_ID,
        id_of(record),
        title,
        journal=_journal(record),
        published=_published(record),
        pmid=pmid if pmid.isascii() and pmid.isdigit() else "",
        doi=doi_of(_text(record, "doi")),
        kinds=kinds,
        types=types,
        named=named((), f"{title}\n{abstract}\n{keywords}", numbers, proven),
        ties=ties,
        authors=plain(_text(record, "authorString")).removesuffix("."),
        abstract=abstract,
        entered=_day(_text(record, "firstIndexDate")),
    )


def _error_of(code: Json, words: Json) -> CouldNotFindOut:
    said = harmless(words) if isinstance(words, str) else ""
    if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 500 and code != 429:
        return Rejected(f"Europe PMC does not accept the question: {said or code}")
    return Overloaded(f"Europe PMC could not search: {said or 'it does not say why'}")


def _text(record: JsonObject, key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _texts(record: JsonObject, outer: str, inner: str) -> Iterator[str]:
    listing = record.get(outer)
    values = listing.get(inner) if isinstance(listing, Mapping) else None
    if isinstance(values, list):
        yield from (plain(value) for value in values if isinstance(value, str))


def _types(record: JsonObject) -> tuple[str, ...]:
    """A list in full records, one text in short ones, where names that hold commas are kept apart by semicolons."""
    listed = tuple(_texts(record, "pubTypeList", "pubType"))
    return listed or tuple(one.strip() for one in _text(record, "pubType").split(";") if one.strip())


def _journal(record: JsonObject) -> str:
    info = record.get("journalInfo")
    journal = info.get("journal") if isinstance(info, Mapping) else None
    if isinstance(journal, Mapping):
        named = (
            _text(journal, "isoabbreviation")
            or _text(journal, "medlineAbbreviation")
            or _text(journal, "title")
        )
        if named:
            return plain(named)
    book = record.get("bookOrReportDetails")
    publisher = _text(book, "publisher") if isinstance(book, Mapping) else ""
    return plain(_text(record, "journalTitle") or publisher)


def _published(record: JsonObject) -> PartialDate | None:
    """The earliest date of publication. A date "of print" or "first" on the first of a month may stand for the whole month: Europe PMC
    makes days out of what journals print as a month."""
    info = record.get("journalInfo")
    printed = _text(info, "dateOfPublication") if isinstance(info, Mapping) else ""
    electronic = _day(_text(record, "electronicPublicationDate"))
    known = [
        date_of(electronic.year, electronic.month, electronic.day) if electronic else None,
        date_written(printed),
    ]
    if any(known):
        return earliest_of(known)
    first = _day(_text(record, "firstPublicationDate"))
    if first is not None:
        return date_of(first.year, first.month, first.day if first.day > 1 else None)
    return date_written(_text(record, "pubYear"))


def _ties(record: JsonObject) -> Iterator[Tie]:
    listing = record.get("commentCorrectionList")
    entries = listing.get("commentCorrection") if isinstance(listing, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, Mapping):
            continue
        relation = _RELATIONS.get(_text(entry, "type").strip().lower())
        part, number = _text(entry, "source"), _text(entry, "id")
        doi = doi_in(_text(entry, "reference"))
        if part == "MED" and number.isascii() and number.isdigit():
            to = f"pmid:{number}"
        elif is_id(f"{part}:{number}"):
            to = f"{SOURCE_ID}:{part}:{number}"
        else:
            to = f"doi:{doi}" if doi else ""
        if relation is not None and to:
            yield Tie(relation, to)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
