import io
import logging
from email.header import decode_header, make_header
from urllib.parse import quote

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from monitor.bootstrap import SystemClock
from monitor.core.notification import Message
from monitor.core.secret import Secret
from monitor.deliver.gateway import Gateway, check, describe
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry, Unknown
from tests import canary
from tests.deliver.conftest import Mailbox, RawServer, a_free_port, an_envelope

PROOF = "registry 2026-02-09 · seen 2026-02-09 14:03 UTC · sent 2026-02-09 14:05 UTC · trialmon 0123456789ab"
KEY = "0123456789abcdef0123456789abcdef"


def a_gateway(url: str, stream: io.StringIO | None = None, time_limit: float = 10.0) -> Gateway:
    return Gateway({"desk": Secret(url)}, SystemClock(), stream=stream, time_limit=time_limit)


def tell(gateway: Gateway, message: Message, destination: str = "desk") -> Outcome:
    """Prepare and send, once."""
    prepared = gateway.prepare(destination, message, an_envelope(key=KEY))
    if isinstance(prepared, Refused):
        return prepared
    outcomes = [gateway.send(destination, payload, KEY) for payload in prepared]
    return next((outcome for outcome in outcomes if outcome != Accepted()), Accepted())


def a_hook(httpserver: HTTPServer, response: Response | None = None, path: str = "/hook") -> str:
    httpserver.expect_request(path).respond_with_response(response or Response(status=200))
    return f"json://127.0.0.1:{httpserver.port}{path}"


def test_a_web_hook_gets_title_message_and_key(httpserver: HTTPServer, message: Message) -> None:
    assert tell(a_gateway(a_hook(httpserver)), message) == Accepted()
    request, _ = httpserver.log[0]
    body = request.get_json()
    assert body["title"] == message.title
    assert body["message"] == f"{message.text}\n{PROOF}"
    assert request.headers["Idempotency-Key"] == KEY
    assert request.headers["X-Trialmon-Key"] == KEY
    assert request.headers["User-Agent"] == "trialmon"


def test_every_attempt_of_a_delivery_carries_the_same_key(httpserver: HTTPServer, message: Message) -> None:
    gateway = a_gateway(a_hook(httpserver, Response(status=500)))
    for _ in range(2):
        tell(gateway, message)
    assert [request.headers["Idempotency-Key"] for request, _ in httpserver.log] == [KEY, KEY]


@pytest.mark.parametrize("scheme", ["xml", "form"])
def test_the_other_web_hooks_carry_the_key_too(scheme: str, httpserver: HTTPServer, message: Message) -> None:
    url = a_hook(httpserver).replace("json", scheme)
    assert tell(a_gateway(url), message) == Accepted()
    assert httpserver.log[0][0].headers["Idempotency-Key"] == KEY


def test_headers_of_the_url_are_sent_beside_the_key(httpserver: HTTPServer, message: Message) -> None:
    tell(a_gateway(a_hook(httpserver) + "?+X-Api-Key=token"), message)
    assert httpserver.log[0][0].headers["X-Api-Key"] == "token"


@pytest.mark.parametrize(
    ("wish", "form"),
    [("", "text"), ("?format=markdown", "markdown"), ("?format=html", "html"), ("?format=text", "text")],
)
def test_the_url_says_in_which_form_it_wants_the_message(
    wish: str, form: str, httpserver: HTTPServer, message: Message
) -> None:
    tell(a_gateway(a_hook(httpserver) + wish), message)
    said = httpserver.log[0][0].get_json()["message"]
    assert said.startswith(getattr(message, form).rstrip())
    assert "trialmon 0123456789ab" in said


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (301, Retry),
        (302, Retry),
        (307, Retry),
        (408, Retry),
        (409, Retry),
        (429, Retry),
        (500, Retry),
        (503, Retry),
        (502, Unknown),
        (504, Unknown),
        (400, Refused),
        (413, Refused),
        (401, Refused),
        (410, Refused),
    ],
)
def test_what_the_receiver_answers_decides(
    status: int, expected: type[Outcome], httpserver: HTTPServer, message: Message
) -> None:
    elsewhere = {"Location": f"http://127.0.0.1:{httpserver.port}/login"}
    url = a_hook(httpserver, Response(status=status, headers=elsewhere))
    outcome = tell(a_gateway(url), message)
    assert isinstance(outcome, expected)
    assert f"the receiver answered {status}" in outcome.why  # type: ignore[union-attr]
    assert len(httpserver.log) == 1


