"""`changes` and `events`: what changed, what was made of it, narrowed down."""

import pytest

from tests.builders import NUMBER, a_date_struct, a_document
from tests.cli.archive import Archive

OTHER = "NCT09990002"
CHANGE_KEYS = "id trial registry version seen_at registry_date topic field label kind before after".split()
EVENT_KEYS = (
    "id trial registry version seen_at registry_date rule topic significance headline because changes".split()
)


@pytest.fixture
def two_trials(known: Archive) -> Archive:
    """Besides the known one, a trial that nobody watches, seen to change on 2 March 2026."""
    known.see(a_document(OTHER), "2026-02-09", OTHER)
    known.see(
        a_document(OTHER, statusModule={"completionDateStruct": a_date_struct("2028")}), "2026-03-02", OTHER
    )
    return known


def test_every_change_is_a_line_with_the_keys_of_the_contract_newest_first(known: Archive) -> None:
    answer = known.ask("changes", "--json")
    assert (answer.code, answer.err) == (0, "")
    rows = answer.rows
    assert all(list(row) == CHANGE_KEYS for row in rows)
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    slipped = rows[-1]
    assert slipped["field"] == "protocolSection.statusModule.primaryCompletionDateStruct.date"
    assert (slipped["before"], slipped["after"], slipped["kind"]) == ("2026-10", "2027-04", "changed")
    assert (slipped["trial"], slipped["version"], slipped["seen_at"]) == (NUMBER, 2, "2026-03-01T09:00:00Z")


def test_every_verdict_is_a_line_with_the_keys_of_the_contract(known: Archive) -> None:
    rows = known.ask("events", "--json").rows
    assert all(list(row) == EVENT_KEYS for row in rows)
    slipped = next(row for row in rows if row["rule"] == "dates.slipped")
    assert "October 2026 → April 2027" in slipped["headline"]
    assert slipped["changes"] == [known.ask("changes", "--json").rows[-1]["id"]]


def test_people_read_the_changes_of_a_version_under_one_heading(known: Archive) -> None:
    lines = known.ask("changes").out.splitlines()
    assert lines[0].startswith(
        f"{NUMBER} Disc Cells for Chronic Neck Pain · version 3 · seen 2026-05-06 09:00"
    )
    assert lines[0].endswith("registry 2026-05-05")
    assert lines[1:4] == [
        "  status       Overall status: Recruiting (RECRUITING) → Completed (COMPLETED)",
        "  record       Brief title: Disc Cells for Chronic Low Back Pain → Disc Cells for Chronic Neck Pain",
        "  dates        Last update posted: 10 January 2026 → 5 May 2026",
    ]
    assert lines[-2] == "  dates        Primary completion date: October 2026 → April 2027"


def test_people_read_the_gravest_verdict_first(known: Archive) -> None:
    lines = known.ask("events").out.splitlines()
    assert lines[0].startswith(f"{NUMBER} Disc Cells")
    assert lines[1].split()[0] in ("notable", "critical")
    assert "Completed" in lines[1]


@pytest.mark.parametrize("number", [NUMBER, NUMBER.lower(), "EudraCT 2017-002092-25",
                                    f"https://clinicaltrials.gov/study/{NUMBER}?tab=history"])  # fmt: skip
def test_a_trial_is_meant_by_any_of_its_numbers(two_trials: Archive, number: str) -> None:
    rows = two_trials.ask("changes", "--json", "--trial", number).rows
    assert {row["trial"] for row in rows} == {NUMBER}


def test_a_watchlist_is_asked_for_by_its_name(two_trials: Archive) -> None:
    rows = two_trials.ask("events", "--json", "--watchlist", "backs").rows
    assert {row["trial"] for row in rows} == {NUMBER}


@pytest.mark.parametrize("command", ["changes", "events"])
def test_what_is_not_on_record_is_wrong_usage_and_what_is_is_named(two_trials: Archive, command: str) -> None:
    trial = two_trials.ask(command, "--trial", "NCT01234567")
    assert (trial.code, trial.out) == (2, "")
    assert f"there are: {NUMBER}, {OTHER}" in trial.err
    watchlist = two_trials.ask(command, "--watchlist", "bakcs")
    assert watchlist.code == 2
    assert "there are: backs" in watchlist.err


def test_days_count_whole(two_trials: Archive) -> None:
    def seen(*options: str) -> set[str]:
        return {row["seen_at"][:10] for row in two_trials.ask("changes", "--json", *options).rows}

    assert seen("--since", "2026-03-02") == {"2026-03-02", "2026-05-06"}
    assert seen("--until", "2026-03-01") == {"2026-03-01"}
    assert seen("--since", "2026-03", "--until", "2026-03") == {"2026-03-01", "2026-03-02"}
    assert seen("--since", "2026-03-01T09:00:01Z") == {"2026-03-02", "2026-05-06"}
    assert seen("--until", "2026-03-01T10:00:00+02:00") == set()


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "26-01-01", "0001-01-01", ""])
def test_a_day_that_is_none_is_wrong_usage(known: Archive, day: str) -> None:
    answer = known.ask("changes", "--since", day)
    assert answer.code == 2
    assert "neither a day" in answer.err


def test_topic_and_significance_narrow_down(known: Archive) -> None:
    dates = known.ask("changes", "--json", "--topic", "dates", "--at-least", "notable").rows
    assert [row["label"] for row in dates] == ["Primary completion date"]
    assert {row["significance"] for row in known.ask("events", "--json", "--at-least", "notable").rows} <= {
        "notable",
        "critical",
    }


def test_people_get_the_newest_and_are_told_that_there_are_more(known: Archive) -> None:
    for number in range(60):
        text = f"Summary number {number}."
        known.see(a_document(descriptionModule={"briefSummary": text}), f"2026-06-01T10:{number:02d}")
    shown = known.ask("changes").out
    assert shown.endswith("These are the newest 50; --limit shows more, --json all.\n")
    assert shown.count("Brief summary") == 50
    assert len(known.ask("changes", "--json").rows) > 60
    assert len(known.ask("changes", "--json", "--limit", "7").rows) == 7
    assert "These are" not in known.ask("changes", "--limit", "500").out


@pytest.mark.parametrize("command", ["changes", "events"])
def test_nothing_found_is_said(known: Archive, command: str) -> None:
    answer = known.ask(command, "--since", "2100")
    assert answer.code == 0
    assert answer.out.startswith("No such ")
    assert known.ask(command, "--since", "2100", "--json").out == ""


@pytest.mark.parametrize("command", ["changes", "events"])
def test_without_a_database_nothing_can_be_asked(archive: Archive, command: str) -> None:
    answer = archive.ask(command)
    assert answer.code == 3
    assert "run `trialmon check` first" in answer.err


@pytest.mark.parametrize(
    "command", ["changes", "events", f"show {NUMBER}", f"history {NUMBER}", f"diff {NUMBER}", "outbox list"]
)
def test_asking_waits_for_no_daemon_that_writes(known: Archive, command: str) -> None:
    with known.database() as db, db.writing() as connection:
        connection.execute("INSERT INTO meta (name, value) VALUES ('half', 'written')")
        answer = known.ask(*command.split(), "--json")
    assert answer.code == 0
    if command != "outbox list":
        assert answer.rows
