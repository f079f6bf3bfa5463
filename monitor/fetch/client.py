"""One request, one answer: everything about it that the transport can judge is judged here.

What comes out is a `Response` that arrived whole, or a `CouldNotFindOut` that says what was wrong. Nothing is retried here, except
once where the server had closed a kept connection between two requests, which is nobody's fault.
"""

import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from monitor.core.clock import Clock
from monitor.core.errors import CouldNotFindOut, Overloaded, Refused, Rejected, Unreachable, Unreadable
from monitor.core.retry_after import retry_after
from monitor.core.source import Request, Response
from monitor.fetch.body import read_body, require_framing

if TYPE_CHECKING:
    import httpx

    from monitor.fetch.transport import Deadline


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of anything one request may take: seconds, bytes, header lines."""

    deadline: float = 60.0
    step: float = 30.0
    raw: int = 32 * 2**20
    decoded: int = 32 * 2**20
    header_lines: int = 200


def user_agent(version: str, contact: str = "") -> str:
    """Who we are, which library asks, and whom to write to. The library must show: registries have refused clients that hid it."""
    import httpx

    contact = "".join(character for character in contact if character.isascii() and character.isprintable())
    contact = contact.translate({ord(bracket): None for bracket in "()\\"}).strip()
    return (
        f"trialmon/{version}" + (f" (+{contact})" if contact else "") + f" python-httpx/{httpx.__version__}"
    )


class Client:
    """Asks one host. Keeps one connection; obeys no proxy or certificate variable; keeps no cookie; follows no redirect.

    `courtesies` are parameters that go with every request: who asks, and by which key. Not for use by several threads at once.
    """

    def __init__(
        self,
        base_url: str,
        user_agent: str,
        clock: Clock,
        limits: Limits | None = None,
        courtesies: tuple[tuple[str, str], ...] = (),
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not the address of a web server: {base_url!r}")
        self.base_url = base_url.rstrip("/")
        self.host = parts.netloc.rpartition("@")[2].lower()
        self._secure = parts.scheme == "https"
        self._user_agent = user_agent
        self._clock = clock
        self._limits = limits or Limits()
        self._courtesies = courtesies
        self._open: tuple[httpx.Client, Deadline] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def get(self, request: Request) -> Response:
        """Ask once. Raises a CouldNotFindOut: Unreachable, Refused, Overloaded, Unreadable, Rejected or TooLarge."""
        import httpx

        deadline = self._opened()[1]
        deadline.begin(self._limits.deadline)
        deadline.connected = False
        try:
            return self._attempt(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if deadline.connected:
                raise self._explained(error) from error
        except httpx.HTTPError as error:
            raise self._explained(error) from error
        try:
            return self._attempt(request)
        except httpx.HTTPError as error:
            raise self._explained(error) from error

    def _opened(self) -> "tuple[httpx.Client, Deadline]":
        if self._open is None:
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            import httpx

            from monitor.fetch.transport import BoundedTransport, Deadline

            deadline = Deadline(self._clock)
            client = httpx.Client(
                transport=BoundedTransport(deadline, self._secure),
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=self._limits.step,
                follow_redirects=False,
                trust_env=False,
            )
            self._open = client, deadline
        return self._open

    def _attempt(self, request: Request) -> Response:
        import httpx

        client, _ = self._opened()
        url = self.base_url + request.path
        params = (*request.params, *self._courtesies)
        with client.stream("GET", url, params=params or None) as answer:
            if len(answer.headers.raw) > self._limits.header_lines:
                raise Unreadable(f"{self.host} sent more than {self._limits.header_lines} header lines")
            headers = {name.lower(): value for name, value in answer.headers.items()}
            self._judge(answer.status_code, headers, request)
            try:
                require_framing(headers)
                body = read_body(
                    answer.iter_raw(),
                    headers.get("content-encoding", ""),
                    self._limits.raw,
                    self._limits.decoded,
                )
            except httpx.RemoteProtocolError as error:
                raise Unreadable(f"the answer of {self.host} is cut off or garbled on its way") from error
            except httpx.ReadError as error:
                raise Unreachable(
                    f"the connection to {self.host} was lost in the middle of an answer"
                ) from error
        if answer.status_code != 200 and answer.status_code not in request.answers:
            raise Rejected(
                f"{self.host} answered {answer.status_code}: {_first_line(body) or 'without a word'}"
            )
        return Response(answer.status_code, headers, body)

    def _judge(self, status: int, headers: dict[str, str], request: Request) -> None:
        """What the status alone decides, before the body is read."""
        if status == 200 or status in request.answers:
            return
        if status in (403, 451):
            raise Refused(
                f"{self.host} refuses this client (HTTP {status})",
                "it says nothing about any trial; set `contact` in trialmon.yaml, or ask the registry why",
            )
        if status in (408, 425, 429) or status >= 500:
            wait = retry_after(headers, self._clock.now())
            asks = f" and asks to come back in {wait:g} s" if wait is not None else ""
            raise Overloaded(f"{self.host} is overloaded or broken (HTTP {status}){asks}", retry_after=wait)
        if 300 <= status < 400:
            raise Unreadable(f"{self.host} sends us elsewhere (HTTP {status}); redirects are not followed")
        if status < 300:
            raise Unreadable(f"{self.host} answered HTTP {status}, which was not asked for")

    def _explained(self, error: "httpx.HTTPError") -> CouldNotFindOut:
        import httpx

        tls = _tls_error(error)
        if tls is not None:
            why = getattr(tls, "verify_message", "") or tls.reason or "no common protocol"
            return Unreachable(
                f"the TLS connection to {self.host} cannot be trusted: {why}",
                "nothing was sent; there is no way around it",
            )
        if isinstance(error, httpx.ConnectTimeout):
            return Unreachable(f"no connection to {self.host} in time")
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(f"{self.host} did not answer in time")
        if isinstance(error, httpx.ConnectError):
            return Unreachable(f"no connection to {self.host}: {clean(str(error)) or 'it failed'}")
        if isinstance(error, httpx.RemoteProtocolError) and "without sending a response" not in str(error):
            return Unreadable(f"{self.host} answered something that is not HTTP")
        return Unreachable(f"the connection to {self.host} was lost")


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _first_line(body: bytes) -> str:
    """The first line of a text answer, fit to be shown; HTML is only named."""
    text = body[:4096].decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return "an HTML page"
    return clean(text.partition("\n")[0])


def clean(text: str, longest: int = 200) -> str:
    """Foreign text in one short line without control or direction characters."""
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
