"""A query to PubMed as a reader writes it: typed as on PubMed's site, or a link pasted from there."""

import re
from urllib.parse import parse_qsl, urlsplit

_HOSTS = frozenset({"pubmed.ncbi.nlm.nih.gov", "www.ncbi.nlm.nih.gov", "ncbi.nlm.nih.gov"})
# How the site shows a list, not which papers are in it: accepted and dropped.
_PRESENTATION = frozenset(
    {
        "sort",
        "sort_order",
        "size",
        "page",
        "format",
        "show_snippets",
        "timeline",
        "from_term",
        "pos",
        "ac",
        "otool",
    }
)
_LONGEST = 1500
_ALTERNATIVE = re.compile(r'(?:"[^"]+"|[^\s"()\[\]]+)(?:\s*\[[^\[\]]+\])?')


def query_of(text: str) -> str:
    """The query, in single spaces. Raises ValueError, saying what is wrong and what to do, for what is none."""
    text = " ".join(text.split())
    if re.match(r"https?://|(?:www\.|pubmed\.)\S*ncbi\.nlm\.nih\.gov/", text, re.IGNORECASE):
        text = _term_of(text if "://" in text else f"https://{text}")
    if not text:
        raise ValueError("the query is empty; write what you would type on PubMed")
    if not any(character.isalnum() for character in text):
        raise ValueError(f"{text[:60]!r} has no word to search for")
    if len(text) > _LONGEST:
        raise ValueError(f"the query has {len(text)} characters; PubMed is asked with at most {_LONGEST}")
    if not text.isprintable():
        raise ValueError("the query holds characters that cannot be shown")
    if text.count('"') % 2:
        raise ValueError("a quotation mark in the query is not closed")
    for opening, closing in ("()", "[]"):
        if not _balanced(text, opening, closing):
            raise ValueError(f"the brackets {opening}{closing} in the query do not match")
    return text


def only_alternatives(query: str) -> bool:
    """Whether it is but words or phrases joined by OR, so that one which finds nothing takes nothing away from it and adds nothing."""
    while query.startswith("(") and query.endswith(")") and _balanced(query[1:-1], "(", ")"):
        query = query[1:-1].strip()
    return all(_ALTERNATIVE.fullmatch(part.strip()) for part in re.split(r"\sOR\s", query))


def _term_of(link: str) -> str:
    parts = urlsplit(link)
    if (parts.hostname or "") not in _HOSTS:
        raise ValueError(f"{parts.hostname or link[:60]!r} is not PubMed's site")
    found = parse_qsl(parts.query)
    terms = [value for name, value in found if name == "term"]
    if re.fullmatch(r"/(?:pubmed/)?\d+/?", parts.path) and not terms:
        raise ValueError(
            "the link leads to one paper; paste the link of a search, whose address holds `term=`"
        )
    if len(terms) != 1:
        raise ValueError(
            "the link holds no search; do the search on PubMed, then copy the address: it holds `term=`"
        )
    for name, value in found:
        if name == "filter":
            raise ValueError(
                f"the link holds the filter {value[:60]!r}, which belongs to PubMed's site alone; say it in the query "
                "(AND randomized controlled trial[pt], AND 2024[dp])"
            )
        if name != "term" and name not in _PRESENTATION:
            raise ValueError(f"the link holds {name[:40]!r}, which is not understood; type the query instead")
    return " ".join(terms[0].split())


def _balanced(text: str, opening: str, closing: str) -> bool:
    depth = 0
    for character in re.sub(r'"[^"]*"', "", text):
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return depth == 0
