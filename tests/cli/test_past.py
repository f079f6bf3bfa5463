"""What the commands say of a past that lies below the baseline, and of the two times."""

import hashlib
import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from monitor.core.diff import diff
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store.past import Past, note_no_past, note_refusal, write_past
from tests.builders import NUMBER, a_date_struct, a_document, a_moment, a_record, a_trial
from tests.cli.archive import Archive


def as_of(posted: str, completion: str) -> dict[str, Any]:
    document = a_document(
        statusModule={
            "primaryCompletionDateStruct": a_date_struct(completion),
            "lastUpdateSubmitDate": posted,
            "lastUpdatePostDateStruct": a_date_struct(posted, "ACTUAL"),
        },
    )
    document["derivedSection"]["miscInfoModule"]["versionHolder"] = posted
    return document


@pytest.fixture
def aged(archive: Archive) -> Archive:
    """A trial seen twice, with two past versions that were fetched between."""
    archive.watch()
    records = [
        a_record(as_of(*one))
        for one in (("2024-02-01", "2025-01"), ("2025-05-06", "2026-01"), ("2026-01-10", "2026-10"))
    ]
    archive.see(records[2].document, "2026-02-09T10:00")
    fetched = a_moment("2026-02-09T11:00")
    changes = [diff(old.modules, new.modules, SHAPE) for old, new in pairwise(records)]
    past = [Past(records[0], (), fetched), Past(records[1], changes[0], fetched)]
    with archive.database() as db:
        assert write_past(db, a_trial(), past, changes[1], fetched) == 2
        assert write_past(db, a_trial(), past, changes[1], fetched) == 0, "once and for all"
    archive.see(as_of("2026-03-01", "2027-04"), "2026-03-02T09:00")
    return archive


def shown(archive: Archive, *options: str) -> tuple[int, str]:
    (row,) = archive.ask("show", NUMBER, "--json", *options).rows
    return row["version"], row["by"]


def test_the_history_begins_with_the_past(aged: Archive) -> None:
    rows = aged.ask("history", NUMBER, "--json").rows
    assert [(row["version"], row["origin"], row["changes"]) for row in rows] == [
        (-1, "backfill", 0),
        (0, "backfill", 3),
        (1, "poll", 3),
        (2, "poll", 3),
    ]
    assert [row["in_force"] for row in rows[:3]] == ["2024-02-01", "2025-05-06", "2026-01-10"]
    lines = aged.ask("history", NUMBER).out.splitlines()
    assert lines[1].split()[:3] == ["-1", "2024-02-01", "2024-02-01"]
    assert lines[2].split()[-1] == "dates"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--at", "2026-02-20"), (1, "seen")),
        (("--at", "2026-01-20"), (1, "registry")),
        (("--at", "2026-01-09"), (0, "registry")),
        (("--at", "2024-06"), (-1, "registry")),
        (("--at", "2026-02-20", "--by", "registry"), (1, "registry")),
        ((), (2, "seen")),
    ],
)
def test_a_day_before_the_first_look_is_one_of_the_registry_s(
    aged: Archive, options: tuple[str, ...], found: tuple[int, str]
) -> None:
    assert shown(aged, *options) == found


@pytest.mark.parametrize("options", [("--at", "2023-01-01"), ("--at", "2025-06-01", "--by", "seen")])
def test_of_a_day_before_everything_nothing_is_known(aged: Archive, options: tuple[str, ...]) -> None:
    answer = aged.ask("show", NUMBER, *options)
    assert answer.code == 3
    assert "first seen on 2026-02-09" in answer.err
    assert ("goes back to 2024-02-01" in answer.err) == ("--by" not in options)


def test_people_are_told_by_which_time_a_version_was_found(aged: Archive) -> None:
    past = aged.ask("show", NUMBER, "--at", "2025-06-01").out
    assert (
        "version 0 of 2, from the registry's own history, in force since 2025-05-06 by the registry's dates"
        in past
    )
    assert (
        "Primary completion  January 2026 (estimated) · slipped once, now 1 year later than first on record"
        in past
    )
    assert "slipped 3 times" in aged.ask("show", NUMBER).out


def test_versions_below_the_baseline_are_compared_by_their_numbers(aged: Archive) -> None:
    rows = aged.ask("diff", NUMBER, "-1", "1", "--json").rows
    (moved,) = [row for row in rows if row["topic"] == "dates" and row["label"] == "Primary completion date"]
    assert (moved["before"], moved["after"], moved["version"]) == ("2025-01", "2026-10", 1)
    text = aged.ask("diff", NUMBER, "-1", "0").out
    assert "version -1 (posted 2024-02-01) → version 0 (posted 2025-05-06)" in text


