"""Every fault does on the wire what its one line says. A fault without a check here fails."""

import gzip
import json
import re
import select
import socket
import time
import zlib
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx
import pytest

from monitor.embedded import FAULTS, EmbeddedRegistry
from monitor.embedded.faults import CATEGORIES
from monitor.embedded.faults.literature import CALLER
from monitor.embedded.literature import EFETCH, ESEARCH, EUROPEPMC
from tests.embedded.conftest import MONDAY, a_client, ids_of, numbers, raw_answer

STUDIES = "/api/v2/studies"
LIST = f"{STUDIES}?pageSize=12"
ONE = f"{STUDIES}/NCT00000005"

Check = Callable[[EmbeddedRegistry, httpx.Client], None]


def _status(code: int, retry_after: str | None = None) -> Check:
    def check(registry: EmbeddedRegistry, client: httpx.Client) -> None:
        answer = client.get("/api/v2/version")
        assert answer.status_code == code
        assert retry_after == answer.headers.get("retry-after")

    return check


def _retry_date(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    answer = client.get(LIST)
    assert answer.status_code == 429
    ahead = parsedate_to_datetime(answer.headers["retry-after"]) - parsedate_to_datetime(
        answer.headers["date"]
    )
    assert 0 <= ahead.total_seconds() <= registry.retry_after + 1


def _not_found(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert [client.get(path).status_code for path in ("/api/v2/version", LIST, ONE)] == [404] * 3


def _says(target: str, *words: str, status: int = 200) -> Check:
    def check(registry: EmbeddedRegistry, client: httpx.Client) -> None:
        answer = client.get(target)
        assert answer.status_code == status
        assert [word for word in words if word not in answer.text] == []

    return check


def _elsewhere(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    answer = client.get(ONE)
    assert (answer.status_code, answer.headers["location"]) == (301, f"http://registry.invalid{ONE}")


def _html(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    answer = client.get(LIST)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def _wire(registry: EmbeddedRegistry, target: str = LIST) -> tuple[str, bytes, bytes]:
    """The head and the body as they come on the wire, and the true body."""
    head, _, body = raw_answer(registry, target).partition(b"\r\n\r\n")
    registry.behave()
    true = raw_answer(registry, target).partition(b"\r\n\r\n")[2]
    return head.decode("latin-1"), body, true


def _length(head: str) -> int | None:
    found = re.search(r"Content-Length: (\d+)", head)
    return int(found.group(1)) if found else None


def _inflated(body: bytes) -> tuple[bytes, bool]:
    """What comes out of a gzip stream, and whether its end was reached."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = stream.decompress(body)
    return plain, stream.eof


def _cut_gzip(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, true = _wire(registry)
    assert _length(head) == len(body)
    plain, ended = _inflated(body)
    assert not ended
    assert plain == true[: len(plain)] != true


def _cut_gzip_closed(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, _ = _wire(registry)
    assert _length(head) is None
    assert "Content-Encoding: gzip" in head
    assert not _inflated(body)[1]


def _cut_body(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, true = _wire(registry)
    assert _length(head) == len(true) > len(body)
    assert true.startswith(body)


def _unframed(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, true = _wire(registry)
    assert _length(head) is None
    assert "chunked" not in head
    assert true.startswith(body)
    assert body.endswith(b"},\n")
    assert 1 < body.count(b"\n") < true.count(b"\n")


def _chunked_cut(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, true = _wire(registry)
    assert "Transfer-Encoding: chunked" in head
    assert not body.endswith(b"0\r\n\r\n")
    assert true[: len(true) // 2] in body


def _empty(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert (client.get(LIST).status_code, client.get("/api/v2/version").content) == (200, b"")


def _corrupt(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, _ = _wire(registry)
    assert _length(head) == len(body)
    with pytest.raises((gzip.BadGzipFile, zlib.error)):
        gzip.decompress(body)


def _mislabelled(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, true = _wire(registry)
    assert "Content-Encoding: gzip" in head
    assert body == true


def _twice(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, body, true = _wire(registry)
    assert head.count("Content-Encoding: gzip") == 1
    assert gzip.decompress(gzip.decompress(body)) == true


def _bomb(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    _, body, _ = _wire(registry)
    assert len(body) < 400_000
    stream, size = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    data = body
    while data and not stream.eof:
        size += len(stream.decompress(data, 1 << 22))
        data = stream.unconsumed_tail
    assert size > 200_000_000


def _garbage(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    answer = client.get(LIST)
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()


def _latin(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    for target in (LIST, "/api/v2/version", ONE):
        content = client.get(target).content
        with pytest.raises(UnicodeDecodeError):
            content.decode()
        assert json.loads(content.decode("latin-1"))


def _number(token: str) -> Check:
    def check(registry: EmbeddedRegistry, client: httpx.Client) -> None:
        for target in (LIST, ONE):
            assert f'"enrollmentInfo":{{"count":{token}' in client.get(target).text
        assert f'"count":{token}' in client.get("/api/v2/version").text

    return check


def _duplicate_keys(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    for target, key in ((LIST, "hasResults"), (ONE, "hasResults"), ("/api/v2/version", "dataTimestamp")):
        doubled: list[str] = []

        def pairs(found: list[tuple[str, object]], doubled: list[str] = doubled) -> dict[str, object]:
            names = [name for name, _ in found]
            doubled += {name for name in names if names.count(name) > 1}
            return dict(found)

        json.loads(client.get(target).content, object_pairs_hook=pairs)
        assert doubled == [key]


def _surrogate(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    for target in (LIST, ONE, "/api/v2/version"):
        found = json.loads(client.get(target).content)
        note = found["studies"][0]["note"] if "studies" in found else found["note"]
        with pytest.raises(UnicodeEncodeError):
            note.encode()


def _deep(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    text = client.get(ONE).content
    assert b"[" * 200_000 in text
    with pytest.raises(RecursionError):
        json.loads(text)


def _bom(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    content = client.get(ONE).content
    assert content[:3] == b"\xef\xbb\xbf"
    registry.behave()
    assert content[3:] == client.get(ONE).content


def _empty_result(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert [client.get(target).json() for target in (LIST, ONE)] == [{"studies": []}] * 2
    assert client.get("/api/v2/version").json()["dataTimestamp"]


def _missing_half(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert len(ids_of(client.get(LIST))) == 6
    assert ids_of(client.get(STUDIES, params={"filter.ids": "NCT00000005"})) == []
    assert client.get(ONE).status_code == 200


def _wrong_record(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    asked = client.get(STUDIES, params={"filter.ids": "NCT00000001,NCT00000002"})
    assert len(ids_of(asked)) == 2
    assert not set(ids_of(asked)) <= set(numbers(1, 2))
    assert client.get(ONE).json()["protocolSection"]["identificationModule"]["nctId"] != "NCT00000005"
    assert "NCT99999998" in ids_of(client.get(LIST))


def _duplicate(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    studies = client.get(LIST).json()["studies"]
    assert len(studies) == 13
    assert studies[0] == studies[1]


def _conflict(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    first, second, *rest = client.get(LIST).json()["studies"]
    assert len(rest) == 11
    protocols = first["protocolSection"], second["protocolSection"]
    assert len({protocol["identificationModule"]["nctId"] for protocol in protocols}) == 1
    assert len({protocol["statusModule"]["overallStatus"] for protocol in protocols}) == 2


def _shuffled(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    shuffled = client.get(ONE).json()
    registry.behave()
    true = client.get(ONE).json()
    assert shuffled["protocolSection"]["designModule"]["phases"] == ["PHASE3", "PHASE2"]
    assert shuffled != true

    def settled(node: object) -> object:
        if isinstance(node, dict):
            return {key: settled(child) for key, child in node.items()}
        return sorted((settled(child) for child in node), key=repr) if isinstance(node, list) else node

    assert settled(shuffled) == settled(true)


def _nulls(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    for study in (client.get(ONE).json(), client.get(LIST).json()["studies"][0]):
        assert study["protocolSection"]["identificationModule"]["nctId"]
        assert study["protocolSection"]["statusModule"] is None
        assert study["derivedSection"]["miscInfoModule"] is None


def _field_gone(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    for study in (client.get(ONE).json(), *client.get(LIST).json()["studies"]):
        assert "statusModule" in study["protocolSection"]
        assert "primaryCompletionDateStruct" not in study["protocolSection"]["statusModule"]


def _string(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert isinstance(client.get(ONE).json()["protocolSection"], str)


def _holder(client: httpx.Client) -> str:
    return str(client.get(ONE).json()["derivedSection"]["miscInfoModule"]["versionHolder"])


def _day(client: httpx.Client) -> str:
    return str(client.get("/api/v2/version").json()["dataTimestamp"][:10])


def _stale_version(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert (_day(client), _holder(client)) == ("2026-02-01", "2026-02-01")
    registry.next_day()
    assert (_day(client), _holder(client)) == ("2026-02-02", "2026-02-02")
    status = client.get(f"{STUDIES}/NCT00000001").json()["protocolSection"]["statusModule"]
    assert status["overallStatus"] == "RECRUITING"


def _stale_records(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    registry.next_day()
    assert (_day(client), _holder(client)) == ("2026-02-03", "2026-02-02")


def _no_timestamp(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert client.get("/api/v2/version").json() == {"apiVersion": "2.0.5"}


def _refresh(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    first = client.get(STUDIES).json()
    assert len(first["studies"]) == 10
    assert registry.day > MONDAY
    registry.behave()
    assert client.get(STUDIES, params={"pageToken": first["nextPageToken"]}).status_code == 400


def _loop(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    first = client.get(STUDIES)
    second = client.get(STUDIES, params={"pageToken": first.json()["nextPageToken"]})
    assert first.content == second.content


def _drift(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    first = client.get(STUDIES)
    second = client.get(STUDIES, params={"pageToken": first.json()["nextPageToken"]})
    assert ids_of(second)[0] == ids_of(first)[-1]
    assert len({*ids_of(first), *ids_of(second)}) == 11


def _endless(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    tokens: set[str] = set()
    token: dict[str, str] = {}
    for _ in range(5):
        answer = client.get(STUDIES, params=token)
        assert len(ids_of(answer)) == 10
        token = {"pageToken": answer.json()["nextPageToken"]}
        tokens.add(token["pageToken"])
    assert len(tokens) == 5


def _arrivals(registry: EmbeddedRegistry, target: str, pieces: int) -> list[bytes]:
    """The first pieces of an answer as they arrive."""
    registry.drip = 0.05
    port = int(registry.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return [connection.recv(65536) for _ in range(pieces)]


def _drip(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head, *rest = _arrivals(registry, "/api/v2/version", 6)
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b'{"apiVersion":"2.0.5"'.startswith(b"".join(rest)[:10])
    assert len(b"".join(rest)) < 40


def _slow_head(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    pieces = _arrivals(registry, "/api/v2/version", 6)
    assert b"HTTP/1.1".startswith(b"".join(pieces)[:8])
    assert len(b"".join(pieces)) < 40


def _never(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert raw_answer(registry, "/api/v2/version", seconds=0.3) == b""
    with pytest.raises(httpx.ReadTimeout):
        client.get("/api/v2/version", timeout=0.2)


def _drop(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    assert raw_answer(registry, LIST) == b""
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(LIST)


def _reset(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    with pytest.raises(ConnectionResetError):
        raw_answer(registry, LIST)


def _headers(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    head = raw_answer(registry, ONE).partition(b"\r\n\r\n")[0]
    assert head.count(b"X-Padding-") == 10_000
    assert len(head) > 1_000_000


def _closes(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    port = int(registry.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"GET {ONE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"Connection:" not in head
    assert json.loads(body)["hasResults"] is False


CHECKS: dict[str, Check] = {
    "status_500": _status(500),
    "status_502": _status(502),
    "status_503": _status(503),
    "status_503_retry_after": _status(503, "1"),
    "status_429": _status(429),
    "status_429_seconds": _status(429, "1"),
    "status_429_date": _retry_date,
    "status_429_garbage": _status(429, "soon, -1 or 1e999"),
    "status_403": _status(403),
    "status_404": _not_found,
    "redirect_elsewhere": _elsewhere,
    "html_with_200": _html,
    "cut_gzip": _cut_gzip,
    "cut_gzip_closed": _cut_gzip_closed,
    "cut_body": _cut_body,
    "unframed_cut": _unframed,
    "chunked_cut": _chunked_cut,
    "empty_200": _empty,
    "corrupt_gzip": _corrupt,
    "wrong_encoding_label": _mislabelled,
    "double_gzip": _twice,
    "bomb": _bomb,
    "garbage": _garbage,
    "not_utf8": _latin,
    "nan": _number("NaN"),
    "duplicate_keys": _duplicate_keys,
    "lone_surrogate": _surrogate,
    "deep_nesting": _deep,
    "huge_integer": _number("9" * 5000),
    "bom": _bom,
    "empty_result": _empty_result,
    "missing_half": _missing_half,
    "wrong_record": _wrong_record,
    "duplicate_record": _duplicate,
    "conflicting_record": _conflict,
    "shuffled_lists": _shuffled,
    "null_fields": _nulls,
    "field_gone": _field_gone,
    "string_instead_of_object": _string,
    "stale_version": _stale_version,
    "stale_records": _stale_records,
    "no_data_timestamp": _no_timestamp,
    "refresh_between_pages": _refresh,
    "page_loop": _loop,
    "page_drift": _drift,
    "endless_pages": _endless,
    "slow_drip": _drip,
    "slow_headers": _slow_head,
    "never_answers": _never,
    "drop": _drop,
    "reset": _reset,
    "header_bomb": _headers,
    "keep_alive_closed": _closes,
    "pubmed_rate_limit": _says(ESEARCH, '"error":"API rate limit exceeded"', CALLER),
    "pubmed_key_refused": _says(f"{ESEARCH}?api_key=of-nobody", "API key invalid", "of-nobody", status=400),
    "pubmed_error": _says(ESEARCH, '"ERROR":"Search Backend failed', CALLER),
    "pubmed_raw_newline": _says(ESEARCH, "failed:\nno servers"),
    "pubmed_entities": _says(EFETCH, "[<!ENTITY a"),
    "europepmc_error": _says(EUROPEPMC, '"errMsg":"Internal error'),
    "europepmc_short_pages": _says(EUROPEPMC, '"hitCount":3,"resultList":{"result":[]}'),
}


def test_every_fault_is_checked_and_every_check_has_its_fault() -> None:
    assert set(CHECKS) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_does_what_its_line_says(name: str, registry: EmbeddedRegistry, client: httpx.Client) -> None:
    registry.misbehave(name, times=None)
    CHECKS[name](registry, client)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_a_sound_registry_behind(
    name: str, registry: EmbeddedRegistry, client: httpx.Client
) -> None:
    registry.drip = 0.0
    registry.misbehave(name)
    fault = FAULTS[name]
    target = STUDIES if fault.where in ("/api/v2", STUDIES) else fault.where
    try:
        client.get(target, timeout=0.5)
    except (httpx.HTTPError, ValueError):
        client.close()
    while not registry.requests:
        time.sleep(0.01)
    assert registry.pending_faults == []
    with a_client(registry) as fresh:
        assert len(ids_of(fresh.get(LIST))) == 12


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_in_one_sentence_what_it_does_and_what_it_spoils(name: str) -> None:
    fault = FAULTS[name]
    assert fault.name == name
    assert fault.doc.endswith(".")
    assert fault.category in CATEGORIES


def test_only_three_faults_leave_the_truth_readable() -> None:
    assert {name for name, fault in FAULTS.items() if fault.harmless} == {
        "bom",
        "shuffled_lists",
        "keep_alive_closed",
    }


def test_a_fault_comes_as_often_as_asked_after_as_many_sound_answers(
    registry: EmbeddedRegistry, client: httpx.Client
) -> None:
    registry.misbehave("status_500", times=2, after=1)
    assert [client.get(ONE).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_fault_keeps_to_the_path_it_was_given(registry: EmbeddedRegistry, client: httpx.Client) -> None:
    registry.misbehave("status_503", times=None, path=STUDIES)
    assert [client.get(path).status_code for path in ("/api/v2/version", LIST)] == [200, 503]
    registry.behave()
    assert client.get(LIST).status_code == 200


def test_of_two_faults_the_one_asked_for_first_goes_first(
    registry: EmbeddedRegistry, client: httpx.Client
) -> None:
    registry.misbehave("status_500")
    registry.misbehave("status_403")
    assert [client.get(ONE).status_code for _ in range(3)] == [500, 403, 200]


def test_an_unknown_fault_is_refused_by_name(registry: EmbeddedRegistry) -> None:
    with pytest.raises(KeyError, match="no fault is called 'gremlins'"):
        registry.misbehave("gremlins")


def test_a_stalled_answer_does_not_hold_up_the_end(registry: EmbeddedRegistry) -> None:
    registry.misbehave("never_answers")
    port = int(registry.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /api/v2/version HTTP/1.1\r\nHost: x\r\n\r\n")
        while not registry.requests:
            time.sleep(0.01)
        registry.stop()
        assert select.select([connection], [], [], 5)[0]
        assert connection.recv(10) == b""