def test_a_login_page_behind_a_redirect_is_no_delivery(httpserver: HTTPServer, message: Message) -> None:
    httpserver.expect_request("/login").respond_with_data("<html>log in</html>", status=200)
    url = a_hook(httpserver, Response(status=302, headers={"Location": "/login"}))
    assert isinstance(tell(a_gateway(url + "?redirect=yes"), message), Retry)
    assert [request.path for request, _ in httpserver.log] == ["/hook"]


def test_an_optional_destination_does_not_hide_its_failure(httpserver: HTTPServer, message: Message) -> None:
    url = a_hook(httpserver, Response(status=500)) + "?optional=yes&retry=3"
    assert isinstance(tell(a_gateway(url), message), Retry)
    assert len(httpserver.log) == 1


def test_a_busy_receiver_is_left_alone_for_a_minute(httpserver: HTTPServer, message: Message) -> None:
    outcome = tell(a_gateway(a_hook(httpserver, Response(status=429))), message)
    assert outcome == Retry("the receiver answered 429 (Too Many Requests)", 60.0)


def test_a_message_refused_is_told_from_a_destination_refused(
    httpserver: HTTPServer, message: Message
) -> None:
    too_long = tell(a_gateway(a_hook(httpserver, Response(status=413), "/a")), message)
    gone = tell(a_gateway(a_hook(httpserver, Response(status=404), "/b")), message)
    assert isinstance(too_long, Refused)
    assert isinstance(gone, Refused)
    assert (too_long.what, gone.what) == ("message", "destination")


def test_a_refused_connection_is_tried_again(message: Message) -> None:
    outcome = tell(a_gateway(f"json://127.0.0.1:{a_free_port()}"), message)
    assert outcome == Retry("the connection was refused")


def test_a_host_that_does_not_exist_is_tried_again(message: Message) -> None:
    assert isinstance(tell(a_gateway("json://no-such-host.invalid"), message), Retry)


def test_a_receiver_that_does_not_answer_in_time_may_have_it(
    silent_server: RawServer, message: Message
) -> None:
    outcome = tell(a_gateway(f"json://127.0.0.1:{silent_server.port}?rto=0.3"), message)
    assert outcome == Unknown("the receiver did not answer in time")


def test_a_connection_lost_before_the_answer_may_have_delivered(
    rude_server: RawServer, message: Message
) -> None:
    outcome = tell(a_gateway(f"json://127.0.0.1:{rude_server.port}"), message)
    assert outcome == Unknown("the connection was lost before the answer came")


def test_an_attempt_that_does_not_end_keeps_its_place_and_holds_up_nobody(
    silent_server: RawServer, httpserver: HTTPServer, message: Message
) -> None:
    url = f"json://127.0.0.1:{silent_server.port}?rto=20"
    gateway = Gateway(
        {"slow": Secret(url), "desk": Secret(a_hook(httpserver))}, SystemClock(), time_limit=0.5
    )
    tell(gateway, message)  # Apprise is loaded now: half a second is enough
    assert tell(gateway, message, "slow") == Unknown("no answer within 0.5 seconds")
    assert silent_server.heard.is_set()
    assert tell(gateway, message, "slow") == Retry("the attempt before has not ended yet", 0.5)
    assert tell(gateway, message) == Accepted()


def test_a_mail_arrives_as_text_and_html_under_its_title(mailbox: Mailbox, message: Message) -> None:
    assert tell(a_gateway(mailbox.url), message) == Accepted()
    (mail,) = mailbox.mails
    assert str(make_header(decode_header(mail["Subject"]))) == message.title
    assert mail["X-Trialmon-Key"] == KEY
    assert len(mail.get_all("Message-ID") or []) == 1
    parts = {
        part.get_content_type(): part.get_payload(decode=True)
        for part in mail.walk()
        if not part.is_multipart()
    }
    assert set(parts) == {"text/plain", "text/html"}
    assert "CRITICAL · Terminated" in bytes(parts["text/html"]).decode()


