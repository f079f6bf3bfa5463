"""What differs between two records, found by counting. It shares no line with the differ that it checks.

A record is taken for the multiset of its leaves: the keys on the way (not the positions in lists) and the value. Taking away what the
changes say went and adding what they say came must turn one multiset into the other: no more, no less, nothing twice.
"""

import html
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.core.change import Change, Item

Leaves = Counter[tuple[str, ...]]


def seen_as(value: Any) -> str:
    """A value as a reader sees it: spelling and the order of lists apart."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", html.unescape(value))
        return json.dumps([" ".join(line.split()) for line in text.splitlines() if line.split()])
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{key}:{seen_as(inner)}" for key, inner in value.items())) + "}"
    if isinstance(value, list):
        return "(" + ",".join(sorted(map(seen_as, value))) + ")"
    return json.dumps(value)


def leaves(value: Any, keys: tuple[str, ...] = ()) -> Leaves:
    """Every leaf at or below a place."""
    if isinstance(value, dict):
        return sum((leaves(inner, (*keys, key)) for key, inner in value.items()), Counter())
    if isinstance(value, list):
        return sum((leaves(inner, keys) for inner in value), Counter())
    return Counter() if value is None else Counter([(*keys, seen_as(value))])


def accounts_for(before: Any, after: Any, changes: Sequence[Change]) -> bool:
    """Whether the changes turn the leaves of one record into those of the other, each leaf moved once."""
    gone, come = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for change in changes:
        keys = tuple(step for step in change.path.steps if isinstance(step, str))
        gone += leaves(change.before, keys)
        come += leaves(change.after, keys)
    was = leaves(before)
    return not gone - was and was - gone + come == leaves(after)


def invented(changes: Sequence[Change]) -> list[str]:
    """Changes that are none: a value that stays, or that goes and comes again in the same list."""
    none = [str(change.path) for change in changes if seen_as(change.before) == seen_as(change.after)]
    lists = {"removed": Counter[str](), "added": Counter[str]()}
    for change in changes:
        if change.kind != "changed" and isinstance(change.path.steps[-1], Item):
            value = change.before if change.kind == "removed" else change.after
            lists[change.kind][f"{change.path.steps[:-1]} {seen_as(value)}"] += 1
    return none + list(lists["removed"] & lists["added"])


def lists_in(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """The lists of a record that are not themselves inside a list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from lists_in(inner, (*keys, key))
    elif isinstance(value, list):
        yield keys, value


def items_touched(before: Any, after: Any) -> Counter[tuple[str, ...]]:
    """By list: how many of its items before are no more, as they were, among its items after."""
    afterwards = dict(lists_in(after))
    touched = Counter[tuple[str, ...]]()
    for keys, items in lists_in(before):
        left = Counter(map(seen_as, items)) - Counter(map(seen_as, afterwards.get(keys, [])))
        touched[keys] = left.total()
    return +touched


def items_named(changes: Sequence[Change], coming: str) -> Counter[tuple[str, ...]]:
    """By list: how many items the changes speak of, leaving aside those that are `coming` ("added", or "removed" seen backwards)."""
    named: set[tuple[tuple[str, ...], Item]] = set()
    for change in changes:
        for depth, step in enumerate(change.path.steps):
            if isinstance(step, Item):
                if depth < len(change.path.steps) - 1 or change.kind != coming:
                    named.add((tuple(str(key) for key in change.path.steps[:depth]), step))
                break
    return Counter(keys for keys, _ in named)
