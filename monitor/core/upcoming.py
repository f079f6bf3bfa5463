"""What is coming for a trial: primary completion, completion, results due. Read out of its facts; nothing is looked up, no day invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.results_due import results_due

DeadlineKind = Literal["primary_completion", "completion", "results_due"]

# The statuses of a trial that is over: what was promised of it is promised no longer.
ENDED = frozenset({"COMPLETED", "TERMINATED", "WITHDRAWN"})


@dataclass(frozen=True, slots=True)
class Deadline:
    """One date of a trial. `date` is as precise as the registry gives it; `date.latest` is the day to go by, for a month-only date means
    the last day of that month (42 CFR 11.10). `estimated`: expected or reckoned, not reported as reached. `note` says what a reader
    must know to trust it; may be empty."""

    kind: DeadlineKind
    date: PartialDate
    estimated: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One value that a deadline had. `seen_at` is when we saw it first (aware), `registry_date` the registry's own date of that version
    ("2026-02-09", empty where it gives none)."""

    date: PartialDate
    estimated: bool
    seen_at: datetime
    registry_date: str = ""


def deadlines(facts: TrialFacts) -> tuple[Deadline, ...]:
    """Every date of the trial that is promised, reported as reached, or due by law as estimated; in the order of DeadlineKind."""
    kinds: tuple[tuple[DeadlineKind, TypedDate | None], ...] = (
        ("primary_completion", facts.primary_completion),
        ("completion", facts.completion),
    )
    found = [_promised(kind, dated) for kind, dated in kinds if dated is not None and _stands(dated, facts)]
    due = _results(facts)
    return (*found, due) if due is not None else tuple(found)


def coming(facts: TrialFacts, today: date, days: int) -> tuple[Deadline, ...]:
    """Those deadlines that are not reached and lie between today and `days` from now, both included; the soonest first."""
    last = today + timedelta(days=days)
    ahead = [one for one in deadlines(facts) if one.estimated and today <= one.date.latest <= last]
    return tuple(sorted(ahead, key=lambda one: one.date.latest))


def is_new_week(since: date, today: date) -> bool:
    """Whether `today` lies in a later week than `since`; weeks begin on Monday."""
    return since.isocalendar()[:2] != today.isocalendar()[:2]


def course_of(kind: DeadlineKind, history: Sequence[tuple[datetime, TrialFacts]]) -> tuple[Point, ...]:
    """The successive values of a deadline, oldest first, out of the versions of a trial (when each was seen, and its facts).

    The number of moves, one less than their number, never falls as versions are added: a calendar can use it as its SEQUENCE.
    """
    found: list[Point] = []
    for seen_at, facts in history:
        one = next((one for one in deadlines(facts) if one.kind == kind), None)
        if one is None or (found and (found[-1].date, found[-1].estimated) == (one.date, one.estimated)):
            continue
        found.append(Point(one.date, one.estimated, seen_at, facts.registry_date))
    return tuple(found)


def _stands(dated: TypedDate, facts: TrialFacts) -> bool:
    return dated.type == "ACTUAL" or facts.status not in ENDED


def _promised(kind: DeadlineKind, dated: TypedDate) -> Deadline:
    note = "" if dated.date.precision == "day" else f"the registry gives only the {dated.date.precision}"
    return Deadline(kind, dated.date, dated.type != "ACTUAL", note)


def _results(facts: TrialFacts) -> Deadline | None:
    if facts.has_results or facts.results_posted or facts.results_submitted:
        return None
    due = results_due(facts)
    if due.day is None or (not due.reached and facts.status in ENDED):
        return None
    note = f"under FDAAA 801, as estimated: {due.because}"
    if not due.reached:
        note += "; it moves with primary completion, which is only expected"
    return Deadline("results_due", PartialDate(due.day.year, due.day.month, due.day.day), True, note)
