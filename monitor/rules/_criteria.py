"""Eligibility criteria as a list: what a registry keeps as one text, read as inclusion and exclusion criteria, and compared as such."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitor.rules._folding import folded
from monitor.rules._likeness import numbers_in, pairs_of, spoken

Side = Literal["inclusion", "exclusion", "other"]

# `Inclusion Criteria:`, `KEY EXCLUSION CRITERIA`, `Exclusion criteria for healthy controls: pregnancy`.
_HEADING = re.compile(
    r"^[\W_]*(?:[\w/-]+ ){0,4}?(?P<side>inclusion|exclusion)(?: criteri(?:a|on|ons))?\b(?P<of>[^:.;]{0,60}?)"
    r"[\W_]*(?::[\W_]*(?P<rest>.*))?$",
    re.IGNORECASE,
)
_ONLY_HEADING = re.compile(r"^[\W_]*(?P<side>inclusion|exclusion) criteria[\W_]*(?P<rest>)$", re.IGNORECASE)
# A list's mark, several where a sponsor numbered what is a list already: `* (1)`, `12.`, `a)`.
_MARK = re.compile(
    r"^(?:(?:[*•·◦▪○●-]|[–—]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])[.)]|\\[-*.])(?:\s+|$))+", re.IGNORECASE
)
# Below this, two criteria are two, not one that was reworded.
_REWORDED = 0.5
# How much less it tells that the words of one stand in a longer other, and from how many words on it tells anything.
_EXTENDED, _TELLING = 0.75, 6
# A text of more criteria than this is compared as one.
_MOST = 300


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion without its list mark."""

    side: Side
    text: str


@dataclass(slots=True)
class CriteriaNews:
    """What became of the criteria. `moved` changed sides in the same words. All empty: only numbering, order or typography differ."""

    added: list[Criterion] = field(default_factory=list)
    removed: list[Criterion] = field(default_factory=list)
    reworded: list[tuple[Criterion, Criterion]] = field(default_factory=list)
    moved: list[tuple[Criterion, Criterion]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many criteria are concerned."""
        return len(self.added) + len(self.removed) + len(self.reworded) + len(self.moved)


def criteria(text: str) -> list[Criterion]:
    """The criteria of a text, in its order. A nested point is a criterion of its own; a text without lists is read by paragraphs."""
    return [Criterion(side, " ".join(text.split())) for side, text in _read(text) if text.strip()]


def _read(text: str) -> Iterator[tuple[Side, str]]:
    side: Side = "other"
    current = ""
    after_blank = True
    for line in text.splitlines():
        stripped = line.strip()
        mark = _MARK.match(stripped)
        heading = _heading(stripped, mark)
        if heading:
            yield side, current
            side = "exclusion" if heading["side"].lower() == "exclusion" else "inclusion"
            current = heading["rest"] or ""
        elif mark or (stripped and after_blank and not line[:1].isspace()):
            yield side, current
            current = stripped[mark.end() :] if mark else stripped
        elif stripped:
            current += " " + stripped
        after_blank = not stripped
    yield side, current


def _heading(line: str, mark: re.Match[str] | None) -> re.Match[str] | None:
    """A sentence that speaks of exclusion is no heading: that ends with a colon or holds little else. Neither is a point of a list,
    unless it says nothing but that."""
    if mark:
        return _ONLY_HEADING.match(line[mark.end() :])
    return _HEADING.match(line) if ":" in line or len(line) <= 60 else None


def compare(before: str, after: str) -> CriteriaNews:
    """What became of the criteria from one text to the other."""
    _, gone, come = _matched(criteria(before), criteria(after), lambda one: (one.side, folded(one.text)))
    # In the same words in the other list: included before, excluded now.
    moved, gone, come = _matched(gone, come, lambda one: folded(one.text))
    news = CriteriaNews(moved=moved)
    if max(len(gone), len(come)) <= _MOST:
        pairs = pairs_of([_words(one) for one in gone], [_words(one) for one in come], _alike, _REWORDED)
        news.reworded = [(gone[n], come[m]) for n, m in pairs]
        was, now = {n for n, _ in pairs}, {m for _, m in pairs}
        gone = [one for n, one in enumerate(gone) if n not in was]
        come = [one for m, one in enumerate(come) if m not in now]
    news.removed, news.added = gone, come
    return news


def _matched(
    left: Sequence[Criterion], right: Sequence[Criterion], mark: Callable[[Criterion], object]
) -> tuple[list[tuple[Criterion, Criterion]], list[Criterion], list[Criterion]]:
    """Pairs of equal mark, each criterion once; and what is left of either, in an order that comes from the words."""
    waiting: dict[object, list[Criterion]] = {}
    for one in sorted(right, key=_order):
        waiting.setdefault(mark(one), []).append(one)
    pairs, rest = [], []
    for one in sorted(left, key=_order):
        partners = waiting.get(mark(one))
        if partners:
            pairs.append((one, partners.pop(0)))
        else:
            rest.append(one)
    return pairs, rest, sorted((one for ones in waiting.values() for one in ones), key=_order)


def _order(one: Criterion) -> tuple[str, str]:
    return one.side, one.text


def _words(one: Criterion) -> tuple[Side, Counter[str]]:
    return one.side, Counter(spoken(one.text))


def _alike(old: tuple[Side, Counter[str]], new: tuple[Side, Counter[str]]) -> float:
    """How alike two criteria are; 0 for those of different lists. One that was only extended counts as reworded."""
    if old[0] != new[0]:
        return 0.0
    shared, sizes = (old[1] & new[1]).total(), (old[1].total(), new[1].total())
    extended = _EXTENDED * shared / min(sizes) if min(sizes) >= _TELLING else 0.0
    return max(2 * shared / max(sum(sizes), 1), extended)


def numbers_differ(old: Criterion, new: Criterion) -> bool:
    """Whether a number, or a comparison before it, is another."""
    return numbers_in(old.text) != numbers_in(new.text)
