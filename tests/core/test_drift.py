"""Which fields of a record its registry's model does not have."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from monitor.core.drift import unknown_paths
from monitor.core.shape import split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_document
from tests.core.made_json import ANY_DOCUMENTS
from tests.core.recorded import lines

MODEL = frozenset({"a.m.text", "a.m.list[]", "a.m.sites[].city", "a.m.sites[].point.lat", "plain"})


def unknown(document: dict[str, Any]) -> tuple[str, ...]:
    return unknown_paths(split(document), MODEL)


def test_what_the_model_has_is_not_unknown() -> None:
    sites = [{"city": "Lyon", "point": {"lat": 1.5}}, {}]
    assert unknown({"a": {"m": {"text": "x", "list": ["y"], "sites": sites}}, "plain": True}) == ()
    assert unknown({"a": {"m": {"text": None, "list": [], "sites": []}}}) == ()


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"a": {"m": {"new": 1}}}, "a.m.new"),
        ({"a": {"m": {"sites": [{"city": "Lyon"}, {"zip": "1"}]}}}, "a.m.sites[].zip"),
        ({"a": {"other": {"x": 1, "y": 2}}}, "a.other"),
        ({"b": {"c": {"d": 1}}}, "b.c"),
        ({"a": {"m": {"text": ["now", "a list"]}}}, "a.m.text[]"),
        ({"a": {"m": {"text": {"now": "an object"}}}}, "a.m.text"),
        ({"a": {"m": {"list": "now a text"}}}, "a.m.list"),
    ],
)
def test_what_is_new_is_named_once_and_as_a_whole(document: dict[str, Any], path: str) -> None:
    assert unknown(document) == (path,)


def test_a_registry_without_a_model_has_no_drift() -> None:
    assert unknown_paths(split({"a": {"m": {"new": 1}}}), frozenset()) == ()


@given(ANY_DOCUMENTS)
def test_any_record_can_be_judged_and_is_left_as_it_was(document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    assert len(unknown(document)) <= 50
    assert document == before


def test_the_records_that_tests_are_made_of_have_no_drift() -> None:
    assert unknown_paths(split(a_document()), SHAPE.model) == ()


def test_the_registrys_own_records_have_none(registry_data: Path) -> None:
    drift = set[str]()
    for line in lines(registry_data / "replay.jsonl.xz"):
        drift.update(unknown_paths(split(line["study"]), SHAPE.model))
    assert drift == set()
