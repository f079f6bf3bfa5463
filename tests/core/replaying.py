"""Changes applied to the record before: it must become the record after. Written from the meaning of a path alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.core.canonical import absent, fingerprint
from monitor.core.change import Change, FieldPath, Item, Step
from monitor.core.json import Json
from monitor.core.pairing import name_of
from monitor.core.record import without_volatile
from monitor.core.shape import Shape, join, split


class Items(dict[Step, Any]):
    """A list whose items are known by name."""


class Impossible(AssertionError):
    """A change that does not fit the record it is said to come from."""


def replayed(document: Mapping[str, Json], changes: Iterable[Change], shape: Shape) -> Any:
    """The document that results, what goes before what comes. Raises Impossible where a change's `before` is not what is there."""
    tree = _named(settled(document, shape), (), shape)
    for change in sorted(changes, key=lambda change: change.kind != "removed"):
        _apply(tree, change, shape)
    return _plain(tree)


def settled(document: Mapping[str, Json], shape: Shape) -> dict[str, Json]:
    """The document less what is volatile."""
    return join({name: without_volatile(name, body, shape) for name, body in split(document).items()})


def _named(value: Json, steps: tuple[Step, ...], shape: Shape) -> Any:
    if isinstance(value, Mapping):
        return {key: _named(inner, (*steps, key), shape) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    plain = FieldPath(steps).plain
    by_name: dict[str, list[Json]] = defaultdict(list)
    for item in sorted((item for item in value if not absent(item)), key=fingerprint):
        by_name[name_of(item, shape.item_keys(plain), shape.fallback_keys)].append(item)
    return Items(
        {
            Item(name, nth): _named(item, steps, shape)
            for name, items in by_name.items()
            for nth, item in enumerate(items, 1)
        }
    )


def _plain(tree: Any) -> Any:
    if isinstance(tree, Items):
        return [_plain(item) for item in tree.values()]
    return {key: _plain(inner) for key, inner in tree.items()} if isinstance(tree, dict) else tree


def _apply(tree: Any, change: Change, shape: Shape) -> None:
    *way, last = change.path.steps
    for step, following in zip(way, change.path.steps[1:], strict=True):
        if absent(_plain(tree.get(step))):
            tree[step] = Items() if isinstance(following, Item) else {}
        tree = tree[step]
    there = _plain(tree.get(last))
    if fingerprint(there) != fingerprint(change.before):
        raise Impossible(f"{change.path} was {there!r}, not {change.before!r}")
    if change.after is None:
        tree.pop(last, None)
    else:
        tree[last] = _named(change.after, change.path.steps, shape)
