"""The dashboard as an ASGI application, made from the pages and endpoints that declare themselves."""

import logging
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.core.errors import TrialmonError
from monitor.core.secret import Secret
from monitor.discovery import instances
from monitor.web import assets
from monitor.web.guard import COOKIE, ENTRANCE, Guard, pass_of, same
from monitor.web.page import Anew, Answer, Asked, Data, Elsewhere, File, House, NotThere, Page, Same, Shown
from monitor.web.values import NotUnderstood
from monitor.web.writing import write

_log = logging.getLogger("trialmon.web")
_LONGEST_FORM = 2048


def pages() -> tuple[Page, ...]:
    """Everything that can be asked for."""
    return tuple(
        page for package in ("pages", "api", "files") for page in instances(f"monitor.web.{package}", Page)
    )


def application(house: House, hosts: Collection[str], token: Secret | None = None) -> Starlette:
    """The dashboard over this house. `hosts`: see Guard; with a `token`, nothing is shown to whoever does not know it."""
    declared = pages()
    navigation = tuple(
        (page.nav, page.path) for page in sorted(declared, key=lambda page: page.order) if page.nav
    )
    routes = [
        Route(page.path, _endpoint(page, house, navigation), methods=["GET"], name=page.path)
        for page in declared
    ]
    routes.append(Route("/static/{digest}/{name}", _static, methods=["GET"]))
    if token is not None:
        routes.append(Route(ENTRANCE, _entrance(token, navigation), methods=["GET", "POST"]))
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Guard, hosts=hosts, token=token),
            # After the guard: no answer holds a secret beside a stranger's text, which BREACH would need.
            Middleware(GZipMiddleware, minimum_size=2000),
        ],
        exception_handlers={
            HTTPException: _refused(navigation),
            TrialmonError: _unreadable(navigation),
            Exception: _broken(navigation),
        },
    )


Navigation = tuple[tuple[str, str], ...]


def _endpoint(page: Page, house: House, navigation: Navigation) -> Callable[[Request], Any]:
    def answered(request: Request) -> Response:
        try:
            values = _values(page, request)
        except NotUnderstood as wrong:
            return _said(page, request, navigation, 400, str(wrong))
        asked = Asked(house, values, part=request.headers.get("hx-request") == "true")
        try:
            return _response(request, navigation, page.answer(asked))
        except NotThere as none:
            return _said(page, request, navigation, 404, str(none))

    async def endpoint(request: Request) -> Response:
        # Pages read a database: in a thread, so that a slow one holds up no other.
        return await run_in_threadpool(answered, request)

    return endpoint


def _values(page: Page, request: Request) -> dict[str, Any]:
    """What the address says, by the declared parameters; one that is not declared, or is there twice, is a mistake that is said."""
    query: dict[str, list[Any]] = dict(parse_qs(request.url.query, keep_blank_values=True))
    known = {param.name for param in page.params if param.where == "query"}
    for name, given in query.items():
        if name not in known:
            raise NotUnderstood(f"“{name[:60]}” is nothing that can be asked for here")
        if len(given) > 1:
            raise NotUnderstood(f"“{name}” stands in the address twice")
    values = {}
    for param in page.params:
        text = request.path_params[param.name] if param.where == "path" else query.get(param.name, [None])[0]
        # A form sends what was left empty too; a program that sends nothing means something by it.
        if text is None or (text == "" and page.gives == "html"):
            values[param.name] = param.default
            continue
        try:
            values[param.name] = param.kind.read(text)
        except NotUnderstood as wrong:
            raise NotUnderstood(f"{param.name}: {wrong}") from None
    return values


def _response(request: Request, navigation: Navigation, answer: Answer) -> Response:
    match answer:
        case Shown():
            return _shown(request, navigation, answer)
        case Data():
            return JSONResponse(answer.value)
        case File():
            headers = (
                {"Content-Disposition": f'attachment; filename="{answer.download}"'}
                if answer.download
                else {}
            )
            return Response(answer.body, media_type=answer.media_type, headers=headers)
        case Elsewhere():
            return RedirectResponse(quote(answer.path, safe="/?&=%:+-._~"), 303)
        case Same():
            return Response(status_code=204)
        case Anew():
            return Response(status_code=204, headers={"HX-Refresh": "true"})


def _shown(request: Request, navigation: Navigation, answer: Shown, status: int = 200) -> Response:
    part = answer.part if request.headers.get("hx-request") == "true" else ""
    frame = {"title": answer.title, "navigation": navigation, "here": request.url.path}
    return HTMLResponse(write(part or answer.template, {**frame, **answer.values}), status)


def _said(page: Page | None, request: Request, navigation: Navigation, status: int, why: str) -> Response:
    """A refusal in the form that was asked for."""
    if (page is not None and page.gives == "json") or request.url.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": _TITLES.get(status, "Refused"),
            "status": status,
            "detail": why,
        }
        return JSONResponse(problem, status, media_type="application/problem+json")  # RFC 9457
    title = _TITLES.get(status, "Refused")
    return _shown(request, navigation, Shown("refused", title, {"why": why}), status)


_TITLES = {
    400: "Not understood",
    404: "Not found",
    405: "Not allowed",
    500: "An error of trialmon's own",
    503: "Not readable now",
}


def _refused(navigation: Navigation) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        why = "There is no such page." if error.status_code == 404 else str(error.detail)
        return _said(None, request, navigation, error.status_code, why)

    return answer


def _unreadable(navigation: Navigation) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        return _said(None, request, navigation, 503, str(error))

    return answer


def _broken(navigation: Navigation) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        _log.error("%s could not be answered", request.url.path, exc_info=error)
        return _said(None, request, navigation, 500, "The log says more; the data are as they were.")

    return answer


def _static(request: Request) -> Response:
    found = assets.asset(request.path_params["digest"], request.path_params["name"])
    if found is None:
        return PlainTextResponse("There is no such file.\n", 404)
    return Response(found[0], media_type=found[1])


def _entrance(token: Secret, navigation: Navigation) -> Callable[[Request], Any]:
    """Where a person says the token, once a browser; it is then known by a cookie that holds proof of it, not the token."""

    async def entrance(request: Request) -> Response:
        if request.method == "GET":
            return _shown(request, (), Shown("enter", "Enter", {"wrong": False}))
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST_FORM:
                return PlainTextResponse("This form is too long.\n", 413)
        given = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        if not same(given.strip(), token.reveal()):
            return _shown(request, (), Shown("enter", "Enter", {"wrong": True}), 403)
        response = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, pass_of(token), httponly=True, samesite="strict", secure=secure, max_age=30 * 86400
        )
        return response

    return entrance
