"""Which item of a list before is which item after. No positions, ever.

Items are named by the fields that identify them. Repeats of one name are kept and numbered; equal repeats are interchangeable,
unequal ones are paired by how much they share.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.canonical import absent, canonical, canonical_text, fingerprint
from monitor.core.change import Item
from monitor.core.json import Json
from monitor.core.record import canonical_json
from monitor.core.shape import Shape

# Beyond this many unpaired repeats of one name, comparing each with each costs more than it tells.
_MOST_COMPARED = 40


@dataclass(frozen=True, slots=True)
class Pairs:
    """`both`: items that differ before and after; `removed`, `added`: items of one side. Equal items are in none of them."""

    both: Mapping[Item, tuple[Json, Json]]
    removed: Mapping[Item, Json]
    added: Mapping[Item, Json]


def pair(before: Sequence[Json], after: Sequence[Json], path: str, shape: Shape) -> Pairs:
    """Pair the items of the list at `path` (dotted, without items)."""
    left, right = _by_name(before, path, shape), _by_name(after, path, shape)
    both: dict[Item, tuple[Json, Json]] = {}
    removed: dict[Item, Json] = {}
    added: dict[Item, Json] = {}
    for name in sorted(left.keys() | right.keys()):
        old, new = left.get(name, []), right.get(name, [])
        if len(old) == len(new) and sorted(map(canonical_json, old)) == sorted(map(canonical_json, new)):
            continue
        numbered, fresh = _less_equal_ones(old, new)
        couples = _couples([item for _, item in numbered], fresh, shape.item_tie_breakers(path))
        gone, come = dict(enumerate(numbered)), dict(enumerate(fresh))
        for position, partner in couples:
            nth, item = gone.pop(position)
            both[Item(name, nth)] = (item, come.pop(partner))
        removed.update({Item(name, nth): item for nth, item in gone.values()})
        added.update({Item(name, nth): item for nth, item in enumerate(come.values(), len(old) + 1)})
    return Pairs(both, removed, added)


def _by_name(items: Sequence[Json], path: str, shape: Shape) -> dict[str, list[Json]]:
    keys = shape.item_keys(path)
    named: dict[str, list[Json]] = defaultdict(list)
    for item in items:
        if absent(item):
            continue
        named[name_of(item, keys, shape.fallback_keys)].append(item)
    return named


def name_of(item: Json, keys: Sequence[str], fallback_keys: Sequence[str]) -> str:
    """What identifies an item: its key fields joined by ` | `; a scalar's own value; else its content."""
    if not isinstance(item, Mapping):
        return canonical_text(item) if isinstance(item, str) else canonical_json(canonical(item)).decode()
    parts = [part for part in (_key_part(item, key) for key in keys) if part]
    if not parts:
        parts = [part for part in (_key_part(item, key) for key in fallback_keys) if part][:1]
    return " | ".join(parts) or canonical_json(canonical(item)).decode()


def _key_part(item: Mapping[str, Json], key: str) -> str:
    """A key may name alternatives, `pmid|citation`: the first that is there identifies the item."""
    for alternative in key.split("|"):
        value = item.get(alternative)
        if isinstance(value, str):
            return canonical_text(value)
        if not absent(value):
            return canonical_json(canonical(value)).decode()
    return ""


def _less_equal_ones(old: list[Json], new: list[Json]) -> tuple[list[tuple[int, Json]], list[Json]]:
    """Number the items before, take out what stands on both sides (repeats counted), in an order that does not depend on theirs."""
    marked_old = sorted(((fingerprint(item), item) for item in old), key=lambda pair: pair[0])
    marked_new = sorted(((fingerprint(item), item) for item in new), key=lambda pair: pair[0])
    shared = Counter(mark for mark, _ in marked_old) & Counter(mark for mark, _ in marked_new)
    numbered, fresh = [], []
    budget = Counter(shared)
    for nth, (mark, item) in enumerate(marked_old, 1):
        if budget[mark]:
            budget[mark] -= 1
        else:
            numbered.append((nth, item))
    budget = Counter(shared)
    for mark, item in marked_new:
        if budget[mark]:
            budget[mark] -= 1
        else:
            fresh.append(item)
    return numbered, fresh


def _couples(old: list[Json], new: list[Json], tie_breakers: Sequence[str]) -> list[tuple[int, int]]:
    """Positions (before, after) of the items of one name that belong together, the most alike first."""
    if max(len(old), len(new)) > _MOST_COMPARED:
        return [(n, n) for n in range(min(len(old), len(new)))]
    ranked = sorted(
        (
            (-_likeness(one, other, tie_breakers), n, m)
            for n, one in enumerate(old)
            for m, other in enumerate(new)
        )
    )
    couples: list[tuple[int, int]] = []
    used_old: set[int] = set()
    used_new: set[int] = set()
    for _, n, m in ranked:
        if n not in used_old and m not in used_new:
            couples.append((n, m))
            used_old.add(n)
            used_new.add(m)
    return couples


def _likeness(one: Json, other: Json, tie_breakers: Sequence[str]) -> int:
    """How much two items share: a tie breaker counts more than all other fields together."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return 0
    shared = [key for key in one if key in other and fingerprint(one[key]) == fingerprint(other[key])]
    return len(shared) + 100 * sum(1 for key in tie_breakers if key in shared)
