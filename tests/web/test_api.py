"""The JSON API: what it says is what the command line says, in the forms that its OpenAPI document promises."""

from collections.abc import Callable
from typing import Any

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate

from monitor.discovery import instances
from monitor.store import queries
from monitor.store.database import Database
from monitor.store.queries import Filters
from monitor.web.api.openapi import document
from monitor.web.page import Page

Get = Callable[..., httpx.Response]
ENDPOINTS = instances("monitor.web.api", Page)
ASKED = {"number": "NCT03737461", "name": "low-back-pain", "version": "2", "a": "1", "b": "2"}


def path_of(page: Page) -> str:
    """A path of an endpoint with real values in it."""
    path = page.path
    for name, value in ASKED.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_the_document_is_what_openapi_asks_for(get: Get) -> None:
    served = get("/api/openapi.json").json()
    validate(served)
    assert set(served["paths"]) == {page.path for page in ENDPOINTS}


@pytest.mark.parametrize("page", ENDPOINTS, ids=lambda page: page.path)
def test_each_answer_has_the_promised_form(get: Get, page: Page) -> None:
    answer = get(path_of(page))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    jsonschema.validate(answer.json(), dict(page.schema))


@pytest.mark.parametrize("page", [page for page in ENDPOINTS if page.params], ids=lambda page: page.path)
def test_each_refusal_is_a_problem_in_words(get: Get, page: Page) -> None:
    answer = get(path_of(page) + "?unheard=of")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    jsonschema.validate(problem, document(ENDPOINTS)["components"]["schemas"]["Problem"])
    assert "unheard" in problem["detail"]


def test_events_and_changes_are_those_of_the_command_line(get: Get, demo_database: Any) -> None:
    with Database.open_readonly(demo_database) as db:
        assert get("/api/events?limit=500").json()["events"] == list(queries.events(db, Filters()))
        assert get("/api/changes?limit=500").json()["changes"] == list(queries.changes(db, Filters()))


@pytest.mark.parametrize("what", ["events", "changes"])
def test_portions_together_are_the_whole(get: Get, what: str) -> None:
    whole = get(f"/api/{what}?limit=500").json()[what]
    rows, path = [], f"/api/{what}?limit=3"
    while path:
        portion = get(path).json()
        rows += portion[what]
        path = f"/api/{what}?limit=3&before={portion['next']}" if portion["next"] is not None else ""
    assert rows == whole


def test_a_record_is_the_one_in_force_on_the_day(get: Get) -> None:
    before = get("/api/trials/NCT03737461/record?at=2023-08-10").json()
    after = get("/api/trials/NCT03737461/record?at=2023-08-11").json()
    status = [one["record"]["protocolSection"]["statusModule"]["overallStatus"] for one in (before, after)]
    assert status == ["RECRUITING", "ACTIVE_NOT_RECRUITING"]
    assert get("/api/trials/NCT03737461/record?at=2001-01-01").status_code == 404


def test_the_database_is_not_said_where_it_lies(get: Get, demo_database: Any) -> None:
    assert str(demo_database) not in get("/api/status").text
