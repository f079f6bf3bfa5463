"""Signed webhooks, received by real servers on this machine and verified as the specification says."""

import hmac
import json
import socket
import ssl
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from monitor.bootstrap import SystemClock
from monitor.core.destination import Webhook, signing_key
from monitor.core.notification import Message, Payload
from monitor.core.secret import Secret
from monitor.deliver.gateway import Gateway, check, describe
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry, Unknown
from monitor.deliver.ping import ping
from monitor.deliver.signing import signed_headers
from monitor.deliver.transport import Way, ask
from monitor.deliver.webhook import MOST_OF_A_PART, prepared
from monitor.deliver.webhook_schema import webhook_schema
from tests import canary
from tests.deliver.conftest import a_free_port, an_envelope
from tests.deliver.receivers import RawReceiver, a_receiver, an_answer

KEY = "0123456789abcdef0123456789abcdef"
OF_A_VERSION = {
    "trial": "NCT03737461",
    "registry": "clinicaltrials.gov",
    "version": 2,
    "topic": "status",
    "seen_at": "2026-02-09T14:03:11Z",
    "registry_date": "2026-02-09",
}
SECRET = canary.WEBHOOK_SECRET
OLD_SECRET = canary.OLD_WEBHOOK_SECRET


SCHEMA = Draft202012Validator(webhook_schema())


def a_hook(port: int, *secrets: str, path: str = "/hook", private: bool = True) -> Webhook:
    return Webhook(Secret(f"http://127.0.0.1:{port}{path}"), tuple(map(Secret, secrets)), private)


def a_gateway(hook: Webhook) -> Gateway:
    return Gateway({"machine": hook}, SystemClock())


def tell(hook: Webhook, message: Message, document: Mapping[str, Any] | None = None) -> Outcome:
    gateway = a_gateway(hook)
    payloads = gateway.prepare("machine", message, an_envelope(document=lambda: document or {}))
    assert isinstance(payloads, tuple)
    outcomes = [gateway.send("machine", payload, f"{KEY}{payload.part}") for payload in payloads]
    return next((outcome for outcome in outcomes if outcome != Accepted()), Accepted())


def the_request(receiver: RawReceiver, n: int = 0) -> tuple[dict[str, str], bytes]:
    head, _, body = receiver.requests[n].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}, body


def verified(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """As a receiver does it: https://github.com/standard-webhooks/standard-webhooks."""
    key = b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.new(key, content, "sha256").digest()).decode()
    given_ = [one.partition(",") for one in headers["webhook-signature"].split(" ")]
    return any(kind == "v1" and hmac.compare_digest(signature, expected) for kind, _, signature in given_)


def test_a_machine_gets_signed_json_with_the_key(message: Message) -> None:
    with a_receiver(an_answer("204 No Content", b"")) as receiver:
        assert tell(a_hook(receiver.port, SECRET), message) == Accepted()
    headers, body = the_request(receiver)
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == "trialmon"
    assert headers["webhook-id"] == headers["idempotency-key"] == f"{KEY}1"
    assert verified(headers, body, SECRET)
    assert not verified(headers, body + b" ", SECRET)
    assert not verified(headers, body, OLD_SECRET)


