"""The words that headlines are made of: statuses, dates, counts. Shared by every family of rules."""

from collections.abc import Iterable

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate

_STATUSES = {
    "ACTIVE_NOT_RECRUITING": "active, not recruiting",
    "COMPLETED": "completed",
    "ENROLLING_BY_INVITATION": "enrolling by invitation",
    "NOT_YET_RECRUITING": "not yet recruiting",
    "RECRUITING": "recruiting",
    "SUSPENDED": "suspended",
    "TERMINATED": "terminated",
    "WITHDRAWN": "withdrawn",
    "AVAILABLE": "available",
    "NO_LONGER_AVAILABLE": "no longer available",
    "TEMPORARILY_NOT_AVAILABLE": "temporarily not available",
    "APPROVED_FOR_MARKETING": "approved for marketing",
    "WITHHELD": "withheld",
    "UNKNOWN": "unknown",
}


def status_words(status: str) -> str:
    """A status as people say it; a word the registry has newly coined, spelled out; `no status` for none."""
    return _STATUSES.get(status) or shortened(status.replace("_", " ").lower(), 60) or "no status"


def known_status(word: str) -> str:
    """As `status_words`, but empty where the word is none of the registry's statuses."""
    return _STATUSES.get(word, "")


def date_words(dated: TypedDate | None) -> str:
    """A date as people write it, `no date` for none."""
    return dated.date.in_words() if dated is not None else "no date"


def partial_date_words(text: str) -> str:
    """A registry's date as people write it; whatever else it is, on one line."""
    try:
        return PartialDate.parse(text).in_words()
    except ValueError:
        return shortened(text)


_ORDINALS = (
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)


def ordinal(number: int) -> str:
    """first … tenth, then 11th, 12th, 21st …"""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def count(number: int, unit: str, units: str = "") -> str:
    """`1 site`, `3 sites`; `units` where an "s" does not do."""
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {units or unit + 's'}"


def listed(names: Iterable[str], most: int = 3, longest: int = 40) -> str:
    """`Canada, Japan and Spain`: each once, sorted, shortened to `longest`; beyond `most` of them, how many more."""
    known = sorted(set(names))
    shown = [shortened(name, longest) for name in known[:most]]
    if len(known) > most:
        return f"{', '.join(shown)} and {len(known) - most} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def shortened(text: str, longest: int = 160) -> str:
    """One line of at most that many characters, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    whole_words = cut.rpartition(" ")[0]
    # A word that fills the line, as a long link does, is cut itself.
    return (whole_words if len(whole_words) > longest // 2 else cut) + "…"
