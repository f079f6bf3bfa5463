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
    if type(value) is str:  # most of what is asked about
        return False
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
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101 - asking an abstract class is slow
        settled = ((key, canonical(inner)) for key, inner in value.items())
        return {key: inner for key, inner in settled if not _is_nothing(inner)}
    items = [item for inner in value if not _is_nothing(item := canonical(inner))]
    return items if len(items) < 2 else sorted(items, key=canonical_json)


def _is_nothing(settled: Json) -> bool:
    """Whether what came out of `canonical` was absent: then nothing of it is left."""
    return settled is None or settled == [] or settled == {}


def fingerprint(value: Json) -> bytes:
    """Equal bytes exactly where two values say the same; what is absent has the fingerprint of null."""
    settled = canonical(value)
    return canonical_json(None if _is_nothing(settled) else settled)
