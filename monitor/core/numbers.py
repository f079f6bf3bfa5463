"""The numbers that registries give to trials, recognised by their form.

One trial may have several, one a registry. A number has a kind; two numbers of one kind are two trials, unless they are the same number
written in two ways (`EudraCT 2017-002092-25/FR` and `2017-002092-25`). What people write where they know no number is none: NCT00000000.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, order=True, slots=True)
class TrialNumber:
    """A number as its registry spells it, and the kind (`nct`, `eudract`, `isrctn` …) that says which registry that is."""

    kind: str
    text: str

    @property
    def registry(self) -> str:
        """As people call it."""
        return _KINDS[self.kind].registry


@dataclass(frozen=True, slots=True)
class _Kind:
    """`form` finds it in a text, digits and parts as groups; `spelt` puts these into the registry's own spelling."""

    registry: str
    form: re.Pattern[str]
    spelt: Callable[[re.Match[str]], str]


# Hyphens as people type and typesetters set them.
_HYPHEN = "[-\u2010\u2011\u2012\u2013]"
_LEFT, _RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"


def _kind(registry: str, form: str, spelt: str, *, left: str = _LEFT, right: str = _RIGHT) -> _Kind:
    pattern = re.compile(left + form.replace("~", _HYPHEN) + right, re.IGNORECASE)
    return _Kind(registry, pattern, lambda found: spelt.format(*found.groups(default="")).upper())


def _mixed(registry: str, form: str, spelt: str) -> _Kind:
    """A kind whose spelling is not all capitals."""
    kind = _kind(registry, form, spelt)
    return _Kind(registry, kind.form, lambda found: spelt.format(*found.groups(default="")))


# Neither a longer number nor a piece of one: an EU number is made of digits and hyphens, and so are telephone numbers and DOIs.
_ALONE = rf"(?<![A-Za-z0-9./])(?<!\d{_HYPHEN})"
# A country may follow an EudraCT number; the further parts of a number of CTIS say which resubmission is meant, of the same trial.
_END = rf"(?![A-Za-z0-9])(?!{_HYPHEN}?\d)"

_KINDS: dict[str, _Kind] = {
    "nct": _kind("ClinicalTrials.gov", r"NCT[\s:#-]{0,2}(\d{8})", "NCT{0}"),
    "ctis": _kind(
        "EU CTIS", r"(20[2-9]\d)~(5\d{5})~(\d{2})(?:~\d{2})?", "{0}-{1}-{2}", left=_ALONE, right=_END
    ),
    "eudract": _kind(
        "EU Clinical Trials Register",
        r"(20[0-2]\d)~([0-4]\d{5})~(\d{2})",
        "{0}-{1}-{2}",
        left=_ALONE,
        right=_END,
    ),
    "isrctn": _kind("ISRCTN", r"ISRCTN[\s:#-]{0,2}(\d{8})", "ISRCTN{0}"),
    "drks": _kind("DRKS, Germany", r"DRKS[\s:-]{0,2}(\d{8})", "DRKS{0}"),
    "actrn": _kind("ANZCTR, Australia and New Zealand", r"ACTRN[\s:-]{0,2}(126\d{11})", "ACTRN{0}"),
    "chictr": _Kind(
        "ChiCTR, China",
        re.compile(rf"{_LEFT}ChiCTR{_HYPHEN}?([A-Z]{{2,4}})?{_HYPHEN}?(\d{{8,10}}){_RIGHT}", re.IGNORECASE),
        lambda found: f"ChiCTR-{found[1].upper()}-{found[2]}" if found[1] else f"ChiCTR{found[2]}",
    ),
    "ctri": _kind("CTRI, India", r"CTRI/(20\d\d)/(\d{2,3})/(\d{6})", "CTRI/{0}/{1}/{2}"),
    "jrct": _mixed("jRCT, Japan", r"jRCT(s?\d{9,10})", "jRCT{0}"),
    "umin": _kind("UMIN-CTR, Japan", r"UMIN(?:~?CTR)?\s?(\d{9})", "UMIN{0}"),
    "irct": _kind("IRCT, Iran", r"IRCT(20\d{9,13}N\d{1,3})", "IRCT{0}"),
    "kct": _kind("CRIS, Korea", r"KCT(\d{7})", "KCT{0}"),
    "nl": _mixed("OMON, the Netherlands", r"(?:NL~?OMON)(\d{4,6})", "NL-OMON{0}"),
    "ntr": _kind("Netherlands Trial Register", r"NTR(\d{1,5})", "NTR{0}"),
    "pactr": _kind("PACTR, Africa", r"PACTR(20\d{13,14})", "PACTR{0}"),
    "rbr": _mixed("ReBec, Brazil", r"RBR~(\w{4,8})", "RBR-{0}"),
    "rpcec": _kind("RPCEC, Cuba", r"RPCEC(\d{8})", "RPCEC{0}"),
    "slctr": _kind("SLCTR, Sri Lanka", r"SLCTR/(20\d\d)/(\d{3})", "SLCTR/{0}/{1}"),
    "tctr": _kind("TCTR, Thailand", r"TCTR(20\d{9})", "TCTR{0}"),
    "utn": _kind("WHO", r"U(1111)~(\d{4})~(\d{4})", "U{0}-{1}-{2}"),
}


