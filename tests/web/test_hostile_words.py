"""What a registry might one day say, on every page: it is read as text, whatever it is."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import html5lib
import httpx
import pytest

from monitor.discovery import instances
from monitor.embedded import EmbeddedRegistry
from monitor.web.page import Page
from tests.hostile import HOSTILE
from tests.journeys.made import FIRST, MadeTrials, day_of
from tests.journeys.office import Office
from tests.web.conftest import serving

NUMBER = "NCT99900001"
PAGES = (*instances("monitor.web.pages", Page), *instances("monitor.web.api", Page))
# What our templates are made of. Anything else on a page came out of a record.
OURS = set(
    """html head meta title link script body a header nav ul ol li form label input main h1 h2 h3 p div section article span select
    option button time footer b br dl dt dd table caption thead tbody tr th td figure figcaption svg path line text circle desc details
    summary meter del ins code wbr""".split()
)
ATTRIBUTES = set(
    """lang charset name content rel href type src defer class id aria-label aria-labelledby aria-live aria-current aria-hidden aria-sort
    role tabindex action for placeholder maxlength autocomplete value selected size datetime scope colspan min max viewBox d x x1 x2 y y1
    y2 cx cy r text-anchor title data-label hx-get hx-trigger hx-swap""".split()
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A dashboard over trials whose every text is hostile: each word of the corpus has been in a title, an outcome and a site."""
    trials = MadeTrials(NUMBER)
    texts = [text.encode("utf-8", "replace").decode().replace("\x00", "")[:20_000] for text in HOSTILE]
    for ahead, text in enumerate(texts, 1):
        trials.edit(ahead, NUMBER, **_modules(text))
    folder = tmp_path_factory.mktemp("hostile")
    with EmbeddedRegistry(trials.history, FIRST).serving() as registry:
        office = Office(folder, registry)
        office.watch([NUMBER], at_least="noise")
        for ahead in range(len(texts) + 1):
            office.check_on(day_of(ahead))
    last = datetime.combine(day_of(len(texts)), time(16), UTC)
    with (
        serving(folder / "trialmon.db", now=last) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client


def _modules(text: str) -> dict[str, Any]:
    return {
        "identificationModule": {"briefTitle": text, "acronym": text[:14], "officialTitle": text},
        "statusModule": {"whyStopped": text},
        "conditionsModule": {"conditions": [text[:200]]},
        "outcomesModule": {
            "primaryOutcomes": [{"measure": text, "description": text, "timeFrame": "1 year"}]
        },
        "contactsLocationsModule": {
            "locations": [{"facility": text[:200], "city": text[:60], "country": "France"}]
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": text[:300], "class": "OTHER"}},
    }


def addresses(client: httpx.Client) -> list[str]:
    """Every page of every version."""
    found = []
    versions = client.get(f"/api/trials/{NUMBER}/history").json()["versions"]
    for page in PAGES:
        path = page.path.replace("{number}", NUMBER).replace("{name}", "all")
        if path == "/":
            found += [f"/?day={one['seen_at'][:10]}&at_least=noise" for one in versions]
        elif path.endswith("/compare"):
            found += [f"{path}?b={one['version']}" for one in versions[1:]]
        elif "{" not in path and page.gives == "html":
            found.append(path + ("?at_least=noise" if path == "/events" else ""))
        elif page.gives == "html":
            found.append(path)
    return [
        *found,
        "/search?q=alert",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    ]


def test_no_page_is_made_of_anything_but_what_we_made_it_of(hostile: httpx.Client) -> None:
    seen = 0
    for address in addresses(hostile):
        answer = hostile.get(address)
        assert answer.status_code == 200, address
        tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue  # a comment is none of ours either
            tag = element.tag.rpartition("}")[2]
            assert tag in OURS, (address, tag)
            for name, value in element.attrib.items():
                assert name.rpartition("}")[2] in ATTRIBUTES, (address, tag, name)
                if name in ("href", "src", "action", "hx-get"):
                    assert value.startswith(("/", "#", "https://clinicaltrials.gov/")), (address, value)
        assert len(tree.findall(".//script")) == 1, address
        for forbidden in ("\x1b", "\u202e", "\u2066", "\u200b", "\U000e0041", "\x9b"):
            assert forbidden not in answer.text, (address, hex(ord(forbidden)))
        seen += 1
    assert seen > 2 * len(HOSTILE)


def test_the_api_gives_the_words_as_they_are_and_nothing_runs_them(hostile: httpx.Client) -> None:
    answer = hostile.get("/api/events?limit=500")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.text)["events"]
    shown = hostile.get(f"/api/trials/{NUMBER}/record").json()["record"]
    assert shown["protocolSection"]["identificationModule"]["nctId"] == NUMBER
