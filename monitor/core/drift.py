"""Fields that a registry's records have and its model does not: the sign that the registry changed its model."""

from collections.abc import Iterator, Mapping
from functools import cache

from monitor.core.json import Json

# More is no drift but another model; the first say enough.
_MOST = 50


def unknown_paths(modules: Mapping[str, Json], model: frozenset[str]) -> tuple[str, ...]:
    """The paths in a record that `model` does not have, sorted; at most 50. Of a part that is new as a whole only the part is named.

    `modules` is the record as it is stored: path of a module → body. `model` are the paths of all plain values, lists written with `[]`:
    `protocolSection.contactsLocationsModule.locations[].zip`. A value of another kind than the model's (a list where it has a text)
    is a path that the model does not have. Nothing is unknown to an empty model.
    """
    if not model:
        return ()
    parts = _parts(model)
    found = {path for name, body in modules.items() for path in _unknown(body, name, model, parts)}
    return tuple(sorted(found)[:_MOST])


def _unknown(value: Json, path: str, model: frozenset[str], parts: frozenset[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        if path not in parts:
            yield path
            return
        for key, inner in value.items():
            yield from _unknown(inner, f"{path}.{key}", model, parts)
    elif isinstance(value, list | tuple):
        item = f"{path}[]"
        if item not in parts and item not in model:
            yield item
            return
        for inner in value:
            yield from _unknown(inner, item, model, parts)
    elif value is not None and path not in model:
        yield path


@cache
def _parts(model: frozenset[str]) -> frozenset[str]:
    """Everything above a plain value: objects, and lists' items."""
    found = set[str]()
    for path in model:
        while "." in path:
            path = path.rpartition(".")[0]
            found.add(path)
    return frozenset(found)
