"""A value as one cell of a spreadsheet: never a formula, whatever a registry wrote, and the text that it is."""

import re
from typing import TypeVar

T = TypeVar("T")

# What a spreadsheet takes for the beginning of a formula, also behind white space that it drops. Numbers of ours are numbers.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
# What it would show as another number, a time or a day: 007, 1E5, 1:2, 3/4, 10%, $5, Mar-26, SEPT2.
_LOOKS_LIKE_A_NUMBER = re.compile(r"[$€£¥(]*[.\d][\d.,:/()%$€£¥ -]*(?:e[+-]?\d+|[ap]\.?m\.?)?", re.IGNORECASE)
_NAMES_A_MONTH = re.compile(
    r"(?:\d{1,4}[ ./-]*)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ ./-]*(?:\d{1,2}[ ,./-]+)?\d{1,4}",
    re.IGNORECASE,
)
# A number or day that keeps every character, or what stands for the same: 12.5, 2026, 2026-03-09.
_STAYS = re.compile(r"(?:0|[1-9]\d{0,14})(?:\.\d{0,14}[1-9])?|\d{4}-\d\d(?:-\d\d)?")


def inert(value: T) -> T | str:
    """The value; a text that a spreadsheet could take for a formula, or for another number or day than it says, stands behind an
    apostrophe. NUL, which ends a cell, is replaced."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_BEGINS_A_FORMULA) or _mistaken(text) else text


def _mistaken(text: str) -> bool:
    text = text[:60].strip()  # what is longer is judged by its beginning
    taken = _LOOKS_LIKE_A_NUMBER.fullmatch(text) or _NAMES_A_MONTH.fullmatch(text)
    return taken is not None and _STAYS.fullmatch(text) is None
