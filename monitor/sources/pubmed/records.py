"""PubMed's records in XML → papers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from monitor.core.dates import PartialDate
from monitor.core.errors import Unreadable
from monitor.core.numbers import number_in
from monitor.core.paper import Paper, Relation, Tie
from monitor.sources._papers import date_of, date_written, doi_in, doi_of, earliest_of, kinds_of, named
from monitor.sources._safe_xml import parse_xml
from monitor.sources._strict_json import parse_object
from monitor.sources.pubmed.searches import error_of, is_pmid, require_no_error

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOURCE_ID = "pubmed"

_RELATIONS: dict[str, Relation] = {
    "ErratumFor": "erratum of",
    "RetractionOf": "retraction of",
    "PartialRetractionOf": "retraction of",
    "ExpressionOfConcernFor": "concern about",
    "ErratumIn": "corrected by",
    "CorrectedandRepublishedIn": "corrected by",
    "RetractionIn": "retracted by",
    "PartialRetractionIn": "retracted by",
    "RetractedandRepublishedIn": "retracted by",
    "ExpressionOfConcernIn": "doubted by",
}
# An "update" is the article of a preprint, or a newer edition of a review: only the journal tells them apart.
_PREPRINTS = re.compile(r"Rxiv\b|\bPreprint|\bRes(?:earch)? Sq|\bSSRN\b", re.IGNORECASE)
_REGISTRIES = frozenset(
    (
        "clinicaltrials.gov eudract isrctn anzctr chictr cris ctri drks irct jprn japiccti jma jrct ntr pactr"
        " rebec rpcec slctr tctr umin-ctr"
    ).split()
)


def read_papers(
    body: bytes, asked: Sequence[str], numbers: Sequence[str], proven: Mapping[str, Sequence[str]]
) -> list[Paper]:
    """The papers of an answer to EFetch, in its order. `numbers` are looked for in their texts, `proven` are known to be named, by PMID.

    Raises CouldNotFindOut: for an error in place of an answer, and for any record that was not asked for.
    """
    if body.lstrip().startswith(b"{"):
        require_no_error(parse_object(body))
        raise Unreadable("the answer is not what was asked for: no records of PubMed")
    root = parse_xml(body)
    if root.tag != "PubmedArticleSet":
        error = root.find("ERROR") if root.tag.lower().startswith("efetch") else None
        if error is not None:
            raise error_of(_words(error))
        raise Unreadable(
            f"the answer is not what was asked for: {root.tag[:40]!r} in place of PubMed's records"
        )
    papers: dict[str, Paper] = {}
    for article in root:
        if article.tag == "PubmedArticle":
            paper = _article(article, numbers, proven)
        elif article.tag == "PubmedBookArticle":
            paper = _book(article, numbers, proven)
        else:
            continue
        if paper.id not in asked:
            raise Unreadable(f"PubMed sent the record {paper.id}, which was not asked for")
        papers.setdefault(paper.id, paper)
    return list(papers.values())


def _article(article: "Element", numbers: Sequence[str], proven: Mapping[str, Sequence[str]]) -> Paper:
    citation = article.find("MedlineCitation")
    body = citation.find("Article") if citation is not None else None
    if citation is None or body is None:
        raise Unreadable("a record of PubMed has no citation")
    pmid = _pmid(citation)
    types = tuple(_words(one) for one in body.iterfind("PublicationTypeList/PublicationType"))
    ties = tuple(sorted(set(_ties(citation, "preprint" in kinds_of(types)))))
    title = _words(body.find("ArticleTitle")) or _words(body.find("VernacularTitle"))
    return Paper(
        SOURCE_ID,
        pmid,
        title,
        journal=_words(body.find("Journal/ISOAbbreviation")) or _words(body.find("Journal/Title")),
        published=earliest_of(_published(body)),
        pmid=pmid,
        doi=_doi(article, body),
        kinds=kinds_of(types, ties),
        types=types,
        named=named(_registered(body), _text(citation, title), numbers, proven.get(pmid, ())),
        ties=ties,
        authors=_authors(body),
        abstract=_abstract(body),
        entered=_entered(article),
    )


def _book(article: "Element", numbers: Sequence[str], proven: Mapping[str, Sequence[str]]) -> Paper:
    """A chapter of a book, or a book: PubMed has some."""
    document = article.find("BookDocument")
    if document is None:
        raise Unreadable("a record of PubMed has neither an article nor a book")
    pmid = _pmid(document)
    types = tuple(_words(one) for one in document.iterfind("PublicationType"))
    title = _words(document.find("ArticleTitle")) or _words(document.find("Book/BookTitle"))
    abstract = _abstract(document)
    return Paper(
        SOURCE_ID,
        pmid,
        title,
        journal=_words(document.find("Book/BookTitle")),
        published=earliest_of([_parts(document.find("Book/PubDate"))]),
        pmid=pmid,
        kinds=kinds_of(types),
        types=types,
        named=named((), f"{title}\n{abstract}", numbers, proven.get(pmid, ())),
        authors=_authors(document),
        abstract=abstract,
        entered=_entered(article),
    )


def _pmid(citation: "Element") -> str:
    pmid = _words(citation.find("PMID"))
    if not is_pmid(pmid):
        raise Unreadable("a record of PubMed carries no PubMed number")
    return pmid


def _words(element: "Element | None") -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _text(citation: "Element", title: str) -> str:
    """Where a number may stand: titles, abstracts in any language, keywords, notes."""
    parts = [title, *(_words(one) for one in citation.iterfind("Article/Abstract/AbstractText"))]
    parts += [
        _words(one)
        for path in ("OtherAbstract", "KeywordList/Keyword", "GeneralNote")
        for one in citation.iterfind(path)
    ]
    return "\n".join(parts)


def _abstract(body: "Element") -> str:
    parts = []
    for one in body.iterfind("Abstract/AbstractText"):
        label, words = one.get("Label", ""), _words(one)
        parts.append(f"{label}: {words}" if label and label != "UNLABELLED" else words)
    return "\n".join(part for part in parts if part)


def _authors(body: "Element") -> str:
    names = []
    for one in body.iterfind("AuthorList/Author"):
        person = " ".join(
            part for part in (_words(one.find("LastName")), _words(one.find("Initials"))) if part
        )
        names.append(person or _words(one.find("CollectiveName")))
    return ", ".join(name for name in names if name)


def _registered(body: "Element") -> Iterator[str]:
    """The trial numbers of the record's data banks; sequences, structures and data sets have such numbers too."""
    for bank in body.iterfind("DataBankList/DataBank"):
        name = re.sub(r"[^a-z.-]", "-", _words(bank.find("DataBankName")).lower())
        for one in bank.iterfind("AccessionNumberList/AccessionNumber"):
            number = _words(one)
            dummy = bool(re.search(r"\d", number)) and not re.search(r"[1-9]", number)
            if number and not dummy and (name in _REGISTRIES or number_in(number) is not None):
                yield number


