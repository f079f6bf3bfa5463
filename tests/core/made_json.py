"""JSON as hypothesis makes it: small alphabets, so that two documents share much; and edits that leave most as it was."""

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from monitor.core.json import Json

KEYS = st.sampled_from(["a", "b", "id", "name", "sites", "note", "dates.of", "x[1]", "", "__x"])
WORDS = st.sampled_from(
    ["Lyon", "Pisa", "café", "cafe\u0301", "two  words", "two words", "", "R&amp;D", "R&D", "ends #2"]
)
SCALARS = st.one_of(
    WORDS, st.integers(-2, 2), st.sampled_from([0.0, -0.0, 1.0, 1.5]), st.booleans(), st.none()
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4))


VALUES: st.SearchStrategy[Any] = st.recursive(SCALARS, _containers, max_leaves=12)
DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(KEYS, VALUES, max_size=4)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ANY_SCALARS = st.one_of(
    ANY_TEXT, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
)
ANY_DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    ANY_TEXT,
    st.recursive(
        ANY_SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
        max_leaves=10,
    ),
    max_size=4,
)


@st.composite
def edited(draw: st.DrawFn, value: Any) -> Any:
    """The value with a few things in it replaced, taken out or put in, at any depth."""
    if draw(st.integers(0, 5)) == 0:
        return draw(VALUES)
    if isinstance(value, dict):
        kept = {key: draw(edited(inner)) for key, inner in value.items() if draw(st.integers(0, 7))}
        return {**kept, **draw(st.dictionaries(KEYS, SCALARS, max_size=1))}
    if isinstance(value, list):
        kept_items = [draw(edited(inner)) for inner in value if draw(st.integers(0, 7))]
        return kept_items + draw(st.lists(st.sampled_from(value) if value else SCALARS, max_size=1))
    return value


@st.composite
def document_pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A document and what became of it."""
    before = draw(DOCUMENTS)
    after = draw(edited(before))
    return before, after if isinstance(after, dict) else draw(DOCUMENTS)


def shuffled(value: Json, chance: random.Random) -> Any:
    """The same value with every list in it, at any depth, in another order, and every mapping's keys too."""
    if isinstance(value, Mapping):
        keys = chance.sample(list(value), len(value))
        return {key: shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, chance) for item in chance.sample(value, len(value))]
    return value
