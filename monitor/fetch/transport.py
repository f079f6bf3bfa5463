"""httpx over sockets that know when the whole request must be over.

httpx's time limits are per read: a server that sends one byte now and then outlives any of them, in the headers too, where no code of
ours runs. So the limit sits below httpx, on the stream: every connect, handshake, read and write may take what is left, and no more.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from monitor.core.clock import Clock


class Deadline:
    """When the request under way must be over, and whether it had to open a connection of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = float("inf")
        self.connected = False

    def begin(self, seconds: float) -> None:
        """A request begins."""
        self._until = self._clock.monotonic() + seconds

    def left(self, asked: float | None) -> float:
        """Seconds that the next step may take. Raises httpcore.ReadTimeout where none are left."""
        left = self._until - self._clock.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole request is over")
        return left if asked is None else min(asked, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._inner, self._deadline = httpcore.SyncBackend(), deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._deadline.connected = True
        left = self._deadline.left(timeout)
        return _Stream(
            self._inner.connect_tcp(host, port, left, local_address, socket_options), self._deadline
        )


class BoundedTransport(httpx.HTTPTransport):
    """One connection, kept alive between requests, verified TLS, no proxy, no environment."""

    def __init__(self, deadline: Deadline, secure: bool) -> None:
        # Loading the certificate authorities takes longer than a request on loopback. A context without any
        # trusts nobody, so plain http loses nothing and https could only fail.
        context = (
            httpx.create_ssl_context(trust_env=False) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=1,
            max_keepalive_connections=1,
            keepalive_expiry=30.0,
            network_backend=_Backend(deadline),
        )
