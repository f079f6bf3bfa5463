"""Raw servers that answer whatever they are told to, byte for byte."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class RawReceiver:
    """Reads one request a connection, then writes `answer` in pieces with `pause` seconds between them, and hangs up."""

    answer: tuple[bytes, ...]
    pause: float = 0.0
    requests: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    over: threading.Event = field(default_factory=threading.Event)
    security: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        port = self.listener.getsockname()[1]
        assert isinstance(port, int)
        return port

    def serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                if self.security is not None:
                    connection = self.security.wrap_socket(connection, server_side=True)
                self._answer(connection)
            except OSError:
                pass  # the other side went away first
            finally:
                connection.close()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(65536)
            if not piece:
                break
            request += piece
        head, _, body = request.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        for piece in self.answer:
            connection.sendall(piece)
            if self.over.wait(self.pause):
                return


@contextmanager
def a_receiver(
    *answer: bytes, pause: float = 0.0, security: ssl.SSLContext | None = None
) -> Iterator[RawReceiver]:
    """Serves for as long as the context lasts."""
    receiver = RawReceiver(answer, pause, security=security)
    thread = threading.Thread(target=receiver.serve, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        receiver.listener.shutdown(socket.SHUT_RDWR)
        receiver.listener.close()
        thread.join(5)


def an_answer(status: str = "200 OK", body: bytes = b"ok", **headers: str) -> bytes:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
