"""The OpenAPI document, made from what the endpoints declare."""

from collections.abc import Mapping
from typing import Any

from monitor import __version__
from monitor.discovery import instances
from monitor.web.api._schemas import TEXT, WHOLE
from monitor.web.page import Answer, Asked, Data, Page
from monitor.web.values import Param

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {"type": TEXT, "title": TEXT, "status": WHOLE, "detail": TEXT},
}
_REFUSALS = {
    "400": "A value in the address means nothing; `detail` says what is expected.",
    "404": "There is no such thing.",
    "503": "The database cannot be read now.",
}


def document(pages: tuple[Page, ...]) -> dict[str, Any]:
    """OpenAPI 3.1 of every endpoint that gives JSON."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "trialmon",
            "version": __version__,
            "description": "What is stored of watched clinical trials, for reading. The forms are those of `--json` on the command line.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": {page.path: {"get": _operation(page)} for page in pages if page.gives == "json"},
        "components": {
            "schemas": {"Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(page: Page) -> dict[str, Any]:
    name = (
        page.path.removeprefix("/api/").translate(str.maketrans("/{}.", "____")).replace("__", "_").strip("_")
    )
    refusals = {
        code: {
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for code, words in _REFUSALS.items()
    }
    answer = {"description": page.doc, "content": {"application/json": {"schema": dict(page.schema)}}}
    return {
        "operationId": name,
        "summary": page.title,
        "description": page.doc,
        "parameters": [_parameter(param) for param in page.params],
        "responses": {"200": answer, **refusals},
    }


def _parameter(param: Param) -> Mapping[str, Any]:
    schema = dict(param.kind.schema)
    if param.default is not None:
        schema["default"] = param.default if isinstance(param.default, int) else str(param.default)
    return {
        "name": param.name,
        "in": param.where,
        "description": param.doc,
        "required": param.where == "path",
        "schema": schema,
    }


def _openapi(_: Asked) -> Answer:
    return Data(document(instances("monitor.web.api", Page)))


PAGE = Page(
    "/api/openapi.json",
    "This document",
    "What this API can be asked, as OpenAPI 3.1.",
    _openapi,
    gives="json",
    schema={"type": "object"},
)
