"""What holds of every two records, however they look."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.canonical import fingerprint
from monitor.core.change import ChangeSet, FieldPath
from monitor.core.diff import diff
from monitor.core.facts import TrialFacts
from monitor.core.record import digest_of
from monitor.core.shape import Shape, split
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.core.made_json import ANY_DOCUMENTS, DOCUMENTS, document_pairs, shuffled
from tests.core.replaying import replayed, settled

SMALL = Shape(
    registry="made",
    volatile=frozenset({"a.note", "b", "sites.sites.note"}),
    keys={"sites": ("name", "id|note"), "a.sites": ("id",)},
    topics={"a": "status"},
    labels={},
    roles={"a.id": "status"},
    facts=lambda document: TrialFacts(),
    tie_breakers={"sites": ("note",)},
    whole=("name",),
)
SHAPES = pytest.mark.parametrize("shape", [SMALL, SHAPE], ids=["small", "clinicaltrials_gov"])


def between(before: Any, after: Any, shape: Shape) -> ChangeSet:
    return diff(split(before), split(after), shape)


def said(changes: ChangeSet) -> list[tuple[Any, ...]]:
    """Changes up to the order in which their values list things."""
    return [
        (str(change.path), change.kind, fingerprint(change.before), fingerprint(change.after), change.topic)
        for change in changes
    ]


@SHAPES
@given(document=DOCUMENTS)
def test_nothing_changed_between_a_record_and_itself(shape: Shape, document: Any) -> None:
    assert between(document, document, shape) == ()


@SHAPES
@given(document=DOCUMENTS, seed=st.integers(0, 9))
def test_a_record_in_another_order_is_the_same_record(shape: Shape, document: Any, seed: int) -> None:
    assert between(document, shuffled(document, random.Random(seed)), shape) == ()


@SHAPES
@given(pair=document_pairs(), seed=st.integers(0, 9))
def test_the_order_of_lists_changes_no_change(shape: Shape, pair: Any, seed: int) -> None:
    chance = random.Random(seed)
    in_order = between(pair[0], pair[1], shape)
    out_of_order = between(shuffled(pair[0], chance), shuffled(pair[1], chance), shape)
    assert said(out_of_order) == said(in_order)


@SHAPES
@given(pair=document_pairs())
def test_the_changes_replayed_on_the_record_before_give_the_record_after(shape: Shape, pair: Any) -> None:
    before, after = pair
    rebuilt = replayed(before, between(before, after, shape), shape)
    assert fingerprint(rebuilt) == fingerprint(settled(after, shape))


@given(before=ANY_DOCUMENTS, after=ANY_DOCUMENTS)
def test_whatever_json_may_hold_is_replayed(before: Any, after: Any) -> None:
    rebuilt = replayed(before, between(before, after, SMALL), SMALL)
    assert fingerprint(rebuilt) == fingerprint(settled(after, SMALL))


@SHAPES
@given(pair=document_pairs())
def test_back_is_the_mirror_of_forth(shape: Shape, pair: Any) -> None:
    there = between(pair[0], pair[1], shape)
    back = between(pair[1], pair[0], shape)
    assert len(back) == len(there)
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted(change.kind for change in back) == sorted(mirrored[change.kind] for change in there)


@SHAPES
@given(pair=document_pairs())
def test_every_change_is_real_and_stands_in_one_place_only(shape: Shape, pair: Any) -> None:
    changes = between(pair[0], pair[1], shape)
    for change in changes:
        assert fingerprint(change.before) != fingerprint(change.after)
        assert (change.kind == "added") == (change.before is None)
        assert (change.kind == "removed") == (change.after is None)
    assert len({str(change.path) for change in changes}) == len(changes)
    # A section that was a plain value and becomes modules is told as the one that goes and the others that come.
    for kind in ("added", "removed", "changed"):
        paths = [change.path.steps for change in changes if change.kind == kind]
        for one in paths:
            assert not any(one != other and other[: len(one)] == one for other in paths), (
                "a change within a change"
            )


@SHAPES
@given(pair=document_pairs())
def test_every_path_reads_back(shape: Shape, pair: Any) -> None:
    for change in between(pair[0], pair[1], shape):
        assert FieldPath.parse(str(change.path)) == change.path


@SHAPES
@given(pair=document_pairs())
def test_modules_of_equal_digest_have_nothing_to_tell(shape: Shape, pair: Any) -> None:
    before, after = split(pair[0]), split(pair[1])
    moved = [
        name
        for name in before.keys() | after.keys()
        if name not in before
        or name not in after
        or digest_of(name, before[name], shape) != digest_of(name, after[name], shape)
    ]
    fewer = diff(
        {name: before[name] for name in moved if name in before},
        {name: after[name] for name in moved if name in after},
        shape,
    )
    assert fewer == diff(before, after, shape)
