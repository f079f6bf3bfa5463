"""Faults between the pages of one list."""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from monitor.embedded.answers import STUDIES
from monitor.embedded.exchange import Exchange
from monitor.embedded.faults.declare import studies_fault
from monitor.embedded.faults.records import listed
from monitor.embedded.queries import listing

_fresh = itertools.count(1)


def _page(exchange: Exchange, query: Mapping[str, str]) -> dict[str, Any] | None:
    """The true page, parsed; None if it is no page, and then it has been delivered as it is."""
    found = exchange.honest(query=query)
    if found.status != 200 or exchange.request.path != STUDIES:
        exchange.deliver(found)
        return None
    page: dict[str, Any] = orjson.loads(found.body)
    return page


@studies_fault("paging")
def refresh_between_pages(exchange: Exchange) -> None:
    """This page is sound, but meanwhile the registry goes on to its next day, so that the page's token is of no use."""
    sound = exchange.honest()
    if not exchange.registry.next_day():
        exchange.registry.go_to(exchange.registry.day + timedelta(days=1))
    exchange.deliver(sound)


@studies_fault("paging")
def page_loop(exchange: Exchange) -> None:
    """The token of each page leads to that same page."""
    query = exchange.request.query
    page = _page(exchange, query)
    if page is not None:
        asked, day = listing(query), exchange.today.day
        page["nextPageToken"] = asked.token_for(day, asked.start(day))
        exchange.deliver(listed(page))


@studies_fault("paging")
def page_drift(exchange: Exchange) -> None:
    """Each page after the first begins with the last record of the page before it, in place of its own first."""
    query = exchange.request.query
    page = _page(exchange, query)
    if page is None:
        return
    asked, today = listing(query), exchange.today
    start = asked.start(today.day)
    if start and page["studies"]:
        page["studies"][0] = asked.matching(today)[start - 1].stamped(today.day)
    exchange.deliver(listed(page))


@studies_fault("paging")
def endless_pages(exchange: Exchange) -> None:
    """Whatever the token, the first page comes again with a new token."""
    query = {name: value for name, value in exchange.request.query.items() if name != "pageToken"}
    page = _page(exchange, query)
    if page is not None:
        page["nextPageToken"] = f"endless{next(_fresh)}"
        exchange.deliver(listed(page))