def test_a_line_end_in_a_title_makes_no_header(mailbox: Mailbox) -> None:
    evil = Message("Title\r\nBcc: victim@example.org\r\n\r\nbody", "text", "text", "<p>text</p>")
    tell(a_gateway(mailbox.url), evil)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert "\n" not in str(make_header(decode_header(mail["Subject"])))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "550 no such user",
            Refused(
                "the mail server answered 550: it does not accept the sender or the recipient", "destination"
            ),
        ),
        ("552 too large", Refused("the mail server answered 552", "message")),
        ("451 greylisted", Retry("the mail server answered 451")),
    ],
)
def test_what_the_mail_server_answers_decides(
    answer: str, expected: Outcome, mailbox: Mailbox, message: Message
) -> None:
    mailbox.refusal = answer
    assert tell(a_gateway(mailbox.url), message) == expected


def test_a_mail_server_that_is_down_is_tried_again(message: Message) -> None:
    url = f"mailto://127.0.0.1:{a_free_port()}?mode=insecure&from=a@example.org&to=b@example.org"
    assert tell(a_gateway(url), message) == Retry("the connection was refused")


def test_the_terminal_gets_title_and_body(message: Message) -> None:
    screen = io.StringIO()
    assert tell(a_gateway("terminal://", screen), message) == Accepted()
    assert screen.getvalue() == f"RESPINE: Terminated\n-------------------\n{message.text}\n{PROOF}\n\n"


def test_the_terminal_obeys_nothing_in_a_message() -> None:
    screen = io.StringIO()
    evil = Message("a\x1b]0;owned\x07\nb", "c\x1b[2Jd\u202e", "", "")
    tell(a_gateway("terminal://", screen), evil)
    assert not {"\x1b", "\x07", "\u202e"} & set(screen.getvalue())


def test_a_terminal_of_few_characters_shows_what_it_can(message: Message) -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert tell(Gateway({"desk": Secret("terminal://")}, SystemClock(), stream=screen), message) == Accepted()


def test_on_a_colour_terminal_the_words_are_the_same(message: Message) -> None:
    screen = FakeTerminal()
    assert tell(a_gateway("terminal://", screen), message) == Accepted()
    assert "CRITICAL · Terminated" in screen.getvalue()
    assert "RESPINE: Terminated" in screen.getvalue()


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_that_is_gone_is_tried_again(message: Message) -> None:
    screen = io.StringIO()
    screen.close()
    assert isinstance(tell(a_gateway("terminal://", screen), message), Retry)


def test_an_unknown_destination_is_refused(message: Message) -> None:
    outcome = tell(a_gateway("terminal://"), message, "nobody")
    assert outcome == Refused("the configuration has no destination of this name", "destination")


def test_a_url_that_apprise_does_not_understand_is_refused(message: Message) -> None:
    outcome = tell(a_gateway("slack://no"), message)
    assert outcome == Refused("Apprise does not understand this destination's URL", "destination")


def test_a_long_message_comes_in_parts_that_the_service_takes(httpserver: HTTPServer) -> None:
    lines = "\n".join(f"line {number}" for number in range(10_000))
    long = Message("t", lines, lines, "<p>x</p>" * 10_000)
    assert tell(a_gateway(a_hook(httpserver)), long) == Accepted()
    bodies = [request.get_json() for request, _ in httpserver.log]
    assert [body["title"] for body in bodies] == [f"t ({n}/4)" for n in range(1, 5)]
    assert all(len(body["message"]) <= 32768 for body in bodies)
    told = [line for body in bodies for line in body["message"].splitlines() if line.startswith("line")]
    assert told == lines.splitlines()


def test_of_a_destination_only_its_kind_is_told() -> None:
    gateway = a_gateway("slack://TokenA/TokenB/TokenC/#trials")
    assert gateway.describe("desk") == "slack"
    assert gateway.describe("nobody") == ""
    assert describe(Secret("no url")) == ""
    assert repr(gateway) == "Gateway(desk)"
    assert gateway.names == ("desk",)


