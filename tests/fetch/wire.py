"""A server that says exactly the bytes it is told, on a real socket; and clocks."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

Act = Callable[[socket.socket], None]
Say = bytes | Act


@dataclass
class Wire:
    """`sayings` are what it answers, request by request; the last one is repeated. `asked` are the requests' heads."""

    sayings: Sequence[Say]
    context: ssl.SSLContext | None = None
    asked: list[str] = field(default_factory=list)
    connections: int = 0

    port: int = 0

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.port}" if self.context else f"http://127.0.0.1:{self.port}"

    @contextmanager
    def listening(self) -> Iterator["Wire"]:
        with socket.create_server(("127.0.0.1", self.port)) as server:
            self.port = server.getsockname()[1]
            stop = threading.Event()
            server.settimeout(0.05)
            thread = threading.Thread(target=self._serve, args=(server, stop), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                stop.set()
                thread.join(5)

    def _serve(self, server: socket.socket, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            with connection, suppress(OSError):
                connection.settimeout(2)
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
                self.connections += 1
                self._talk(connection, stop)
                connection.close()

    def _talk(self, connection: socket.socket, stop: threading.Event) -> None:
        connection.settimeout(0.05)
        while not stop.is_set():
            head = b""
            while b"\r\n\r\n" not in head:
                try:
                    read = connection.recv(65536)
                except TimeoutError:
                    if stop.is_set():
                        return
                    continue
                if not read:
                    return
                head += read
            self.asked.append(head.decode())
            saying = self.sayings[min(len(self.asked), len(self.sayings)) - 1]
            connection.settimeout(2)
            if callable(saying):
                saying(connection)
                return
            connection.sendall(saying)
            connection.settimeout(0.05)


def an_answer(
    body: bytes = b"{}", *headers: str, status: str = "200 OK", length: int | None = None, framed: bool = True
) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers]
    if framed:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def compressed(body: bytes = b"{}", cut: int = 0) -> bytes:
    packed = gzip.compress(body)
    return an_answer(packed[: len(packed) - cut], "Content-Encoding: gzip")


def chunked(*chunks: bytes, end: bool = True) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return an_answer(body + (b"0\r\n\r\n" if end else b""), "Transfer-Encoding: chunked", framed=False)


def then_close(saying: bytes) -> Act:
    return lambda connection: connection.sendall(saying)


def then_reset(saying: bytes = b"") -> Act:
    def act(connection: socket.socket) -> None:
        if saying:
            connection.sendall(saying)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    return act


def drip(saying: bytes, pause: float = 0.02) -> Act:
    def act(connection: socket.socket) -> None:
        for byte in saying:
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return act


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class FakeClock:
    """Time that passes only when somebody waits."""

    present: datetime = datetime(2026, 3, 13, 12, tzinfo=UTC)
    elapsed: float = 0.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.present

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.elapsed += seconds
        self.present += timedelta(seconds=seconds)
