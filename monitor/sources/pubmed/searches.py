"""What ESearch answers: ids and a count, or why not. Nearly every error comes with HTTP 200."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.errors import CouldNotFindOut, Overloaded, Refused, Rejected, Unreadable
from monitor.core.json import Json, JsonObject
from monitor.sources._papers import harmless
from monitor.sources._strict_json import parse_object


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found. `translation` is the question that PubMed says it has answered, `ignored` what it left out of ours."""

    ids: tuple[str, ...]
    total: int
    translation: str = ""
    ignored: tuple[str, ...] = ()


def read_search(body: bytes, most: int) -> Search:
    """The answer to a search that asked for `most` ids. Raises CouldNotFindOut."""
    answer = parse_object(body)
    require_no_error(answer)
    result = answer.get("esearchresult")
    if not isinstance(result, Mapping):
        raise Unreadable("the answer is not what was asked for: no result of a search of PubMed")
    error = result.get("ERROR")
    if error is not None:
        raise error_of(error if isinstance(error, str) else "")
    total = _count(result.get("count"))
    ids = result.get("idlist")
    if not isinstance(ids, list) or not all(isinstance(one, str) and is_pmid(one) for one in ids):
        raise Unreadable("the answer's list of papers holds something that is no PubMed number")
    found = tuple(dict.fromkeys(one for one in ids if isinstance(one, str)))
    if len(found) != min(total, most):
        raise Unreadable(f"a search of PubMed should find {total} papers; it gives {len(found)}")
    errors = result.get("errorlist")
    if isinstance(errors, Mapping) and _texts(errors.get("fieldsnotfound")):
        raise Rejected(
            f"PubMed knows no field {', '.join(map(repr, map(harmless, _texts(errors.get('fieldsnotfound')))))}"
        )
    ignored = _texts(errors.get("phrasesnotfound")) if isinstance(errors, Mapping) else ()
    translation = result.get("querytranslation")
    return Search(found, total, translation if isinstance(translation, str) else "", ignored)


def is_pmid(text: str) -> bool:
    """Whether it has the form of a PubMed number."""
    return text.isascii() and text.isdigit() and len(text) <= 12 and not text.startswith("0")


def require_no_error(answer: JsonObject) -> None:
    """Raises what an error object means. Its other members are not looked at: one of them is the address from which we ask, or our key."""
    error = answer.get("error")
    if error is not None:
        raise error_of(error if isinstance(error, str) else "")


def error_of(words: str) -> CouldNotFindOut:
    """What PubMed says in place of an answer, as an exception."""
    low = words.lower()
    if "rate limit" in low:
        return Overloaded("PubMed is asked more often than it likes", retry_after=5.0)
    if "api key" in low:
        return Refused(
            "PubMed does not accept the key", "see `api_key` of `sources: pubmed:` in trialmon.yaml"
        )
    if any(hint in low for hint in ("empty term", "invalid", "unable to parse", "syntax", "not understood")):
        return Rejected(f"PubMed does not accept the question: {harmless(words)}")
    return Overloaded(f"PubMed could not search: {harmless(words) or 'it does not say why'}")


def _count(text: Json) -> int:
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise Unreadable("the answer's count is none")
    return int(text)


def _texts(value: Json) -> tuple[str, ...]:
    return (
        tuple(one for one in value if isinstance(one, str))
        if isinstance(value, Sequence) and not isinstance(value, str)
        else ()
    )
