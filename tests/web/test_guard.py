"""Who may ask the dashboard, what may be asked, and what a browser may do with the answer."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from monitor.core.secret import Secret
from monitor.web.app import pages as declared_pages
from monitor.web.page import Page
from tests import canary
from tests.web.conftest import serving

Get = Callable[..., httpx.Response]
TOKEN = Secret(canary.TOKEN)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example", "2130706433"]
)
def test_a_name_that_is_not_ours_is_refused(get: Get, host: str) -> None:
    """DNS rebinding: the browser asks us in a stranger's name."""
    assert get("/", host=host).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:8350", "127.0.0.1:1"])
def test_our_own_names_are_answered_on_any_port(get: Get, host: str) -> None:
    assert get("/", host=host).status_code == 200


def test_two_hosts_in_one_request_are_refused(dashboard: str) -> None:
    name, _, port = dashboard.partition("://")[2].partition(":")
    with socket.create_connection((name, int(port))) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert line.recv(100).split()[1] in (b"400", b"421")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/enter", "/api/openapi.json", "/static/x/style.css"])
def test_nothing_but_reading_is_allowed(dashboard: str, method: str, path: str) -> None:
    answer = httpx.request(method, dashboard + path, trust_env=False)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_no_page_may_be_framed_run_inline_or_load_from_elsewhere(get: Get) -> None:
    for path in ("/", "/there-is-no-such-page", "/?day=nonsense"):
        answer = get(path)
        policy = dict(
            part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["style-src"] == "'self'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert "<style" not in answer.text
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text


def test_a_static_file_is_kept_for_ever_under_the_name_of_its_contents(get: Get) -> None:
    address = get("/").text.partition('href="/static/')[2].partition('"')[0]
    answer = get(f"/static/{address}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert get("/static/0000/style.css").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/../trialmon.yaml", "/static/x/..%2f..%2ftrialmon.yaml", "/%2e%2e/etc/passwd", "/static/%00/style.css",
        "//evil.example/", "/trial/../../etc/passwd", "/trial/NCT1'%3B drop table trials", "/watchlist/..%2fsecret",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_house(dashboard: str, path: str) -> None:
    name, _, port = dashboard.partition("://")[2].partition(":")
    with socket.create_connection((name, int(port))) as line:
        line.sendall(
            f"GET {path.replace(' ', '%20')} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.split()[1] in (b"400", b"404")
    assert b"root:" not in answer


EVERYWHERE = declared_pages()
# SQL, paths, scripts, formats, and what ends a line: as a value of every parameter.
ATTACKS = (
    "1' OR '1'='1", "'; DROP TABLE trials; --", "1 UNION SELECT * FROM notifications", "../../etc/passwd", "..%2f..%2fetc%2fpasswd",
    "<script>alert(1)</script>", "{{7*7}}", "%s%s%s%n", "\r\nSet-Cookie: a=b", "\x00", "a" * 3000, "-1", "1e999", "NaN", "\u202e", "[]",
)  # fmt: skip


def filled(path: str, value: str = "") -> str:
    """A page's path with real values in it, or with this one in the place of all."""
    known = {
        "number": "NCT03737461",
        "name": "low-back-pain",
        "version": "2",
        "a": "1",
        "b": "2",
        "ending": "atom",
    }
    for name, real in known.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="") if value else real)
    return path


@pytest.mark.parametrize("page", EVERYWHERE, ids=lambda page: page.path)
def test_every_route_stands_behind_the_guard(dashboard: str, page: Page) -> None:
    with httpx.Client(base_url=dashboard, trust_env=False) as client:
        path = filled(page.path)
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 421
        assert client.post(path, headers={"Origin": dashboard}).status_code == 405
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert "default-src 'none'" in head.headers["content-security-policy"]
        assert head.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", EVERYWHERE, ids=lambda page: page.path)
def test_no_value_of_any_parameter_is_more_than_a_value(dashboard: str, page: Page) -> None:
    with httpx.Client(base_url=dashboard, trust_env=False) as client:
        for attack in ATTACKS:
            asked = [filled(page.path, attack)] if "{" in page.path else []
            asked += [
                f"{filled(page.path)}?{param.name}={quote(attack)}"
                for param in page.params
                if param.where == "query"
            ]
            for path in asked:
                answer = client.get(path)
                assert answer.status_code in (200, 400, 404), (path, answer.status_code)
                assert "set-cookie" not in answer.headers
                assert "root:" not in answer.text
                assert "<script>alert" not in answer.text
                assert "sqlite" not in answer.text.lower() or page.gives == "json"
                assert "Traceback" not in answer.text


def test_an_address_of_a_megabyte_is_refused(dashboard: str) -> None:
    answer = httpx.get(f"{dashboard}/?topic={'x' * 5000}", trust_env=False)
    assert answer.status_code == 400


class TestWithAToken:
    @pytest.fixture
    def guarded(self, demo_database: Path) -> Iterator[httpx.Client]:
        with (
            serving(demo_database, token=TOKEN) as address,
            httpx.Client(base_url=address, trust_env=False) as client,
        ):
            yield client

    def test_a_stranger_sees_nothing(self, guarded: httpx.Client) -> None:
        page = guarded.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 303
        assert page.headers["location"] == "/enter"
        assert guarded.get("/api/events").status_code == 401
        assert guarded.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert guarded.get("/", headers={"Cookie": "trialmon=wrong"}).status_code == 401
        assert guarded.get("/", headers={"Cookie": "trialmon=" + TOKEN.reveal()}).status_code == 401

    def test_a_program_says_the_token_with_each_request(self, guarded: httpx.Client) -> None:
        assert guarded.get("/", headers={"Authorization": f"Bearer {TOKEN.reveal()}"}).status_code == 200

    def test_a_person_says_it_once(self, guarded: httpx.Client) -> None:
        assert "Token" in guarded.get("/enter").text
        wrong = guarded.post("/enter", data={"token": "wrong"})
        assert wrong.status_code == 403
        assert "set-cookie" not in wrong.headers
        entered = guarded.post(
            "/enter", data={"token": TOKEN.reveal()}, headers={"Origin": str(guarded.base_url).rstrip("/")}
        )
        assert entered.status_code == 303
        cookie = entered.headers["set-cookie"]
        assert "httponly" in cookie.lower()
        assert "samesite=strict" in cookie.lower()
        assert TOKEN.reveal() not in cookie
        assert guarded.get("/").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_a_form_of_another_site_is_refused(self, guarded: httpx.Client, headers: dict[str, str]) -> None:
        assert guarded.post("/enter", data={"token": TOKEN.reveal()}, headers=headers).status_code == 403

    def test_a_form_of_a_megabyte_is_refused(self, guarded: httpx.Client) -> None:
        assert guarded.post("/enter", data={"token": "x" * 1_000_000}).status_code == 413
