"""`show`, `history` and `diff`: one trial, as of a day, through its versions, two of them compared."""

import json
import os
import pty
import subprocess
import sys
from typing import Any

import pytest

from monitor.core.source import Missing, Moved
from tests.builders import NUMBER, a_date_struct, a_document, a_location
from tests.cli.archive import Archive
from tests.cli.conftest import EVIL

DATES_OF_VERSIONS = ["2026-02-09", "2026-03-01", "2026-05-06"]


def test_the_record_is_given_as_the_registry_gave_it(known: Archive) -> None:
    (row,) = known.ask("show", NUMBER, "--json", "--at", "2026-02-20").rows
    keys = [
        "trial",
        "version",
        "seen_at",
        "record",
        "by",
        "origin",
        "submitted",
        "posted",
        "in_force",
        "digest",
    ]
    assert list(row) == keys
    assert (row["trial"], row["version"], row["seen_at"]) == (NUMBER, 1, "2026-02-09T14:03:11Z")
    assert json.dumps(row["record"]) == json.dumps(a_document())


@pytest.mark.parametrize(
    ("day", "version"), [("2026-02-09", 1), ("2026-02-28", 1), ("2026-03-01", 2), ("2026-06", 3)]
)
def test_a_day_means_its_end(known: Archive, day: str, version: int) -> None:
    (row,) = known.ask("show", NUMBER, "--json", "--at", day).rows
    assert row["version"] == version


def test_people_read_the_facts(known: Archive) -> None:
    shown = known.ask("show", "EudraCT 2017-002092-25").out
    for line in (
        f"{NUMBER} · version 3 of 3, since 2026-05-06 09:00 UTC",
        "Disc Cells for Chronic Neck Pain",
        "Status              Completed",
        "Start               1 March 2025 (actual)",
        "Primary completion  April 2027 (estimated) · slipped once, now 6 months later than first on record",
        "Study completion    31 March 2027 (estimated)",
        "Enrolment           120 (estimated)",
        "Results             none posted",
        "Results due         not thought to be under FDAAA 801: "
        "the record does not say whether the FDA regulates what is studied",
        "Phase               phase 2, phase 3",
        "Sites               2 sites: France, Italy",
        "Registry's date     5 May 2026",
        "Other numbers    EudraCT 2017-002092-25 (reader)",
        "Watched by       backs (Montpellier)",
        f"Registry's page  https://clinicaltrials.gov/study/{NUMBER}",
    ):
        assert line in shown.replace("  · ", " · ").splitlines(), line


def test_a_version_is_shown_by_its_number(known: Archive) -> None:
    by_day = known.ask("show", NUMBER, "--json", "--at", "2026-02-20").rows
    by_number = known.ask("show", NUMBER, "--json", "--at", "1").rows
    assert [row["version"] for row in by_number] == [1]
    assert [row["digest"] for row in by_number] == [row["digest"] for row in by_day]
    assert "version 1 of 3" in known.ask("show", NUMBER, "--at", "1").out
    refused = known.ask("show", NUMBER, "--at", "9")
    assert (refused.code, "there is no version 9 (there are 1 to 3" in refused.err) == (2, True)
    assert "neither a version nor a day like 2026-02-09" in known.ask("show", NUMBER, "--at", "soon").err


def test_as_of_a_day_only_what_was_known_then_is_counted(known: Archive) -> None:
    shown = known.ask("show", NUMBER, "--at", "2026-02-20").out
    assert "Primary completion  October 2026 (estimated)\n" in shown
    assert "slipped" not in shown


def test_a_recruiting_trial_shows_its_places_as_far_as_the_record_supports_them(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    assert (
        "Open places         up to 120 places until October 2026, 9 months away (target and expected primary completion; "
        "the registry does not say how many are taken)\n"
    ) in archive.ask("show", NUMBER, "--at", "2026-02-10").out
    assert (
        "Open places         not known: primary completion was expected by October 2026, which has passed\n"
    ) in archive.ask("show", NUMBER, "--at", "2026-11-10").out


def test_a_trial_that_takes_nobody_shows_no_places(known: Archive) -> None:
    assert "Open places" not in known.ask("show", NUMBER).out


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({}, "31 October 2027 under FDAAA 801, as estimated, if primary completion comes as expected: "),
        (
            {"primaryCompletionDateStruct": a_date_struct("2026-01-31", "ACTUAL")},
            "31 January 2027 under FDAAA 801, as estimated: interventional, FDA-regulated, not phase 1 alone Sponsor",
        ),
        ({"primaryCompletionDateStruct": None}, "no primary completion date to count from; thought"),
        ({"resultsFirstSubmitDate": "2026-02-01"}, ""),
    ],
)
def test_it_is_said_when_results_are_due(archive: Archive, dates: dict[str, Any], said: str) -> None:
    archive.see(a_document(statusModule=dates, oversightModule={"isFdaRegulatedDrug": True}), "2026-02-09")
    shown = " ".join(archive.ask("show", NUMBER).out.split())
    assert (f"Results due {said}" in shown) if said else ("Results due" not in shown)