@pytest.mark.parametrize(
    "url",
    [
        "terminal://",
        "json://127.0.0.1/x",
        "mailto://user:password@example.org",
        "discord://1234567890/abcdefghij",
    ],
)
def test_a_good_url_has_no_problem(url: str) -> None:
    assert check(Secret(url)) is None


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (canary.WORD, "begins with no service"),
        (f"nonsense://{canary.WORD}", "does not understand"),
        (f"slack://{canary.WORD}", "does not understand"),
        (f"json://{canary.WORD}/a, json://{canary.WORD}/b", "more than one URL"),
        (f"tgram://123456789:abcdefg_hijklmnop/{canary.WORD}/12315544", "several recipients"),
        (f"json://{canary.WORD}?optional=yes", "optional="),
        (f"json://{canary.WORD}?a=b&redirect=yes", "redirect="),
        (f"json://{canary.WORD}?retry=5", "retry="),
    ],
)
def test_a_wrong_url_is_named_by_its_fault_and_not_shown(url: str, problem: str) -> None:
    found = check(Secret(url))
    assert found is not None
    assert problem in found
    assert not canary.sings(found)


SECRET_PARTS = f"?+X-Api-Key={canary.HEADER}&-token={canary.PARAMETER}"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 404, 429, 500, 504])
def test_no_secret_is_ever_told(
    status: int,
    httpserver: HTTPServer,
    message: Message,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(1)
    httpserver.expect_request(f"/{canary.PATH}").respond_with_data(f"you sent {canary.HEADER}", status=status)
    url = f"json://{canary.USER}:{quote(canary.PASSWORD, safe='')}@127.0.0.1:{httpserver.port}/{canary.PATH}{SECRET_PARTS}"
    gateway = a_gateway(url)
    outcome = tell(gateway, message)
    assert httpserver.log[0][0].headers["X-Api-Key"] == canary.HEADER
    assert_no_canary(outcome, gateway, caplog, capfd)


@pytest.mark.parametrize(
    "url",
    [
        f"json://{canary.USER}:{canary.PATH}@127.0.0.1:1/{canary.HEADER}",
        f"json://{canary.HOST}.invalid/{canary.PATH}?token={canary.PARAMETER}",
        f"slack://{canary.PATH}/{canary.HEADER}",
        f"{canary.USER}://{canary.PATH}",
        f"mailto://{canary.USER}:{canary.PATH}@127.0.0.1:1?mode=insecure&to={canary.HEADER}@example.org&from=a@example.org",
        f"https://hooks.slack.com/services/{canary.PATH}",
        f"tgram://{canary.PATH}/{canary.HEADER}",
    ],
)
def test_no_secret_is_told_of_what_cannot_be_reached_or_understood(
    url: str, message: Message, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(1)
    gateway = a_gateway(url)
    outcome = tell(gateway, message)
    assert outcome != Accepted()
    assert_no_canary(outcome, gateway, caplog, capfd)
    assert not canary.sings(check(Secret(url)) or "")


def assert_no_canary(
    outcome: Outcome, gateway: Gateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    logged = " ".join(
        record.getMessage() for record in caplog.records if record.name.split(".")[0] != "werkzeug"
    )
    for said in (repr(outcome), repr(gateway), logged, *capfd.readouterr()):
        assert not canary.sings(said)


def test_apprise_talks_to_no_handler_of_ours(
    httpserver: HTTPServer, message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tell(a_gateway(a_hook(httpserver, Response(status=500))), message)
    assert not [
        record.name for record in caplog.records if record.name.startswith(("apprise", "urllib3", "requests"))
    ]


def test_what_was_not_taken_is_put_in_plainer_words_once() -> None:
    message = Message("t", "word\n" * 1000, "**word**\n" * 1000, "<p>word</p>" * 1000)
    gateway = a_gateway("json://127.0.0.1?format=html")
    (payload,) = gateway.prepare("desk", message, an_envelope())  # type: ignore[misc]
    plainer = gateway.plainer("desk", payload)
    assert plainer is not None
    assert plainer.form == "text"
    assert plainer.body.endswith("…\n(shortened: `trialmon outbox show` has all of it)\n")
    assert len(plainer.body) <= 1000
    assert gateway.plainer("desk", plainer) is None
