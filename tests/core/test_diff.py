"""What changed between two records, as a reader is told it."""

from typing import Any

import pytest

from monitor.core.change import Change, ChangeSet, FieldPath
from monitor.core.diff import diff
from monitor.core.shape import split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_date_struct, a_document, a_location, an_outcome, with_sites, with_status

SITES = "protocolSection.contactsLocationsModule.locations"
STATUS = "protocolSection.statusModule"


def between(before: Any, after: Any) -> ChangeSet:
    return diff(split(before), split(after), SHAPE)


def told(changes: ChangeSet) -> list[tuple[str, str, Any, Any]]:
    return [(str(change.path), change.kind, change.before, change.after) for change in changes]


def test_one_field_that_changed_is_one_change_with_all_that_is_known_of_it() -> None:
    [change] = between(with_status("RECRUITING"), with_status("COMPLETED"))
    assert change == Change(
        FieldPath.parse(f"{STATUS}.overallStatus"),
        "changed",
        "RECRUITING",
        "COMPLETED",
        "status",
        "Overall status",
        "status",
    )


def test_a_field_that_comes_and_one_that_goes() -> None:
    before = with_status("TERMINATED", lastKnownStatus="RECRUITING")
    after = with_status("TERMINATED", whyStopped="Supply")
    assert told(between(before, after)) == [
        (f"{STATUS}.lastKnownStatus", "removed", "RECRUITING", None),
        (f"{STATUS}.whyStopped", "added", None, "Supply"),
    ]


def test_a_structure_that_comes_is_told_field_by_field() -> None:
    after = with_status("RECRUITING", resultsFirstPostDateStruct=a_date_struct("2026-02-09", "ACTUAL"))
    assert told(between(with_status("RECRUITING"), after)) == [
        (f"{STATUS}.resultsFirstPostDateStruct.date", "added", None, "2026-02-09"),
        (f"{STATUS}.resultsFirstPostDateStruct.type", "added", None, "ACTUAL"),
    ]


def test_a_reordered_site_list_is_no_change() -> None:
    sites = [
        a_location(city=city, contacts=[{"name": "B"}, {"name": "A"}])
        for city in ("Lyon", "Nantes", "Rennes")
    ]
    turned = [{**site, "contacts": site["contacts"][::-1]} for site in sites[::-1]]
    assert between(with_sites(*sites), with_sites(*turned)) == ()


def test_a_site_that_opens_is_one_change_with_the_whole_site() -> None:
    site = a_location("Hôpital Cochin", "Paris", status="RECRUITING")
    assert told(between(with_sites(a_location()), with_sites(site, a_location()))) == [
        (f"{SITES}[Hôpital Cochin | Paris | France]", "added", None, site)
    ]


def test_a_site_deep_inside_a_list_is_named_not_numbered() -> None:
    before = with_sites(a_location(contacts=[{"name": "Dr A", "phone": "1"}]), a_location(city="Nantes"))
    after = with_sites(a_location(city="Nantes"), a_location(contacts=[{"name": "Dr A", "phone": "2"}]))
    assert told(between(before, after)) == [
        (f"{SITES}[Spine Clinic | Lyon | France].contacts[Dr A].phone", "changed", "1", "2")
    ]


def test_a_duplicate_that_goes_is_told() -> None:
    twice = a_document(conditionsModule={"keywords": ["disc", "disc", "spine"]})
    once = a_document(conditionsModule={"keywords": ["disc", "spine"]})
    assert told(between(twice, once)) == [
        ("protocolSection.conditionsModule.keywords[disc #2]", "removed", "disc", None)
    ]


def test_an_outcome_reworded_is_one_that_goes_and_one_that_comes() -> None:
    before = a_document(outcomesModule={"primaryOutcomes": [an_outcome("Pain at rest")]})
    after = a_document(outcomesModule={"primaryOutcomes": [an_outcome("Pain in motion")]})
    assert [change.kind for change in between(before, after)] == ["removed", "added"]


def test_results_that_are_posted_are_one_change_a_module() -> None:
    after = a_document()
    after["resultsSection"] = {
        "participantFlowModule": {"groups": [{"id": "FG000"}]},
        "baselineCharacteristicsModule": {"x": 1},
    }
    after["hasResults"] = True
    assert [str(change.path) for change in between(a_document(), after)] == [
        "hasResults",
        "resultsSection.baselineCharacteristicsModule",
        "resultsSection.participantFlowModule",
    ]


def test_results_that_are_corrected_are_told_value_by_value() -> None:
    before, after = a_document(), a_document()
    for document, value in ((before, "12"), (after, "13")):
        counts = [{"groupId": "BG000", "value": value}, {"groupId": "BG001", "value": "9"}]
        document["resultsSection"] = {
            "baselineCharacteristicsModule": {"denoms": [{"units": "Participants", "counts": counts}]}
        }
    [change] = between(before, after)
    assert (
        str(change.path)
        == "resultsSection.baselineCharacteristicsModule.denoms[Participants].counts[BG000].value"
    )
    assert (change.before, change.after, change.topic) == ("12", "13", "results")


def test_a_new_data_date_is_no_change() -> None:
    after = a_document()
    after["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-02-10"
    assert between(a_document(), after) == ()


def test_housekeeping_is_told_and_marked() -> None:
    [change] = between(a_document(), a_document(statusModule={"statusVerifiedDate": "2026-02"}))
    assert change.housekeeping


def test_a_module_that_holds_nothing_is_no_module() -> None:
    after = a_document(oversightModule={"isUsExport": None})
    after["annotationSection"] = {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": []}}}
    after["resultsSection"] = {"moreInfoModule": {}}
    assert between(a_document(), after) == ()


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("text", ["text"], "changed"),
        (["text"], {"a": "text"}, "changed"),
        ({"a": 1}, "text", "changed"),
        (1, "1", "changed"),
        (1, True, "changed"),
        (0, False, "changed"),
        ("", None, "removed"),
        ({}, "text", "added"),
        ("text", [], "removed"),
        (["a"], None, "removed"),
    ],
)
def test_a_field_that_takes_another_form_is_told(before: Any, after: Any, kind: str) -> None:
    changes = between(a_document(designModule={"field": before}), a_document(designModule={"field": after}))
    assert [change.kind for change in changes] == [kind]
