"""`sql`: for people, as JSON Lines, as CSV; ready-made questions; what Datasette wants to know."""

import csv
import io
import json

from monitor.store.questions import QUESTIONS
from tests.cli.archive import Archive
from tests.cli.conftest import EVIL


def test_one_answer_in_three_forms(known: Archive) -> None:
    asked = "SELECT trial, version, days FROM slips"
    assert known.ask("sql", asked).out == "trial        version  days\nNCT09990001  2        181\n"
    assert known.ask("sql", "--json", asked).rows == [{"trial": "NCT09990001", "version": 2, "days": 181}]
    assert known.ask("sql", "--csv", asked).out == "trial,version,days\nNCT09990001,2,181\n"


def test_people_are_told_that_there_is_more(known: Archive) -> None:
    said = known.ask("sql", "--rows", "2", "SELECT version FROM versions")
    assert said.code == 0
    assert said.out.endswith(
        "There are more than these 2; --rows shows more, --json and --csv up to 100000.\n"
    )
    assert known.ask("sql", "SELECT 1 WHERE 0").out == "No row.\n"
    cut = known.ask("sql", "--json", "--rows", "2", "SELECT version FROM versions")
    assert (cut.code, len(cut.rows)) == (1, 2)
    assert "more than 2 rows" in cut.err


def test_what_is_no_question_is_refused(known: Archive) -> None:
    for arguments in (["DROP TABLE trials"], [], ["SELECT 1", "--questions"], ["--question", "no such"]):
        said = known.ask("sql", *arguments)
        assert said.code == 2, arguments
        assert "Traceback" not in said.err


def test_registry_text_is_inert_in_a_table_and_in_a_spreadsheet(hostile: Archive) -> None:
    shown = hostile.ask("sql", "SELECT title FROM trials")
    assert "\x1b" not in shown.out
    said = hostile.ask("sql", "--csv", "SELECT '=1+1', -1, title AS \"@x\" FROM trials")
    rows = list(csv.reader(io.StringIO(said.out)))
    assert rows[0] == ["'=1+1'", "'-1", "'@x"]
    assert rows[1][:2] == ["'=1+1", "-1"]
    assert rows[1][2].replace("\r\n", "\n") == EVIL.replace("\r\n", "\n")


def test_ready_made_questions_are_listed_and_asked(known: Archive) -> None:
    assert [row["name"] for row in known.ask("sql", "--questions", "--json").rows] == [
        one.name for one in QUESTIONS
    ]
    [row] = known.ask("sql", "--json", "--question", "most-changed-trials").rows
    assert (row["trial"], row["versions"]) == ("NCT09990001", 3)


def test_datasette_is_told_what_there_is_to_ask(known: Archive) -> None:
    told = json.loads(known.ask("sql", "--datasette-metadata").out)["databases"]["trialmon"]
    assert set(told["queries"]) == {one.name for one in QUESTIONS}
    assert told["tables"]["notifications"] == {"hidden": True}
    assert told["tables"]["v_slips"]["columns"]["nth"]
