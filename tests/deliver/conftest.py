"""Real receivers on the loopback interface: a mail server, and web servers that answer, refuse or never end."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope

from monitor.core.notification import Envelope, Message
from monitor.core.significance import Significance


@pytest.fixture
def message() -> Message:
    return Message(
        title="RESPINE: Terminated",
        text="CRITICAL · Terminated\n  a_b → c\nhttps://clinicaltrials.gov/study/NCT03737461\n",
        markdown="**CRITICAL · Terminated**\n\n- a\\_b → **c**\n",
        html="<p><b>CRITICAL · Terminated</b></p>\n",
    )


NOW = datetime(2026, 2, 9, 14, 5, tzinfo=UTC)


def an_envelope(**given: Any) -> Envelope:
    """What is known of a message about RESPINE, first sent at NOW."""
    plain = Envelope(
        key="0123456789abcdef0123456789abcdef",
        kind="alert",
        subscriber="desk",
        watchlists=("Cell therapy for chronic low back pain",),
        trial="NCT03737461",
        significance=Significance.CRITICAL,
        registry_date="2026-02-09",
        seen_at=NOW - timedelta(minutes=2),
        sent_at=NOW,
        document=dict,
    )
    return replace(plain, **given)


@dataclass
class Mailbox:
    """A mail server that keeps what it gets. `refusal`: its answer to every recipient, if any."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    refusal: str = ""

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?mode=insecure&from=monitor@example.org&to=desk@example.org"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: SmtpEnvelope, address: str, options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: SmtpEnvelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(port=a_free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def a_free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@dataclass
class RawServer:
    """Accepts connections, reads the request and does nothing (`then_close` False), or hangs up without an answer."""

    then_close: bool = False
    heard: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        port = self.listener.getsockname()[1]
        assert isinstance(port, int)
        return port

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                self.heard.set()
                if not self.then_close:
                    self.over.wait(20)

    def close(self) -> None:
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def silent_server() -> Iterator[RawServer]:
    yield from _serving(RawServer())


@pytest.fixture
def rude_server() -> Iterator[RawServer]:
    yield from _serving(RawServer(then_close=True))


def _serving(server: RawServer) -> Iterator[RawServer]:
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.close()
    thread.join(5)