def test_the_specifications_own_example_is_signed_as_it_says() -> None:
    key = signing_key(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    assert key is not None
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
        [key],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_secrets_change_either_of_them_verifies(message: Message) -> None:
    with a_receiver(an_answer()) as receiver:
        tell(a_hook(receiver.port, SECRET, OLD_SECRET), message)
    headers, body = the_request(receiver)
    assert verified(headers, body, SECRET)
    assert verified(headers, body, OLD_SECRET)


def test_without_a_secret_nothing_is_signed(message: Message) -> None:
    with a_receiver(an_answer()) as receiver:
        tell(a_hook(receiver.port), message)
    headers, _ = the_request(receiver)
    assert "webhook-signature" not in headers
    assert headers["webhook-id"] == f"{KEY}1"


@pytest.mark.parametrize(
    "secret", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_###", "whsec_" + "QUFB" * 30, ""]
)
def test_a_secret_that_cannot_sign_sends_nothing(secret: str, message: Message) -> None:
    with a_receiver(an_answer()) as receiver:
        hook = a_hook(receiver.port, secret)
        outcome = tell(hook, message)
    assert outcome == Refused(
        "its secret is not written as whsec_ and Base64 of 24 to 64 bytes", "destination"
    )
    assert receiver.requests == []
    assert check(hook) == outcome.why


def test_the_body_says_what_changed_as_events_and_changes_do(message: Message) -> None:
    document = {"events": [an_event(1, [7])], "changes": [a_change(7)]}
    with a_receiver(an_answer()) as receiver:
        tell(a_hook(receiver.port), message, document)
    assert json.loads(the_request(receiver)[1]) == {
        "type": "trialmon.alert",
        "key": KEY,
        "part": 1,
        "parts": 1,
        "sent_at": "2026-02-09T14:05:00Z",
        "seen_at": "2026-02-09T14:03:00Z",
        "registry_date": "2026-02-09",
        "subscriber": "desk",
        "watchlists": ["Cell therapy for chronic low back pain"],
        "trial": "NCT03737461",
        "significance": "critical",
        "title": message.title,
        "text": message.text,
        **document,
    }


def an_event(identity: int, changes: list[int]) -> dict[str, Any]:
    own = {"rule": "status.stopped", "significance": "critical", "headline": "Terminated", "because": "x"}
    return {"id": identity, **OF_A_VERSION, **own, "changes": changes}


def a_change(identity: int, size: int = 10) -> dict[str, Any]:
    own = {
        "field": f"f{identity}",
        "label": "A field",
        "kind": "removed",
        "before": "é" * size,
        "after": None,
    }
    return {"id": identity, **OF_A_VERSION, **own}


@given(
    st.lists(st.lists(st.integers(1, 9000), max_size=4), max_size=12),
    st.lists(st.integers(1, 3000), max_size=5),
    st.integers(0, 30_000),
)
def test_parts_hold_everything_once_and_are_short(
    sizes: list[list[int]], loose: list[int], length: int
) -> None:
    identity = iter(range(10_000))
    changes = [[a_change(next(identity), size) for size in of_event] for of_event in sizes]
    events = [an_event(n, [change["id"] for change in own]) for n, own in enumerate(changes)]
    everything = [change for own in changes for change in own]
    everything += [a_change(next(identity), size) for size in loose]
    text = "some words\n" * (length // 11)
    envelope = an_envelope(document=lambda: {"events": events, "changes": everything})
    parts = prepared(Message("t", text, "", ""), envelope)
    bodies = [json.loads(part.body) for part in parts]
    assert [(body["part"], body["parts"]) for body in bodies] == [
        (n, len(parts)) for n in range(1, len(parts) + 1)
    ]
    assert "".join(body["text"] for body in bodies) == text
    assert [event for body in bodies for event in body["events"]] == events
    told = [change["id"] for body in bodies for change in body["changes"]]
    assert sorted(told) == sorted(change["id"] for change in everything)
    for body in bodies:
        SCHEMA.validate(body)
    for part, body in zip(parts, bodies, strict=True):
        entries = len(body["events"]) + len(body["changes"])
        assert len(part.body.encode()) <= MOST_OF_A_PART or (entries == 1 and not body["text"])


def test_a_receiver_that_takes_no_part_is_told_in_short(message: Message) -> None:
    gateway = a_gateway(a_hook(1))
    document = {"events": [an_event(1, [7])], "changes": [a_change(7)]}
    (payload,) = gateway.prepare("machine", message, an_envelope(document=lambda: document))  # type: ignore[misc]
    short = gateway.plainer("machine", payload)
    assert short is not None
    assert json.loads(short.body) == json.loads(payload.body) | {
        "events": [],
        "changes": [],
        "shortened": True,
    }
    SCHEMA.validate(json.loads(short.body))
    assert gateway.plainer("machine", short) is None


def test_what_was_prepared_for_another_kind_of_destination_is_told_in_plainer_words() -> None:
    before = Payload("t", "<p>a</p>", "html", "a")
    with a_receiver(an_answer()) as receiver:
        gateway = a_gateway(a_hook(receiver.port))
        assert gateway.send("machine", before, KEY) == Refused(
            "the message was prepared for a destination of another kind", "message"
        )
        plainer = gateway.plainer("machine", before)
        assert plainer is not None
        assert gateway.send("machine", plainer, KEY) == Accepted()
    assert json.loads(the_request(receiver)[1])["text"] == "a"


PAGE = "the receiver answered 200 with a web page, perhaps a login page"
DENIED = "the receiver answered 200, but its answer says ok: false"
ERROR = "the receiver answered 200, but its answer names an error"
BUSY = "the receiver answered 429 (Too Many Requests)"
DOWN = "the receiver answered 503 (Service Unavailable)"
LOST = "the connection was lost before the answer came"
ELSEWHERE = "the receiver answered 302 (Found): it sends us elsewhere, which is not followed"
GATEWAY = (
    "the receiver answered 502 (Bad Gateway): what stands before it cannot say whether it got the message"
)
TOO_LONG = "the receiver answered 413 (Request Entity Too Large)"
FIVE_MINUTES = {"Retry_After": "Mon, 09 Feb 2026 14:10:00 GMT", "Date": "Mon, 09 Feb 2026 14:05:00 GMT"}
CUT = b"Content-Length: 100\r\n\r\nhalf"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (an_answer("302 Found", Location="/login"), Retry(ELSEWHERE, telling=True)),
        (an_answer(body=b"\xef\xbb\xbf\n<!DOCTYPE html><title>Log in"), Retry(PAGE)),
        (an_answer(body=b"<HTML>", Content_Type="text/plain"), Retry(PAGE)),
        (an_answer(body=b"\x1f\x8b", Content_Encoding="gzip", Content_Type="text/html"), Retry(PAGE)),
        (an_answer(body=b'{"ok": false, "error": "no"}'), Retry(DENIED)),
        (an_answer(body=b' {"error": {"message": "no"}}'), Retry(ERROR)),
        (an_answer(body=b'{"error": null, "errors": [], "ok": true}'), Accepted()),
        (an_answer(body=b"{not json"), Accepted()),
        (an_answer("202 Accepted", b'{"a":' * 10_000), Accepted()),
        (an_answer("429 Too Many Requests", Retry_After="120"), Retry(BUSY, 120.0)),
        (an_answer("429 Too Many Requests"), Retry(BUSY, 60.0)),
        (an_answer("503 Service Unavailable", Retry_After="999999999"), Retry(DOWN, 86400.0)),
        (an_answer("503 Service Unavailable", b"", **FIVE_MINUTES), Retry(DOWN, 300.0)),
        (an_answer("503 Service Unavailable", Retry_After="soon"), Retry(DOWN)),
        (an_answer("410 Gone"), Refused("the receiver answered 410 (Gone)", "destination")),
        (an_answer("413 Content Too Large"), Refused(TOO_LONG, "message")),
        (an_answer("502 Bad Gateway"), Unknown(GATEWAY)),
        (b"", Unknown(LOST)),
        (b"HTTP/1.1 200 OK\r\n" + CUT, Unknown(LOST)),
        (b"HTTP/1.1 410 Gone\r\n" + CUT, Refused("the receiver answered 410 (Gone)", "destination")),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Unknown(LOST)),
    ],
    ids=lambda value: value[:40].decode("latin-1").partition("\r")[0] if isinstance(value, bytes) else None,
)
def test_what_the_receiver_answers_decides(answer: bytes, expected: Outcome, message: Message) -> None:
    with a_receiver(answer) as receiver:
        assert tell(a_hook(receiver.port, SECRET), message) == expected
    assert len(receiver.requests) == 1


