"""How people say what a registry encodes: statuses, dates, counts, moments."""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import TYPE_CHECKING

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.paper import Link
from monitor.core.significance import Significance
from monitor.core.upcoming import DeadlineKind

if TYPE_CHECKING:
    from babel import Locale

# The language in which dates are written without CLDR.
OURS = "en"

# ClinicalTrials.gov's words, as its own site shows them to people.
STATUSES = {
    "NOT_YET_RECRUITING": "Not yet recruiting",
    "RECRUITING": "Recruiting",
    "ENROLLING_BY_INVITATION": "Enrolling by invitation",
    "ACTIVE_NOT_RECRUITING": "Active, not recruiting",
    "COMPLETED": "Completed",
    "SUSPENDED": "Suspended",
    "TERMINATED": "Terminated",
    "WITHDRAWN": "Withdrawn",
    "UNKNOWN": "Unknown",
    "AVAILABLE": "Available",
    "NO_LONGER_AVAILABLE": "No longer available",
    "TEMPORARILY_NOT_AVAILABLE": "Temporarily not available",
    "APPROVED_FOR_MARKETING": "Approved for marketing",
    "WITHHELD": "Withheld",
}
WORDS = {
    "ACTUAL": "actual",
    "ESTIMATED": "estimated",
    "EARLY_PHASE1": "early phase 1",
    "PHASE1": "phase 1",
    "PHASE2": "phase 2",
    "PHASE3": "phase 3",
    "PHASE4": "phase 4",
}
_MONTHS = {PartialDate(2000, month).in_words().split()[0]: month for month in range(1, 13)}
# What stands in quotation marks are others' words; or a date as the rules write it.
_QUOTE_OR_DATE = re.compile(rf"“[^”]*”|(?<!\w)(?:(\d{{1,2}}) )?({'|'.join(_MONTHS)}) (\d{{4}})(?!\w)")
DEADLINES: dict[DeadlineKind, str] = {
    "primary_completion": "primary completion expected",
    "completion": "study completion expected",
    "results_due": "results due (estimated)",
}
# The same as headings.
DATES: dict[DeadlineKind, str] = {
    "primary_completion": "Primary completion",
    "completion": "Study completion",
    "results_due": "Results due",
}
# How a paper is tied to a trial.
LINKS: dict[Link, str] = {
    "registry": "the registry refers to it",
    "number": "its record gives the number",
    "mention": "its text mentions the number",
}


def status(word: str) -> str:
    """The status in people's words: `Active, not recruiting`. An unknown word is itself."""
    return STATUSES.get(word, word)


def status_beside_the_word(word: str) -> str:
    """Both: `Active, not recruiting (ACTIVE_NOT_RECRUITING)`."""
    return f"{STATUSES[word]} ({word})" if word in STATUSES else word


def date_words(date: PartialDate, language: str = OURS) -> str:
    """`8 March 2026`, `March 2026` or `2026`; in another language as CLDR writes it there (`8. März 2026`)."""
    if language == OURS or date.month is None:
        return date.in_words()
    from babel.dates import format_date, format_skeleton

    if date.day is not None:
        return str(format_date(date.earliest, "long", locale=_locale(language)))
    return str(format_skeleton("yMMMM", date.earliest, locale=_locale(language)))


def date_text(text: str, language: str = OURS) -> str:
    """`2026-10` → `October 2026`; what is no date of the registry's forms is itself."""
    try:
        return date_words(PartialDate.parse(text), language)
    except ValueError:
        return text


def dates_within(sentence: str, language: str = OURS) -> str:
    """A sentence of ours, its dates written as people do in that language; what it quotes stays as it is."""
    if language == OURS:
        return sentence

    def written(found: re.Match[str]) -> str:
        day, month, year = found.groups()
        if month is None:  # a quotation
            return found[0]
        try:
            return date_words(PartialDate(int(year), _MONTHS[month], int(day) if day else None), language)
        except ValueError:  # no day of that month
            return found[0]

    return _QUOTE_OR_DATE.sub(written, sentence)


def typed_date(date: TypedDate | None, language: str = OURS) -> str:
    """`October 2026 (estimated)`; empty where there is none."""
    if date is None:
        return ""
    return date_words(date.date, language) + (f" ({date.type.lower()})" if date.type else "")


def moment(instant: datetime, zone: tzinfo, language: str = OURS) -> str:
    """`9 February 2026 14:03 UTC`, on the reader's clock. `instant` must be aware."""
    local = instant.astimezone(zone)
    day = date_words(PartialDate(local.year, local.month, local.day), language)
    return f"{day} {_clock(local, language)} {local.tzname() or ''}".rstrip()


def _clock(local: datetime, language: str) -> str:
    if language == OURS:
        return f"{local:%H:%M}"
    from babel.dates import format_time

    return str(format_time(local, "short", locale=_locale(language)))


@cache
def _locale(language: str) -> "Locale":
    """The locale meant by `de`, `pt-BR` or `pt_BR`. Raises ValueError for what is none: a watchlist with it is refused at loading."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(language.replace("-", "_"))
    except UnknownLocaleError as error:
        raise ValueError(f"CLDR knows no locale {language!r}") from error


def count(number: int, one: str, many: str = "") -> str:
    """`1 trial`, `3 trials`; `many` where an "s" does not do."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def first_of(names: Sequence[str], most: int) -> str:
    """`A, B and 3 more`: the first ones as they stand, and how many there are beyond `most`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def size(number: float) -> str:
    """Bytes as people read them: `640 kB`, `1.2 MB`, `3.4 GB`."""
    if number < 1_000_000:
        return f"{number / 1000:.0f} kB"
    return f"{number / 1_000_000:.1f} MB" if number < 1_000_000_000 else f"{number / 1_000_000_000:.1f} GB"


def weight(significance: Significance) -> str:
    """How a message marks a verdict: `CRITICAL`."""
    return significance.name
