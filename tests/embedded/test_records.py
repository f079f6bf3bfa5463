"""Dated histories: loading, days, stamps."""

import gzip
import json
import lzma
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.embedded import EmbeddedRegistry, History, HistoryError
from monitor.embedded.records import Part, gzip_of
from tests.embedded.conftest import MONDAY, TUESDAY, WEDNESDAY, a_client, a_study


def _lines(*rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_file_of_dated_states_is_loaded_packed_or_not(tmp_path: Path) -> None:
    rows = _lines(
        {"dataDate": "2026-02-02", "study": a_study("NCT00000001")},
        {"dataDate": "2026-02-03", "trial": "NCT00000001", "study": None},
    )
    (tmp_path / "plain.jsonl").write_text(rows + "\n")
    (tmp_path / "packed.jsonl.xz").write_bytes(lzma.compress(rows.encode()))
    for name in ("plain.jsonl", "packed.jsonl.xz"):
        history = History.load(tmp_path / name)
        assert history.days == [MONDAY, TUESDAY]
        assert list(history.on(MONDAY).records) == ["NCT00000001"]
        assert list(history.on(WEDNESDAY).records) == []


def test_bare_studies_are_dated_by_their_version_holder_or_by_a_default_day(tmp_path: Path) -> None:
    undated = a_study("NCT00000002")
    del undated["derivedSection"]
    (tmp_path / "one.jsonl").write_text(_lines(a_study("NCT00000001")))
    (tmp_path / "two.jsonl").write_text(_lines(undated))
    assert History.load(tmp_path / "one.jsonl").days == [date(1999, 12, 31)]
    assert History.load(tmp_path, default_day=MONDAY).days == [MONDAY]
    with pytest.raises(HistoryError, match=r"two\.jsonl:1: .*versionHolder"):
        History.load(tmp_path)


def test_a_folder_is_searched_to_its_depth_and_other_json_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    seed = {"trial": "NCT00000001", "states": [{"day": "2026-02-02", "study": a_study("NCT00000001")}]}
    (tmp_path / "a" / "b" / "seed.json").write_text(json.dumps(seed))
    (tmp_path / "a" / "more.jsonl").write_text(
        _lines({"dataDate": "2026-02-03", "study": a_study("NCT00000002")})
    )
    (tmp_path / "expected.json").write_text('{"days": {}}')
    (tmp_path / "README.md").write_text("# About")
    assert History.load(tmp_path).trials == ["NCT00000001", "NCT00000002"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x.jsonl", "{nonsense\n", r"x\.jsonl:1: not JSON"),
        ("x.jsonl", "[]\n", r"x\.jsonl:1: not a JSON object"),
        ("x.jsonl", '{"dataDate": "soon", "trial": "NCT00000001", "study": null}\n', "'soon' is not a day"),
        ("x.jsonl", '{"dataDate": "2026-02-02", "study": null}\n', 'must name its "trial"'),
        ("x.jsonl", '{"dataDate": "2026-02-02", "study": {}}\n', "no nctId"),
        ("x.json", '{"days": {}}', 'no "trial" with "states"'),
        ("x.txt", "", r"not a \.jsonl"),
        ("x.jsonl", "", "no states of trials found"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(HistoryError, match=says):
        History.load(tmp_path / name)


def test_of_two_states_on_one_day_the_last_counts() -> None:
    history = History()
    history.put("NCT00000001", MONDAY, a_study("NCT00000001", count=1))
    history.put("NCT00000001", MONDAY, a_study("NCT00000001", count=2))
    design = history.on(MONDAY).records["NCT00000001"].study["protocolSection"]["designModule"]
    assert design["enrollmentInfo"]["count"] == 2


def test_a_chain_of_merges_leads_to_its_end_and_a_ring_does_not_hang() -> None:
    history = History()
    history.put("NCT00000001", MONDAY, None, moved_to="NCT00000002")
    history.put("NCT00000002", MONDAY, None, moved_to="NCT00000003")
    history.put("NCT00000003", MONDAY, a_study("NCT00000003"))
    found = history.on(MONDAY).find("NCT00000001")
    assert found is not None
    assert found.trial == "NCT00000003"
    assert found.aliases == ("NCT00000001", "NCT00000002")
    history.put("NCT00000003", TUESDAY, None, moved_to="NCT00000001")
    assert history.on(TUESDAY).find("NCT00000002") is None


def test_a_number_that_comes_back_is_its_own_again() -> None:
    history = History()
    history.put("NCT00000001", MONDAY, a_study("NCT00000001"))
    history.put("NCT00000001", TUESDAY, None)
    history.put("NCT00000001", WEDNESDAY, a_study("NCT00000001"))
    assert [history.on(day).find("NCT00000001") is not None for day in (MONDAY, TUESDAY, WEDNESDAY)] == [
        True,
        False,
        True,
    ]


def test_a_study_of_another_form_is_served_as_it_is() -> None:
    history = History()
    history.put("NCT00000001", MONDAY, {"protocolSection": [], "derivedSection": "moved"})
    state = history.on(MONDAY).records["NCT00000001"]
    assert state.stamped(TUESDAY) == {"protocolSection": [], "derivedSection": "moved"}


def test_putting_a_state_leaves_the_callers_record_alone() -> None:
    study = a_study("NCT00000001")
    History().put("NCT00000001", MONDAY, study)
    assert study == a_study("NCT00000001")


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_parts_that_were_deflated_apart_are_one_gzip_body(contents: list[bytes]) -> None:
    parts = [Part(content) for content in contents]
    assert gzip.decompress(gzip_of(parts)) == b"".join(contents)
    assert gzip.decompress(gzip_of(parts * 2)) == b"".join(contents) * 2


def test_the_recorded_weeks_are_replayed_day_by_day(registry_data: Path) -> None:
    recorded: dict[str, dict[date, Any]] = {}
    with lzma.open(registry_data / "replay.jsonl.xz") as lines:
        for line in lines:
            row = orjson.loads(line)
            trial = row["study"]["protocolSection"]["identificationModule"]["nctId"]
            recorded.setdefault(trial, {})[date.fromisoformat(row["dataDate"])] = row["study"]
    history = History.load(registry_data / "replay.jsonl.xz")
    assert history.trials == sorted(recorded)
    with EmbeddedRegistry(history).serving() as registry, a_client(registry) as client:
        assert len(registry.days) == 12
        for day in (*registry.days[::4], registry.days[-1]):
            registry.go_to(day)
            served = orjson.loads(client.get("/api/v2/studies", params={"pageSize": "1000"}).content)[
                "studies"
            ]
            expected = []
            for states in recorded.values():
                reached = [one for one in states if one <= day]
                if reached:
                    study = states[max(reached)]
                    study["derivedSection"]["miscInfoModule"]["versionHolder"] = day.isoformat()
                    expected.append(study)
            by_trial = {study["protocolSection"]["identificationModule"]["nctId"]: study for study in served}
            assert len(by_trial) == len(served) == len(expected)
            assert all(
                by_trial[study["protocolSection"]["identificationModule"]["nctId"]] == study
                for study in expected
            )


def test_the_recorded_corpus_is_served_on_one_day(registry_data: Path) -> None:
    history = History.load(registry_data / "corpus.jsonl.xz", default_day=MONDAY)
    assert len(history.on(MONDAY).records) == len(history.trials) == 784
    assert history.on(MONDAY).aliases == {"NCT02380456": "NCT02300909", "NCT05712863": "NCT03103880"}
