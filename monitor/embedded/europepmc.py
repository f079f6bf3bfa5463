"""What an honest Europe PMC answers: ids or records of the papers that a question finds, full texts searched as well."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

from monitor.embedded import boolean
from monitor.embedded.answers import Answer, json
from monitor.embedded.shelf import Printed, between, with_words

_EUROPEPMC_ATOM = re.compile(r'(?:[A-Z_]+:)?(?:\[[^\]]+ TO [^\]]+\]|"[^"]*"|[^\s"()\[\]]+)')
_CORRECTIONS = {
    "ErratumFor": "Erratum for",
    "ErratumIn": "Erratum in",
    "RetractionOf": "Retraction of",
    "RetractionIn": "Retraction in",
    "ExpressionOfConcernFor": "Expression of concern for",
    "ExpressionOfConcernIn": "Expression of concern in",
    "UpdateIn": "Preprint of",
    "UpdateOf": "Preprint in",
}


def search(papers: Sequence[Printed], query: Mapping[str, str]) -> Answer:
    def atom(written: str) -> boolean.Found:
        field, colon, value = written.partition(":")
        value = value.strip('"')
        if not colon or not field.isupper():
            return with_words(papers, written.strip('"'), "title", "abstract", "full_text")
        if value.startswith("["):
            first, last = value.strip("[]").split(" TO ")
            return between(papers, field == "UPDATE_DATE", first, last)
        part = {"SRC": 0, "EXT_ID": 1}.get(field)
        if part is None:
            return set()
        return {place for place, one in enumerate(papers) if _identity(one)[part] == value}

    asked = query.get("query", "")
    try:
        found = boolean.answer(asked, _EUROPEPMC_ATOM, atom, set(range(len(papers))))
    except boolean.NoQuestion as error:
        return json(200, {"version": "6.9", "errCode": 404, "errMsg": f"Invalid query: {error}"})
    places, form = sorted(found or set()), query.get("resultType", "lite")
    mark, size = query.get("cursorMark", "*"), min(int(query.get("pageSize", "25")), 1000)
    start = 0 if mark == "*" else int(mark.removeprefix("at"))
    page = places[start : start + size]
    give: Callable[[Printed], dict[str, object]] = _full if form == "core" else _short
    body: dict[str, object] = {"version": "6.9", "hitCount": len(places)}
    if places:
        body["nextCursorMark"] = f"at{start + len(page)}"
    body["request"] = {
        "queryString": asked,
        "resultType": form,
        "cursorMark": mark,
        "pageSize": size,
        "sort": "",
        "synonym": False,
    }
    body["resultList"] = {"result": [give(papers[one]) for one in page]}
    return json(200, body)


def _identity(paper: Printed) -> tuple[str, str]:
    part, _, number = str(paper.record.get("epmc") or f"MED:{paper.record.get('pmid')}").partition(":")
    return part, number


def _short(paper: Printed) -> dict[str, object]:
    part, number = _identity(paper)
    return {
        "id": number,
        "source": part,
        **({"pmid": paper.record["pmid"]} if "pmid" in paper.record else {}),
    }


def _full(paper: Printed) -> dict[str, object]:
    record = paper.record
    given: dict[str, object] = _short(paper)
    given |= {key: record[key] for key in ("doi", "title") if key in record}
    if record.get("authors"):
        given["authorString"] = ", ".join(record["authors"]) + "."
    if record.get("abstract"):
        given["abstractText"] = escape(record["abstract"], quote=False)
    if record.get("journal"):
        given["journalInfo"] = {"journal": {"isoabbreviation": record["journal"]}}
    published = record.get("published", "")
    if len(published) == 10:
        given["electronicPublicationDate"] = published
    elif published:
        given["pubYear"] = published[:4]
    if record.get("types"):
        given["pubTypeList"] = {"pubType": list(record["types"])}
    ties = [
        {
            "type": _CORRECTIONS[kind],
            "source": "MED" if number.isdigit() else number.partition(":")[0],
            "id": number.rpartition(":")[2],
        }
        for kind, number in record.get("ties", [])
        if kind in _CORRECTIONS
    ]
    if ties:
        given["commentCorrectionList"] = {"commentCorrection": ties}
    return given | {"firstIndexDate": paper.entered.isoformat()}
