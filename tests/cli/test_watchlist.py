"""`trialmon watchlist`: check, list, add, remove, import."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Trialmon

LINK = "https://clinicaltrials.gov/search?cond=Back%20Pain&intr=stem%20cells"


@pytest.fixture
def backs(tmp_path: Path) -> Path:
    """watchlists/backs.yaml, with one trial."""
    path = tmp_path / "watchlists/backs.yaml"
    path.parent.mkdir()
    path.write_text(
        "title: Backs  # mine\nwatch:\n  - trial: NCT03737461\nsubscribers: [{name: me, to: [terminal]}]\n"
    )
    return path


def test_a_good_watchlist_is_well(trialmon: Trialmon, backs: Path) -> None:
    answer = trialmon("watchlist", "check")
    assert (answer.returncode, answer.stdout) == (0, "1 watchlist, 1 watch: all is well.\n")
    assert trialmon("watchlist", "check", "--json").stdout == ""


def test_every_problem_is_a_line_of_json(trialmon: Trialmon, backs: Path) -> None:
    backs.write_text("titel: x\nwatch:\n  - trial: NCT0373746\nsubscribers: [{name: me, to: [desk]}]\n")
    answer = trialmon("watchlist", "check", "--json")
    assert answer.returncode == 2
    problems = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [problem["line"] for problem in problems] == [1, 3, 4]
    assert {"file", "line", "message", "hint"} == set(problems[1])
    assert problems[1] | {"file": ""} == {
        "file": "",
        "line": 3,
        "message": "NCT0373746: 7 digits, 8 needed",
        "hint": "NCT and 8 digits, like NCT03737461",
    }
    assert problems[0]["file"].endswith("watchlists/backs.yaml")


def test_people_get_file_line_message_and_hint(trialmon: Trialmon, backs: Path) -> None:
    backs.write_text("titel: x\nwatch: []\n")
    answer = trialmon("watchlist", "check", str(backs))
    assert answer.returncode == 2
    assert answer.stderr == f"{backs}:1: “titel” is not a key of a watchlist (did you mean “title”?)\n"


def test_the_settings_and_the_watchlists_are_checked_in_one_go(
    trialmon: Trialmon, backs: Path, tmp_path: Path
) -> None:
    (tmp_path / "trialmon.yaml").write_text("databse: x\n")
    backs.write_text("titel: x\nwatch: []\n")
    problems = [json.loads(line) for line in trialmon("watchlist", "check", "--json").stdout.splitlines()]
    assert [Path(problem["file"]).name for problem in problems] == ["trialmon.yaml", "backs.yaml"]


def test_a_destination_needs_no_secret_to_be_checked(trialmon: Trialmon, backs: Path, tmp_path: Path) -> None:
    (tmp_path / "trialmon.yaml").write_text("destinations: {desk: 'slack://${UNSET}/#c'}\n")
    backs.write_text("watch: []\nsubscribers: [{name: me, to: [desk]}]\n")
    assert trialmon("watchlist", "check").returncode == 0


def test_hostile_text_in_a_file_does_not_reach_the_terminal(trialmon: Trialmon, backs: Path) -> None:
    backs.write_text('"\\u202e\\e[31m": x\nwatch: []\n')
    answer = trialmon("watchlist", "check")
    assert answer.returncode == 2
    assert "\x1b" not in answer.stderr
    assert "\u202e" not in answer.stderr


def test_the_watchlists_are_listed(trialmon: Trialmon, backs: Path) -> None:
    assert json.loads(trialmon("watchlist", "list", "--json").stdout) == {
        "watchlist": "backs",
        "title": "Backs",
        "trials": 1,
        "searches": 0,
        "sponsors": 0,
        "publications": 0,
        "subscribers": ["me"],
    }
    assert "backs      Backs" in trialmon("watchlist", "list").stdout


def test_the_good_are_listed_and_the_bad_are_named(trialmon: Trialmon, backs: Path) -> None:
    (backs.parent / "bad.yaml").write_text("watch: 1\n")
    answer = trialmon("watchlist", "list")
    assert answer.returncode == 2
    assert "Backs" in answer.stdout
    assert "bad.yaml:1:" in answer.stderr


def test_trials_are_added_and_removed(trialmon: Trialmon, backs: Path) -> None:
    before = backs.read_text()
    added = trialmon("watchlist", "add", "backs", "NCT06325566", "NCT03737461", "--note", "MSB", "--json")
    assert json.loads(added.stdout) == {
        "file": str(backs.resolve()),
        "changed": ["NCT06325566"],
        "unchanged": ["NCT03737461"],
    }
    assert "  - trial: NCT06325566\n    note: MSB\n" in backs.read_text()
    assert trialmon("watchlist", "remove", "backs", "NCT06325566").returncode == 0
    assert backs.read_text() == before


def test_a_malformed_number_is_refused_and_nothing_written(trialmon: Trialmon, backs: Path) -> None:
    before = backs.read_text()
    answer = trialmon("watchlist", "add", "backs", "NCT06325566", "NCT1")
    assert answer.returncode == 2
    assert "NCT1: 1 digit, 8 needed" in answer.stderr
    assert backs.read_text() == before


def test_a_watchlist_that_does_not_exist_is_said_with_those_that_do(trialmon: Trialmon, backs: Path) -> None:
    answer = trialmon("watchlist", "add", "../../etc/x", "NCT06325566")
    assert answer.returncode == 2
    assert "there are: backs" in answer.stderr


def test_numbers_are_imported_from_a_file_and_from_stdin(
    trialmon: Trialmon, backs: Path, tmp_path: Path
) -> None:
    (tmp_path / "studies.csv").write_text("NCT Number,Title\nNCT06325566,After NCT99999999\nbroken,x\n")
    answer = trialmon("watchlist", "import", "backs", "studies.csv")
    assert answer.returncode == 0
    assert answer.stderr == "not understood, line 3: “broken”\n"
    assert trialmon("watchlist", "import", "backs", "-", stdin="NCT06001853 and nct04410731").returncode == 0
    listed = backs.read_text()
    assert [
        number for number in ("NCT06325566", "NCT06001853", "NCT04410731", "NCT99999999") if number in listed
    ] == [
        "NCT06325566",
        "NCT06001853",
        "NCT04410731",
    ]


def test_a_link_is_imported_as_a_search(trialmon: Trialmon, backs: Path) -> None:
    assert trialmon("watchlist", "import", "backs", LINK).returncode == 0
    assert f'  - search: "{LINK}"\n' in backs.read_text()
    refused = trialmon("watchlist", "import", "backs", LINK + "&moon=full")
    assert refused.returncode == 2
    assert "moon" in refused.stderr


@pytest.mark.parametrize("source", ["none.txt", "watchlists", "empty.txt"])
def test_a_source_with_nothing_to_import_is_said(
    trialmon: Trialmon, backs: Path, tmp_path: Path, source: str
) -> None:
    (tmp_path / "empty.txt").touch()
    answer = trialmon("watchlist", "import", "backs", source)
    assert answer.returncode == 2
    assert answer.stderr.startswith("trialmon: ")
    assert len(answer.stderr.splitlines()) == 1
