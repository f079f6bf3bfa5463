"""One HTTP request to an address that somebody wrote into a configuration: checked at connect, bounded in time and size.

No redirect is followed and no proxy of the environment is used: httpcore knows neither.
"""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.core.clock import Clock
from monitor.core.secret import Secret
from monitor.deliver import addresses
from monitor.deliver.addresses import NotAllowed, Resolve
from monitor.deliver.outcome import Outcome, Refused, Retry, Unknown

if TYPE_CHECKING:
    import httpcore

TIME_LIMIT = 15.0
MOST_OF_AN_ANSWER = 64 * 1024
_PIECE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered. `headers` by lower-case name; of the body at most 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Way:
    """How requests go out: `private` allows addresses of this machine and of private networks; `resolve` turns a name into addresses;
    `time_limit`, in seconds, is for the whole request."""

    clock: Clock
    private: bool = False
    resolve: Resolve = addresses.resolve
    time_limit: float = TIME_LIMIT


def ask(
    way: Way, method: str, url: Secret, headers: Mapping[str, str], body: bytes = b""
) -> Answer | Outcome:
    """The answer, whatever it says; or, where none came, how the attempt ended. What is told holds no part of the URL."""
    import httpcore

    progress = _Progress(way)
    sent = {"accept-encoding": "identity", "connection": "close", **headers}
    try:
        target = httpcore.URL(url.reveal())
        if target.scheme not in (b"http", b"https") or not target.host:
            return Refused("this is no address: it begins with https://", "destination")
        secure = target.scheme == b"https"
        pool = httpcore.ConnectionPool(
            ssl_context=httpcore.default_ssl_context() if secure else None,
            max_connections=1,
            retries=0,
            network_backend=_backend(progress, secure=secure),
        )
        with (
            pool,
            pool.stream(method, target, headers=list(sent.items()), content=body) as response,
        ):
            given = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
            }
            try:
                return Answer(response.status, given, _beginning(response.iter_stream()))
            except _broken():
                if 200 <= response.status < 300:
                    raise
                return Answer(response.status, given, b"")  # a refusal whose words were lost is one
    except NotAllowed as refusal:
        return Refused(str(refusal), "destination")
    except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, UnicodeError, ValueError):
        # Their words may quote the URL or a header.
        return Refused("the address cannot be used as it is written", "destination")
    except _broken() as error:
        return progress.outcome(error)


def _broken() -> tuple[type[Exception], ...]:
    import httpcore

    return (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError)


def _beginning(chunks: Iterable[bytes]) -> bytes:
    kept = b""
    for chunk in chunks:
        kept += chunk
        if len(kept) >= MOST_OF_AN_ANSWER:
            break
    return kept[:MOST_OF_AN_ANSWER]


class _Progress:
    """How far a request came, and how much time it has left."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.connected = False
        self.written = False
        self._until = way.clock.monotonic() + way.time_limit

    def left(self, asked: float | None) -> float:
        """Seconds that the next step may take. Raises TimeoutError where none are left."""
        left = self._until - self.way.clock.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if asked is None else min(asked, left)

    def outcome(self, error: Exception) -> Outcome:
        """What it means that the request ended in this error."""
        if self.written:
            late = "timeout" in type(error).__name__.lower()
            return Unknown(
                "the receiver did not answer in time"
                if late
                else "the connection was lost before the answer came"
            )
        words = f"{type(error).__name__} {error}".lower()
        if self.connected:
            trust = "certificate" in words
            return Retry(
                "the certificate cannot be trusted" if trust else "no secure connection could be made"
            )
        if "gaierror" in words or "name resolution" in words or "not known" in words:
            return Retry("the host name could not be looked up")
        if "timeout" in words:
            return Retry("no connection within the time limit")
        return Retry("the connection was refused" if "refused" in words else "no connection could be made")


def _backend(progress: _Progress, *, secure: bool) -> "httpcore.NetworkBackend":
    """Connects to the very addresses that were checked: the name is looked up once, so it cannot lead elsewhere a moment later."""
    import httpcore

    class Backend(httpcore.NetworkBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: "Iterable[httpcore.SOCKET_OPTION] | None" = None,
        ) -> httpcore.NetworkStream:
            found = progress.way.resolve(host.strip("[]"), port)
            checked = addresses.allowed(found, private=progress.way.private, secure=secure)
            failure: Exception = OSError("the name has no address")
            for address in checked:
                try:
                    inner = httpcore.SyncBackend().connect_tcp(
                        address, port, progress.left(timeout), local_address, socket_options
                    )
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                    failure = error
                else:
                    progress.connected = True
                    return _stream(inner, progress)
            raise failure

    return Backend()


def _stream(inner: "httpcore.NetworkStream", progress: _Progress) -> "httpcore.NetworkStream":
    """The connection, each step of which may take what is left of the time."""
    import httpcore

    class Stream(httpcore.NetworkStream):
        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return inner.read(max_bytes, progress.left(timeout))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            progress.written = True
            # In pieces: a receiver that reads a byte now and then gets no new time for each.
            for start in range(0, len(buffer), _PIECE):
                inner.write(buffer[start : start + _PIECE], progress.left(timeout))

        def close(self) -> None:
            inner.close()

        def start_tls(
            self,
            ssl_context: ssl.SSLContext,
            server_hostname: str | None = None,
            timeout: float | None = None,
        ) -> httpcore.NetworkStream:
            return _stream(inner.start_tls(ssl_context, server_hostname, progress.left(timeout)), progress)

        def get_extra_info(self, info: str) -> Any:
            return inner.get_extra_info(info)

    return Stream()
