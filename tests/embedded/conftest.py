"""A small made registry and the means to talk to it."""

import json
import os
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.embedded import EmbeddedRegistry, History

MONDAY, TUESDAY, WEDNESDAY = date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 4)
REPOSITORY = Path(__file__).parents[2]


def a_study(number: str, **given: Any) -> dict[str, Any]:
    """A record with what the tests ask about; the keywords overwrite one thing each."""
    status = given.get("status", "RECRUITING")
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": number,
                "orgStudyIdInfo": {"id": f"ORG-{number[-3:]}"},
                "briefTitle": given.get("title", f"Stem Cells for Back Pain {number[-1]}"),
                **({"nctIdAliases": given["aliases"]} if "aliases" in given else {}),
            },
            "statusModule": {
                "overallStatus": status,
                "startDateStruct": {"date": given.get("start", "2025-03")},
                "lastUpdatePostDateStruct": {"date": given.get("updated", "2026-01-10"), "type": "ACTUAL"},
            },
            "sponsorCollaboratorsModule": {
                "leadSponsor": {"name": given.get("sponsor", "Made Sponsor"), "class": "OTHER"}
            },
            "conditionsModule": {
                "conditions": [given.get("condition", "Low Back Pain")],
                "keywords": ["disc", "spine"],
            },
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": given.get("phases", ["PHASE2", "PHASE3"]),
                "enrollmentInfo": {"count": given.get("count", 100), "type": "ESTIMATED"},
            },
            "armsInterventionsModule": {
                "interventions": [{"type": "BIOLOGICAL", "name": "Rexlemestrocel-L"}]
            },
            "outcomesModule": {"primaryOutcomes": [{"measure": "Pain at rest", "timeFrame": "12 months"}]},
            "contactsLocationsModule": {
                "locations": [
                    {
                        "facility": "Cochin",
                        "city": "Paris",
                        "country": given.get("country", "France"),
                        "geoPoint": given.get("point", {"lat": 48.85, "lon": 2.35}),
                    }
                ]
            },
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "1999-12-31"}},
        "hasResults": given.get("results", False),
    }


def a_client(registry: EmbeddedRegistry) -> httpx.Client:
    """A plain client; loading certificates for plain HTTP would take longer than the tests."""
    return httpx.Client(base_url=registry.base_url, trust_env=False, timeout=5, verify=False)


def numbers(*last: int) -> list[str]:
    return [f"NCT0000{one:04}" for one in last]


@pytest.fixture
def history() -> History:
    """Twelve trials from Monday on; on Tuesday the first completes, on Wednesday the second goes and the third merges."""
    made = History()
    for number in numbers(*range(1, 13)):
        made.put(number, MONDAY, a_study(number))
    one, two, three = numbers(1, 2, 3)
    made.put(one, TUESDAY, a_study(one, status="COMPLETED"))
    made.put(two, WEDNESDAY, None)
    made.put(three, WEDNESDAY, None, moved_to="NCT00000004")
    return made


@pytest.fixture
def registry(history: History) -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry(history).serving() as serving:
        serving.drip = 0.01
        yield serving


@pytest.fixture
def client(registry: EmbeddedRegistry) -> Iterator[httpx.Client]:
    with a_client(registry) as made:
        yield made


def raw_answer(registry: EmbeddedRegistry, target: str, *, seconds: float = 5) -> bytes:
    """All bytes that come back on a connection of its own until the other side closes it or `seconds` are over."""
    with socket.create_connection(
        ("127.0.0.1", int(registry.base_url.rpartition(":")[2])), timeout=seconds
    ) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = b""
        try:
            while piece := connection.recv(1 << 20):
                received += piece
        except TimeoutError:
            pass
    return received


def ids_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [
        study["protocolSection"]["identificationModule"]["nctId"]
        for study in json.loads(answer.content)["studies"]
    ]


@pytest.fixture(scope="session")
def registry_data() -> Path:
    """The folder of recorded registry data, if this machine has it."""
    folder = Path(os.environ.get("TRIALMON_REGISTRY_DATA", REPOSITORY.parent / "shared" / "registry-data"))
    if not (folder / "clinicaltrials.gov").is_dir():
        pytest.skip(f"no recorded registry data in {folder} (TRIALMON_REGISTRY_DATA)")
    return folder / "clinicaltrials.gov"
