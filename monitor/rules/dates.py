"""Start, primary completion and completion: slipped, pulled in, reached; how often and how far from the first promise.

Every date is judged once per version, by one rule. A change of precision (2026-10 → 2026-10-31) is no slip.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.core.dates import duration_in_words, slip_in_days
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Measure, Rule, Significance, Verdict
from monitor.rules.words import count, date_words, ordinal

# Below a month a moved date is bookkeeping more often than news.
NOTABLE_DAYS = 30


@dataclass(frozen=True, slots=True)
class _Milestone:
    """One of the three dates of a trial's life; `role` is its name in TrialFacts."""

    role: str
    name: str

    def of(self, facts: TrialFacts) -> TypedDate | None:
        dated = getattr(facts, self.role)
        assert dated is None or isinstance(dated, TypedDate)
        return dated


MILESTONES = (
    _Milestone("start", "Start"),
    _Milestone("primary_completion", "Primary completion"),
    _Milestone("completion", "Study completion"),
)


@dataclass(frozen=True, slots=True)
class SlipLedger:
    """What stored history says of one promised date: how many slips, this one included, and days from the first promise to now."""

    slips: int
    days_from_first_promise: int


def slip_ledger(history: Sequence[TypedDate | None]) -> SlipLedger:
    """From the successive values of a date, oldest first. Pulling in counts against the distance but is no slip, nor is correcting
    a day that had come."""
    dated = [one for one in history if one is not None]
    slips = sum(
        1
        for one, other in pairwise(dated)
        if slip_in_days(one.date, other.date) > 0 and not one.type == other.type == "ACTUAL"
    )
    return SlipLedger(slips, slip_in_days(dated[0].date, dated[-1].date) if dated else 0)


def _judged(case: Case, wanted: str) -> Iterable[Verdict]:
    touched = {change.role for change in case.changes}  # looked through once, not for every milestone
    for milestone in MILESTONES:
        if touched.isdisjoint((milestone.role, f"{milestone.role}_type")):
            continue
        if milestone.of(case.before) is milestone.of(case.after) is None:
            continue
        positions = case.positions(milestone.role, f"{milestone.role}_type")
        rule, significance, headline, because = _judge(milestone, case)
        if rule == wanted:
            measure = _measure(milestone, case) if rule in _MOVED else None
            yield Verdict(rule, "dates", significance, headline, because, positions, measure=measure)


# What only says that a day is another: how far it moved is all there is to it.
_MOVED = frozenset({"dates.slipped", "dates.pulled_in", "dates.corrected"})


def _measure(milestone: _Milestone, case: Case) -> Measure | None:
    history = [milestone.of(facts) for facts in (*case.past, case.before, case.after)]
    dated = [one.date for one in history if one is not None]
    if len(dated) < 2:
        return None
    first, before, after = dated[0], dated[-2], dated[-1]
    return Measure(
        "slip", slip_in_days(before, after), slip_in_days(first, before), slip_in_days(first, after)
    )


def _judge(milestone: _Milestone, case: Case) -> tuple[str, Significance, str, str]:
    before, after = milestone.of(case.before), milestone.of(case.after)
    name, span = milestone.name, f"{date_words(before)} → {date_words(after)}"
    if before is None or after is None:
        told = f"given: {date_words(after)}" if before is None else f"taken out (was {date_words(before)})"
        return "dates.edited", Significance.ROUTINE, f"{name} date {told}", "the date came or went"
    days = slip_in_days(before.date, after.date)
    if before.type == "ACTUAL" and after.type == "ESTIMATED":
        because = "the date went from ACTUAL to ESTIMATED: what had happened has not"
        return (
            "dates.undone",
            Significance.NOTABLE,
            f"{name} is no longer reached, only expected: {span}",
            because,
        )
    if after.type == "ACTUAL" and before.type != "ACTUAL":
        return _reached(milestone, before, after, days)
    if before.date == after.date:
        said = {"ACTUAL": "actual", "ESTIMATED": "estimated", "": "neither estimated nor actual"}[after.type]
        headline = f"{name} date, {date_words(after)}, is now called {said}"
        return "dates.edited", Significance.ROUTINE, headline, "the date stayed, its type did not"
    if days == 0:
        return "dates.edited", Significance.ROUTINE, f"{name} date said differently: {span}", "no day moved"
    if before.type == after.type == "ACTUAL":
        return _corrected(milestone, span, days)
    significance = Significance.NOTABLE if abs(days) >= NOTABLE_DAYS else Significance.ROUTINE
    because = f"the {name.lower()} date moved by {count(abs(days), 'day')}"
    if days < 0:
        return "dates.pulled_in", significance, f"{name} pulled in {duration_in_words(days)}: {span}", because
    history = [milestone.of(facts) for facts in (*case.past, case.before, case.after)]
    return (
        "dates.slipped",
        significance,
        f"{name} slipped {duration_in_words(days)}: {span}{_tally(history)}",
        because,
    )


def _reached(
    milestone: _Milestone, before: TypedDate, after: TypedDate, days: int
) -> tuple[str, Significance, str, str]:
    timing = "as expected"
    if days:
        timing = f"{duration_in_words(days)} {'later' if days > 0 else 'earlier'} than expected ({date_words(before)})"
    significance = Significance.NOTABLE if milestone.role == "primary_completion" else Significance.ROUTINE
    verb = "Started" if milestone.role == "start" else f"{milestone.name} reached"
    return "dates.reached", significance, f"{verb}: {date_words(after)}, {timing}", "the date is now ACTUAL"


