"""Receivers that misbehave as real ones do, each in its own way, until they are told to behave; and what they accepted nonetheless."""

import json
import socket
import threading
from asyncio import WriteTransport
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import canary
from tests.deliver.conftest import a_free_port
from tests.journeys.collector import Got
from tests.loopback import say, serving

# How a web receiver misbehaves: what it answers, or None for no answer at all.
ANSWERS: dict[str, tuple[int, dict[str, str], bytes] | None] = {
    "moved": (302, {"Location": "/login"}, b""),
    "denies": (200, {"Content-Type": "application/json"}, b'{"ok": false, "error": "invalid_auth"}'),
    "login": (200, {"Content-Type": "text/html"}, b"<!doctype html><html><title>Sign in</title></html>"),
    "busy": (429, {"Retry-After": "7200"}, b""),
    "closed": (410, {}, b""),
    "breaks": None,
    "loses": None,
    "hangs": None,
}
# These had the whole message before nobody heard of them again: it may have arrived.
MAY_HAVE_ARRIVED = frozenset({"breaks", "loses", "hangs"})


@dataclass
class Receivers:
    """A web server with an inbox for each way to misbehave (`loses` accepts, and its answer is lost), and a mail server. While they are not
    `well` none of them takes a message, but for what `loses` swallows; the mail server is not even there."""

    got: list[Got] = field(default_factory=list)
    well: bool = False
    port: int = 0
    smtp_port: int = 0
    tried: set[str] = field(default_factory=set)
    _ending: threading.Event = field(default_factory=threading.Event)

    def urls(self) -> dict[str, str]:
        """The destination that leads to each inbox, by its name. They hold secrets, which no error may say."""
        place = f"{canary.USER}:{quote(canary.PASSWORD, safe='')}@127.0.0.1:{self.port}"
        web = {name: f"json://{place}/{name}?rto=0.3&+X-Token={canary.HEADER}" for name in ANSWERS}
        hook = f"http://127.0.0.1:{self.port}/signed?token={canary.PARAMETER}"
        signed = f"{{webhook: '{hook}', secret: '{canary.WEBHOOK_SECRET}', private: true}}"
        mail = f"mailto://127.0.0.1:{self.smtp_port}?from=trialmon@example.org&to=reader@example.org&mode=insecure"
        return {**web, "signed": signed, "mail": mail}

    @contextmanager
    def listening(self) -> Iterator["Receivers"]:
        """The web server is there; the mail server's port is kept for it."""
        self.smtp_port = a_free_port()
        with serving(self._receive) as self.port:
            try:
                yield self
            finally:
                self._ending.set()

    def _receive(self, request: BaseHTTPRequestHandler, content: bytes) -> None:
        inbox, body = request.path.strip("/").partition("?")[0], json.loads(content)
        self.tried.add(inbox)
        key = request.headers["Idempotency-Key"]
        if self.well or inbox == "loses":
            self.got.append(Got(inbox, key, body["title"], body.get("message") or body["text"]))
        if self.well:
            say(request, 200)
        elif inbox == "signed":
            say(request, 503, {"Retry-After": "3600"}, b"")
        elif (given := ANSWERS[inbox]) is not None:
            say(request, *given)
        else:
            if inbox == "hangs":
                self._ending.wait(5)
            with suppress(OSError):
                request.connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def mail_server(self) -> Iterator[None]:
        """From now on there is a mail server too. The first mail it accepts is cut off before it can say so."""
        receivers = self

        class Handler:
            async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
                assert isinstance(envelope.content, bytes)
                mail = message_from_bytes(envelope.content)
                text = mail.get_payload(0) if mail.is_multipart() else mail
                words = text.get_payload(decode=True)  # type: ignore[union-attr]
                assert isinstance(words, bytes)
                key = str(mail["X-Trialmon-Key"])
                receivers.got.append(Got("mail", key, str(mail["Subject"]), words.decode()))
                if sum(one.inbox == "mail" for one in receivers.got) == 1:
                    assert isinstance(server.transport, WriteTransport)
                    server.transport.abort()
                return "250 OK"

        controller = Controller(Handler(), hostname="127.0.0.1", port=self.smtp_port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()
