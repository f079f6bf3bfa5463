"""When two texts say the same but for their typography, and how alike two others are: what came and what went are paired by it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

# What carries meaning in a criterion or a name: words, numbers with their decimal point and sign, and comparisons.
_MEANING = re.compile(r"-?\d+(?:\.\d+)*|[^\W\d_]+|[<>=≠±%+]+")
_ONE_FORM = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−﹘﹣－", "-"),
        "≥": ">=",
        "≤": "<=",
        "⩾": ">=",
        "⩽": "<=",
        "≠": "≠ ",
        "×": " x ",
    }
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ESCAPED = re.compile(r"\\(?=[^\w\s])")
# `0-1` is a range, `-2.5` a number below zero.
_RANGE = re.compile(r"(?<=\w)-|-(?=\D)")


@lru_cache(maxsize=1024)
def spoken(text: str) -> tuple[str, ...]:
    """The words and numbers of a text as one would read it out: case, accents, punctuation, markup escapes and
    the kind of dash or comparison sign apart."""
    text = _ESCAPED.sub("", text).translate(_ONE_FORM).replace("≠", "\ue000")
    text = unicodedata.normalize("NFKD", text).replace("\ue000", "≠").casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return tuple(_MEANING.findall(_RANGE.sub(" ", _THOUSANDS.sub("", text))))


def same_but_typography(one: str, other: str) -> bool:
    """Whether two texts read out the same."""
    return one == other or spoken(one) == spoken(other)


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """0 … 1: how large a part of their words two texts share, repeats counted, order not."""
    if not one and not other:
        return 1.0
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other))


def letters_alike(one: Sequence[str], other: Sequence[str]) -> float:
    """As `likeness`, over pairs of letters: forgives a garbled letter, where `likeness` sees another word."""
    left, right = "".join(one), "".join(other)
    return likeness(
        [left[n : n + 2] for n in range(len(left) - 1)], [right[n : n + 2] for n in range(len(right) - 1)]
    )


def pairs_of(
    removed: Sequence[T], added: Sequence[T], alike: Callable[[T, T], float], least: float
) -> list[tuple[int, int]]:
    """Positions (removed, added) of what belongs together, the most alike first; each is paired once, none below `least`.
    The order of equals decides nothing but ties: give both in an order that comes from their content."""
    ranked = sorted(
        (-score, n, m)
        for n, one in enumerate(removed)
        for m, other in enumerate(added)
        if (score := alike(one, other)) >= least
    )
    pairs: list[tuple[int, int]] = []
    left, right = set(range(len(removed))), set(range(len(added)))
    for _, n, m in ranked:
        if n in left and m in right:
            pairs.append((n, m))
            left.remove(n)
            right.remove(m)
    return pairs


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers of a text, in their order, each with the comparison before it: `>=18`, `0`, `1`."""
    words = spoken(text)
    numbers = []
    for n, word in enumerate(words):
        if word.lstrip("-")[:1].isdigit():
            sign = words[n - 1] if n and words[n - 1][0] in "<>=≠±" else ""
            numbers.append(sign + word)
    return tuple(numbers)
