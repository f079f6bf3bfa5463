"""Stands before every page: who may ask, what may be asked, and what a browser may do with the answer.

A dashboard on 127.0.0.1 can be reached by every web page that the same browser shows: by DNS rebinding (so the Host is checked against
a list), by forms and images (so nothing is changed by a request), by frames (so it may not be framed).
"""

import hmac
import re
from collections.abc import Collection
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.core.secret import Secret

ENTRANCE = "/enter"
COOKIE = "trialmon"
_LONGEST_ADDRESS = 4096
_STATIC = "/static/"
_PORT = re.compile(r":\d{1,5}$")

# No inline script or style, nothing from elsewhere; htmx is told to need neither.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}


class Guard:
    """An ASGI middleware. `hosts` are the names under which the dashboard may be asked for, without ports;
    with a `token`, whoever asks must know it: as `Authorization: Bearer …`, or by the cookie that the entrance gives."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], token: Secret | None = None) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError("the dashboard speaks plain HTTP only")
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        answer = refusal if refusal is not None else self._app

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    added[name] = value
                # The address of a static file names its contents (assets.py); everything else may be news, and is nobody else's.
                static = scope["path"].startswith(_STATIC) and message["status"] == 200
                added["Cache-Control"] = "private, max-age=31536000, immutable" if static else "no-store"
            await send(message)

        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not self._known_host(headers.getlist("host")):
            return PlainTextResponse("This name is not one of this dashboard's (web: hosts:).\n", 421)
        if len(scope["path"]) + len(scope["query_string"]) > _LONGEST_ADDRESS:
            return PlainTextResponse("This address is too long.\n", 400)
        entering = self._token is not None and scope["path"] == ENTRANCE
        if scope["method"] not in ("GET", "HEAD") and not (entering and scope["method"] == "POST"):
            return PlainTextResponse("Only GET and HEAD are answered here.\n", 405, {"Allow": "GET, HEAD"})
        if scope["method"] == "POST" and not _same_origin(headers):
            return PlainTextResponse("This form was sent from elsewhere.\n", 403)
        if self._token is None or entering or scope["path"].startswith(_STATIC) or self._is_known(headers):
            return None
        if scope["path"].startswith("/api/") or "text/html" not in headers.get("accept", ""):
            return PlainTextResponse("A token is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
        return Response(status_code=303, headers={"Location": ENTRANCE})

    def _known_host(self, hosts: list[str]) -> bool:
        return len(hosts) == 1 and _PORT.sub("", hosts[0]).lower() in self._hosts

    def _is_known(self, headers: Headers) -> bool:
        assert self._token is not None
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and same(given.strip(), self._token.reveal()):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and same(cookie.value, pass_of(self._token))


def pass_of(token: Secret) -> str:
    """What the cookie holds: proof that the token was known, never the token."""
    return hmac.new(token.reveal().encode(), b"trialmon dashboard", sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _same_origin(headers: Headers) -> bool:
    """Whether a form was sent from our own page: browsers say so, and what says nothing is no browser that keeps a cookie."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "").lower()
