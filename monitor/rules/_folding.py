"""When two values differ in typography alone: case, white space, markup, quotes, dashes, punctuation.

This decides what is held back, so it errs on the side of telling: every letter and every digit is kept, in its place, and so is each
sign that can turn a sentence round (< ≥ − + % /, a decimal point, the minus of "HER2-"). Similarity for pairing is another thing: see
`_likeness.py`.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from monitor.core.json import Json
from monitor.core.record import canonical_json

_ONE_FORM = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("≥⩾≧", ">="),
        **dict.fromkeys("≤⩽≦", "<="),
        "…": "...",
        "⁄": "/",
    }
)
# A backslash before ASCII punctuation is Markdown's way to write that sign itself.
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
# A word is letters, digits and what is written upon them; any other visible sign stands alone.
_TOKEN = re.compile(r"[^\W_]+|-+|[^\w\s]|_")
_NOT_IN_WORDS = re.compile(r"[\W_]+")
# Signs that say something wherever they stand.
_SPEAKING = frozenset("/%&@^")


@lru_cache(maxsize=512)
def folded(text: str) -> tuple[str, ...]:
    """The words, numbers and speaking signs of a text, in order; two texts of equal folds differ in typography alone."""
    for _ in range(2):  # `&amp;lt;` is written by those who escaped twice
        text = html.unescape(text)
    text = _ESCAPE.sub("", text).translate(_ONE_FORM)
    if text.isascii():  # most texts are: nothing invisible in them, and one form of each letter
        text = text.lower()
    else:
        for letter in {letter for letter in set(text) if unicodedata.category(letter) == "Cf"}:
            text = text.replace(letter, "")
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token[0].isalnum():
            yield token
        elif _speaks(token, text, match.start(), match.end()):
            yield "-" if token[0] == "-" else token


def _speaks(sign: str, text: str, start: int, end: int) -> bool:
    """Whether a sign that is neither letter nor digit may change what is said."""
    left, right = text[start - 1 : start], text[end : end + 1]
    if sign.startswith("-"):
        # A minus, a range, or the negative of "HER2-"; not a hyphen within words, a dash between them or a list's mark.
        near_left, near_right = text[:start].rstrip()[-1:], text[end:].lstrip()[:1]
        between_numbers = near_left.isdigit() and near_right.isdigit()
        minus = right.isdigit() and not left.isalnum()
        negative = left.isalnum() and not right.isalnum()
        return between_numbers or minus or negative
    if sign in ".,":
        return right.isdigit() and (sign == "." or left.isdigit())
    if sign in ":*#_":
        return right.isdigit() and (sign == "#" or left.isdigit())
    if sign in "'\"":
        return left.isdigit()
    # Mathematics, money, degrees, emoji and marks upon letters; what is left is punctuation and brackets.
    return sign in _SPEAKING or unicodedata.category(sign)[0] in "SM"


def same_when_folded(before: Json, after: Json) -> bool:
    """Whether two values say the same but for their typography. What came or went is never mere typography."""
    if before is None or after is None:
        return before is after
    if isinstance(before, str) and isinstance(after, str):
        return not _differ_plainly(before, after) and folded(before) == folded(after)
    return folded_value(before) == folded_value(after)


def _differ_plainly(before: str, after: str) -> bool:
    """Whether two plain texts have other letters or digits: what can be seen without folding a long text."""
    before, after = before.translate(_ONE_FORM), after.translate(_ONE_FORM)
    if not (before.isascii() and after.isascii()) or "&" in before + after:
        return False
    return _NOT_IN_WORDS.sub("", before).lower() != _NOT_IN_WORDS.sub("", after).lower()


def folded_value(value: Json) -> bytes:
    """Equal bytes where two values are the same but for typography in their texts and the order of their lists."""
    return canonical_json(_settled(value))


def _settled(value: Json) -> Json:
    if isinstance(value, str):
        return list(folded(value))
    if isinstance(value, Mapping):
        return {key: _settled(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return sorted((_settled(inner) for inner in value), key=canonical_json)
    return value
