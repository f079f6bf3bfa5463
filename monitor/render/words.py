"""Which words of a long text changed: the changed places only, with a few words around them.

Comparing all words of two long texts costs seconds. So lines (and sentences) are compared first, and words only inside those that
differ, and only as long as there are few enough of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Mark = Literal["same", "out", "in"]

_SENTENCE = re.compile(r"\n+|(?<=[.;:?!])\s+")
_CONTEXT = 6
_MOST_LINES = 1000
_MOST_WORDS = 500
_MOST_SHOWN = 90
GAP = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went (`out`) or came (`in`)."""

    mark: Mark
    text: str


def marked(before: str, after: str, most: int = _MOST_SHOWN) -> tuple[Piece, ...]:
    """The places where two texts differ, as pieces in reading order; at most about `most` words, then "…".
    Texts that differ in white space only give nothing."""
    pieces: list[Piece] = []
    room = most
    for mark, words in _elided(_runs(before, after)):
        shown = words[:room]
        room -= len(shown)
        pieces.append(Piece(mark, " ".join(shown)))
        if len(shown) < len(words) or room <= 0:
            pieces.append(Piece("same", GAP))
            break
    return tuple(pieces)


def _runs(before: str, after: str) -> list[tuple[Mark, list[str]]]:
    old, new = ([part.split() for part in _SENTENCE.split(text) if part.strip()] for text in (before, after))
    runs: list[tuple[Mark, list[str]]] = []
    old_lines, new_lines = [" ".join(line) for line in old], [" ".join(line) for line in new]
    for i1, i2, j1, j2 in _blocks(old_lines, new_lines, _MOST_LINES):
        gone = [word for line in old[i1:i2] for word in line]
        come = [word for line in new[j1:j2] for word in line]
        if gone == come:
            runs.append(("same", gone))
            continue
        for k1, k2, l1, l2 in _blocks(gone, come, _MOST_WORDS):
            if gone[k1:k2] == come[l1:l2]:
                runs.append(("same", gone[k1:k2]))
            else:
                runs += [("out", gone[k1:k2]), ("in", come[l1:l2])]
    return runs


def _blocks(old: list[str], new: list[str], most: int) -> Iterator[tuple[int, int, int, int]]:
    """The two lists in stretches, equal ones and replaced ones in turn: old[i1:i2] became new[j1:j2]. What both begin and end with is
    taken off first; if more than `most` is left, it is one replaced stretch: comparing it would take too long."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    room = shorter - start
    end = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    old_end, new_end = len(old) - end, len(new) - end
    if start:
        yield 0, start, 0, start
    if max(old_end, new_end) - start > most:
        yield start, old_end, start, new_end
    else:
        for _, i1, i2, j1, j2 in SequenceMatcher(
            None, old[start:old_end], new[start:new_end], autojunk=False
        ).get_opcodes():
            yield start + i1, start + i2, start + j1, start + j2
    if end:
        yield old_end, len(old), new_end, len(new)


def _elided(runs: list[tuple[Mark, list[str]]]) -> Iterator[tuple[Mark, list[str]]]:
    """Long stretches that stayed, cut to the words next to a change."""
    merged: list[tuple[Mark, list[str]]] = []
    for mark, words in runs:
        if merged and mark == "same" == merged[-1][0]:
            merged[-1] = (mark, merged[-1][1] + words)
        elif words:
            merged.append((mark, words))
    if all(mark == "same" for mark, _ in merged):
        return
    last = len(merged) - 1
    for position, (mark, words) in enumerate(merged):
        if mark != "same":
            # Of a long passage that went or came, its beginning says which one it is.
            yield mark, words if len(words) <= _MOST_SHOWN // 2 else [*words[: _MOST_SHOWN // 2], GAP]
            continue
        head = words[:_CONTEXT] if position > 0 else []
        rest = words[len(head) :]
        foot = rest[-_CONTEXT:] if position < last else []
        middle = [GAP] if len(head) + len(foot) < len(words) else []
        yield mark, [*head, *middle, *foot]
