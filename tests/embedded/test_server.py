"""The embedded registry over real HTTP: what it says when it behaves."""

import json
import socket
from datetime import date

import httpx
import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.embedded.conftest import MONDAY, TUESDAY, WEDNESDAY, a_client, a_study, ids_of, numbers, raw_answer

STUDIES = "/api/v2/studies"


def test_the_version_says_which_day_it_is(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    answer = client.get("/api/v2/version")
    assert answer.json() == {"apiVersion": "2.0.5", "dataTimestamp": "2026-02-02T09:00:05"}
    assert registry.next_day()
    assert client.get("/api/v2/version").json()["dataTimestamp"] == "2026-02-03T09:00:05"


def test_an_etag_spares_the_body_until_the_next_day(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    etag = client.get("/api/v2/version").headers["etag"]
    again = client.get("/api/v2/version", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    registry.next_day()
    assert client.get("/api/v2/version", headers={"If-None-Match": etag}).status_code == 200


def test_days_pass_until_there_are_no_more(registry: EmbeddedRegistry) -> None:
    assert registry.days == [MONDAY, TUESDAY, WEDNESDAY]
    assert [registry.next_day(), registry.next_day(), registry.next_day()] == [True, True, False]
    assert registry.day == WEDNESDAY
    registry.go_to(date(2026, 2, 1))
    assert registry.day == date(2026, 2, 1)


def test_every_record_is_stamped_with_the_day_that_is_served(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    for _ in registry.days:
        for study in client.get(STUDIES, params={"pageSize": "100"}).json()["studies"]:
            assert study["derivedSection"]["miscInfoModule"]["versionHolder"] == registry.day.isoformat()
        registry.next_day()


def test_nothing_but_the_stamp_differs_from_what_was_put_in(client: httpx.Client) -> None:
    expected = a_study("NCT00000005")
    expected["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-02-02"
    assert client.get(f"{STUDIES}/NCT00000005").json() == expected


def test_a_state_holds_from_its_day_on(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    def status() -> str:
        return str(
            client.get(f"{STUDIES}/NCT00000001").json()["protocolSection"]["statusModule"]["overallStatus"]
        )

    seen = [status()]
    for day in (TUESDAY, date(2026, 3, 1), MONDAY):
        registry.go_to(day)
        seen.append(status())
    assert seen == ["RECRUITING", "COMPLETED", "COMPLETED", "RECRUITING"]


def test_a_withdrawn_trial_is_not_found_and_absent_from_lists(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    registry.go_to(WEDNESDAY)
    answer = client.get(f"{STUDIES}/NCT00000002")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert ids_of(client.get(STUDIES, params={"filter.ids": "NCT00000002"})) == []
    assert client.get(f"{STUDIES}/NCT09999999").status_code == 404


def test_a_merged_trial_leads_to_the_one_that_took_it_in(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    registry.go_to(WEDNESDAY)
    answer = client.get(f"{STUDIES}/NCT00000003")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{STUDIES}/NCT00000004")
    listed = client.get(STUDIES, params={"filter.ids": "NCT00000003"})
    assert ids_of(listed) == ["NCT00000004"]
    assert listed.json()["studies"][0]["protocolSection"]["identificationModule"]["nctIdAliases"] == [
        "NCT00000003"
    ]


def test_an_alias_in_the_record_is_found_too(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    registry.put("NCT00000020", MONDAY, a_study("NCT00000020", aliases=["NCT00000019"]))
    assert ids_of(client.get(STUDIES, params={"filter.ids": "NCT00000019"})) == ["NCT00000020"]
    assert client.get(f"{STUDIES}/NCT00000019").status_code == 301


def test_ids_are_separated_by_commas_or_bars_and_unknown_ones_are_absent(client: httpx.Client) -> None:
    for separated in ("NCT00000001,NCT00000002,NCT08888888", "NCT00000001|NCT00000002"):
        assert sorted(ids_of(client.get(STUDIES, params={"filter.ids": separated}))) == numbers(1, 2)


@pytest.mark.parametrize("wrong", ["NCT00000000", "NCT123456789", "XYZ", ""])
def test_one_malformed_id_spoils_the_whole_batch(client: httpx.Client, wrong: str) -> None:
    answer = client.get(STUDIES, params={"filter.ids": f"NCT00000001,{wrong}"})
    assert answer.status_code == 400
    assert f"'{wrong}'" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_malformed_number_is_a_bad_request_on_its_own_page_too(client: httpx.Client) -> None:
    assert client.get(f"{STUDIES}/NCT00000000").status_code == 400
    assert client.get(f"{STUDIES}/nct1").headers["location"] == f"{STUDIES}/NCT00000001"


@pytest.mark.parametrize(
    "query",
    [
        {"filter.id": "NCT00000001"},
        {"pagesize": "5"},
        {"pageSize": "many"},
        {"pageSize": "-1"},
        {"countTotal": "yes"},
        {"filter.overallStatus": "OPEN"},
        {"aggFilters": "status:open"},
        {"aggFilters": "status:"},
        {"aggFilters": "colour:red"},
        {"fields": "NoSuchField"},
        {"sort": "BriefTitle"},
        {"sort": "StartDate:up"},
        {"filter.advanced": "pain"},
        {"filter.advanced": "AREA[Colour]red"},
        {"filter.advanced": "SEARCH[Sponsor](AREA[Phase]PHASE2)"},
        {"filter.advanced": "AREA[StartDate]RANGE[soon,MAX]"},
        {"filter.advanced": "AREA[Phase]RANGE[MIN,MAX]"},
        {"query.cond": "(pain"},
        {"query.cond": 'back "pain'},
        {"query.cond": "pain AND"},
        {"format": "csv"},
        {"filter.geo": "distance(48.85,2.35)"},
        {"pageToken": "abracadabra"},
    ],
)
def test_what_is_not_understood_is_refused_in_words(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get(STUDIES, params=query)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text


def test_every_study_has_a_line_of_its_own(client: httpx.Client) -> None:
    lines = client.get(STUDIES, params={"pageSize": "3"}).text.split("\n")
    assert (lines[0], lines[4][:19]) == ('{"studies":[', '],"nextPageToken":"')
    assert [json.loads(line.rstrip(","))["hasResults"] for line in lines[1:4]] == [False] * 3


def test_the_pages_of_a_list_add_up_to_it(client: httpx.Client) -> None:
    found: list[str] = []
    token: dict[str, str] = {}
    sizes = []
    while True:
        answer = client.get(STUDIES, params={"pageSize": "5", "countTotal": "true", **token})
        found += ids_of(answer)
        sizes.append((len(ids_of(answer)), answer.json().get("totalCount")))
        if "nextPageToken" not in answer.json():
            break
        token = {"pageToken": answer.json()["nextPageToken"]}
    assert sorted(found) == numbers(*range(1, 13))
    assert sizes == [(5, 12), (5, None), (2, None)]


def test_a_full_last_page_leads_to_an_empty_one(client: httpx.Client) -> None:
    last = client.get(STUDIES, params={"pageSize": "12"}).json()
    assert len(last["studies"]) == 12
    beyond = client.get(STUDIES, params={"pageSize": "12", "pageToken": last["nextPageToken"]}).json()
    assert beyond == {"studies": []}


def test_a_page_holds_ten_unless_told_and_never_more_than_a_thousand(history: History) -> None:
    for number in range(100, 1200):
        history.put(f"NCT0000{number:04}", MONDAY, a_study(f"NCT0000{number:04}"))
    with EmbeddedRegistry(history).serving() as registry, a_client(registry) as client:
        assert [
            len(ids_of(client.get(STUDIES, params={"pageSize": size}))) for size in ("0", "7", "5000")
        ] == [10, 7, 1000]
        assert len(ids_of(client.get(STUDIES))) == 10


def test_a_page_token_does_not_outlive_the_day_or_fit_another_request(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    token = client.get(STUDIES, params={"pageSize": "5"}).json()["nextPageToken"]
    assert client.get(STUDIES, params={"query.cond": "pain", "pageToken": token}).status_code == 400
    assert client.get(STUDIES, params={"pageSize": "2", "pageToken": token}).status_code == 200
    registry.next_day()
    assert client.get(STUDIES, params={"pageSize": "5", "pageToken": token}).status_code == 400


def test_the_order_means_nothing_and_changes_with_the_day(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    def order() -> list[str]:
        return ids_of(client.get(STUDIES, params={"pageSize": "12"}))

    monday, again = order(), order()
    registry.next_day()
    tuesday = order()
    assert monday == again != tuesday
    assert sorted(monday) == sorted(tuesday) == numbers(*range(1, 13))


def test_gzip_is_sent_to_those_who_take_it_and_says_the_same(client: httpx.Client) -> None:
    plain = client.get(STUDIES, headers={"Accept-Encoding": "identity"})
    gzipped = client.get(STUDIES, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert gzipped.headers["content-encoding"] == "gzip"
    assert plain.content == gzipped.content
    assert int(gzipped.headers["content-length"]) < int(plain.headers["content-length"]) == len(plain.content)


def test_a_connection_is_kept_for_the_next_request(registry: EmbeddedRegistry) -> None:
    port = int(registry.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(b"HEAD /api/v2/version HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"GET /api/v2/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert b"Connection: close" in received


def test_every_request_is_logged(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    client.get(STUDIES, params={"query.cond": "back pain"}, headers={"User-Agent": "somebody"})
    client.get("/api/v2/version")
    first, second = registry.requests
    assert (first.method, first.path, first.query) == ("GET", STUDIES, {"query.cond": "back pain"})
    assert first.headers["user-agent"] == "somebody"
    assert (second.path, second.at >= first.at) == ("/api/v2/version", True)


def test_only_reading_is_allowed_and_only_from_the_loopback_address(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    assert client.post(STUDIES, json={}).status_code == 405
    assert client.get("/api/v2/stats/size").status_code == 404
    assert registry.base_url.startswith("http://127.0.0.1:")


def test_when_the_registry_stops_its_connections_end(history: History) -> None:
    with EmbeddedRegistry(history).serving() as registry:
        client = a_client(registry)
        assert client.get("/api/v2/version").status_code == 200
        port = int(registry.base_url.rpartition(":")[2])
    with pytest.raises(httpx.TransportError):
        client.get("/api/v2/version")
    with registry.serving(port):
        assert client.get("/api/v2/version").status_code == 200
    client.close()


def test_another_process_may_steer_only_a_registry_that_allows_it(
    history: History, client: httpx.Client
) -> None:
    assert client.get("/_control/state").status_code == 404
    with EmbeddedRegistry(history, control=True).serving() as steered:
        with a_client(steered) as hand:
            assert hand.get("/_control/state").json()["day"] == "2026-02-02"
            assert hand.post("/_control/day", json={"day": "next"}).json()["day"] == "2026-02-03"
            assert hand.post("/_control/day", json={"day": "2026-02-04"}).json()["day"] == "2026-02-04"
            assert hand.post("/_control/day", json={"day": "next"}).status_code == 400
            assert hand.post("/_control/misbehave", json={"name": "status_500"}).json()["faults"] == [
                "status_500"
            ]
            assert hand.get("/api/v2/version").status_code == 500
            assert hand.post("/_control/misbehave", json={"name": "no_such_fault"}).status_code == 400
            hand.post("/_control/misbehave", json={"name": "status_500", "times": None})
            assert hand.post("/_control/behave").json()["faults"] == []
            put = {"trial": "NCT00000077", "day": "2026-02-04", "study": a_study("NCT00000077")}
            assert hand.post("/_control/put", json=put).status_code == 200
            assert hand.get(f"{STUDIES}/NCT00000077").status_code == 200
        assert [request.path for request in steered.requests] == ["/api/v2/version", f"{STUDIES}/NCT00000077"]


def test_a_raw_answer_is_framed_by_its_length(registry: EmbeddedRegistry) -> None:
    answer = raw_answer(registry, "/api/v2/version")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head


def test_serving_for_ever_ends_when_it_is_told_to(history: History) -> None:
    registry = EmbeddedRegistry(history)
    seen = []

    def ready(base_url: str) -> None:
        seen.append(httpx.get(f"{base_url}/api/v2/version", verify=False, trust_env=False).status_code)
        registry.stop()

    registry.serve_forever(ready=ready)
    assert seen == [200]
    with pytest.raises(RuntimeError, match="not serving"):
        _ = registry.base_url