def test_nothing_is_sent_where_a_redirect_points(message: Message) -> None:
    with a_receiver(an_answer()) as login:
        there = f"http://127.0.0.1:{login.port}/login"
        with a_receiver(an_answer("307 Temporary Redirect", Location=there)) as receiver:
            assert isinstance(tell(a_hook(receiver.port), message), Retry)
    assert login.requests == []


def test_no_proxy_of_the_environment_is_used(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{a_free_port()}")
    with a_receiver(an_answer()) as receiver:
        assert tell(a_hook(receiver.port), message) == Accepted()


def test_an_answer_without_end_is_read_only_so_far(message: Message) -> None:
    endless = (b"HTTP/1.1 200 OK\r\n\r\n", *(b"x" * 65536 for _ in range(200)))
    with a_receiver(*endless) as receiver:
        assert tell(a_hook(receiver.port), message) == Accepted()


def test_an_answer_that_drips_ends_with_the_time_for_all_of_it() -> None:
    drips = (b"HTTP/1.1 200 OK\r\n", *(b"x-a: b\r\n" for _ in range(50)))
    with a_receiver(*drips, pause=0.1) as receiver:
        way = Way(SystemClock(), private=True, time_limit=0.5)
        outcome = ask(way, "POST", Secret(f"http://127.0.0.1:{receiver.port}/"), {}, b"{}")
    assert outcome == Unknown("the receiver did not answer in time")


def test_a_receiver_that_is_down_surely_got_nothing(message: Message) -> None:
    assert tell(a_hook(a_free_port()), message) == Retry("the connection was refused")


def test_a_name_that_cannot_be_looked_up_is_tried_again(message: Message) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    gateway = Gateway(
        {"machine": Webhook(Secret("https://hooks.example.org/x"))}, SystemClock(), resolve=unknown
    )
    (payload,) = gateway.prepare("machine", message, an_envelope())  # type: ignore[misc]
    assert gateway.send("machine", payload, KEY) == Retry("the host name could not be looked up")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Of a server that nobody vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=hooks.example.org",
        "-days",
        "1",
    ]
    try:
        subprocess.run([*words, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def test_a_certificate_that_nobody_vouches_for_gets_no_message(
    certificate: ssl.SSLContext, message: Message
) -> None:
    with a_receiver(an_answer(), security=certificate) as receiver:
        hook = Webhook(Secret(f"https://127.0.0.1:{receiver.port}/"), (), private=True)
        assert tell(hook, message) == Retry("the certificate cannot be trusted")
    assert receiver.requests == []


def test_a_server_without_tls_gets_no_message_over_https(message: Message) -> None:
    with a_receiver(an_answer()) as receiver:
        hook = Webhook(Secret(f"https://127.0.0.1:{receiver.port}/"), (), private=True)
        assert tell(hook, message) == Retry("no secure connection could be made")


def test_of_a_webhook_only_its_kind_is_told() -> None:
    assert describe(a_hook(1)) == "webhook"
    assert check(a_hook(1, SECRET)) is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"junk",
        *(
            an_answer(f"{status} x", canary.TOKEN.encode())
            for status in (200, 302, 400, 401, 404, 429, 500, 504)
        ),
    ],
)
def test_no_secret_of_a_webhook_is_ever_told(
    answer: bytes, message: Message, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(1)
    with a_receiver(answer) as receiver:
        address = f"http://127.0.0.1:{receiver.port}/{canary.PATH}?token={canary.PARAMETER}"
        hook = Webhook(Secret(address), (Secret(canary.WEBHOOK_SECRET),), private=True)
        gateway = a_gateway(hook)
        outcome = tell(hook, message)
    assert canary.PATH.encode() in receiver.requests[0]
    for said in (repr(outcome), repr(gateway), repr(hook), caplog.text, *capfd.readouterr()):
        assert not canary.sings(said)


@pytest.mark.parametrize(
    "url",
    [
        f"https://{canary.USER}:secret@127.0.0.1:1/{canary.PATH}",
        f"https://127.0.0.1:1/{canary.PATH} {canary.PATH}",
        f"https://127.0.0.1:1/{canary.PATH}\x00\r\nX: y",
        f"gopher://127.0.0.1/{canary.PATH}",
        f"https://[{canary.HOST}",
        canary.TOKEN,
        f"https://127.0.0.1:99999/{canary.PATH}",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_a_word_of_it(
    url: str, message: Message, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = tell(Webhook(Secret(url), (Secret(SECRET),), private=True), message)
    assert outcome != Accepted()
    for said in (repr(outcome), *capfd.readouterr()):
        assert not canary.sings(said)


def test_a_ping_asks_and_can_say_a_word() -> None:
    with a_receiver(an_answer()) as receiver:
        url = Secret(f"http://127.0.0.1:{receiver.port}/ping")
        assert ping(url, SystemClock(), private=True) == Accepted()
        assert ping(url, SystemClock(), private=True, body="trial é") == Accepted()
    assert receiver.requests[0].startswith(b"GET /ping ")
    assert receiver.requests[1].startswith(b"POST /ping ")
    assert receiver.requests[1].endswith("trial é".encode())


def test_a_ping_that_fails_only_says_so() -> None:
    assert ping(Secret(f"http://127.0.0.1:{a_free_port()}"), SystemClock(), private=True) == Retry(
        "the connection was refused"
    )
    assert isinstance(ping(Secret("http://127.0.0.1/"), SystemClock()), Refused)
