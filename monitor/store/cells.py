"""A value as one cell of a spreadsheet: never a formula, whatever a registry wrote."""

from typing import TypeVar

T = TypeVar("T")

# What a spreadsheet takes for the beginning of a formula, also behind white space that it drops. Numbers of ours are numbers.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def inert(value: T) -> T | str:
    """The value; a text that a spreadsheet could take for a formula stands behind an apostrophe. NUL, which ends a cell, is replaced."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "\ufffd")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_BEGINS_A_FORMULA) else text
