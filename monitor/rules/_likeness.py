"""When two texts say the same but for their typography, and how alike two others are: what came and what went are paired by it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from monitor.rules.words import shortened

T = TypeVar("T")

_EDGES = ",.;: "

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
    if text.isascii():
        text = text.lower()
    else:
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


def shown_apart(before: str, after: str, longest: int) -> str:
    """`“old” → “new”`, each of at most that many characters; of longer texts only the stretch in which they differ;
    `“old” taken out` where nothing stands in its place."""
    if max(len(before), len(after)) > longest:
        old, new = before.split(), after.split()
        start = _alike_at_first(old, new)
        end = _alike_at_first(old[start:][::-1], new[start:][::-1])
        gone, come = len(old) - end, len(new) - end
        if start < gone and start < come and max(gone, come) - start <= 4:
            # A word or two around so little say what it is about.
            start, more = max(start - 2, 0), min(end, 2)
            gone, come = gone + more, come + more
        apart = [" ".join(words).strip(_EDGES) for words in (old[start:gone], new[start:come])]
        before, after = apart if any(apart) else (before, after)
    if not before or not after:
        return f"“{shortened(before or after, longest)}” {'taken out' if before else 'added'}"
    return f"“{shortened(before, longest)}” → “{shortened(after, longest)}”"


def _alike_at_first(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words at the beginning are the same but for the punctuation around them."""
    same = (left.strip(_EDGES) == right.strip(_EDGES) for left, right in zip(one, other, strict=False))
    return next((n for n, equal in enumerate(same) if not equal), min(len(one), len(other)))


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers of a text, in their order, each with the comparison before it: `>=18`, `0`, `1`."""
    words = spoken(text)
    numbers = []
    for n, word in enumerate(words):
        if word.lstrip("-")[:1].isdigit():
            sign = words[n - 1] if n and words[n - 1][0] in "<>=≠±" else ""
            numbers.append(sign + word)
    return tuple(numbers)
