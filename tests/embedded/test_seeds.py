"""The seeds say what they are, and the embedded registry can replay them."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.embedded.conftest import REPOSITORY, a_client, ids_of

SEEDS = REPOSITORY / "seeds"
FILES = sorted((SEEDS / "clinicaltrials.gov").glob("*.json"))
MARK = "REHEARSAL — not data of this trial."
RESPINE = "NCT03737461"
Json = dict[str, Any]
Leaf = tuple[str, Any]


def a_seed(path: Path) -> Json:
    seed: Json = json.loads(path.read_text())
    return seed


def _leaves(node: Any, path: str = "") -> Iterator[Leaf]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(child, f"{path}[]")
    else:
        yield path, node


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_seed_follows_the_format(path: Path) -> None:
    seed = a_seed(path)
    assert set(seed) == {"trial", "about", "facts_from", "states"}
    assert seed["trial"] == path.stem
    assert seed["about"]
    assert seed["facts_from"]
    days = [date.fromisoformat(state["day"]) for state in seed["states"]]
    assert days == sorted(set(days))
    for state in seed["states"]:
        assert set(state) == {"day", "day_is", "rehearsal", "says", "study"}
        assert state["day_is"] in ("known", "placed")
        assert ("chosen for the replay" in state["says"]) == (state["day_is"] == "placed")
        identity = state["study"]["protocolSection"]["identificationModule"]
        assert identity["nctId"] == seed["trial"]
        assert identity["briefTitle"]
        assert state["study"]["protocolSection"]["statusModule"]["overallStatus"]
        assert state["study"]["derivedSection"]["miscInfoModule"]["versionHolder"] == state["day"]
        assert state["study"]["hasResults"] == ("resultsSection" in state["study"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rehearsal_is_marked_beside_the_record_and_in_it_and_nothing_else_is(path: Path) -> None:
    for state in a_seed(path)["states"]:
        texts = [text for _, text in _leaves(state["study"]) if isinstance(text, str)]
        assert any(MARK in text for text in texts) == state["rehearsal"]
        assert state["says"].startswith("REHEARSAL") == state["rehearsal"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_known_state_says_nothing_of_later_days(path: Path) -> None:
    for state in a_seed(path)["states"]:
        for where, value in _leaves(state["study"]):
            if where.endswith(("lastUpdatePostDateStruct.date", "SubmitDate")):
                assert value <= state["day"]
        status = state["study"]["protocolSection"]["statusModule"]
        for name, struct in status.items():
            if isinstance(struct, dict):
                past = struct["date"] <= state["day"]
                # An expected date may pass without an update; of a state whose own day is not known it says nothing.
                overdue = state["day_is"] == "placed" and past and struct["type"] == "ESTIMATED"
                assert overdue or struct["type"] == ("ACTUAL" if past else "ESTIMATED"), name


@pytest.mark.parametrize("path", [*FILES, SEEDS / "made" / "week.jsonl"], ids=lambda path: path.stem)
def test_paths_and_enums_are_the_registrys_own(path: Path, registry_data: Path) -> None:
    enums = json.loads((registry_data / "enums.json").read_text())
    rows = (line.split("\t") for line in (registry_data / "study-paths.tsv").read_text().splitlines())
    types = {row[0]: row[1] for row in rows}
    history = History.load(path)
    studies = [
        state.stamped(state.day)
        for trial in history.trials
        for state in history.states(trial)
        if state.present
    ]
    for study in studies:
        for where, value in _leaves(study):
            assert where in types, where
            if types[where] in enums:
                assert value in enums[types[where]], where


def test_the_story_of_respine_is_told() -> None:
    states = a_seed(SEEDS / "clinicaltrials.gov" / f"{RESPINE}.json")["states"]
    told = []
    for state in states:
        protocol = state["study"]["protocolSection"]
        status = protocol["statusModule"]
        told.append(
            (status["overallStatus"], status["completionDateStruct"]["date"], state["study"]["hasResults"])
        )
    assert told == [
        ("RECRUITING", "2022-12-01", False),
        ("ACTIVE_NOT_RECRUITING", "2026-03-08", False),
        ("ACTIVE_NOT_RECRUITING", "2026-03-08", False),
        ("ACTIVE_NOT_RECRUITING", "2026-03-08", False),
        ("COMPLETED", "2026-03-08", True),
    ]
    assert [state["rehearsal"] for state in states] == [False, False, False, True, True]
    assert [state["day"] for state in states if state["day_is"] == "known"] == ["2023-08-11", "2025-09-30"]
    pubmed = states[2]["study"]["protocolSection"]["referencesModule"]["references"][0]
    assert (pubmed["pmid"], pubmed["type"]) == ("39393844", "DERIVED")
    identity = states[2]["study"]["protocolSection"]["identificationModule"]
    assert identity["secondaryIdInfos"] == [{"id": "2017-002092-25", "type": "EUDRACT_NUMBER"}]


def test_the_rehearsed_results_hold_no_measured_value() -> None:
    results = a_seed(SEEDS / "clinicaltrials.gov" / f"{RESPINE}.json")["states"][-1]["study"][
        "resultsSection"
    ]
    paths = {path for path, _ in _leaves(results)}
    assert not {path for path in paths if path.endswith((".value", ".numSubjects", ".pValue", ".paramValue"))}
    assert MARK in results["moreInfoModule"]["limitationsAndCaveats"]["description"]
    assert all(MARK in outcome["title"] for outcome in results["outcomeMeasuresModule"]["outcomeMeasures"])


def test_trials_of_which_only_the_number_is_known_have_no_states() -> None:
    related = json.loads((SEEDS / "related.json").read_text())["numbers"]
    assert len(related) == 5
    assert not set(related) & set(History.load(SEEDS).trials)


def test_a_search_for_stem_cells_and_back_pain_finds_the_seeds() -> None:
    query = {"query.cond": "low back pain", "query.intr": "stem cells", "pageSize": "100"}
    with (
        EmbeddedRegistry(History.load(SEEDS / "clinicaltrials.gov")).serving() as registry,
        a_client(registry) as client,
    ):
        found = []
        for day in registry.days:
            registry.go_to(day)
            found.append(set(ids_of(client.get("/api/v2/studies", params=query))))
    assert found[0] == {RESPINE, "NCT04410731"}
    assert found[-1] == {RESPINE, "NCT04410731", "NCT02412735", "NCT06001853", "NCT06325566"}


def test_the_made_week_has_twelve_trials_on_eight_days_and_says_that_it_is_made() -> None:
    week = History.load(SEEDS / "made" / "week.jsonl")
    assert len(week.days) == 8
    assert week.trials == [f"NCT999000{number:02}" for number in range(1, 13)]
    for trial in week.trials:
        first = week.states(trial)[0]
        assert first.day == week.days[0]
        assert "no such trial" in first.study["protocolSection"]["descriptionModule"]["briefSummary"]


def _expected() -> Json:
    expected: Json = json.loads((SEEDS / "made" / "expected.json").read_text())
    return expected


def test_what_leaves_the_made_week_and_what_is_merged_is_as_expected() -> None:
    week, expected = History.load(SEEDS / "made" / "week.jsonl"), _expected()
    assert [date.fromisoformat(day) for day in expected["days"]] == week.days[1:]
    before = week.on(week.days[0])
    for text, day_says in expected["days"].items():
        today = week.on(date.fromisoformat(text))
        lost = before.records.keys() - today.records.keys()
        assert lost == {*day_says["gone"], *day_says["moved"]}
        assert {old: today.aliases[old] for old in day_says["moved"]} == day_says["moved"]
        assert not set(day_says["gone"]) & today.aliases.keys()
        before = today


def test_every_expected_change_is_in_the_made_week_and_no_other_state_is_news() -> None:
    week = History.load(SEEDS / "made" / "week.jsonl")
    unsaid = []
    for trial in week.trials:
        for earlier, later in zip(week.states(trial), week.states(trial)[1:], strict=False):
            if not later.present:
                continue
            told = _expected()["days"][later.day.isoformat()]["changes"].get(trial, [])
            if not told:
                unsaid.append(trial)
            seen = _tally(later.study)
            seen.subtract(_tally(earlier.study))
            said: Counter[Leaf] = Counter()
            for change in told:
                field = re.sub(r"\[.*?\]", "[]", change["field"])
                said.update(_leaves(change["after"], field) if "after" in change else [])
                said.subtract(_leaves(change["before"], field) if "before" in change else [])
            assert {leaf: n for leaf, n in seen.items() if n} == {leaf: n for leaf, n in said.items() if n}
    assert unsaid == ["NCT99900003"]


def _tally(study: Json) -> Counter[Leaf]:
    """How often each value stands at each path, whatever the order of the lists."""
    return Counter(_leaves(study))
