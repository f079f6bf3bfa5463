"""Calendars, parsed back by a real calendar library and by a reader of our own that knows nothing but content lines."""

from dataclasses import replace
from datetime import date, timedelta

import icalendar
import pytest

from monitor.core.facts import TrialFacts
from monitor.core.upcoming import deadlines
from monitor.render.calendar import CalendarTrial, write_calendar
from tests.builders import NUMBER, a_moment, a_trial, a_typed_date
from tests.hostile import HOSTILE, HOSTILE_IDS

PAGE = f"https://clinicaltrials.gov/study/{NUMBER}"
PROMISED = TrialFacts(
    title="Disc cells for chronic low back pain",
    acronym="RESPINE",
    status="RECRUITING",
    primary_completion=a_typed_date("2026-03"),
    completion=a_typed_date("2026-09-15"),
    registry_date="2026-01-10",
)
SLIPPED = replace(PROMISED, primary_completion=a_typed_date("2026-10"), registry_date="2026-02-09")


def a_calendar_trial(*facts: TrialFacts) -> CalendarTrial:
    """Versions seen a day apart, from 9 February 2026 on."""
    history = tuple((a_moment("2026-02-09T12:00") + timedelta(days=n), one) for n, one in enumerate(facts))
    return CalendarTrial(a_trial(), PAGE, history, deadlines(facts[-1]))


def parsed(written: bytes) -> dict[str, icalendar.Event]:
    """The events by UID; a broken property would be among their errors."""
    calendar = icalendar.Calendar.from_ical(written)
    assert isinstance(calendar, icalendar.Calendar)
    assert calendar.errors == []
    events = {str(event["UID"]): event for event in calendar.events}
    assert all(event.errors == [] for event in events.values())
    return events


def content_lines(written: bytes) -> list[str]:
    """As RFC 5545 says in 3.1: octets, CRLF, at most 75 in a line, folded with a space."""
    assert written.endswith(b"\r\n")
    lines = written[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    unfolded: list[bytes] = []
    for line in lines:
        if line.startswith(b" "):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    return [line.decode() for line in unfolded]


PRIMARY = f"{NUMBER}-primary_completion@clinicaltrials.gov"


def test_each_date_is_an_event_of_one_whole_day() -> None:
    events = parsed(write_calendar("Backs", [a_calendar_trial(PROMISED)]))
    assert set(events) == {PRIMARY, f"{NUMBER}-completion@clinicaltrials.gov"}
    completion = events[f"{NUMBER}-completion@clinicaltrials.gov"]
    assert (completion.decoded("DTSTART"), completion.decoded("DTEND")) == (
        date(2026, 9, 15),
        date(2026, 9, 16),
    )
    assert str(completion["SUMMARY"]) == "RESPINE: study completion expected"
    assert (str(completion["STATUS"]), str(completion["TRANSP"])) == ("TENTATIVE", "TRANSPARENT")
    assert str(completion["URL"]) == PAGE


def test_a_month_is_its_last_day_and_says_so() -> None:
    event = parsed(write_calendar("Backs", [a_calendar_trial(PROMISED)]))[PRIMARY]
    assert event.decoded("DTSTART") == date(2026, 3, 31)
    assert str(event["SUMMARY"]) == "RESPINE: primary completion expected (by the end of March 2026)"
    assert "The registry gives only the month." in str(event["DESCRIPTION"])


def test_an_event_that_moves_keeps_its_uid_raises_its_sequence_and_tells_the_chain() -> None:
    before = parsed(write_calendar("Backs", [a_calendar_trial(PROMISED)]))[PRIMARY]
    after = parsed(write_calendar("Backs", [a_calendar_trial(PROMISED, SLIPPED)]))[PRIMARY]
    assert (before.decoded("SEQUENCE"), after.decoded("SEQUENCE")) == (0, 1)
    assert (before.decoded("LAST-MODIFIED"), after.decoded("LAST-MODIFIED")) == (
        a_moment("2026-02-09T12:00"),
        a_moment("2026-02-10T12:00"),
    )
    assert after.decoded("DTSTART") == date(2026, 10, 31)
    assert str(after["DESCRIPTION"]).split("Moved 1 time:\n")[1] == (
        "- March 2026 (estimated), as of 10 January 2026\n- October 2026 (estimated), as of 9 February 2026"
    )


def test_what_did_not_move_stays_as_it_was() -> None:
    key = f"{NUMBER}-completion@clinicaltrials.gov"
    trials = a_calendar_trial(PROMISED), a_calendar_trial(PROMISED, SLIPPED)
    before, after = (parsed(write_calendar("Backs", [trial]))[key].to_ical() for trial in trials)
    assert before == after


def test_a_date_that_was_reached_is_confirmed() -> None:
    reached = replace(PROMISED, primary_completion=a_typed_date("2026-03-02", "ACTUAL"))
    event = parsed(write_calendar("Backs", [a_calendar_trial(PROMISED, reached)]))[PRIMARY]
    assert (str(event["STATUS"]), str(event["SUMMARY"])) == (
        "CONFIRMED",
        "RESPINE: primary completion reached",
    )


def test_the_calendar_says_what_it_is_and_where() -> None:
    lines = content_lines(write_calendar("Backs, and necks", [], "https://trials.example.org/backs.ics"))
    assert "NAME:Backs\\, and necks" in lines
    assert "SOURCE;VALUE=URI:https://trials.example.org/backs.ics" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT12H" in lines


@pytest.mark.parametrize("text", HOSTILE, ids=HOSTILE_IDS)
def test_what_a_registry_writes_stays_text(text: str) -> None:
    hostile = replace(SLIPPED, title=text, acronym=text, status=text, registry_date=text[:50])
    written = write_calendar(text, [a_calendar_trial(PROMISED, hostile)], "https://trials.example.org/a.ics")
    lines = content_lines(written)
    usual = content_lines(
        write_calendar("x", [a_calendar_trial(PROMISED, SLIPPED)], "https://trials.example.org/a.ics")
    )
    assert [line.partition(":")[0] for line in lines] == [line.partition(":")[0] for line in usual]
    events = parsed(written)
    assert set(events) == set(parsed(write_calendar("x", [a_calendar_trial(PROMISED, SLIPPED)])))
    for event in events.values():
        shown = str(event["SUMMARY"]) + str(event["DESCRIPTION"])
        assert "://evil" not in shown
        assert not set(shown) & set("\x1b\x00\x07\r\u202e\u200b")
        assert len(str(event["SUMMARY"])) <= 210