@lru_cache(maxsize=8192)
def number_in(text: str) -> TrialNumber | None:
    """The number that a text is, with or without the name of its registry before it (`EudraCT 2017-002092-25`). None: it is no number of a
    known kind, or holds anything beside it."""
    found = list(_found_in(text))
    if len(found) != 1:
        return None
    number, start, end = found[0]
    return number if _NAME.fullmatch(text[:start]) and _AFTER.fullmatch(text[end:]) else None


def numbers_in(text: str) -> tuple[TrialNumber, ...]:
    """Every number that stands in a text, each once, in the order in which they first come."""
    return tuple(dict.fromkeys(number for number, _, _ in sorted(_found_in(text), key=lambda one: one[1])))


def is_telling(number: str) -> bool:
    """Whether a number, found in a text, tells that the trial is meant. `12`, `2018-1` or a name without a digit stand in many texts, and
    `NCT00000000` stands for no trial."""
    if number_in(number) is not None:
        return True
    if any(declared.form.search(number) for declared in _KINDS.values()):
        return False
    letters = sum(character.isalpha() for character in number)
    digits = sum(character.isdigit() for character in number)
    return digits >= (1 if letters else 8) and letters + digits >= 5


def names(text: str, number: str) -> bool:
    """Whether a text names a number of any kind, a sponsor's own too: as a whole word, however it is spelt with capitals and hyphens.
    One that is not telling is named by no text."""
    known = number_in(number)
    if known is not None:
        return known in numbers_in(text)
    if not is_telling(number):
        return False
    word = re.escape(" ".join(number.split())).replace(r"\ ", r"\s+").replace(r"\-", _HYPHEN)
    return re.search(_LEFT + word + _RIGHT, text, re.IGNORECASE) is not None


def spelt(number: str) -> str:
    """A number as its registry spells it; of an unknown kind, as it stands."""
    known = number_in(number)
    return known.text if known is not None else " ".join(number.split())


def _found_in(text: str) -> Iterator[tuple[TrialNumber, int, int]]:
    for kind, declared in _KINDS.items():
        for found in declared.form.finditer(text):
            if not _is_dummy(found):
                yield TrialNumber(kind, declared.spelt(found)), found.start(), found.end()


def _is_dummy(found: re.Match[str]) -> bool:
    """All digits the same, or counted up: nobody was given that number. The year of a number and the fixed part of another do not count."""
    groups = [re.sub(r"\D", "", group or "") for group in found.groups()]
    digits = "".join(groups[1:] if len(groups) > 2 else groups)
    return (len(set(digits)) == 1 and len(digits) > 6) or digits in ("12345678", "01234567", "123456789")


# What may stand before a number that is given alone: its registry's name, however people abbreviate it.
_NAME = re.compile(
    r"\s*(?:[A-Za-z][A-Za-z .()/-]{0,60}?)?(?:number|no\.?|nr\.?|id|identifier)?\s*[:#]?\s*", re.IGNORECASE
)
_AFTER = re.compile(rf"(?:[/]|{_HYPHEN})?(?:[A-Z]{{2,3}})?\s*")
