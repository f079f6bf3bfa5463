"""Open places, as far as a record supports them: what people ask who look for a trial to join.

A registry says how many are wanted and when the trial should have measured what it is about. How many have come so far it never
says while a trial recruits; so a target is an upper bound, and called one.
"""

from dataclasses import dataclass
from datetime import date

from monitor.core.dates import duration_in_words
from monitor.core.facts import TrialFacts
from monitor.rules.words import count, date_words

TAKING_PARTICIPANTS = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION"})


@dataclass(frozen=True, slots=True)
class OpenPlaces:
    """What a recruiting trial's record says of its places: `target` where the number is a target, `enrolled` where it is a count,
    `days_left` to the last day of the promised primary completion (negative once it has passed), each None where the record does not
    say it. `up_to` is the one phrase that may be told; where it is empty, `unknown_because` says what is missing."""

    target: int | None
    enrolled: int | None
    days_left: int | None
    up_to: str = ""
    unknown_because: str = ""


def open_places(facts: TrialFacts, today: date) -> OpenPlaces | None:
    """The places of a trial that takes participants now; None for every other."""
    if facts.status not in TAKING_PARTICIPANTS:
        return None
    target = facts.enrollment if facts.enrollment_type == "ESTIMATED" else None
    enrolled = facts.enrollment if facts.enrollment_type == "ACTUAL" else None
    end = facts.primary_completion
    days = (end.date.latest - today).days if end is not None and end.type == "ESTIMATED" else None
    missing = _missing(facts, target, enrolled, days)
    if missing or target is None or days is None:
        return OpenPlaces(target, enrolled, days, unknown_because=missing)
    left = f", {duration_in_words(days)} away" if days else ", today"
    up_to = (
        f"up to {count(target, 'place')} until {date_words(end)}{left} "
        "(target and expected primary completion; the registry does not say how many are taken)"
    )
    return OpenPlaces(target, enrolled, days, up_to=up_to)


def _missing(facts: TrialFacts, target: int | None, enrolled: int | None, days: int | None) -> str:
    """Why no number of places can be told; empty where one can."""
    if enrolled is not None:
        return f"the record calls {enrolled:,} the number enrolled, not a target"
    if not target:
        return "the record gives no target"
    if days is None:
        return "the record promises no primary completion date"
    if days < 0:
        return f"primary completion was expected by {date_words(facts.primary_completion)}, which has passed"
    return ""