def test_what_became_of_a_number_is_said(known: Archive) -> None:
    known.read(Missing(NUMBER, certain=True), "2026-06-01")
    known.read(Missing(NUMBER, certain=True), "2026-06-03")
    assert "no longer has this trial" in known.ask("show", NUMBER).out
    known.read(Moved(NUMBER, "NCT09990007"), "2026-06-04")
    assert "has merged this number into NCT09990007" in known.ask("show", NUMBER).out
    assert "merged" not in known.ask("show", NUMBER, "--at", "2026-02-20").out


def test_many_countries_are_cut_to_a_few(archive: Archive) -> None:
    sites = [a_location(country=f"Country {letter}") for letter in "ABCDEFGHIJ"]
    archive.see(a_document(contactsLocationsModule={"locations": sites}), "2026-02-09")
    assert "10 sites: Country A, " in archive.ask("show", NUMBER).out
    assert "Country H and 2 more countries" in archive.ask("show", NUMBER).out


@pytest.mark.parametrize("command", ["show", "history", "diff"])
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("NCT0123", 2, "is no trial number"),
        ("respine", 2, "is no trial number"),
        ("NCT01234567", 3, "nothing is known of NCT01234567 (is it watched?"),
        ("2020-000001-11", 3, f"there are: {NUMBER}"),
    ],
)
def test_a_number_that_is_none_is_wrong_usage_and_one_that_is_not_known_is_nothing_done(
    known: Archive, command: str, number: str, code: int, said: str
) -> None:
    answer = known.ask(command, number)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


@pytest.mark.parametrize("command", ["show", "history", "diff"])
def test_a_number_that_is_only_asked_for_is_not_there_yet(archive: Archive, command: str) -> None:
    archive.watch()
    answer = archive.ask(command, NUMBER)
    assert answer.code == 3
    assert f"clinicaltrials.gov has not given {NUMBER} yet" in answer.err


def test_before_the_first_sight_nothing_was_known(known: Archive) -> None:
    answer = known.ask("show", NUMBER, "--at", "2020-01-01")
    assert answer.code == 3
    assert "first seen on 2026-02-09" in answer.err


def test_the_history_has_the_keys_of_the_contract_oldest_first(known: Archive) -> None:
    rows = known.ask("history", NUMBER, "--json").rows
    assert [row["seen_at"][:10] for row in rows] == DATES_OF_VERSIONS
    assert rows[1] == {
        "trial": NUMBER,
        "version": 2,
        "seen_at": "2026-03-01T09:00:00Z",
        "registry_date": "2026-01-10",
        "origin": "poll",
        "status": "RECRUITING",
        "primary_completion": "2027-04",
        "completion": "2027-03-31",
        "enrollment": 120,
        "has_results": False,
        "changes": 1,
        "submitted": "2026-01-08",
        "posted": "2026-01-10",
        "in_force": "2026-02-09",
        "moved": ["dates"],
        "digest": known.ask("show", NUMBER, "--json", "--at", "2026-03-01").rows[0]["digest"],
    }


def test_people_read_the_history_as_a_table(known: Archive) -> None:
    head, *lines, cited = known.ask("history", NUMBER).out.splitlines()
    assert head.split() == "submitted posted seen status primary completion people moved".split()
    assert cited.startswith(
        f"To cite the newest: clinicaltrials.gov:{NUMBER}, version 3, posted 2026-05-05, observed "
    )
    assert [line[0] for line in lines] == ["1", "2", "3"]
    assert "Completed" in lines[2]
    assert "status, record" in lines[2]
    assert max(map(len, lines)) <= 120


def test_the_last_two_versions_are_compared_with_their_words_marked(known: Archive) -> None:
    shown = known.ask("diff", NUMBER).out
    assert "version 2 (2026-03-01) → version 3 (2026-05-06)" in shown
    assert "Recruiting (RECRUITING) → Completed (COMPLETED)" in shown
    assert "Disc Cells for Chronic [-Low Back-] {+Neck+} Pain" in shown
    assert shown.index("status\n") < shown.index("record\n") < shown.index("registry housekeeping\n")


@pytest.mark.parametrize("versions", [("1", "2"), ("2026-02-09", "2026-03-31"), ("1", "2026-03-01")])
def test_two_versions_are_named_by_number_or_day(known: Archive, versions: tuple[str, str]) -> None:
    (row,) = known.ask("diff", NUMBER, *versions, "--json").rows
    (stored,) = known.ask("changes", "--json", "--until", "2026-03-01").rows
    del stored["id"]
    assert row == stored
    assert list(row) == list(stored)


