"""`calendar` and `feeds`: what is coming, and what happened, for other programs."""

import json
from datetime import date

import feedparser
import icalendar
import pytest

from monitor.core.json import Json
from tests.builders import NUMBER, a_date_struct, a_document
from tests.cli.archive import Archive


@pytest.fixture
def promised(archive: Archive) -> Archive:
    """A trial whose primary completion slipped once, to October 2026; completion is promised for the end of March 2027."""
    archive.watch()
    archive.see(
        a_document(statusModule={"primaryCompletionDateStruct": a_date_struct("2026-03")}), "2026-02-09"
    )
    archive.see(a_document(), "2026-02-12T09:00")
    return archive


def test_what_comes_within_the_days_is_shown_the_soonest_first(promised: Archive) -> None:
    answer = promised.ask("calendar", "--now", "2026-09-01", "--days", "365", "--json")
    assert answer.code == 0
    assert answer.rows[0] == {
        "trial": NUMBER,
        "registry": "clinicaltrials.gov",
        "name": "Disc Cells for Chronic Low Back Pain",
        "kind": "primary_completion",
        "date": "2026-10",
        "day": "2026-10-31",
        "days": 60,
        "estimated": True,
        "moves": 1,
        "note": "the registry gives only the month",
    }
    assert [row["kind"] for row in answer.rows] == ["primary_completion", "completion"]


def test_people_get_a_table(promised: Archive) -> None:
    lines = promised.ask("calendar", "--now", "2026-09-01").out.splitlines()
    assert len(lines) == 2
    assert (
        lines[1].split()
        == (
            f"2026-10-31 60 days {NUMBER} Disc Cells for Chronic Low Back Pain primary completion October 2026 1 time"
        ).split()
    )


def test_without_anything_ahead_that_is_said(promised: Archive) -> None:
    assert promised.ask("calendar", "--now", "2026-02-12").out == "Nothing is coming.\n"


def test_a_calendar_program_can_read_it(promised: Archive) -> None:
    answer = promised.ask("calendar", "--ics", "--watchlist", "backs")
    events = {str(event["UID"]): event for event in icalendar.Calendar.from_ical(answer.out).walk("VEVENT")}
    moved = events[f"{NUMBER}-primary_completion@clinicaltrials.gov"]
    assert moved.decoded("DTSTART") == date(2026, 10, 31)
    assert moved.decoded("SEQUENCE") == 1
    narrowed = promised.ask("calendar", "--ics", "--now", "2026-09-01", "--days", "90").out
    assert [str(event["UID"]) for event in icalendar.Calendar.from_ical(narrowed).walk("VEVENT")] == [
        str(moved["UID"])
    ]


def test_a_watchlist_that_is_not_there_is_named(promised: Archive) -> None:
    answer = promised.ask("calendar", "--watchlist", "necks")
    assert answer.code == 2
    assert "there are: backs" in answer.err


def test_a_trial_that_nobody_watches_is_not_in_it(promised: Archive) -> None:
    other = a_document("NCT09990002", statusModule={"primaryCompletionDateStruct": a_date_struct("2026-10")})
    promised.see(other, "2026-02-12", "NCT09990002")
    rows = promised.ask("calendar", "--now", "2026-09-01", "--json").rows
    assert {row["trial"] for row in rows} == {NUMBER}


def test_feeds_of_every_list_and_trial_are_written(promised: Archive) -> None:
    folder = promised.folder / "out"
    answer = promised.ask("feeds", "--to", str(folder))
    assert answer.out == f"6 files in {folder}, 6 of them new or changed.\n"
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))
    assert names == ["backs.atom", "backs.ics", "backs.json"] + [
        f"trials/{NUMBER}.{ending}" for ending in ("atom", "ics", "json")
    ]
    for name in ("backs", f"trials/{NUMBER}"):
        (entry,) = feedparser.parse((folder / f"{name}.atom").read_bytes()).entries
        assert "Primary completion slipped 7 months" in entry.title
        assert entry.link == f"https://clinicaltrials.gov/study/{NUMBER}"
        (item,) = json.loads((folder / f"{name}.json").read_bytes())["items"]
        assert item["id"] == entry.id


def test_what_did_not_change_is_not_written_again(promised: Archive) -> None:
    first: Json = promised.ask("feeds", "--json").rows[0]
    again: Json = promised.ask("feeds", "--json").rows[0]
    folder = str(promised.folder / "feeds")
    assert first == {"folder": folder, "files": 6, "written": 6}
    assert again == {"folder": folder, "files": 6, "written": 0}


def test_a_folder_that_may_not_be_written_is_said(promised: Archive) -> None:
    (promised.folder / "file").write_text("")
    answer = promised.ask("feeds", "--to", str(promised.folder / "file" / "below"))
    assert answer.code == 3
    assert "cannot be written" in answer.err