def test_days_of_the_past_name_versions_too(aged: Archive) -> None:
    rows = aged.ask("diff", NUMBER, "2024-06-01", "2025-06-01", "--json").rows
    assert {row["version"] for row in rows} == {0}
    assert aged.ask("diff", NUMBER, "2025-06-01", "1", "--by", "seen").code == 3


@pytest.mark.parametrize("version", ["-2", "3", "-99999999999"])
def test_a_version_that_is_not_there_is_said(aged: Archive, version: str) -> None:
    answer = aged.ask("diff", NUMBER, version)
    assert answer.code == 2
    assert "there are -1 to 2" in answer.err


def test_why_nobody_was_told_of_the_past_is_explained(aged: Archive) -> None:
    past = min(row["id"] for row in aged.ask("changes", "--trial", NUMBER, "--json").rows)
    assert past < 0
    assert "of the past nobody is told" in aged.ask("explain", f"change:{past}").out


def test_an_option_that_there_is_not_is_no_version(aged: Archive) -> None:
    answer = aged.ask("diff", NUMBER, "--jsn")
    assert answer.code == 2
    assert "neither a version nor a day" in answer.err


def test_blame_goes_by_the_registry_s_dates_where_nobody_looked(archive: Archive) -> None:
    archive.watch()
    first, second = a_record(as_of("2024-02-01", "2025-01")), a_record(as_of("2025-05-06", "2026-01"))
    archive.see(second.document, "2026-02-09")
    at = a_moment("2026-02-09T11:00")
    with archive.database() as db:
        write_past(db, a_trial(), [Past(first, (), at)], diff(first.modules, second.modules, SHAPE), at)
    lines = archive.ask("blame", NUMBER).out.splitlines()
    assert lines[0].endswith("2024-02-01 to now")
    assert any(line.startswith("since 2025-05-06, by the registry's date · version 1") for line in lines)
    assert lines[-1].endswith("fields as in the oldest version, posted 2024-02-01.")
    (row,) = [row for row in archive.ask("blame", NUMBER, "--json").rows if row["value"] == "2026-01"]
    assert (row["since"], row["before"]) == ("2025-05-06", "2025-01")


def test_a_version_is_cited_by_a_digest_that_anybody_can_check(aged: Archive) -> None:
    (row,) = aged.ask("show", NUMBER, "--json").rows
    record = row["record"]
    del record["derivedSection"]["miscInfoModule"]["versionHolder"]
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row["digest"] == hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    cited = f"clinicaltrials.gov:{NUMBER}, version 2, posted 2026-03-01, observed 2026-03-02T09:00:00Z, blake2b {row['digest']}"
    for command in ("show", "history", "diff"):
        assert cited in aged.ask(command, NUMBER).out
    assert aged.ask("history", NUMBER, "--json").rows[-1]["digest"] == row["digest"]


def test_the_same_record_has_the_same_digest_whenever_it_was_seen(aged: Archive) -> None:
    days = ("2026-02-10", "2026-02-25")
    digests = {aged.ask("show", NUMBER, "--json", "--at", day).rows[0]["digest"] for day in days}
    assert len(digests) == 1


def test_status_and_doctor_say_what_is_still_to_come(archive: Archive) -> None:
    archive.config.write_text("sources: {clinicaltrials.gov: {base_url: http://127.0.0.1:9, pause: 0s}}\n")
    archive.watch()
    archive.see(a_document(), "2026-02-09")
    assert "The past of 1 trial is still to be fetched" in archive.ask("status").out
    now = datetime.now(UTC)
    with archive.database() as db:
        note_refusal(db, SHAPE.registry, "HTTP 403", now)
    said = "clinicaltrials.gov gives no past versions at present"
    assert f"{said}: HTTP 403" in archive.ask("status").out
    assert said in archive.ask("doctor").out
    with archive.database() as db:
        note_refusal(db, SHAPE.registry, "", now)
        note_no_past(db, a_trial(), "no JSON", now)
    assert "The past of 1 trial cannot be read" in archive.ask("status").out


def test_either_trials_or_all_of_them(archive: Archive) -> None:
    archive.config.write_text("sources: {clinicaltrials.gov: {base_url: http://127.0.0.1:9, pause: 0s}}\n")
    text = (archive.folder / "watchlists" / "backs.yaml").read_text().replace("desk", "terminal")
    (archive.folder / "watchlists" / "backs.yaml").write_text(text)
    assert archive.ask("backfill", NUMBER, "--all").code == 2
    answer = archive.ask("backfill", NUMBER)
    assert answer.code == 3
    assert "nothing is known of" in answer.err
    assert "No watched trial has been looked at yet" in archive.ask("backfill").out