def test_with_one_version_named_it_is_compared_with_the_newest(known: Archive) -> None:
    labels = {row["label"] for row in known.ask("diff", NUMBER, "1", "--json").rows}
    assert {"Primary completion date", "Overall status"} <= labels


def test_backwards_works_too(known: Archive) -> None:
    (row,) = known.ask("diff", NUMBER, "2", "1", "--json").rows
    assert (row["before"], row["after"], row["version"]) == ("2027-04", "2026-10", 1)


def test_a_version_compared_with_itself_does_not_differ(known: Archive) -> None:
    assert known.ask("diff", NUMBER, "2", "2").out.splitlines()[1] == "Nothing differs."


@pytest.mark.parametrize(
    ("version", "code", "said"),
    [("9", 2, "there are 1 to 3"), ("0", 2, "there are 1 to 3"), ("last", 2, "neither a version nor a day"),
     ("2020-01-01", 3, "first seen on 2026-02-09"), ("2020", 3, "first seen on 2026-02-09")],
)  # fmt: skip
def test_a_version_that_is_not_there_is_said(known: Archive, version: str, code: int, said: str) -> None:
    answer = known.ask("diff", NUMBER, version)
    assert answer.code == code
    assert said in answer.err


def test_a_single_version_has_nothing_to_be_compared_with(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    answer = archive.ask("diff", NUMBER)
    assert answer.code == 0
    assert "has only one version" in answer.out
    assert archive.ask("diff", NUMBER, "--json").out == ""


def test_a_long_text_shows_the_changed_places_only(archive: Archive) -> None:
    text = " ".join(f"Sentence number {n} stays." for n in range(200))
    for at, word in (("2026-02-09", "three"), ("2026-02-10", "four")):
        changed = text.replace("number 100 stays", f"number 100 says {word}")
        archive.see(a_document(eligibilityModule={"eligibilityCriteria": changed}), at)
    shown = archive.ask("diff", NUMBER).out
    assert "[-three.-] {+four.+}" in shown
    assert "Sentence number 5 " not in shown


@pytest.mark.parametrize("command", ["changes", "events", "show", "history", "diff", "outbox list"])
def test_registry_text_cannot_act_on_the_reader(hostile: Archive, command: str) -> None:
    hostile.tell(title="\x1b]0;owned\x07")
    words = command.split()
    answer = hostile.ask(*words, *([NUMBER] if words[0] in ("show", "history", "diff") else []))
    assert answer.code == 0
    for harm in "\x1b\x07\r\u202e":
        assert harm not in answer.out
    assert not [line for line in answer.out.splitlines() if line.startswith("NCT00000001")]


@pytest.mark.parametrize("command", ["changes", "show", "diff", "events"])
def test_on_a_terminal_only_our_own_tints_act(hostile: Archive, command: str) -> None:
    arguments = [command, *([NUMBER] if command in ("show", "diff") else []), "--config", str(hostile.config)]
    shown = on_a_terminal(arguments)
    assert "\x1b[1m" in shown or "\x1b[2m" in shown
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert "[bold]backs[/bold]" in shown.replace("\r\n", " ").replace("  ", "")


def test_json_cannot_act_on_a_terminal_and_means_what_the_registry_said(archive: Archive) -> None:
    title = f"{EVIL}\x7f\x9b2J\u2066\U000e0041 naïve 細胞"
    archive.see(a_document(identificationModule={"briefTitle": title}), "2026-02-09")
    answer = archive.ask("show", NUMBER, "--json")
    assert not [letter for letter in "\x1b\x07\r\x7f\x9b\u202e\u2066\U000e0041" if letter in answer.out]
    assert "naïve 細胞" in answer.out
    (row,) = answer.rows
    assert row["record"]["protocolSection"]["identificationModule"]["briefTitle"] == title


def on_a_terminal(arguments: list[str]) -> str:
    """What the command writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    ran = subprocess.Popen(
        [sys.executable, "-m", "monitor", *arguments], stdout=theirs, stdin=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side was closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert ran.wait(60) == 0
    return shown.decode()


def test_words_are_tinted_instead_of_bracketed_on_a_terminal(known: Archive) -> None:
    shown = on_a_terminal(["diff", NUMBER, "--config", str(known.config)])
    assert "[-" not in shown
    assert "\x1b[9;31mLow Back\x1b[0m \x1b[32mNeck\x1b[0m" in shown


def test_a_slip_that_was_taken_back_is_still_counted(archive: Archive) -> None:
    for at, date in (("2026-02-09", "2026-10"), ("2026-02-10", "2027-10"), ("2026-02-11", "2026-10")):
        archive.see(a_document(statusModule={"primaryCompletionDateStruct": a_date_struct(date)}), at)
    assert "slipped once, back where it was" in archive.ask("show", NUMBER).out
