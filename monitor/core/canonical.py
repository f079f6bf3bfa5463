"""When two values say the same: key order, list order, white space, Unicode form and HTML entities apart.

What is equal here is no change. What differs only in case, punctuation or markup *is* a change, for the rules to judge.
"""

import html
import unicodedata
from collections.abc import Mapping

from monitor.core.json import Json
from monitor.core.record import canonical_json


def canonical_text(text: str) -> str:
    """A text as it is compared: NFC, entities resolved, every run of white space (line ends, no-break spaces) one space or line end."""
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def canonical(value: Json) -> Json:
    """A value as it is compared. Lists become sorted: order carries no meaning in a registry's record. Null is absence."""
    if isinstance(value, str):
        return canonical_text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {key: canonical(inner) for key, inner in value.items() if inner is not None}
    return sorted((canonical(inner) for inner in value), key=canonical_json)


def fingerprint(value: Json) -> bytes:
    """Equal bytes exactly where two values say the same."""
    return canonical_json(canonical(value))


def same(one: Json, other: Json) -> bool:
    """Whether two values say the same. The exact comparison comes first because it nearly always decides."""
    return canonical_json(one) == canonical_json(other) or fingerprint(one) == fingerprint(other)
