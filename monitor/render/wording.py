"""How people say what a registry encodes: statuses, dates, counts, moments."""

from datetime import datetime, tzinfo

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.significance import Significance

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


def status(word: str) -> str:
    """The status in people's words: `Active, not recruiting`. An unknown word is itself."""
    return STATUSES.get(word, word)


def status_beside_the_word(word: str) -> str:
    """Both: `Active, not recruiting (ACTIVE_NOT_RECRUITING)`."""
    return f"{STATUSES[word]} ({word})" if word in STATUSES else word


def date_text(text: str) -> str:
    """`2026-10` → `October 2026`; what is no date of the registry's forms is itself."""
    try:
        return PartialDate.parse(text).in_words()
    except ValueError:
        return text


def typed_date(date: TypedDate | None) -> str:
    """`October 2026 (estimated)`; empty where there is none."""
    if date is None:
        return ""
    return date.date.in_words() + (f" ({date.type.lower()})" if date.type else "")


def moment(instant: datetime, zone: tzinfo) -> str:
    """`9 February 2026 14:03 UTC`, on the reader's clock. `instant` must be aware."""
    local = instant.astimezone(zone)
    day = PartialDate(local.year, local.month, local.day).in_words()
    return f"{day} {local:%H:%M} {local.tzname() or ''}".rstrip()


def count(number: int, one: str, many: str = "") -> str:
    """`1 trial`, `3 trials`; `many` where an "s" does not do."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def weight(significance: Significance) -> str:
    """How a message marks a verdict: `CRITICAL`."""
    return significance.name
