"""The services of the literature over real HTTP: what they say when they behave."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest

from monitor.embedded import EmbeddedRegistry, History, HistoryError, Shelf
from monitor.embedded.literature import EFETCH, ESEARCH, EUROPEPMC
from tests.embedded.conftest import MONDAY, REPOSITORY, TUESDAY, WEDNESDAY, a_client

SEEDS = REPOSITORY / "seeds" / "literature"
FILES = [path for path in sorted(SEEDS.glob("*.json")) if path.stem.isdigit()]


@pytest.fixture
def client(history: History) -> Iterator[httpx.Client]:
    """Tuesday: a paper of Monday that names a trial in its field, and a preprint of Tuesday that names it in its full text."""
    shelf = Shelf()
    paper = {
        "pmid": "39000001",
        "title": "Cells & <discs>",
        "registered": [["ClinicalTrials.gov", "NCT00000003"]],
    }
    shelf.put("one", MONDAY, {**paper, "published": "2026-01", "types": ["Journal Article"]})
    shelf.put("one", WEDNESDAY, {**paper, "title": "Cells and discs, corrected"})
    shelf.put(
        "two", TUESDAY, {"epmc": "PPR:PPR77", "title": "A preprint", "full_text": "We ran NCT00000003."}
    )
    with EmbeddedRegistry(history, TUESDAY, shelf=shelf).serving() as registry, a_client(registry) as made:
        yield made


def search(client: httpx.Client, term: str, **more: str) -> dict[str, object]:
    answer = client.get(ESEARCH, params={"db": "pubmed", "retmode": "json", "term": term, **more})
    found: dict[str, object] = answer.json()["esearchresult"]
    return found


def test_a_paper_is_found_by_its_registered_number_and_by_its_words(client: httpx.Client) -> None:
    assert search(client, "NCT00000003[si]")["idlist"] == ["39000001"]
    assert search(client, "NCT00000003[tiab]")["count"] == "0"
    assert search(client, '"cells discs"[tiab] AND 2026/01/01[edat] : 3000[edat]')["idlist"] == ["39000001"]
    assert search(client, "cells NOT discs")["idlist"] == []


def test_a_paper_is_found_by_the_day_of_its_entry_and_of_its_correction(client: httpx.Client) -> None:
    tuesday = {"mindate": "2026/02/03", "maxdate": "3000"}
    assert search(client, "cells", datetype="edat", **tuesday)["count"] == "0"
    assert search(client, "cells", datetype="edat", mindate="2026/02/02", maxdate="3000")["count"] == "1"
    assert search(client, 'cells AND ("2026/02/02"[edat] : "3000"[edat])')["count"] == "1"


def test_words_that_no_paper_has_are_left_out_of_the_question_and_named(client: httpx.Client) -> None:
    found = search(client, 'nowhere[tiab] AND ("2026/02/02"[edat] : "3000"[edat])')
    assert (found["count"], found["errorlist"]) == (
        "1",
        {"phrasesnotfound": ["nowhere"], "fieldsnotfound": []},
    )
    assert "nowhere" not in str(found["querytranslation"])
    assert search(client, "nowhere")["count"] == "0"


def test_a_question_that_cannot_be_read_is_an_error_within_a_200(client: httpx.Client) -> None:
    assert "ERROR" in search(client, "(cells")
    assert "ERROR" in search(client, " ")


def test_a_record_comes_as_xml_with_the_registry_number_in_its_own_field(client: httpx.Client) -> None:
    answer = client.get(EFETCH, params={"db": "pubmed", "retmode": "xml", "id": "39000001,1"})
    assert answer.text.startswith('<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC')
    root = ET.fromstring(answer.content)
    assert [one.text for one in root.iter("PMID")] == ["39000001"]
    assert [one.text for one in root.iter("AccessionNumber")] == ["NCT00000003"]
    assert [one.text for one in root.iter("ArticleTitle")] == ["Cells & <discs>"]


def test_europe_pmc_sees_full_texts_and_says_no_more_than_the_id(client: httpx.Client) -> None:
    query = '("NCT00000003" OR "NCT00000009") AND (SRC:MED OR SRC:PPR)'
    found = client.get(EUROPEPMC, params={"query": query, "resultType": "idlist", "format": "json"}).json()
    assert (found["hitCount"], found["resultList"]["result"]) == (1, [{"id": "PPR77", "source": "PPR"}])
    one = client.get(EUROPEPMC, params={"query": "(EXT_ID:PPR77 AND SRC:PPR)", "resultType": "core"}).json()
    assert one["resultList"]["result"][0]["firstIndexDate"] == "2026-02-03"
    assert "NCT00000003" not in json.dumps(one["resultList"])


def test_europe_pmc_gives_page_after_page(client: httpx.Client) -> None:
    params = {"query": "FIRST_IDATE:[2026-02-02 TO 3000-01-01]", "resultType": "idlist", "pageSize": "1"}
    ids, mark = [], "*"
    for _ in range(3):
        page = client.get(EUROPEPMC, params={**params, "cursorMark": mark}).json()
        ids += [record["id"] for record in page["resultList"]["result"]]
        mark = page["nextCursorMark"]
    assert ids == ["PPR77", "39000001"]
    assert "errMsg" in client.get(EUROPEPMC, params={"query": "(("}).json()


def test_a_registry_without_papers_finds_none(history: History) -> None:
    with EmbeddedRegistry(history).serving() as registry, a_client(registry) as client:
        assert search(client, "NCT00000003[si]")["count"] == "0"
        assert client.get("/entrez/eutils/elink.fcgi").status_code == 404


def test_the_days_of_papers_are_days_of_the_registry(history: History) -> None:
    shelf = Shelf()
    shelf.put("one", date(2026, 2, 20), {"pmid": "39000001", "title": "Late"})
    assert EmbeddedRegistry(history, shelf=shelf).days == [MONDAY, TUESDAY, WEDNESDAY, date(2026, 2, 20)]


def test_a_paper_without_a_title_or_a_number_is_refused() -> None:
    shelf = Shelf()
    with pytest.raises(HistoryError, match="title"):
        shelf.put("one", MONDAY, {"pmid": "1"})
    with pytest.raises(HistoryError, match="pmid or epmc"):
        shelf.put("one", MONDAY, {"title": "A paper"})
    with pytest.raises(HistoryError, match="jornal"):
        shelf.put("one", MONDAY, {"title": "A paper", "pmid": "1", "jornal": "J"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_seed_of_a_paper_follows_the_format(path: Path) -> None:
    seed = json.loads(path.read_text())
    assert set(seed) == {"paper", "about", "facts_from", "states"}
    for state in seed["states"]:
        assert set(state) == {"day", "day_is", "says", "record"}
        assert state["day_is"] in ("known", "placed")
        assert ("chosen for the replay" in state["says"]) == (state["day_is"] == "placed")
        assert state["record"]["pmid"] == seed["paper"]
        # A title in brackets is ours: the paper's own is not written down here.
        assert re.fullmatch(r"\[.+\]", state["record"]["title"])


def test_the_seeds_have_the_paper_that_told_of_respine_before_its_register() -> None:
    trial = json.loads((REPOSITORY / "seeds" / "clinicaltrials.gov" / "NCT03737461.json").read_text())
    referred = next(
        date.fromisoformat(state["day"])
        for state in trial["states"]
        if "39393844" in json.dumps(state["study"])
    )
    shelf = Shelf.load(SEEDS)
    on = next(day for day in shelf.days if any(one.record["pmid"] == "39393844" for one in shelf.on(day)))
    assert on < referred
