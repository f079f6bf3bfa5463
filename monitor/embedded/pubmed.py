"""What an honest PubMed answers through NCBI's E-utilities: ESearch in JSON, EFetch in XML."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from monitor.embedded import boolean
from monitor.embedded.answers import Answer, json
from monitor.embedded.records import Part
from monitor.embedded.shelf import Printed, between, with_words

_PUBMED_ATOM = re.compile(
    r'(?:"[^"]*"|[^\s"()\[\]:]+)(?:\s*\[[^\]]+\])?(?:\s*:\s*(?:"[^"]*"|[^\s"()\[\]:]+)(?:\s*\[[^\]]+\])?)?'
)
_PUBMED_PARTS = re.compile(
    r'"?([^"\[\]]*?)"?\s*(?:\[([^\]]+)\])?\s*(?::\s*"?([^"\[\]]*?)"?\s*(?:\[[^\]]+\])?)?'
)
_FIELDS: dict[str, tuple[str, ...]] = {
    "si": ("registered",),
    "tiab": ("title", "abstract"),
    "ti": ("title",),
    "pt": ("types",),
    "au": ("authors",),
    "ta": ("journal",),
    "all": ("title", "abstract", "registered", "types", "authors", "journal", "pmid", "doi"),
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def esearch(papers: Sequence[Printed], query: Mapping[str, str]) -> Answer:
    header = {"type": "esearch", "version": "0.3"}
    if query.get("db") != "pubmed" or query.get("retmode") != "json":
        return json(
            200, {"header": header, "esearchresult": {"ERROR": "Invalid db name or retmode specified"}}
        )
    ignored: list[str] = []
    answered: list[str] = []
    unknown_fields: list[str] = []

    def atom(written: str) -> boolean.Found:
        parts = _PUBMED_PARTS.fullmatch(written)
        if parts is None:
            raise boolean.NoQuestion(written)
        first, field, last = parts[1], (parts[2] or "all").lower(), parts[3]
        if field in ("crdt", "edat", "mdat"):
            answered.append(written)
            return between(papers, field == "mdat", first, last or first)
        if field not in _FIELDS:
            unknown_fields.append(field)
            field = "all"
        found = with_words(papers, first, *_FIELDS[field])
        if not found:
            ignored.append(first)
            return None
        answered.append(f'"{first.lower()}"[{field}]')
        return found

    try:
        found = boolean.answer(query.get("term", ""), _PUBMED_ATOM, atom, set(range(len(papers))))
    except boolean.NoQuestion as error:
        return json(200, {"header": header, "esearchresult": {"ERROR": f"Invalid query: {error}"}})
    if not query.get("term", "").strip():
        return json(
            200, {"header": header, "esearchresult": {"ERROR": "Empty term and query_key - nothing todo"}}
        )
    places = sorted(found or set())
    if "mindate" in query:
        last = query.get("maxdate", "3000")
        dated = between(papers, query.get("datetype") == "mdat", query["mindate"], last)
        places = [one for one in places if one in dated]
    most = min(int(query.get("retmax", "20")), 9999)
    result: dict[str, object] = {
        "count": str(len(places)),
        "retmax": str(min(len(places), most)),
        "retstart": "0",
        "idlist": [str(papers[one].record["pmid"]) for one in places[:most]],
        "translationset": [],
        "querytranslation": " OR ".join(answered),
    }
    if ignored or unknown_fields:
        result["errorlist"] = {"phrasesnotfound": ignored, "fieldsnotfound": unknown_fields}
    return json(200, {"header": header, "esearchresult": result})


def efetch(papers: Sequence[Printed], query: Mapping[str, str]) -> Answer:
    asked = query.get("id", "").split(",")
    known = {str(one.record["pmid"]): one for one in papers}
    records = "\n".join(_article(known[pmid]) for pmid in asked if pmid in known)
    body = (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
        f'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n{records}\n</PubmedArticleSet>\n'
    )
    return Answer(200, [Part(body.encode())], "text/xml; charset=UTF-8")


def _article(paper: Printed) -> str:
    record = paper.record
    return _tag(
        "PubmedArticle",
        _tag(
            "MedlineCitation",
            _of("PMID", record["pmid"])
            + _date("DateRevised", paper.revised.isoformat())
            + _tag(
                "Article",
                _journal(record)
                + _of("ArticleTitle", record["title"])
                + _tag("Abstract", _of("AbstractText", record.get("abstract", "")))
                + _tag(
                    "AuthorList",
                    "".join(_tag("Author", _of("LastName", name)) for name in record.get("authors", [])),
                )
                + _tag("DataBankList", "".join(map(_bank, record.get("registered", []))))
                + _tag(
                    "PublicationTypeList",
                    "".join(_of("PublicationType", one) for one in record.get("types", [])),
                ),
            )
            + _tag("CommentsCorrectionsList", "".join(_correction(*tie) for tie in record.get("ties", []))),
        )
        + _tag(
            "PubmedData",
            _tag("History", _date("PubMedPubDate", paper.entered.isoformat(), ' PubStatus="entrez"'))
            + _tag(
                "ArticleIdList",
                f'<ArticleId IdType="doi">{escape(record["doi"])}</ArticleId>' if "doi" in record else "",
            ),
        ),
    )


def _journal(record: Mapping[str, Any]) -> str:
    issue = _tag("JournalIssue", _date("PubDate", record.get("published", ""), named=True))
    return _tag("Journal", issue + _of("ISOAbbreviation", record.get("journal", "")))


def _bank(entry: Sequence[str]) -> str:
    bank, number = entry
    return _tag(
        "DataBank", _of("DataBankName", bank) + _tag("AccessionNumberList", _of("AccessionNumber", number))
    )


def _correction(kind: str, number: str) -> str:
    source = "bioRxiv [Preprint]." if kind == "UpdateOf" else "A journal."
    return f'<CommentsCorrections RefType="{escape(kind)}"><RefSource>{source}</RefSource>{_of("PMID", number)}</CommentsCorrections>'


def _of(tag: str, words: str) -> str:
    return _tag(tag, escape(words, quote=False))


def _tag(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag}>" if inside else ""


def _date(tag: str, written: str, attributes: str = "", *, named: bool = False) -> str:
    parts = written.split("-") if written else []
    if named and len(parts) > 1:
        parts[1] = _MONTHS[int(parts[1]) - 1]
    inside = "".join(_of(name, part) for name, part in zip(("Year", "Month", "Day"), parts, strict=False))
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else ""
