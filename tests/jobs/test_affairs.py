"""What the operator hears: new fields of a registry, each once; and every day who was told what."""

from datetime import date

import pytest

from monitor.store.drift import drifted
from tests.builders import a_document
from tests.faults.desk import NUMBERS, Desk


@pytest.fixture
def operated(desk: Desk) -> Desk:
    """A desk whose monitor has an operator at another destination."""
    with desk.office.config.open("a", encoding="utf-8") as config:
        config.write("operator: [other]\n")
    return desk


def grow_a_field(desk: Desk, number: str, day: int, name: str) -> None:
    grown = a_document(number)
    grown["protocolSection"]["statusModule"][name] = "something new"
    desk.registry.history.put(number, date(2026, 2, day), grown)


def came(desk: Desk) -> list[tuple[str, str]]:
    return [(one.inbox, one.title) for one in desk.arrived() if one.inbox == "other"]


def test_a_new_field_is_told_to_the_operator_once(operated: Desk) -> None:
    grow_a_field(operated, NUMBERS[0], 10, "moonPhase")
    grow_a_field(operated, NUMBERS[1], 11, "moonPhase")
    assert operated.look("2026-02-10T05:00").failed == []
    path = "protocolSection.statusModule.moonPhase"
    assert came(operated) == [("other", f"ClinicalTrials.gov has 1 new field: {path}")]
    assert operated.look("2026-02-11T05:00").changed == 1
    assert [title for _, title in came(operated) if "new field" in title] == []
    with operated.office.database() as db:
        (one,) = drifted(db)
    assert (one.path, one.number, one.source) == (path, NUMBERS[0], "clinicaltrials.gov")


def test_a_new_field_stops_nothing_and_its_change_is_told_like_any_other(operated: Desk) -> None:
    grow_a_field(operated, NUMBERS[0], 10, "moonPhase")
    report = operated.look("2026-02-10T05:00")
    assert (report.failed, report.changed) == ([], 1)
    assert operated.rules() == [(NUMBERS[0], "record.edited")]


def test_without_an_operator_it_stands_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    grow_a_field(desk, NUMBERS[0], 10, "moonPhase")
    desk.look("2026-02-10T05:00")
    assert came(desk) == []
    (said,) = [record.getMessage() for record in caplog.records if record.name == "trialmon.affairs"]
    assert said.startswith("ClinicalTrials.gov has 1 new field: protocolSection.statusModule.moonPhase.")


def test_status_and_doctor_know_of_it(operated: Desk) -> None:
    grow_a_field(operated, NUMBERS[0], 10, "moonPhase")
    operated.look("2026-02-10T05:00")
    assert "1 field that no model knows" in operated.office.command("status").stdout
    assert "protocolSection.statusModule.moonPhase" in operated.office.command("doctor", "--json").stdout


def test_once_a_day_the_operator_hears_who_was_told_what(
    operated: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "trialmon.daily")
    ended = a_document(NUMBERS[0], statusModule={"overallStatus": "TERMINATED"})
    operated.registry.history.put(NUMBERS[0], date(2026, 2, 10), ended)
    operated.look("2026-02-10T05:00")
    assert came(operated) == [], "it is not yet six"
    operated.look("2026-02-10T06:10")
    (message,) = operated.arrived()[-1:]
    assert (message.inbox, message.title) == (
        "other",
        "Who was told what: 2 messages since 9 February, 15:00 UTC",
    )
    assert "2 messages to desk (last 2026-02-10 05:00 UTC)" in message.text, "what is watched, and the alert"
    assert "clinicaltrials.gov last read 2026-02-10 06:10 UTC" in message.text
    operated.look("2026-02-10T18:00")
    assert came(operated) == []
    operated.look("2026-02-11T07:00")
    assert len(came(operated)) == 1
    said = [record.getMessage() for record in caplog.records if record.name == "trialmon.daily"]
    assert len(said) == 2
    assert said[0].startswith("since 2026-02-09 15:00 UTC: 2 messages to desk (last 2026-02-10 05:00 UTC)")
    assert said[1].startswith("since 2026-02-10 06:10 UTC: 1 message to other (last 2026-02-10 06:10 UTC)")


def test_the_operator_hears_that_the_only_destination_of_the_readers_is_broken(operated: Desk) -> None:
    halted = a_document(NUMBERS[0], statusModule={"overallStatus": "SUSPENDED"})
    operated.registry.history.put(NUMBERS[0], date(2026, 2, 10), halted)
    operated.inbox.refusing.add("desk")
    operated.look("2026-02-10T05:00")
    operated.arrived()
    for hour in range(7, 24):
        operated.deliver(f"2026-02-10T{hour:02}:00")
    assert came(operated) == [("other", "Messages to desk do not arrive")]
    operated.inbox.refusing.clear()
    for hour in range(24):
        operated.deliver(f"2026-02-11T{hour:02}:30")
    assert came(operated) == [("other", "Messages to desk arrive again")]
