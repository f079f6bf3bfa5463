"""What the clock brings: dates that come near or pass, silence, results that should be there. Judged once a day, each told once.

The registry learns of the end of a trial a median 141 days late, of 29 % more than a year late (PMC5652524): that nothing is said is
itself a signal. Nothing here claims to know more than the record: what is due by law is called estimated, with its reasons.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from monitor.core.dates import PartialDate, duration_in_words, months_after
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.results_due import results_due
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules.words import count, date_words, status_words

NEAR_DAYS = (7, 30, 90)
UNVERIFIED_MONTHS = 12
UNKNOWN_MONTHS = 24
SUSPENDED_DAYS = 183
# Practice allows thirty days of grace before results count as late.
GRACE = timedelta(days=30)

_ALIVE = frozenset({"RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING"})
_RECRUITING = frozenset({"RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION"})


def _verdict(rule: str, significance: Significance, headline: str, because: str, once: str) -> Verdict:
    return Verdict(rule, "deadlines", significance, headline, because, once=once)


def _expected_end(facts: TrialFacts) -> date | None:
    """The last day on which primary completion is still as promised; None where it is not promised or was reached."""
    dated = facts.primary_completion
    if dated is None or dated.type == "ACTUAL" or facts.status not in _ALIVE:
        return None
    return dated.date.latest


def _near(case: Case) -> Iterable[Verdict]:
    end = _expected_end(case.after)
    if end is None:
        return
    days = (end - case.now.date()).days
    within = next((limit for limit in NEAR_DAYS if 0 <= days <= limit), None)
    if within is not None:
        grave = Significance.NOTABLE if within <= 30 else Significance.ROUTINE
        when = "today" if days == 0 else f"in {count(days, 'day')}"
        headline = f"Primary completion is expected {when}: {date_words(case.after.primary_completion)}"
        yield _verdict(
            "deadlines.near", grave, headline, f"{within} days or fewer are left", f"{end}/{within}"
        )


def _passed(case: Case) -> Iterable[Verdict]:
    end = _expected_end(case.after)
    if end is None or case.now.date() <= end:
        return
    promised = date_words(case.after.primary_completion)
    if case.after.status in _RECRUITING:
        headline = (
            f"Still {status_words(case.after.status)} although primary completion was expected by {promised}"
        )
    else:
        headline = (
            f"Primary completion was expected by {promised}; the record does not say that it was reached"
        )
    because = "the date has passed and is not ACTUAL; registries learn of an end a median 141 days late (PMC5652524)"
    yield _verdict("deadlines.passed", Significance.NOTABLE, headline, because, str(end))


def _verified(facts: TrialFacts) -> date | None:
    try:
        return PartialDate.parse(facts.verified).latest if facts.status in _ALIVE else None
    except ValueError:
        return None


def _unverified(case: Case) -> Iterable[Verdict]:
    verified = _verified(case.after)
    if verified is None or case.now.date() <= months_after(verified, UNVERIFIED_MONTHS):
        return
    headline = f"Not verified by its sponsor since {PartialDate.parse(case.after.verified).in_words()}"
    because = f"more than {UNVERIFIED_MONTHS} months without the sponsor vouching for the record"
    yield _verdict("deadlines.unverified", Significance.ROUTINE, headline, because, case.after.verified)


def _unknown_imminent(case: Case) -> Iterable[Verdict]:
    verified, end = _verified(case.after), _expected_end(case.after)
    if verified is None or end is None or case.now.date() <= end:
        return
    flips = months_after(verified, UNKNOWN_MONTHS)
    left = (flips - case.now.date()).days
    if 0 <= left <= 60:
        headline = (
            f"The registry will soon call this status unknown, unless the sponsor speaks by {flips:%-d %B %Y}"
        )
        because = "an open trial past its primary completion date that nobody has verified for two years becomes UNKNOWN"
        yield _verdict("deadlines.unknown_imminent", Significance.NOTABLE, headline, because, str(flips))


def _suspended(case: Case) -> Iterable[Verdict]:
    if case.after.status != "SUSPENDED" or case.since is None:
        return
    days = (case.now - case.since).days
    if days >= SUSPENDED_DAYS:
        headline = f"Suspended for {duration_in_words(days)} now, as far as it was seen"
        because = "44 % of suspended trials resume; the longer, the fewer"
        yield _verdict(
            "deadlines.suspended", Significance.NOTABLE, headline, because, case.since.date().isoformat()
        )


def _results_overdue(case: Case) -> Iterable[Verdict]:
    if case.after.has_results or case.after.results_submitted:
        return
    estimate = results_due(case.after)
    due = estimate.day
    if due is None or not estimate.reached or case.now.date() <= due + GRACE:
        return
    headline = f"Results are overdue, as estimated: due by {due:%-d %B %Y} under FDAAA 801, none submitted"
    because = (
        f"estimated, for the registry does not publish which trials the law applies to: {estimate.because}"
    )
    yield _verdict("deadlines.results_overdue", Significance.NOTABLE, headline, because, str(due))


def _record(status: str = "RECRUITING", primary: str = "", verified: str = "2026-01") -> dict[str, Json]:
    dates = _primary(primary) if primary else {}
    return {
        "protocolSection": {
            "statusModule": {"overallStatus": status, "statusVerifiedDate": verified, **dates}
        }
    }


def _primary(text: str, type_: str = "ESTIMATED") -> dict[str, Json]:
    return {"primaryCompletionDateStruct": {"date": text, "type": type_}}


def _rule(
    name: str, title: str, doc: str, judge: Callable[[Case], Iterable[Verdict]], *examples: Example
) -> Rule:
    return Rule(f"deadlines.{name}", title, doc, "deadlines", judge, examples, on="clock")


def _at(
    says: str,
    now: str,
    record: dict[str, Json],
    significance: Significance | None,
    headline: str = "",
    since: str = "",
) -> Example:
    return Example(says, record, record, significance, headline, occurrence="clock", now=now, since=since)


_SPONSORED: dict[str, Json] = {
    "protocolSection": {
        "statusModule": {
            "overallStatus": "COMPLETED",
            "startDateStruct": {"date": "2020-05", "type": "ACTUAL"},
            **_primary("2024-09-30", "ACTUAL"),
        },
        "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE3"]},
        "oversightModule": {"isFdaRegulatedDrug": True},
    }
}

RULES = (
    _rule(
        "near",
        "Primary completion comes near",
        "Ninety, thirty and seven days before the promised date; each told once, and anew if the date moves.",
        _near,
        _at(
            "nineteen days left",
            "2026-03-01",
            _record(primary="2026-03-20"),
            Significance.NOTABLE,
            "Primary completion is expected in 19 days: 20 March 2026",
        ),
        _at("a year left", "2026-03-01", _record(primary="2027-03"), None),
    ),
    _rule(
        "passed",
        "Primary completion has passed without a word",
        "The promised date is over and not reported as reached; the more telling where the trial still recruits.",
        _passed,
        _at(
            "recruiting past its end",
            "2026-03-01",
            _record(primary="2026-01-31"),
            Significance.NOTABLE,
            "Still recruiting although primary completion was expected by 31 January 2026",
        ),
        _at("ended in time", "2026-03-01", _record("COMPLETED", "2026-01-31"), None),
    ),
    _rule(
        "unverified",
        "Nobody has vouched for the record for a year",
        "Sponsors must verify an open trial's record at least once a year (42 CFR 11.64).",
        _unverified,
        _at(
            "a year and a month",
            "2026-03-01",
            _record(verified="2025-01"),
            Significance.ROUTINE,
            "Not verified by its sponsor since January 2025",
        ),
        _at("ten months", "2026-03-01", _record(verified="2025-06"), None),
    ),
    _rule(
        "unknown_imminent",
        "The registry is about to call the status unknown",
        "Two years after the last verification, where primary completion has passed.",
        _unknown_imminent,
        _at(
            "thirty days before it flips",
            "2026-03-01",
            _record(primary="2025-06", verified="2024-03"),
            Significance.NOTABLE,
            "The registry will soon call this status unknown, unless the sponsor speaks by 31 March 2026",
        ),
    ),
    _rule(
        "suspended",
        "A suspension lasts",
        "Half a year since the suspension was first seen.",
        _suspended,
        _at(
            "seven months of suspension",
            "2026-03-01",
            _record("SUSPENDED"),
            Significance.NOTABLE,
            "Suspended for 7 months now, as far as it was seen",
            since="2025-08-01",
        ),
    ),
    _rule(
        "results_overdue",
        "Results are overdue, as estimated",
        "One year after primary completion, three with a certificate of delay, and thirty days of grace; for trials to which FDAAA 801 "
        "is thought to apply. An estimate, never a finding.",
        _results_overdue,
        _at(
            "a year and five months after primary completion",
            "2026-03-01",
            _SPONSORED,
            Significance.NOTABLE,
            "Results are overdue, as estimated: due by 30 September 2025 under FDAAA 801, none submitted",
        ),
        _at("within the days of grace", "2025-10-15", _SPONSORED, None),
    ),
)
