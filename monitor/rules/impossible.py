"""What cannot be so: dates in an order that no trial can have, and something that has happened on a day yet to come.

Either is a slip of the pen or a record half updated; whoever counts on these dates should look before believing them. Told when a
change makes it so, not again as long as it stays.
"""

from collections.abc import Iterable
from datetime import date

from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules.dates import MILESTONES
from monitor.rules.words import date_words

_START, _PRIMARY, _COMPLETION = MILESTONES
# What must not come after what.
_ORDERS = ((_START, _PRIMARY), (_START, _COMPLETION), (_PRIMARY, _COMPLETION))


def out_of_order(facts: TrialFacts) -> tuple[tuple[str, str], ...]:
    """The pairs of roles of which the first lies after the second on any reading of the two dates: March 2026 and 15 March 2026 do not
    contradict each other. Empty for a withdrawn trial, which never began: its start date is a plan that was given up."""
    if facts.status == "WITHDRAWN":
        return ()
    found = []
    for first, second in _ORDERS:
        earlier, later = first.of(facts), second.of(facts)
        if earlier is not None and later is not None and earlier.date.earliest > later.date.latest:
            found.append((first.role, second.role))
    return tuple(found)


def ahead(facts: TrialFacts, today: date) -> tuple[str, ...]:
    """The roles of dates called ACTUAL that lie after today on any reading."""
    dated = ((one.role, one.of(facts)) for one in MILESTONES)
    return tuple(
        role
        for role, typed in dated
        if typed is not None and typed.type == "ACTUAL" and typed.date.earliest > today
    )


def _said(facts: TrialFacts, role: str) -> str:
    return date_words(next(one for one in MILESTONES if one.role == role).of(facts))


def _positions(case: Case, roles: Iterable[str]) -> tuple[int, ...]:
    return case.positions(*(name for role in roles for name in (role, f"{role}_type")))


def _dates(case: Case) -> Iterable[Verdict]:
    before = out_of_order(case.before)
    pairs = [pair for pair in out_of_order(case.after) if pair not in before]
    roles = {role for pair in pairs for role in pair}
    positions = _positions(case, sorted(roles))
    if not positions:
        return
    told = [
        f"{first.replace('_', ' ')}, {_said(case.after, first)}, lies after "
        f"{second.replace('_', ' ')}, {_said(case.after, second)}"
        for first, second in pairs
        # Once it is after primary completion, that it is after completion too adds nothing.
        if (first, second) != ("start", "completion") or ("start", "primary_completion") not in pairs
    ]
    headline = f"Impossible dates: {'; '.join(told)}"
    because = "no trial can run in this order, on any reading of the dates; the version before did not say so"
    yield Verdict("impossible.dates", "dates", Significance.NOTABLE, headline, because, positions)


def _future(case: Case) -> Iterable[Verdict]:
    today = case.now.date()
    before = ahead(case.before, today)
    roles = [role for role in ahead(case.after, today) if role not in before]
    positions = _positions(case, roles)
    if not positions:
        return
    told = " and ".join(f"{role.replace('_', ' ')}, {_said(case.after, role)}" for role in roles)
    headline = f"Called actual although still to come: {told}"
    because = f"the registry's ACTUAL means that it has happened; the record was read on {today:%-d %B %Y}"
    yield Verdict("impossible.future", "dates", Significance.NOTABLE, headline, because, positions)


def _record(status: str = "RECRUITING", **dates: str) -> dict[str, Json]:
    """A record with these dates: `ESTIMATED`, or `ACTUAL` where the text ends in an exclamation mark."""
    module: dict[str, Json] = {"overallStatus": status}
    for role, text in dates.items():
        type_ = "ACTUAL" if text.endswith("!") else "ESTIMATED"
        module[f"{role}DateStruct"] = {"date": text.rstrip("!"), "type": type_}
    return {"protocolSection": {"statusModule": module}}


RULES = (
    Rule(
        "impossible.dates",
        "Dates contradict each other",
        "The start lies after primary completion or completion, or primary completion after completion, and did not before. A month is "
        "read as any of its days; a withdrawn trial's start is no promise any more.",
        "dates",
        _dates,
        (
            Example(
                "start put off beyond the end",
                _record(start="2026-01", primaryCompletion="2026-09-30", completion="2027-01"),
                _record(start="2026-11", primaryCompletion="2026-09-30", completion="2027-01"),
                Significance.NOTABLE,
                "Impossible dates: start, November 2026, lies after primary completion, 30 September 2026",
            ),
            Example(
                "primary completion slips past completion",
                _record(primaryCompletion="2026-09-30", completion="2026-12-31"),
                _record(primaryCompletion="2027-03-31", completion="2026-12-31"),
                Significance.NOTABLE,
                "Impossible dates: primary completion, 31 March 2027, lies after completion, 31 December 2026",
            ),
            Example(
                "the same month, said less precisely",
                _record(primaryCompletion="2026-09-30", completion="2026-12-31"),
                _record(primaryCompletion="2026-12-31", completion="2026-12"),
                None,
            ),
            Example(
                "it was so before",
                _record(start="2026-11", primaryCompletion="2026-09"),
                _record(start="2026-12", primaryCompletion="2026-09"),
                None,
            ),
            Example(
                "withdrawn before it began",
                _record("NOT_YET_RECRUITING", start="2026-11", completion="2027-11"),
                _record("WITHDRAWN", start="2026-11", completion="2026-02-01!"),
                None,
            ),
        ),
    ),
    Rule(
        "impossible.future",
        "Something has happened in the future",
        "A date is called ACTUAL, that is, reached, and lies after the day on which the record was read.",
        "dates",
        _future,
        (
            Example(
                "reached next year",
                _record(primaryCompletion="2027-01-31"),
                _record(primaryCompletion="2027-01-31!"),
                Significance.NOTABLE,
                "Called actual although still to come: primary completion, 31 January 2027",
            ),
            Example(
                "reached last month",
                _record(primaryCompletion="2026-01-31"),
                _record(primaryCompletion="2026-01-31!"),
                None,
            ),
        ),
    ),
)
