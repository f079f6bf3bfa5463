"""Registry text is not ours: whatever it holds, a change in it is found, and nothing breaks."""

from typing import Any

import pytest

from monitor.core.change import ChangeSet, FieldPath
from monitor.core.diff import diff
from monitor.core.shape import split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_document, a_record, with_sites

HOSTILE_KEYS = [
    "__x", "__class__", "a']['b", 'a"]["b', "", "k" * 10_000, "constructor", "root", "a.b", "a[0]", "]", "\\", "\n", "\x00",
    "old_value", "🫀", "cafe\u0301", "{{x}}",
]  # fmt: skip


def between(before: Any, after: Any) -> ChangeSet:
    return diff(split(before), split(after), SHAPE)


def nested(depth: int, bottom: Any) -> Any:
    for level in range(depth):
        bottom = {"down": bottom} if level % 2 else [bottom, {"name": "beside"}]
    return bottom


class FakeText(str):
    """A text that cannot be compared: it stands for whatever a library may trip over while explaining."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("cannot be compared")

    def __ne__(self, other: object) -> bool:
        raise RuntimeError("cannot be compared")

    __hash__ = str.__hash__


@pytest.mark.parametrize("key", HOSTILE_KEYS, ids=lambda key: repr(key[:12]))
def test_a_change_below_a_hostile_key_is_found_and_its_path_reads_back(key: str) -> None:
    for before, after in (
        ({"protocolSection": {"m": {key: 1}}}, {"protocolSection": {"m": {key: 2}}}),
        ({"protocolSection": {key: {"x": 1}}}, {"protocolSection": {key: {"x": 2}}}),
        ({key: {"m": {"x": 1}}}, {key: {"m": {"x": 2}}}),
        ({"s": {"m": {"list": [{key: 1, "name": "n"}]}}}, {"s": {"m": {"list": [{key: 2, "name": "n"}]}}}),
    ):
        [change] = between(before, after)
        assert (change.kind, change.before, change.after) == ("changed", 1, 2)
        assert key in change.path.steps
        assert FieldPath.parse(str(change.path)) == change.path


@pytest.mark.parametrize("name", HOSTILE_KEYS, ids=lambda name: repr(name[:12]))
def test_an_item_of_a_hostile_name_comes_and_its_path_reads_back(name: str) -> None:
    [change] = between(
        with_sites({"facility": "Clinic"}), with_sites({"facility": "Clinic"}, {"facility": name, "zip": "1"})
    )
    assert change.kind == "added"
    assert FieldPath.parse(str(change.path)) == change.path


@pytest.mark.parametrize("depth", [100, 240, 400])
def test_a_change_at_the_bottom_of_a_deep_record_is_found(depth: int) -> None:
    changes = between(
        a_document(designModule={"x": nested(depth, 1)}), a_document(designModule={"x": nested(depth, 2)})
    )
    assert changes
    assert all(change.path.plain.startswith("protocolSection.designModule") for change in changes)
    assert a_record(a_document(designModule={"x": nested(depth, 1)})).digests


def test_a_deep_record_that_did_not_change_has_not_changed() -> None:
    assert (
        between(
            a_document(designModule={"x": nested(400, 1)}), a_document(designModule={"x": nested(400, 1)})
        )
        == ()
    )


def test_a_module_whose_difference_cannot_be_explained_is_still_told_as_changed() -> None:
    before, after = a_document(), a_document(statusModule={"overallStatus": "COMPLETED"})
    before["protocolSection"]["designModule"]["studyType"] = FakeText("OBSERVATIONAL")
    after["protocolSection"]["designModule"]["studyType"] = FakeText("EXPANDED_ACCESS")
    unexplained, status = between(before, after)
    assert (str(unexplained.path), unexplained.kind) == ("protocolSection.designModule", "changed")
    assert unexplained.after == after["protocolSection"]["designModule"]
    assert status.role == "status", "the other modules are explained all the same"


def test_an_incomparable_text_on_one_side_only_is_explained() -> None:
    [change] = between(a_document(), a_document(designModule={"note": FakeText("new")}))
    assert (str(change.path), change.kind) == ("protocolSection.designModule.note", "added")


def test_a_number_no_computer_counts_to_is_a_value_like_others() -> None:
    [change] = between(
        a_document(designModule={"n": 1.2345678901234568e29}), a_document(designModule={"n": 10**30})
    )
    assert (change.before, change.after) == (1.2345678901234568e29, 10**30)


def test_a_text_of_a_hundred_thousand_lines_is_one_change() -> None:
    lines = [f"line {n % 37}" for n in range(100_000)]
    before = a_document(descriptionModule={"detailedDescription": "\n".join(lines)})
    after = a_document(descriptionModule={"detailedDescription": "\n".join(reversed(lines))})
    [change] = between(before, after)
    assert change.path.plain == "protocolSection.descriptionModule.detailedDescription"


def test_a_thousand_sites_that_all_change_are_a_thousand_changes() -> None:
    sites = [{"facility": f"Clinic {n}", "city": "Lyon", "status": "RECRUITING"} for n in range(1000)]
    closed = [{**site, "status": "COMPLETED"} for site in reversed(sites)]
    changes = between(with_sites(*sites), with_sites(*closed))
    assert len(changes) == 1000
    assert {change.label for change in changes} == {"Site status"}
