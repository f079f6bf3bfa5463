"""What honest services of the literature answer: NCBI's E-utilities and Europe PMC, from a shelf of papers, on one of its days."""

from collections.abc import Mapping
from datetime import date

from monitor.embedded import europepmc, pubmed
from monitor.embedded.answers import Answer, text
from monitor.embedded.shelf import Shelf

ESEARCH, EFETCH = "/entrez/eutils/esearch.fcgi", "/entrez/eutils/efetch.fcgi"
EUROPEPMC = "/europepmc/webservices/rest/search"


def serves(path: str) -> bool:
    """Whether a path belongs to one of the services."""
    return path.startswith(("/entrez/", "/europepmc/"))


def answer(shelf: Shelf, day: date, path: str, query: Mapping[str, str]) -> Answer:
    """What the services say on `day` to a request."""
    if path == EUROPEPMC:
        return europepmc.search(shelf.on(day), query)
    of_pubmed = [one for one in shelf.on(day) if "pmid" in one.record]
    if path == ESEARCH:
        return pubmed.esearch(of_pubmed, query)
    if path == EFETCH:
        return pubmed.efetch(of_pubmed, query)
    return text(404, f"Not found: {path}")
