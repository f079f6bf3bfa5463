"""One request on its way to an answer, and the means to answer it, well or badly."""

import select
import socket
from collections.abc import Mapping
from datetime import date
from email.utils import formatdate
from http import HTTPStatus
from threading import Event
from typing import NamedTuple, Protocol

from monitor.embedded import literature
from monitor.embedded.answers import Answer, answer
from monitor.embedded.records import Day, History, gzip_of
from monitor.embedded.shelf import Shelf


class Request(NamedTuple):
    """A request as the registry saw it. `at` is on the monotonic clock; header names are in lower case."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


class Registry(Protocol):
    """What a fault may know of the registry that it spoils."""

    history: History
    shelf: Shelf
    stopping: Event
    drip: float
    retry_after: int

    @property
    def day(self) -> date: ...

    @property
    def days(self) -> list[date]: ...

    def go_to(self, day: date) -> None: ...

    def next_day(self) -> bool: ...


class Exchange:
    """A request, the registry that was asked, and the open connection."""

    def __init__(self, registry: Registry, request: Request, connection: socket.socket) -> None:
        self.registry, self.request, self.connection = registry, request, connection
        self.closing = request.headers.get("connection", "").lower() == "close"

    @property
    def today(self) -> Day:
        return self.registry.history.on(self.registry.day)

    def honest(self, day: Day | None = None, query: Mapping[str, str] | None = None) -> Answer:
        """The true answer; on another `day` or to another `query` if given."""
        asked, headers = self.request, self.request.headers
        query = asked.query if query is None else query
        if literature.serves(asked.path):
            return literature.answer(
                self.registry.shelf, day.day if day else self.registry.day, asked.path, query
            )
        return answer(day or self.today, asked.method, asked.path, query, headers.get("if-none-match"))

    def deliver(self, found: Answer) -> None:
        """Sends `found` as a sound server would."""
        gzipped = "gzip" in self.request.headers.get("accept-encoding", "") and bool(found.parts)
        body = gzip_of(found.parts) if gzipped else found.body
        headers = {"Content-Type": found.content_type, **found.headers}
        if gzipped:
            headers["Content-Encoding"] = "gzip"
        if found.status == 304:
            del headers["Content-Type"]
        else:
            headers["Content-Length"] = str(len(body))
        if self.closing:
            headers["Connection"] = "close"
        self.send(head(found.status, headers) + (b"" if self.request.method == "HEAD" else body))

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def send_slowly(self, data: bytes) -> None:
        """One byte each `registry.drip` seconds, until all is sent or somebody hangs up."""
        for place in range(len(data)):
            if self.registry.stopping.wait(self.registry.drip) or self.hung_up():
                return
            self.send(data[place : place + 1])

    def hung_up(self) -> bool:
        """Whether the client has closed its side."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def close(self) -> None:
        """After this answer the connection ends."""
        self.closing = True


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and headers, with the blank line behind them."""
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Server: trialmon-embedded",
        f"Date: {formatdate(usegmt=True)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
