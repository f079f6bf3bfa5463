"""How far two texts differ: in typography only, in spelling only, in precision, or in what they say.

Judged by words, numbers and units, never by letters: a capital letter is no change of meaning, “ACR20” and “ACR50” are two things.
Where words cannot tell, the answer is "changed": better a reader too many looks than an endpoint slips through as cosmetic.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from monitor.rules._folding import folded
from monitor.rules._words_alike import (
    ABBREVIATIONS,
    LIGHT,
    METHODS,
    NEGATIONS,
    RIVALS,
    SAME_WORD,
    SMALL,
    TELLING,
    UNITS,
)


class Difference(IntEnum):
    """What lies between two texts, least first."""

    TYPOGRAPHY = 0  # case, punctuation, white space, markup; or nothing at all
    SPELLING = 1  # British and American, hyphens, plural, abbreviation, the same span of time
    ADDED = 2  # words came, none went
    CHANGED = 3


# An abbreviation stands behind its words; what is spelled wrong is a word, not a page.
_REACH = 200
_LONGEST_WORD = 40
_EDGES = ".,;:()[] "
_NO_CONTENT = LIGHT | METHODS | UNITS | RIVALS
_INLINE_TAG = re.compile(r"</?(?:b|i|u|em|strong|sub|span)\b[^<>]{0,80}>", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"</?(?:p|br|li|ul|ol|div)\b[^<>]{0,80}>", re.IGNORECASE)
_SUPERSCRIPT = re.compile(r"<sup>([^<>]{1,20})</sup>", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_TOKEN = re.compile(
    r"(?:(?<![\w)\]])-)?(?:\d+(?:\.\d+)?|(?<![\w.])\.\d+)"  # a number, with its minus where it stands alone
    r"|[^\W\d_]\w*"
    r"|[%‰≥≤≠<>±~+^]|(?<=\d)/(?=\d)|(?<=\w)-(?=[\s),;/]|$)"  # the last one: HER2- is not HER2
)
_PLURAL = re.compile(r"\(s\)|(?<=\w)'s\b")
_VERSION = re.compile(r"v\d+")  # of CTCAE v5.0
# FEV, IgE, HbA1c, which have a capital or a digit within: one in the place of another is another thing.
_ACRONYM = re.compile(r"\b[A-Za-z]{1,4}(?:[A-Z]|\d)\w{0,6}\b")
_ENDING = re.compile(r"(?<=\w{5})(?:ation|ating|ated|ate|ion|ing|ed|ive|ity|ance|ence|ment|ally|al|ly|er|e)$")
_IN_BRACKETS = re.compile(r"[(\[]\s*([A-Za-z][A-Za-z0-9]{1,9})\s*[)\]]")
_RAISED = str.maketrans(
    {"⁰": "^0", "¹": "^1", "²": "^2", "³": "^3"} | {chr(0x2070 + n): f"^{n}" for n in range(4, 10)}
)
_MARKS = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"’": "'", "‘": "'", "×": "x"})
_SIGNS = (("&", " and "), ("+/-", "±"), (">=", "≥"), ("=>", "≥"), ("<=", "≤"), ("=<", "≤"))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in the forms in which it is compared."""

    signs: tuple[str, ...]
    words: tuple[str, ...]
    content: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]


def bare(text: str) -> tuple[str, ...]:
    """The text without its typography: equal where `difference` says TYPOGRAPHY."""
    return _read(text).signs


@lru_cache(maxsize=256)  # every rule of a family asks again
def difference(before: str, after: str) -> Difference:
    """How far one text is from another. From none to some is ADDED, from some to none CHANGED."""
    one, other = _read(before), _read(after)
    if one.signs == other.signs:
        return Difference.TYPOGRAPHY
    turned = bool((set(one.words) ^ set(other.words)) & NEGATIONS)
    if not turned and (_joined(one.words) == _joined(other.words) or _misprinted(one.words, other.words)):
        return Difference.SPELLING
    if not turned and _within(one.words, other.words):
        return Difference.ADDED
    return Difference.CHANGED


