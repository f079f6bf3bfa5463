"""JSON that leaves no doubt. What two parsers could read in two ways is refused, not interpreted.

orjson refuses what is not UTF-8, not a number (NaN, 1e999) or half a surrogate pair. It keeps the last of two equal keys, so that is
looked for here; and it goes as deep as the text does, so depth is bounded here.
"""

from collections.abc import Mapping, Sequence

from monitor.core.errors import Unreadable
from monitor.core.json import Json, JsonObject

DEEPEST = 100
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(raw: bytes) -> Json:
    """The value of a JSON text. Raises Unreadable for everything that is not exactly one well-formed value."""
    import orjson

    try:
        value: Json = orjson.loads(raw.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        raise Unreadable(_what_it_is(raw)) from error
    _require_shallow(value, DEEPEST)
    # Written out again byte for byte, the text can have held no key twice. Only other texts need the slow look.
    if orjson.dumps(value) != raw:
        _require_single_keys(raw)
    return value


def parse_object(raw: bytes) -> JsonObject:
    """The same for a text that must hold an object."""
    value = parse(raw)
    if not isinstance(value, Mapping):
        raise Unreadable("the answer is not what was asked for: no JSON object")
    return value


def _what_it_is(raw: bytes) -> str:
    start = raw[:200].lstrip()
    if not start:
        return "the answer is empty"
    if start.startswith(b"<"):
        return "the answer is an HTML page, not data"
    return "the answer is not well-formed JSON"


def _require_shallow(value: Json, depth: int) -> None:
    if depth < 0:
        raise Unreadable(f"the answer is nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for inner in value.values():
            if type(inner) is dict or type(inner) is list:
                _require_shallow(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            if type(inner) is dict or type(inner) is list:
                _require_shallow(inner, depth - 1)


def _require_single_keys(raw: bytes) -> None:
    import json

    def single(pairs: Sequence[tuple[str, object]]) -> None:
        if len({key for key, _ in pairs}) != len(pairs):
            raise Unreadable("the answer says one thing twice: a key stands two times in an object")

    try:
        # Numbers stay text: they were judged already, and Python refuses to read very long ones.
        json.loads(raw.decode("utf-8-sig"), object_pairs_hook=single, parse_int=str, parse_float=str)
    except ValueError as error:
        raise Unreadable(_what_it_is(raw)) from error
