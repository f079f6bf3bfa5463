"""A record is kept as its modules; nothing is lost on the way there and back."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.json import Json
from monitor.core.record import Record, canonical_json, digest_of, without_volatile
from monitor.core.shape import Shape, join, split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_document, a_record, a_trial
from tests.core.made_json import ANY_DOCUMENTS, DOCUMENTS

MISC = "derivedSection.miscInfoModule"


def a_shape_with_volatile(*paths: str) -> Shape:
    return replace(SHAPE, volatile=frozenset(paths))


@given(ANY_DOCUMENTS)
def test_any_record_can_be_taken_apart_and_put_together(document: Any) -> None:
    assert join(split(document)) == document


@given(DOCUMENTS)
def test_keys_with_dots_brackets_and_nothing_in_them_are_no_exception(document: Any) -> None:
    assert join(split(document)) == document
    assert join(dict(reversed(split(document).items()))) == document


def test_a_module_is_named_by_its_section() -> None:
    modules = split(
        {"protocolSection": {"statusModule": {"overallStatus": "COMPLETED"}}, "hasResults": False, "x": {}}
    )
    assert modules == {
        "protocolSection.statusModule": {"overallStatus": "COMPLETED"},
        "hasResults": False,
        "x": {},
    }


def test_a_record_keeps_what_the_registry_gave() -> None:
    document = a_document()
    assert a_record(document).document == document


def test_the_order_of_keys_does_not_touch_a_digest() -> None:
    document = a_document()
    turned = dict(reversed(document.items()))
    assert a_record(turned).digests == a_record(document).digests


@given(DOCUMENTS, st.integers(0, 9))
def test_equal_values_have_equal_bytes(document: Any, seed: int) -> None:
    keys_only = {key: document[key] for key in random.Random(seed).sample(list(document), len(document))}
    assert canonical_json(keys_only) == canonical_json(document)


def test_a_new_data_date_is_no_new_digest() -> None:
    yesterday, today = a_document(), a_document()
    today["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-02-10"
    assert a_record(today).digests == a_record(yesterday).digests
    assert a_record(today).facts.data_date == "2026-02-10"


def test_what_stands_beside_the_data_date_is_not_overlooked() -> None:
    yesterday, today = a_document(), a_document()
    today["derivedSection"]["miscInfoModule"]["removedCountries"] = ["Spain"]
    differing = {
        name
        for name, digest in a_record(today).digests.items()
        if a_record(yesterday).digests[name] != digest
    }
    assert differing == {MISC}


def test_volatile_fields_are_left_out_at_any_depth_and_in_every_item() -> None:
    shape = a_shape_with_volatile("s.m.x.y", "s.m.list.z", "v.whole", "w")
    body: Json = {"x": {"y": 1, "kept": 2}, "list": [{"z": 1, "kept": 2}, "text"]}
    assert without_volatile("s.m", body, shape) == {"x": {"kept": 2}, "list": [{"kept": 2}, "text"]}
    assert without_volatile("v.whole", body, shape) is None
    assert without_volatile("w.module", body, shape) is None
    assert without_volatile("w", "text", shape) is None
    assert without_volatile("s.other", body, shape) == body


def test_what_the_fast_encoder_refuses_still_has_a_digest() -> None:
    deep: Any = "bottom"
    for _ in range(400):
        deep = {"down": deep}
    assert digest_of("a.b", deep, SHAPE) != digest_of("a.b", {"down": deep}, SHAPE)
    assert canonical_json({"n": 10**30, "a": 1}) == b'{"a":1,"n":1000000000000000000000000000000}'


def test_reading_a_record_is_reading_its_facts() -> None:
    record = Record.read(a_trial(), a_document(), SHAPE, raw_digest="ab")
    assert (record.facts.status, record.facts.enrollment, record.raw_digest) == ("RECRUITING", 120, "ab")