def likeness(before: str, after: str) -> float:
    """1.0 where two names differ in typography or spelling only, 0.0 where they name different things, in between where one
    may be the other reworded or said more precisely. Times are left out: the same thing may be measured at another time."""
    if difference(before, after) <= Difference.SPELLING:
        return 1.0
    one, other = _read(before), _read(after)
    if contradict(before, after):
        return 0.0
    if one.content - other.content and other.content - one.content:
        # A word in the place of another names another thing, however long the rest: IgE is not IgG.
        return 0.0
    whole = len(one.content) + len(other.content)
    shared = 2 * len(one.content & other.content) / whole if whole else _of_all_words(one, other)
    return min(shared, 0.99) if shared > 0.5 else 0.0


def contradict(before: str, after: str) -> bool:
    """Whether numbers, proper names or telling words exclude that two names mean one thing."""
    one, other = _read(before), _read(after)
    rivals = ((one.numbers, other.numbers), (one.names, other.names))
    if any(left - right and right - left for left, right in rivals):
        return True
    return bool((set(one.words) ^ set(other.words)) & (TELLING | NEGATIONS))


def stretch(before: str, after: str) -> tuple[str, str]:
    """The one stretch of words in which two texts differ, without the punctuation around it; a number takes the word after it
    along (`59 months`). Both sides are empty where only punctuation differs."""
    old, new = before.split(), after.split()
    same = [one.strip(_EDGES) == other.strip(_EDGES) for one, other in zip(old, new, strict=False)]
    start = next((at for at, equal in enumerate(same) if not equal), len(same))
    room = len(same) - start
    end = next((at for at in range(room) if old[-1 - at].strip(_EDGES) != new[-1 - at].strip(_EDGES)), room)
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    if end and any(side and side[-1][-1].isdigit() for side in (gone, come)):
        gone, come = [*gone, old[-end]], [*come, new[-end]]
    return " ".join(gone).strip(_EDGES), " ".join(come).strip(_EDGES)


def _of_all_words(one: _Text, other: _Text) -> float:
    """For names without a word of their own ("Change from baseline"): what they share of all words."""
    left, right = set(one.words), set(other.words)
    whole = len(left) + len(right)
    return 2 * len(left & right) / whole if whole else 0.0


def _joined(words: Sequence[str]) -> str:
    """The words without the spaces between them, except where numbers would run together."""
    text = ""
    for word in words:
        text += f" {word}" if text[-1:].isdigit() and word[:1].isdigit() else word
    return text


