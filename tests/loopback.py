"""A web server on the loopback interface, as tests need one: each request in a thread of its own, and no word on stderr."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler, bytes], None], port: int = 0) -> Iterator[int]:
    """Gives the port, a free one unless one is asked for. `answer` gets every GET and POST, and its body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: what came is kept by whoever answers."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)


def say(
    request: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str] = _NONE, body: bytes = b""
) -> None:
    """Answer a request."""
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
