"""The record history that the registry's own site asks for."""

import httpx

from monitor.embedded import EmbeddedRegistry
from tests.embedded.conftest import TUESDAY, WEDNESDAY, a_study, numbers

ONE = numbers(1)[0]
PLACE = f"/api/int/studies/{ONE}"


def test_every_distinct_state_up_to_the_day_is_a_version(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    assert [one["version"] for one in client.get(f"{PLACE}/history").json()["changes"]] == [0]
    registry.go_to(TUESDAY)
    changes = client.get(f"{PLACE}/history").json()["changes"]
    assert [(one["version"], one["status"]) for one in changes] == [(0, "RECRUITING"), (1, "COMPLETED")]
    assert changes[1]["moduleLabels"] == ["Study Status"]
    assert client.get(PLACE, params={"history": "true"}).json()["history"]["changes"] == changes


def test_a_state_put_again_as_it_was_is_no_version(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    registry.put(ONE, TUESDAY, a_study(ONE))
    registry.go_to(WEDNESDAY)
    assert len(client.get(f"{PLACE}/history").json()["changes"]) == 1


def test_a_version_is_the_record_of_its_time(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    registry.go_to(TUESDAY)
    body = client.get(f"{PLACE}/history/0").json()
    assert body["studyVersion"] == 0
    assert body["study"]["protocolSection"]["statusModule"]["overallStatus"] == "RECRUITING"


def test_texts_are_html_there(client: httpx.Client, registry: EmbeddedRegistry) -> None:
    study = a_study(ONE)
    study["protocolSection"]["descriptionModule"] = {"briefSummary": "Pain \\> 5\n\n* rest\n* walking"}
    registry.put(ONE, TUESDAY, study)
    registry.go_to(TUESDAY)
    protocol = client.get(f"{PLACE}/history/1").json()["study"]["protocolSection"]
    summary = protocol["descriptionModule"]["briefSummary"]
    assert summary == "<p>Pain &gt; 5</p>\n<ul>\n<li>rest</li>\n<li>walking</li>\n</ul>"
    assert (
        protocol["identificationModule"]["briefTitle"]
        == study["protocolSection"]["identificationModule"]["briefTitle"]
    )


def test_what_is_out_of_range_is_forbidden_and_an_unknown_trial_not_found(client: httpx.Client) -> None:
    assert client.get(f"{PLACE}/history/7").status_code == 403
    assert client.get(f"{PLACE}/history/x").status_code == 403
    assert client.get("/api/int/studies/NCT00009999/history").status_code == 404