def _misprinted(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether long words differ by one letter too many or two in the wrong order ("progresison"), and nothing else does. One letter
    for another may make another word (abduction, adduction), and so may one before it (symptomatic, asymptomatic)."""
    return len(one) == len(other) and all(
        left == right or (left[0] == right[0] and _slip(left, right))
        for left, right in zip(one, other, strict=True)
    )


def _slip(left: str, right: str) -> bool:
    if min(len(left), len(right)) < 7 or max(len(left), len(right)) > _LONGEST_WORD:
        return False
    if len(left) == len(right):
        apart = [at for at in range(len(left)) if left[at] != right[at]]
        first = apart[0]
        return len(apart) == 2 and left[first : first + 2] == right[first + 1 : first - 1 : -1]
    short, long = sorted((left, right), key=len)
    return len(long) - len(short) == 1 and any(short == long[:at] + long[at + 1 :] for at in range(len(long)))


def _within(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether the words of one stand in the other in the same order."""
    rest = iter(many)
    return all(word in rest for word in few)


@lru_cache(maxsize=256)
def _read(text: str) -> _Text:
    plain = _plain(text)
    bare = _without_own_abbreviations(_PLURAL.sub("", plain))
    words = tuple(_settled(list(_folded(_TOKEN.findall(bare.casefold())))))
    numbers = frozenset(_numbers(words))
    content = frozenset(_ENDING.sub("", word) for word in words if _is_content(word))
    shouted = bare.isupper()  # then capitals say nothing
    written = {word.casefold() for word in _ACRONYM.findall("" if shouted else bare)} - METHODS
    known = {word for word in written if _VERSION.fullmatch(word) or _expanded(word) != (word,)}
    names = (written - known) | (set(words) & RIVALS)
    return _Text(folded(plain), words, content, numbers, frozenset(names))


def _plain(text: str) -> str:
    """The text without markup, its signs of one form each."""
    text = re.sub(r"\\([^\w\s])", r"\1", html.unescape(html.unescape(text)))
    text = _SUPERSCRIPT.sub(r"^\1", text)
    text = _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", text)).translate(_RAISED).translate(_MARKS)
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(?<=[^\W\d])\^", "", text)  # m², m^2 and m2 are one unit; 10² is not 102
    for written, sign in _SIGNS:
        text = text.replace(written, sign)
    return _THOUSANDS.sub(lambda match: match[1].replace(",", ""), text)


def _without_own_abbreviations(text: str) -> str:
    """`Objective response rate (ORR)` → `Objective response rate`: what abbreviates the words before it adds nothing."""

    def shown(match: re.Match[str]) -> str:
        letters = re.sub(r"s$", "", match[1]).casefold()
        around = text[max(0, match.start() - _REACH) : match.start()]
        before = [word.casefold() for word in re.findall(r"\w+", around)][-2 * len(letters) :]
        for words in (before, [word for word in before if word not in SMALL]):
            if "".join(word[0] for word in words[-len(letters) :]) == letters:
                return " "
        return match[0]

    return _IN_BRACKETS.sub(shown, text)


def _folded(tokens: Sequence[str]) -> Iterator[str]:
    """One form for each word, whatever its spelling; small words left out."""
    for token in tokens:
        for word in _expanded(token):
            if word not in SMALL:
                yield _one_spelling(word)


def _expanded(token: str) -> tuple[str, ...]:
    return ABBREVIATIONS.get(token) or ABBREVIATIONS.get(token.removesuffix("s")) or (token,)


_AMERICAN = (
    (re.compile(r"(tum|col|behavi|lab|od|fav|neighb)our"), r"\1or"),
    (re.compile(r"aem"), "em"),
    (re.compile(r"^oed"), "ed"),
    (re.compile(r"oe(?=a|s|t)"), "e"),
    (re.compile(r"(p|orthop)aed"), r"\1ed"),
    (re.compile(r"(gyn|f|c)aec"), r"\1ec"),
    (re.compile(r"anaes"), "anes"),
    (re.compile(r"^aeti"), "eti"),
    (re.compile(r"is(e|ed|es|ing|ation)$"), r"iz\1"),
    (re.compile(r"lys(e|ed|ing)$"), r"lyz\1"),
    (re.compile(r"(cent|met|lit|fib|tit)re$"), r"\1er"),
    (re.compile(r"alogue$"), "alog"),
    (re.compile(r"programme$"), "program"),
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"(lab|mod|trav|canc)ell(ed|ing)$"), r"\1el\2"),
    (re.compile(r"enrol(?=ment|$)"), "enroll"),
    (re.compile(r"judgement"), "judgment"),
    (re.compile(r"numerical$"), "numeric"),
)


@lru_cache(maxsize=4096)
def _one_spelling(word: str) -> str:
    if word in SAME_WORD:
        return SAME_WORD[word]
    if len(word) > 3:
        if word.endswith("ies"):
            word = word[:-3] + "y"
        elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
        for pattern, american in _AMERICAN:
            word = pattern.sub(american, word)
    return SAME_WORD.get(word, word)


def _settled(words: list[str]) -> Iterator[str]:
    """Spans of time in one form: `week 12` as `12 week`, 12 months as 1 year; "time to" as one word."""
    at = 0
    while at < len(words):
        word, following = words[at], words[at + 1] if at + 1 < len(words) else ""
        beyond = words[at + 2] if at + 2 < len(words) else ""
        if word in UNITS and _is_number(following) and beyond not in UNITS:
            yield from _span(following, word)
            at += 2
        elif _is_number(word) and following in UNITS:
            yield from _span(word, following)
            at += 2
        elif word == "time" and following == "to":
            yield "timeto"
            at += 2
        else:
            yield word
            at += 1


def _span(number: str, unit: str) -> tuple[str, str]:
    for small, size, large in (("hour", 24, "day"), ("day", 7, "week"), ("month", 12, "year")):
        if unit == small and len(number) < 6 and number.isdigit() and int(number) and int(number) % size == 0:
            return str(int(number) // size), large
    return number, unit


def _numbers(words: Sequence[str]) -> Iterator[str]:
    """Numbers that are no time and no version of a criterion."""
    for at, word in enumerate(words):
        if not _is_number(word) or (words[at + 1 : at + 2] and words[at + 1] in UNITS):
            continue
        if not (at and words[at - 1] in METHODS):
            yield word


def _is_number(word: str) -> bool:
    return word.lstrip("-.")[:1].isdigit()


def _is_content(word: str) -> bool:
    if word in _NO_CONTENT or not word[0].isalpha():
        return False
    return not _VERSION.fullmatch(word)
