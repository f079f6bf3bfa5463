"""Every field that real records hold has its place in the shape."""

from dataclasses import fields
from pathlib import Path

import pytest

from monitor.core.facts import TrialFacts
from monitor.core.significance import TOPICS
from monitor.sources.clinicaltrials_gov import SOURCE

SHAPE = SOURCE.shape


@pytest.fixture(scope="module")
def observed(registry_data: Path) -> list[str]:
    lines = (registry_data / "observed-paths.tsv").read_text().splitlines()
    return [line.split("\t")[1] for line in lines]


def test_every_list_of_objects_has_a_key(observed: list[str]) -> None:
    lists = {path[: path.rindex("[].")].replace("[]", "") for path in observed if "[]." in path}
    for path in observed:
        parts = path.split("[].")
        lists |= {"[].".join(parts[:n]).replace("[]", "") for n in range(1, len(parts))}
    assert len(lists) > 40
    assert [path for path in sorted(lists) if not SHAPE.item_keys(path)] == []


def test_every_field_has_a_declared_topic(observed: list[str]) -> None:
    def is_declared(path: str) -> bool:
        return any(path == known or path.startswith(known + ".") for known in SHAPE.topics)

    assert [path for path in observed if not is_declared(path.replace("[]", ""))] == []


def test_every_field_has_a_label_of_its_own_or_its_modules(observed: list[str]) -> None:
    labels = {path: SHAPE.label(path.replace("[]", "")) for path in observed}
    assert all(labels.values())
    assert labels["protocolSection.statusModule.completionDateStruct.date"] == "Study completion date"
    assert labels["protocolSection.contactsLocationsModule.locations[].status"] == "Site status"


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("protocolSection.statusModule.overallStatus", "status"),
        ("protocolSection.statusModule.primaryCompletionDateStruct.date", "dates"),
        ("protocolSection.statusModule.resultsFirstSubmitDate", "results"),
        ("protocolSection.statusModule.dispFirstPostDateStruct.date", "results"),
        ("hasResults", "results"),
        ("resultsSection.adverseEventsModule.otherEvents.term", "results"),
        ("annotationSection.annotationModule.unpostedAnnotation.unpostedEvents.type", "results"),
        ("derivedSection.miscInfoModule.submissionTracking.submissionInfos.releaseDate", "results"),
        ("protocolSection.designModule.enrollmentInfo.count", "enrollment"),
        ("protocolSection.designModule.phases", "design"),
        ("protocolSection.contactsLocationsModule.locations.status", "sites"),
        ("protocolSection.referencesModule.references.citation", "publications"),
        ("documentSection.largeDocumentModule.largeDocs.label", "documents"),
        ("protocolSection.identificationModule.briefTitle", "record"),
        ("protocolSection.aNewModule.field", "record"),
    ],
)
def test_fields_belong_to_the_topics_that_readers_choose(path: str, topic: str) -> None:
    assert SHAPE.topic(path) == topic


def test_topics_are_those_of_the_contract() -> None:
    assert set(SHAPE.topics.values()) <= set(TOPICS)


def test_roles_are_the_names_of_facts() -> None:
    names = {field.name for field in fields(TrialFacts)}
    dates = {"start", "primary_completion", "completion"}
    assert set(SHAPE.roles.values()) <= names | {f"{date}_type" for date in dates} | {"verified"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("protocolSection.statusModule.lastUpdatePostDateStruct.date", True),
        ("protocolSection.statusModule.statusVerifiedDate", True),
        ("protocolSection.contactsLocationsModule.locations.geoPoint.lat", True),
        ("derivedSection.conditionBrowseModule.meshes.term", True),
        ("derivedSection.miscInfoModule.removedCountries", False),
        ("derivedSection.miscInfoModule.submissionTracking.firstMcpInfo", False),
        ("protocolSection.statusModule.overallStatus", False),
    ],
)
def test_the_registrys_own_bookkeeping_is_told_from_news(path: str, expected: bool) -> None:
    assert SHAPE.is_housekeeping(path) is expected
