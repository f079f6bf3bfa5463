"""Taking values out of a record that may lack them or hold others than expected: nothing here fails."""

from collections.abc import Mapping

from monitor.core.json import Json, JsonObject


def object_of(parent: JsonObject, key: str) -> JsonObject:
    """The object under a key; empty where there is none."""
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


def list_of(parent: JsonObject, key: str) -> list[Json]:
    """The list under a key; empty where there is none."""
    value = parent.get(key)
    return value if isinstance(value, list) else []


def objects_of(parent: JsonObject, key: str) -> list[JsonObject]:
    """The objects in the list under a key."""
    return [item for item in list_of(parent, key) if isinstance(item, Mapping)]


def texts_of(parent: JsonObject, key: str) -> list[str]:
    """The texts in the list under a key."""
    return [item for item in list_of(parent, key) if isinstance(item, str)]


def text_of(parent: JsonObject, key: str) -> str:
    """The text under a key; empty where there is none."""
    value = parent.get(key)
    return value if isinstance(value, str) else ""
