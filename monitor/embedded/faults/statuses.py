"""Faults of the status line, and pages of other servers in front of the registry."""

import time
from email.utils import formatdate

from monitor.embedded.answers import Answer, text
from monitor.embedded.exchange import Exchange
from monitor.embedded.faults.declare import fault
from monitor.embedded.records import Part

_HTML = b"<!DOCTYPE html>\n<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"


def _page(status: int, title: str, retry_after: str | None = None) -> Answer:
    words = title.encode()
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(status, [Part(_HTML % (words, words))], "text/html; charset=utf-8", headers)


@fault("status")
def status_500(exchange: Exchange) -> None:
    """500 with a text body."""
    exchange.deliver(text(500, "Internal server error"))


@fault("status")
def status_502(exchange: Exchange) -> None:
    """502 with an HTML page of a proxy."""
    exchange.deliver(_page(502, "Bad Gateway"))


@fault("status")
def status_503(exchange: Exchange) -> None:
    """503 without Retry-After."""
    exchange.deliver(_page(503, "Service Unavailable"))


@fault("status")
def status_503_retry_after(exchange: Exchange) -> None:
    """503 with Retry-After in seconds (the registry's `retry_after`)."""
    exchange.deliver(_page(503, "Down for maintenance", str(exchange.registry.retry_after)))


@fault("status")
def status_429(exchange: Exchange) -> None:
    """429 without Retry-After."""
    exchange.deliver(_page(429, "Too Many Requests"))


@fault("status")
def status_429_seconds(exchange: Exchange) -> None:
    """429 with Retry-After in seconds (the registry's `retry_after`)."""
    exchange.deliver(_page(429, "Too Many Requests", str(exchange.registry.retry_after)))


@fault("status")
def status_429_date(exchange: Exchange) -> None:
    """429 with Retry-After as an HTTP date, `retry_after` seconds ahead."""
    until = formatdate(time.time() + exchange.registry.retry_after, usegmt=True)
    exchange.deliver(_page(429, "Too Many Requests", until))


@fault("status")
def status_429_garbage(exchange: Exchange) -> None:
    """429 with a Retry-After that is neither seconds nor a date."""
    exchange.deliver(_page(429, "Too Many Requests", "soon, -1 or 1e999"))


@fault("status")
def status_403(exchange: Exchange) -> None:
    """403 with an HTML page: this client is refused, whatever it asks."""
    exchange.deliver(_page(403, "Forbidden"))


@fault("status")
def status_404(exchange: Exchange) -> None:
    """404 to everything, also to what exists."""
    exchange.deliver(text(404, "Not found"))


@fault("status")
def redirect_elsewhere(exchange: Exchange) -> None:
    """301 to the same path on another host."""
    target = f"http://registry.invalid{exchange.request.path}"
    exchange.deliver(Answer(301, [Part(b"Moved")], "text/plain; charset=utf-8", {"Location": target}))


@fault("status")
def html_with_200(exchange: Exchange) -> None:
    """200 with an HTML page, as a captive portal or a maintenance page has it."""
    exchange.deliver(_page(200, "We will be back soon"))