def _ties(citation: "Element", is_preprint: bool) -> Iterator[Tie]:
    for one in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind, source, pmid = one.get("RefType", ""), _words(one.find("RefSource")), _words(one.find("PMID"))
        relation = _RELATIONS.get(kind)
        if kind == "UpdateIn" and is_preprint:
            relation = "preprint of"
        elif kind == "UpdateOf" and _PREPRINTS.search(source):
            relation = "article of"
        to = f"pmid:{pmid}" if is_pmid(pmid) else f"doi:{doi_in(source)}" if doi_in(source) else ""
        if relation is not None and to:
            yield Tie(relation, to)


def _doi(article: "Element", body: "Element") -> str:
    for one in body.iterfind("ELocationID"):
        if one.get("EIdType") == "doi" and one.get("ValidYN", "Y") == "Y" and doi_of(_words(one)):
            return doi_of(_words(one))
    for one in article.iterfind("PubmedData/ArticleIdList/ArticleId"):
        if one.get("IdType") == "doi" and doi_of(_words(one)):
            return doi_of(_words(one))
    return ""


def _published(body: "Element") -> Iterator[PartialDate | None]:
    for one in body.iterfind("ArticleDate"):
        yield _parts(one)
    yield _parts(body.find("Journal/JournalIssue/PubDate"))


def _entered(article: "Element") -> date | None:
    for status in ("entrez", "pubmed"):
        for data in ("PubmedData", "PubmedBookData"):
            found = _parts(article.find(f"{data}/History/PubMedPubDate[@PubStatus='{status}']"))
            if found is not None and found.precision == "day":
                return found.earliest
    return None


def _parts(given: "Element | None") -> PartialDate | None:
    """A date in elements. PubMed writes months in letters or digits, and what is no single month as free text."""
    if given is None:
        return None
    year, month, day = (_words(given.find(part)) for part in ("Year", "Month", "Day"))
    if not re.fullmatch(r"[12]\d{3}", year):
        return date_written(_words(given.find("MedlineDate")))
    if re.fullmatch(r"\d{1,2}", month):
        return date_of(int(year), int(month), int(day) if re.fullmatch(r"\d{1,2}", day) else None)
    return date_written(" ".join(part for part in (year, month, day) if part))
