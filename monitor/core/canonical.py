"""When two values say the same: key order, list order, white space, Unicode form and HTML entities apart.

What is equal here is no change. What differs only in case, punctuation or markup *is* a change, for the rules to judge.
"""

import html
import unicodedata
from collections.abc import Mapping

from monitor.core.json import Json
from monitor.core.record import canonical_json

# Up to here a float holds every integer exactly; beyond, it is no count of anything and stays what it is.
_EXACT = 2.0**53


def canonical_text(text: str) -> str:
    """A text as it is compared: NFC, entities resolved, every run of white space (line ends, no-break spaces) one space or line end.

    One level of entities only: `&amp;lt;` shows as `&lt;`, which is another text than `<`.
    """
    if "&" not in text and text.isascii() and text.isprintable():
        return " ".join(text.split())
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def absent(value: Json) -> bool:
    """Whether there is nothing in it: null, or a mapping or list of nothing but that. An empty text, 0 and false are something."""
    if value is None:
        return True
    if isinstance(value, Mapping):
        return all(absent(inner) for inner in value.values())
    return isinstance(value, list | tuple) and all(absent(inner) for inner in value)


def canonical(value: Json) -> Json:
    """A value as it is compared. Lists become sorted: order carries no meaning in a registry's record. What is absent is left out."""
    if isinstance(value, str):
        return canonical_text(value)
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < _EXACT and value.is_integer() else value
    if isinstance(value, Mapping):
        return {key: canonical(inner) for key, inner in value.items() if not absent(inner)}
    return sorted((canonical(inner) for inner in value if not absent(inner)), key=canonical_json)


def fingerprint(value: Json) -> bytes:
    """Equal bytes exactly where two values say the same; what is absent has the fingerprint of null."""
    return canonical_json(None if absent(value) else canonical(value))
