"""What services say to Apprise is heard: a 2xx that is no success, and when a busy one wants us back."""

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from monitor.bootstrap import SystemClock
from monitor.core.notification import Message
from monitor.core.secret import Secret
from monitor.deliver.gateway import Gateway
from monitor.deliver.outcome import Accepted, Outcome, Retry
from tests.deliver.conftest import an_envelope

KEY = "0123456789abcdef0123456789abcdef"
MATTERMOST = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4"
LOGIN = "<!DOCTYPE html><html><title>Log in</title></html>"
PAGE = Retry("the receiver answered 200 with a web page, perhaps a login page")


def tell(url: str, message: Message) -> Outcome:
    gateway = Gateway({"desk": Secret(url)}, SystemClock())
    (payload,) = gateway.prepare("desk", message, an_envelope())  # type: ignore[misc]
    return gateway.send("desk", payload, KEY)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LOGIN, PAGE),
        ('{"ok": false}', Retry("the receiver answered 200, but its answer says ok: false")),
        ('{"error": "no"}', Retry("the receiver answered 200, but its answer names an error")),
        ('{"ok": true}', Accepted()),
        ("", Accepted()),
    ],
)
@pytest.mark.parametrize("scheme", ["json", "xml", "form"])
def test_what_a_web_hook_of_apprise_answers_is_read(
    scheme: str, body: str, expected: Outcome, httpserver: HTTPServer, message: Message
) -> None:
    httpserver.expect_request("/").respond_with_data(body)
    assert tell(f"{scheme}://127.0.0.1:{httpserver.port}/", message) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LOGIN, PAGE),
        ('{"ok": false}', Retry("the receiver answered 200, but its answer says ok: false")),
        ('{"error": "a service may mean anything by this"}', Accepted()),
        ("ok", Accepted()),
    ],
)
def test_what_a_named_service_answers_is_read_with_more_care(
    body: str, expected: Outcome, httpserver: HTTPServer, message: Message
) -> None:
    httpserver.expect_request(f"/hooks/{MATTERMOST}").respond_with_data(body)
    assert tell(f"mmost://127.0.0.1:{httpserver.port}/{MATTERMOST}", message) == expected
    assert "<" not in httpserver.log[0][0].get_json()["text"]


@pytest.mark.parametrize(("status", "word"), [(429, "Too Many Requests"), (503, "Service Unavailable")])
def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(
    status: int, word: str, httpserver: HTTPServer, message: Message
) -> None:
    response = Response(status=status, headers={"Retry-After": "777"})
    httpserver.expect_request("/").respond_with_response(response)
    outcome = tell(f"json://127.0.0.1:{httpserver.port}/", message)
    assert outcome == Retry(f"the receiver answered {status} ({word})", 777.0)


def test_what_one_service_answers_is_not_heard_for_another(httpserver: HTTPServer, message: Message) -> None:
    httpserver.expect_request("/login").respond_with_data(LOGIN)
    httpserver.expect_request("/hook").respond_with_data("ok")
    assert tell(f"json://127.0.0.1:{httpserver.port}/login", message) == PAGE
    assert tell(f"json://127.0.0.1:{httpserver.port}/hook", message) == Accepted()


@pytest.mark.parametrize(
    ("url", "form", "most"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#trials", "text", 35_000),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "html", 4096),
        ("discord://1234567890/abcdefghij", "text", 2000),
        ("mmost://127.0.0.1/a1b2c3d4e5f6g7h8i9j0k1l2m3n4", "text", 4000),
        ("ntfy://127.0.0.1/topic", "text", 7800),
        ("twilio://AC735c307c62944b5a:e29dfbcebf390dee9@15551235553/15552235553", "text", 160),
    ],
)
def test_a_chat_gets_plain_words_within_its_limit(url: str, form: str, most: int) -> None:
    evil = "a <b> & [x](y) *bold* @ everyone — 12:30:00 :smile:\n" * 2000
    message = Message(
        "A title of some words <b>", evil, evil, f"<table style='x'><tr><td>{evil}</td></tr></table>"
    )
    prepared = Gateway({"desk": Secret(url)}, SystemClock()).prepare("desk", message, an_envelope())
    assert isinstance(prepared, tuple)
    assert len(prepared) > 2
    for number, payload in enumerate(prepared, 1):
        assert (payload.part, payload.parts, payload.form) == (number, len(prepared), form)
        assert len(payload.body) <= most
        assert "<table" not in payload.body
    if form == "html":
        assert "<b>" not in prepared[0].title + prepared[0].body
