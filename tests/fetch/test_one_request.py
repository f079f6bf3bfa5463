"""Every answer arrives whole, or not at all."""

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import zlib
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import __version__
from monitor.core.errors import (
    CouldNotFindOut,
    Overloaded,
    Refused,
    Rejected,
    TooLarge,
    Unreachable,
    Unreadable,
)
from monitor.core.source import Request, Response
from monitor.fetch.body import read_body
from monitor.fetch.client import Client, Limits, user_agent
from tests import canary
from tests.fetch.wire import (
    RealClock,
    Say,
    Wire,
    an_answer,
    chunked,
    compressed,
    drip,
    then_close,
    then_reset,
)

AGENT = user_agent(__version__, "desk@example.org")
QUICK = Limits(deadline=0.4, step=5.0, raw=100_000, decoded=200_000)
MERGED = Request("/api/v2/studies/NCT1", answers=frozenset({301, 404}))


def get(*sayings: Say, request: Request = Request("/api/v2/version"), limits: Limits = Limits()) -> Response:  # noqa: B008
    with Wire(sayings).listening() as wire, Client(wire.base_url, AGENT, RealClock(), limits) as client:
        return client.get(request)


class TestWholeAnswers:
    @pytest.mark.parametrize(
        "saying",
        [
            an_answer(b'{"a":1}'),
            compressed(b'{"a":1}'),
            chunked(b'{"a"', b":1}"),
            then_close(an_answer(b'{"a":1}', "Connection: close")),
            b"HTTP/1.1 100 Continue\r\n\r\n" + an_answer(b'{"a":1}'),
            an_answer(b'{"a":1}', "Content-Encoding: identity"),
        ],
    )
    def test_a_whole_answer_arrives(self, saying: Say) -> None:
        answer = get(saying)
        assert (answer.status, answer.body) == (200, b'{"a":1}')

    def test_header_names_are_lower_case(self) -> None:
        assert get(an_answer(b"{}", "X-ThIng: Yes")).headers["x-thing"] == "Yes"

    def test_the_question_is_asked_as_the_source_put_it_and_says_who_asks(self) -> None:
        wire = Wire([an_answer()])
        request = Request(
            "/api/v2/studies", (("filter.ids", "NCT1,NCT2"), ("query.cond", "back pain & more"))
        )
        with wire.listening(), Client(wire.base_url + "/", AGENT, RealClock()) as client:
            client.get(request)
        head = wire.asked[0]
        assert head.startswith(
            "GET /api/v2/studies?filter.ids=NCT1%2CNCT2&query.cond=back+pain+%26+more HTTP/1.1"
        )
        assert f"trialmon/{__version__} (+desk@example.org) python-httpx/{httpx.__version__}" in head
        assert "accept-encoding: gzip\r\n" in head.lower()

    def test_the_courtesies_that_a_service_wants_go_with_every_question(self) -> None:
        wire = Wire([an_answer(), an_answer()])
        said = (("tool", "trialmon"), ("email", "you@example.org"))
        with (
            wire.listening(),
            Client(wire.base_url, AGENT, RealClock(), courtesies=said) as client,
        ):
            client.get(Request("/search", (("term", "disc"),)))
            client.get(Request("/version"))
        assert [head.split(" ")[1] for head in wire.asked] == [
            "/search?term=disc&tool=trialmon&email=you%40example.org",
            "/version?tool=trialmon&email=you%40example.org",
        ]

    def test_a_contact_cannot_bring_a_header_of_its_own(self) -> None:
        agent = user_agent("1", "a@b\r\nX-Evil: (1)é")
        assert agent == f"trialmon/1 (+a@bX-Evil: 1) python-httpx/{httpx.__version__}"
        assert "(" not in user_agent("1")

    def test_the_environment_has_no_say(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
        assert get(an_answer()).status == 200
        with Client("https://localhost:9", AGENT, RealClock()) as client, pytest.raises(Unreachable):
            client.get(Request("/"))

    def test_a_cookie_is_not_sent_back(self) -> None:
        wire = Wire([an_answer(b"{}", "Set-Cookie: session=1; Path=/")])
        with wire.listening(), Client(wire.base_url, AGENT, RealClock()) as client:
            client.get(Request("/"))
            client.get(Request("/"))
        assert "cookie" not in wire.asked[1].lower()

    def test_the_connection_is_kept_between_requests(self) -> None:
        wire = Wire([an_answer()])
        with wire.listening(), Client(wire.base_url, AGENT, RealClock()) as client:
            for _ in range(3):
                client.get(Request("/"))
        assert wire.connections == 1

    def test_a_kept_connection_that_the_server_closed_is_opened_again_at_once(self) -> None:
        wire = Wire([an_answer(), then_close(b""), an_answer(b"[]")])
        with wire.listening(), Client(wire.base_url, AGENT, RealClock()) as client:
            client.get(Request("/"))
            assert client.get(Request("/")).body == b"[]"
        assert wire.connections == 2

    def test_a_new_connection_that_is_closed_is_not_tried_again(self) -> None:
        wire = Wire([then_close(b""), an_answer()])
        with (
            wire.listening(),
            Client(wire.base_url, AGENT, RealClock()) as client,
            pytest.raises(Unreachable, match="was lost"),
        ):
            client.get(Request("/"))
        assert wire.connections == 1

    def test_an_address_must_be_one(self) -> None:
        for wrong in ("ftp://registry.example", "clinicaltrials.gov", "http://"):
            with pytest.raises(ValueError, match="not the address"):
                Client(wrong, AGENT, RealClock())


class TestBrokenAnswers:
    @pytest.mark.parametrize(
        ("saying", "why"),
        [
            (then_close(an_answer(b'{"a":1}', framed=False)), "unframed"),
            (then_close(b'HTTP/1.0 200 OK\r\n\r\n{"a":1}'), "unframed"),
            (then_close(an_answer(b'{"a":', length=7)), "cut off"),
            (then_close(chunked(b'{"a":1}', end=False)), "cut off"),
            (then_close(an_answer(b"7\r\n{", "Transfer-Encoding: chunked", framed=False)), "cut off"),
            (an_answer(b"zz\r\n{}", "Transfer-Encoding: chunked", framed=False), "cut off"),
            (an_answer(b"{}", "Transfer-Encoding: chunked"), "framed twice"),
            (compressed(b'{"a":1}', cut=9), "cut off"),
            (compressed(b'{"a":1}' * 1000, cut=1), "cut off"),
            (
                then_close(
                    an_answer(gzip.compress(b"{}")[:-4], "Content-Encoding: gzip", "Connection: close")
                ),
                "cut off",
            ),
            (an_answer(b"", "Content-Encoding: gzip"), "cut off"),
            (an_answer(b"{}", "Content-Encoding: gzip"), "damaged"),
            (an_answer(gzip.compress(b"{}")[:-8] + b"12345678", "Content-Encoding: gzip"), "damaged"),
            (an_answer(gzip.compress(b"{}") * 2, "Content-Encoding: gzip"), "goes on"),
            (an_answer(gzip.compress(gzip.compress(b"{}")), "Content-Encoding: gzip"), "twice"),
            (an_answer(gzip.compress(gzip.compress(b"{}")), "Content-Encoding: gzip, gzip"), "not asked for"),
            (an_answer(zlib.compress(b"{}"), "Content-Encoding: deflate"), "not asked for"),
            (an_answer(b"{}", "Content-Encoding: br"), "not asked for"),
            (an_answer(b"", status="204 No Content"), "204"),
            (an_answer(b"{}", "Content-Range: bytes 0-1/9", status="206 Partial Content"), "206"),
            (an_answer(b"", status="304 Not Modified"), "elsewhere"),
            (an_answer(b"", "Location: /elsewhere", status="302 Found"), "not followed"),
            (an_answer(b"", "Location: file:///etc/passwd", status="301 Moved"), "not followed"),
            (an_answer(b"{}", *(f"X-{n}: y" for n in range(400))), "header lines"),
            (then_close(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not HTTP"),
            (an_answer(b"{}", "Bad Header Line"), "not HTTP"),
            (an_answer(b"{}", "Set-Cookie: " + "x" * 1_000_000), "not HTTP"),
        ],
    )
    def test_what_cannot_be_proven_whole_is_unreadable(self, saying: Say, why: str) -> None:
        with pytest.raises(Unreadable, match=why):
            get(saying)

    def test_a_connection_that_breaks_in_the_middle_is_unreachable(self) -> None:
        with pytest.raises(Unreachable):
            get(then_reset(an_answer(b'{"a":', length=9000)))
        with pytest.raises(Unreachable):
            get(then_reset())

    def test_a_bomb_is_cut_while_it_unfolds(self) -> None:
        with pytest.raises(TooLarge):
            get(compressed(b"\0" * 50_000_000), limits=QUICK)

    @pytest.mark.parametrize(
        "saying",
        [an_answer(b"x" * 150_000), chunked(*[b"x" * 50_000] * 3), then_close(an_answer(b"", length=10**15))],
    )
    def test_a_body_beyond_the_limit_is_cut(self, saying: Say) -> None:
        with pytest.raises(Unreadable):
            get(saying, limits=QUICK)

    @pytest.mark.parametrize(
        "saying",
        [
            drip(an_answer(b"x" * 1000)),
            drip(b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 1000),
            drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
            lambda connection: time.sleep(2),
        ],
    )
    def test_a_server_that_drips_is_cut_off_when_the_time_for_the_whole_request_is_over(
        self, saying: Say
    ) -> None:
        with pytest.raises(Unreachable, match="in time"):
            get(saying, limits=QUICK)

    @given(st.binary(max_size=4000), st.data())
    def test_compressed_bytes_cut_or_altered_are_never_taken_for_another_body(
        self, body: bytes, data: st.DataObject
    ) -> None:
        packed = gzip.compress(b"{" + body)
        cut = data.draw(st.integers(0, len(packed) - 1))
        with pytest.raises(Unreadable):
            read_body([packed[:cut]], "gzip", 10_000, 10_000)
        chunks = [packed[:cut], packed[cut:]]
        assert read_body(chunks, "gzip", 10_000, 10_000) == b"{" + body


class TestRefusals:
    @pytest.mark.parametrize("status", ["403 Forbidden", "451 Unavailable For Legal Reasons"])
    def test_a_refusal_is_about_us_and_not_about_a_trial(self, status: str) -> None:
        with pytest.raises(Refused, match="refuses this client"):
            get(an_answer(b"<html>", status=status), request=MERGED)

    @pytest.mark.parametrize("status", ["408 X", "425 X", "429 X", "500 X", "502 X", "503 X", "599 X"])
    def test_overload_passes(self, status: str) -> None:
        with pytest.raises(Overloaded) as error:
            get(an_answer(b"", "Retry-After: 7", status=status))
        assert error.value.retry_after == 7

    def test_the_registrys_own_words_come_along_cleaned(self) -> None:
        words = "filter.ids: 'NCT0' has \x1b[31mincorrect\u202e format\nsecond line"
        with pytest.raises(Rejected, match=r"400: filter.ids: 'NCT0' has \[31mincorrect format$") as error:
            get(an_answer(words.encode(), "Content-Type: text/plain", status="400 Bad Request"))
        assert "\x1b" not in error.value.message

    def test_a_page_in_place_of_words_is_only_named(self) -> None:
        with pytest.raises(Rejected, match="an HTML page"):
            get(an_answer(b"<!doctype html><h1>No", status="404 Not Found"))

    @pytest.mark.parametrize("status", ["301 Moved", "404 Not Found"])
    def test_a_source_sees_the_statuses_that_it_asked_for(self, status: str) -> None:
        answer = get(an_answer(b"no", "Location: /x", status=status), request=MERGED)
        assert (answer.status, answer.body) == (int(status[:3]), b"no")

    def test_a_body_that_a_source_asked_for_must_be_whole_too(self) -> None:
        with pytest.raises(Unreadable):
            get(then_close(an_answer(b"no", status="404 Not Found", framed=False)), request=MERGED)


class TestNoConnection:
    def test_a_closed_port_is_unreachable(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with (
            Client(f"http://127.0.0.1:{port}", AGENT, RealClock()) as client,
            pytest.raises(Unreachable, match=f"no connection to 127.0.0.1:{port}"),
        ):
            client.get(Request("/"))

    def test_a_name_that_does_not_resolve_is_unreachable(self) -> None:
        with (
            Client("http://registry.invalid", AGENT, RealClock()) as client,
            pytest.raises(Unreachable, match=r"registry\.invalid"),
        ):
            client.get(Request("/"))

    def test_an_address_without_a_listener_does_not_hide_the_one_that_has(self) -> None:
        wire = Wire([an_answer()])
        with (
            wire.listening(),
            Client(f"http://localhost:{wire.port}", AGENT, RealClock()) as client,
        ):
            assert client.get(Request("/")).status == 200

    def test_a_password_in_the_address_is_not_repeated(self) -> None:
        with (
            Client(f"http://user:{canary.TOKEN}@127.0.0.1:9", AGENT, RealClock()) as client,
            pytest.raises(Unreachable) as error,
        ):
            client.get(Request("/"))
        assert canary.TOKEN not in str(error.value)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = ["openssl", "req", "-x509", *key, "-days", "2", *subject]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return folder


def test_a_certificate_that_nobody_vouches_for_is_refused(self_signed: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed / "cert.pem", self_signed / "key.pem")
    wire = Wire([an_answer()], context)
    with (
        wire.listening(),
        Client(wire.base_url, AGENT, RealClock()) as client,
        pytest.raises(Unreachable, match=r"cannot be trusted: self.signed certificate"),
    ):
        client.get(Request("/"))
    assert wire.asked == []


def test_a_server_that_speaks_no_tls_is_refused() -> None:
    wire = Wire([then_close(an_answer())])
    with (
        wire.listening(),
        Client(f"https://127.0.0.1:{wire.port}", AGENT, RealClock(), QUICK) as client,
        pytest.raises(CouldNotFindOut),
    ):
        client.get(Request("/"))
