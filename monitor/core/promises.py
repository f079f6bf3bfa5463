"""How a promised date moved: each date that was promised, and the day on which it first was."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.core.dates import PartialDate, duration_in_words, slip_in_days
from monitor.core.facts import TrialFacts, TypedDate

_Day = TypeVar("_Day")


@dataclass(frozen=True, slots=True)
class Promise(Generic[_Day]):
    """`date` was promised (or reported as reached) on the day `made`. `moved` is by how many days that is later than the promise before,
    `total` than the first; 0 for the first."""

    made: _Day
    date: TypedDate
    moved: int = 0
    total: int = 0

    @property
    def reached(self) -> bool:
        """Whether it is no promise any more: the day has come."""
        return self.date.type == "ACTUAL"

    @property
    def moved_in_words(self) -> str:
        """`7 months later`; empty where it did not move."""
        if not self.moved:
            return ""
        return f"{duration_in_words(self.moved)} {'later' if self.moved > 0 else 'earlier'}"


def promises(history: Iterable[tuple[_Day, TrialFacts]], role: str) -> tuple[Promise[_Day], ...]:
    """The successive values of one date of a trial, oldest first, each once. `history` are its versions, oldest first, each the day that is
    to count as its own and its facts; `role` is a field of TrialFacts that holds a date: `primary_completion`. A date only said more
    precisely is no new promise."""
    found: list[Promise[_Day]] = []
    for day, facts in history:
        dated = getattr(facts, role)
        if not isinstance(dated, TypedDate):
            continue
        moved = slip_in_days(found[-1].date.date, dated.date) if found else 0
        total = slip_in_days(found[0].date.date, dated.date) if found else 0
        promise = Promise(day, dated, moved, total)
        if not found or moved or promise.reached != found[-1].reached:
            found.append(promise)
    return tuple(found)


def by_the_registry(history: Iterable[TrialFacts]) -> list[tuple[PartialDate | None, TrialFacts]]:
    """Versions with the day that the registry gives each; None where it gives none."""
    return [(_day(facts.registry_date), facts) for facts in history]


def _day(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None