def _corrected(milestone: _Milestone, span: str, days: int) -> tuple[str, Significance, str, str]:
    """What happened on a day happened on another: no promise was broken, so it is no slip."""
    significance = Significance.NOTABLE if abs(days) >= NOTABLE_DAYS else Significance.ROUTINE
    by = f"{duration_in_words(days)} {'later' if days > 0 else 'earlier'}"
    headline = f"Actual {milestone.name.lower()} date corrected: {span}, {by}"
    return "dates.corrected", significance, headline, "the date was ACTUAL before and is ACTUAL now"


def _tally(history: Sequence[TypedDate | None]) -> str:
    ledger = slip_ledger(history)
    if ledger.slips < 2:
        return ""
    told = f", the {ordinal(ledger.slips)} slip"
    if ledger.days_from_first_promise > 0:
        told += f", {duration_in_words(ledger.days_from_first_promise)} in all"
    return told


def _dates(role: str, date: str, type_: str = "ESTIMATED") -> dict[str, Json]:
    return {"protocolSection": {"statusModule": {f"{role}DateStruct": {"date": date, "type": type_}}}}


def _rule(rule_id: str, title: str, doc: str, *examples: Example) -> Rule:
    return Rule(rule_id, title, doc, "dates", lambda case: _judged(case, rule_id), examples)


RULES = (
    _rule(
        "dates.slipped",
        "A date slips",
        f"Later than promised; notable from {NOTABLE_DAYS} days on. From the second slip on it says how many, and how far in all.",
        Example(
            "the third slip",
            _dates("primaryCompletion", "2026-03"),
            _dates("primaryCompletion", "2026-10"),
            Significance.NOTABLE,
            "Primary completion slipped 7 months: March 2026 → October 2026, the third slip, 19 months in all",
            earlier=(_dates("primaryCompletion", "2025-03"), _dates("primaryCompletion", "2025-09")),
        ),
        Example(
            "two weeks",
            _dates("completion", "2026-03-01"),
            _dates("completion", "2026-03-15"),
            Significance.ROUTINE,
            "Study completion slipped 14 days: 1 March 2026 → 15 March 2026",
        ),
        Example(
            "only said more precisely",
            _dates("completion", "2026-10"),
            _dates("completion", "2026-10-31"),
            None,
        ),
    ),
    _rule(
        "dates.pulled_in",
        "A date is pulled in",
        f"Earlier than promised; notable from {NOTABLE_DAYS} days on.",
        Example(
            "sooner than thought",
            _dates("primaryCompletion", "2027-06-30"),
            _dates("primaryCompletion", "2027-01-31"),
            Significance.NOTABLE,
            "Primary completion pulled in 5 months: 30 June 2027 → 31 January 2027",
        ),
    ),
    _rule(
        "dates.reached",
        "An expected date becomes an actual one",
        "The registry's ESTIMATED turns into ACTUAL. For primary completion the clock for results starts.",
        Example(
            "primary completion, later than expected",
            _dates("primaryCompletion", "2026-01-31"),
            _dates("primaryCompletion", "2026-03-08", "ACTUAL"),
            Significance.NOTABLE,
            "Primary completion reached: 8 March 2026, 5 weeks later than expected (31 January 2026)",
        ),
        Example(
            "started in the month that was said",
            _dates("start", "2026-01"),
            _dates("start", "2026-01-14", "ACTUAL"),
            Significance.ROUTINE,
            "Started: 14 January 2026, as expected",
        ),
    ),
    _rule(
        "dates.undone",
        "An actual date becomes an expected one again",
        "What was reported as done is not; worth a look at the whole record.",
        Example(
            "not completed after all",
            _dates("primaryCompletion", "2025-12-01", "ACTUAL"),
            _dates("primaryCompletion", "2026-12-01"),
            Significance.NOTABLE,
            "Primary completion is no longer reached, only expected: 1 December 2025 → 1 December 2026",
        ),
    ),
    _rule(
        "dates.corrected",
        "An actual date is corrected",
        f"What had happened is said to have happened on another day; notable from {NOTABLE_DAYS} days on. It does not count as a slip.",
        Example(
            "completed later than first said",
            _dates("completion", "2025-12-01", "ACTUAL"),
            _dates("completion", "2026-02-15", "ACTUAL"),
            Significance.NOTABLE,
            "Actual study completion date corrected: 1 December 2025 → 15 February 2026, 2 months later",
        ),
        Example(
            "by a few days",
            _dates("start", "2025-03-08", "ACTUAL"),
            _dates("start", "2025-03-03", "ACTUAL"),
            Significance.ROUTINE,
            "Actual start date corrected: 8 March 2025 → 3 March 2025, 5 days earlier",
        ),
    ),
    _rule(
        "dates.edited",
        "A date is given, taken out or said differently",
        "No day moved, as far as the record says.",
        Example(
            "more precisely",
            _dates("completion", "2026-07"),
            _dates("completion", "2026-07-31"),
            Significance.ROUTINE,
            "Study completion date said differently: July 2026 → 31 July 2026",
        ),
        Example(
            "the type goes",
            _dates("completion", "2026-07", "ESTIMATED"),
            _dates("completion", "2026-07", ""),
            Significance.ROUTINE,
            "Study completion date, July 2026, is now called neither estimated nor actual",
        ),
        Example(
            "given at last",
            {},
            _dates("completion", "2027-07"),
            Significance.ROUTINE,
            "Study completion date given: July 2027",
        ),
    ),
)
