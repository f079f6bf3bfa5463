"""The HTTP side: a thread a connection, keep-alive, nothing on stderr."""

import contextlib
import socket
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from monitor.embedded.answers import json, text, timestamp
from monitor.embedded.exchange import Exchange, Request

if TYPE_CHECKING:
    from monitor.embedded.registry import EmbeddedRegistry

_CONTROL = "/_control"
_LARGEST_ORDER = 64 * 1024


class Server(ThreadingHTTPServer):
    """Listens on the loopback interface only, and knows its open connections so that it can hang up."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, registry: "EmbeddedRegistry", port: int) -> None:
        self.registry = registry
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news here."""

    def hang_up(self) -> None:
        """Ends every open connection."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def _serve(self) -> None:
        split = urlsplit(self.path)
        registry = self.server.registry
        request = Request(
            registry.now(),
            self.command,
            unquote(split.path),
            dict(parse_qsl(split.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
        )
        exchange = Exchange(registry, request, self.connection)
        if registry.control and request.path.startswith(_CONTROL):
            self._control(exchange)
        else:
            if self.command not in ("GET", "HEAD"):
                exchange.close()  # whatever body there is stays unread
            fault = registry.note(request)
            if fault is None:
                exchange.deliver(exchange.honest())
            else:
                fault.act(exchange)
        self.close_connection = self.close_connection or exchange.closing

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the log is `EmbeddedRegistry.requests`."""

    def _control(self, exchange: Exchange) -> None:
        registry, what = self.server.registry, exchange.request.path.removeprefix(_CONTROL)
        try:
            if self.command == "POST":
                size = int(self.headers.get("Content-Length") or 0)
                order = orjson.loads(self.rfile.read(min(size, _LARGEST_ORDER)) or b"{}")
                self._obey(what, order)
            elif what != "/state":
                raise LookupError(f"GET {_CONTROL}/state is all there is to get")
        except (KeyError, TypeError, ValueError, LookupError) as error:
            exchange.close()
            exchange.deliver(text(400, f"{type(error).__name__}: {error}"))
            return
        state = {
            "day": registry.day,
            "days": registry.days,
            "dataTimestamp": timestamp(registry.day),
            "faults": registry.pending_faults,
            "requests": len(registry.requests),
        }
        exchange.deliver(json(200, state))

    def _obey(self, what: str, order: Any) -> None:
        registry = self.server.registry
        if what == "/day":
            if order["day"] == "next":
                if not registry.next_day():
                    raise LookupError("there is no next day")
            else:
                registry.go_to(date.fromisoformat(order["day"]))
        elif what == "/misbehave":
            registry.misbehave(**order)
        elif what == "/behave":
            registry.behave()
        elif what == "/put":
            registry.put(
                order["trial"], date.fromisoformat(order["day"]), order["study"], order.get("moved_to")
            )
        else:
            raise LookupError(f"unknown order: {what}")
