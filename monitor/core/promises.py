"""How a promised date moved: each date that was promised, and the day on which it first was."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.core.dates import PartialDate, slip_in_days
from monitor.core.facts import TrialFacts, TypedDate


@dataclass(frozen=True, slots=True)
class Promise:
    """`date` was promised (or, ACTUAL, reported as reached) in the version that the registry dates `made`; None where it gives no date.
    `moved` is by how many days that is later than the promise before; 0 for the first."""

    made: PartialDate | None
    date: TypedDate
    moved: int = 0


def promises(history: Iterable[TrialFacts], role: str) -> tuple[Promise, ...]:
    """The successive values of one date of a trial, oldest first, each once. `history` are the facts of its versions, oldest first;
    `role` is a field of TrialFacts that holds a date: `primary_completion`. A date only said more precisely is no new promise."""
    found: list[Promise] = []
    for facts in history:
        dated = getattr(facts, role)
        if not isinstance(dated, TypedDate):
            continue
        moved = slip_in_days(found[-1].date.date, dated.date) if found else 0
        if not found or moved or dated.type != found[-1].date.type:
            found.append(Promise(_day(facts.registry_date), dated, moved))
    return tuple(found)


def _day(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text)
    except ValueError:
        return None
