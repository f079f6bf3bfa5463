"""`blame`: since when each field has its value, and what it was before."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.builders import NUMBER, a_date_struct, a_document, a_location
from tests.cli.archive import Archive

STATUS = "protocolSection.statusModule"
SITES = "protocolSection.contactsLocationsModule.locations"
LYON, PISA = f"{SITES}[Spine Clinic | Lyon | France]", f"{SITES}[Back Centre | Pisa | Italy]"


def with_sites(*sites: Any) -> dict[str, Any]:
    return a_document(contactsLocationsModule={"locations": list(sites)})


def blamed(archive: Archive, *options: str) -> Mapping[str, dict[str, Any]]:
    return {row["field"]: row for row in archive.ask("blame", NUMBER, "--json", *options).rows}


def test_every_field_that_ever_changed_is_a_line_with_its_newest_change(archive: Archive) -> None:
    for day, date in (("2026-02-09", "2026-10"), ("2026-03-01", "2027-04"), ("2026-04-01", "2028-01")):
        archive.see(a_document(statusModule={"primaryCompletionDateStruct": a_date_struct(date)}), day)
    answer = archive.ask("blame", NUMBER, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.rows == [
        {
            "field": f"{STATUS}.primaryCompletionDateStruct.date",
            "label": "Primary completion date",
            "value": "2028-01",
            "since": "2026-04-01T00:00:00Z",
            "version": 3,
            "before": "2027-04",
            "changes": 2,
        }
    ]


def test_a_value_that_came_back_is_there_since_it_came_back(archive: Archive) -> None:
    for day, date in (("2026-02-09", "2026-10"), ("2026-03-01", "2027-04"), ("2026-04-01", "2026-10")):
        archive.see(a_document(statusModule={"primaryCompletionDateStruct": a_date_struct(date)}), day)
    (row,) = blamed(archive).values()
    assert (row["value"], row["before"], row["version"], row["changes"]) == ("2026-10", "2027-04", 3, 2)


def test_an_item_that_came_and_its_own_field_that_changed_later_are_two_lines(archive: Archive) -> None:
    pisa = a_location("Back Centre", "Pisa", "Italy", status="RECRUITING")
    archive.see(with_sites(a_location()), "2026-02-09")
    archive.see(with_sites(a_location(), pisa), "2026-03-01")
    archive.see(with_sites(a_location(), pisa | {"status": "COMPLETED"}), "2026-04-01")
    found = blamed(archive)
    assert found[PISA]["version"] == 2
    assert found[PISA]["before"] is None
    assert (found[f"{PISA}.status"]["version"], found[f"{PISA}.status"]["before"]) == (3, "RECRUITING")


def test_what_is_gone_with_its_item_is_not_in_the_record_any_more(archive: Archive) -> None:
    pisa = a_location("Back Centre", "Pisa", "Italy", status="RECRUITING")
    archive.see(with_sites(a_location(), pisa), "2026-02-09")
    archive.see(with_sites(a_location(), pisa | {"status": "COMPLETED"}), "2026-03-01")
    archive.see(with_sites(a_location()), "2026-04-01")
    assert blamed(archive) == {}
    assert "1 field is no longer there" in archive.ask("blame", NUMBER).out


def test_an_item_that_is_listed_again_has_its_fields_since_then(archive: Archive) -> None:
    pisa = a_location("Back Centre", "Pisa", "Italy", status="RECRUITING")
    archive.see(with_sites(a_location(), pisa), "2026-02-09")
    archive.see(with_sites(a_location(), pisa | {"status": "COMPLETED"}), "2026-03-01")
    archive.see(with_sites(a_location()), "2026-04-01")
    archive.see(with_sites(a_location(), pisa), "2026-05-01")
    found = blamed(archive)
    assert list(found) == [PISA]
    assert (found[PISA]["version"], found[PISA]["changes"]) == (4, 2)


def test_people_read_the_latest_first_and_how_much_stayed_as_it_was(known: Archive) -> None:
    lines = [line.rstrip() for line in known.ask("blame", NUMBER).out.splitlines()]
    assert lines[0] == f"{NUMBER} Disc Cells for Chronic Neck Pain · 2026-02-09 to now"
    assert "since 2026-05-06 · version 3 · 1 field of the registry's bookkeeping" in lines
    assert "  status       Overall status: Completed (COMPLETED) · was Recruiting (RECRUITING)" in lines
    assert lines.index("since 2026-03-01 · version 2") > lines.index(
        "since 2026-05-06 · version 3 · 1 field of the registry's bookkeeping"
    )
    assert "  dates        Primary completion date: April 2027 · was October 2026" in lines
    assert lines[-1] == "31 fields as at first sight, 2026-02-09."


def test_fields_that_changed_and_those_that_did_not_are_all_the_fields(known: Archive) -> None:
    every = known.ask("blame", NUMBER, "--field", "protocolSection").out
    changed = len(blamed(known, "--field", "protocolSection"))
    there = 34  # the fields and list items of the made record below protocolSection
    assert changed == 4
    assert f"{there - changed} fields as at first sight" in every


@pytest.mark.parametrize("prefix", [STATUS, "statusModule", "overallstatus", f"{STATUS}.overall"])
def test_a_field_is_asked_for_by_the_beginning_of_its_path_or_of_a_part(known: Archive, prefix: str) -> None:
    assert f"{STATUS}.overallStatus" in blamed(known, "--field", prefix)
    assert not [field for field in blamed(known, "--field", prefix) if not field.startswith(STATUS)]


def test_an_item_is_asked_for_by_the_beginning_of_its_name(archive: Archive) -> None:
    archive.see(with_sites(a_location(status="RECRUITING")), "2026-02-09")
    archive.see(with_sites(a_location(status="COMPLETED")), "2026-03-01")
    assert list(blamed(archive, "--field", "locations[Spine")) == [f"{LYON}.status"]


def test_a_field_that_was_asked_for_shows_the_registry_s_bookkeeping_too(known: Archive) -> None:
    shown = known.ask("blame", NUMBER, "--field", "lastUpdatePost").out
    assert "Last update posted: 5 May 2026 · was 10 January 2026" in shown


def test_a_field_that_is_not_there_is_wrong_usage(known: Archive) -> None:
    answer = known.ask("blame", NUMBER, "--field", "overalStatus")
    assert (answer.code, answer.out) == (2, "")
    assert f"{NUMBER} has no field 'overalStatus'" in answer.err


def test_a_trial_seen_once_is_as_at_first_sight(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    assert blamed(archive) == {}
    assert "fields as at first sight, 2026-02-09." in archive.ask("blame", NUMBER).out


def test_a_number_of_which_nothing_came_yet_is_nothing_done(archive: Archive) -> None:
    archive.watch()
    answer = archive.ask("blame", NUMBER)
    assert answer.code == 3
    assert "has not given" in answer.err


def test_registry_text_cannot_act_on_the_reader(hostile: Archive) -> None:
    shown = hostile.ask("blame", NUMBER).out
    assert not [harm for harm in "\x1b\x07\r\u202e" if harm in shown]
