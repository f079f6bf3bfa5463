"""Faults of the literature's services, which say nearly everything with HTTP 200."""

from monitor.embedded.answers import Answer, json
from monitor.embedded.exchange import Exchange
from monitor.embedded.faults.declare import fault
from monitor.embedded.records import Part

_PUBMED, _EUROPEPMC = "/entrez/eutils", "/europepmc"
CALLER = "203.0.113.77"
"""The address from which the caller is said to ask: one that nobody has."""


@fault("literature", where=_PUBMED)
def pubmed_rate_limit(exchange: Exchange) -> None:
    """PubMed finds itself asked too often, and repeats the caller's address."""
    exchange.deliver(
        json(200, {"error": "API rate limit exceeded", "api-key": CALLER, "count": "4", "limit": "3"})
    )


@fault("literature", where=_PUBMED)
def pubmed_key_refused(exchange: Exchange) -> None:
    """PubMed does not accept the key, with status 400, and repeats it."""
    key = exchange.request.query.get("api_key", CALLER)
    exchange.deliver(json(400, {"error": "API key invalid", "api-key": key, "type": "api"}))


@fault("literature", where=_PUBMED)
def pubmed_error(exchange: Exchange) -> None:
    """An ERROR in place of the result of a search."""
    error = {"ERROR": f"Search Backend failed: Exception on {CALLER}: no servers"}
    exchange.deliver(json(200, {"header": {"type": "esearch", "version": "0.3"}, "esearchresult": error}))


@fault("literature", where=_PUBMED)
def pubmed_raw_newline(exchange: Exchange) -> None:
    """An ERROR with a raw newline within its JSON string."""
    exchange.deliver(Answer(200, [Part(b'{"esearchresult":{"ERROR":"Search Backend failed:\nno servers"}}')]))


@fault("literature", where=_PUBMED)
def pubmed_entities(exchange: Exchange) -> None:
    """XML that brings a document type of its own, with an entity in it."""
    body = b'<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet>&a;</PubmedArticleSet>'
    exchange.deliver(Answer(200, [Part(body)], "text/xml; charset=UTF-8"))


@fault("literature", where=_EUROPEPMC)
def europepmc_error(exchange: Exchange) -> None:
    """An error object in place of Europe PMC's list of papers."""
    exchange.deliver(
        json(200, {"version": "6.9", "errCode": 500, "errMsg": "Internal error, please try again"})
    )


@fault("literature", where=_EUROPEPMC)
def europepmc_short_pages(exchange: Exchange) -> None:
    """A count of papers, and no paper on any page."""
    exchange.deliver(json(200, {"version": "6.9", "hitCount": 3, "resultList": {"result": []}}))
