"""Overall status: what stopped, what ended, what opened again.

Reader's order: a halt and its reason come before everything else. Base rates (Williams et al. 2015, of terminated trials with results):
68 % stopped for reasons other than the data, 57 % of those for accrual; so the registry's own reason is always told.
"""

from collections.abc import Iterable

from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.core.upcoming import ENDED
from monitor.rules._places import open_places
from monitor.rules.words import shortened, status_words

HALTED = frozenset({"TERMINATED", "WITHDRAWN", "SUSPENDED", "NO_LONGER_AVAILABLE", "WITHHELD"})
OPEN = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "AVAILABLE"})
_ROLES = ("status", "last_known_status", "why_stopped")
_HALT_WORDS = {
    "TERMINATED": "Terminated",
    "WITHDRAWN": "Withdrawn before enrolling anyone",
    "SUSPENDED": "Suspended",
    "NO_LONGER_AVAILABLE": "No longer available",
    "WITHHELD": "Withheld by the registry",
}


def _flipped(case: Case) -> bool:
    return case.before.status != case.after.status


def _was(case: Case) -> str:
    return f"was {status_words(case.before.status)}"


def _verdict(case: Case, rule: str, significance: Significance, headline: str, because: str) -> Verdict:
    return Verdict(rule, "status", significance, headline, because, case.positions(*_ROLES))


def _halted(case: Case) -> Iterable[Verdict]:
    if _flipped(case) and case.after.status in HALTED:
        reason = case.after.why_stopped
        said = f"reason given: “{shortened(reason)}”" if reason else "no reason given"
        headline = f"{_HALT_WORDS[case.after.status]} ({_was(case)}); {said}"
        because = f"overall status went from {case.before.status or 'none'} to {case.after.status}"
        yield _verdict(case, "status.halted", Significance.CRITICAL, headline, because)


def _completed(case: Case) -> Iterable[Verdict]:
    if _flipped(case) and case.after.status == "COMPLETED":
        results = "results are posted" if case.after.has_results else "no results posted yet"
        yield _verdict(
            case,
            "status.completed",
            Significance.NOTABLE,
            f"Completed ({_was(case)}); {results}",
            f"overall status went from {case.before.status or 'none'} to COMPLETED",
        )


def _unknown(case: Case) -> Iterable[Verdict]:
    if _flipped(case) and case.after.status == "UNKNOWN":
        known = case.after.last_known_status or case.before.status
        yield _verdict(
            case,
            "status.unknown",
            Significance.NOTABLE,
            f"Status now unknown: the registry set it for want of an update (last known: {status_words(known)})",
            "ClinicalTrials.gov sets UNKNOWN itself when an open trial's status has not been verified for two years",
        )


def _with_places(case: Case, because: str) -> str:
    """Who hears that a trial is open asks next how many places there are: told where the record supports it."""
    places = open_places(case.after, case.now.date())
    return f"{because}; {places.up_to}" if places is not None and places.up_to else because


def _reopened(case: Case) -> Iterable[Verdict]:
    if not _flipped(case) or case.after.status not in OPEN | {"ACTIVE_NOT_RECRUITING"}:
        return
    because = _with_places(case, f"overall status went from {case.before.status} to {case.after.status}")
    now = status_words(case.after.status)
    if case.before.status in ENDED:
        headline = f"Reopened: now {now} although it {_was(case)}"
        yield _verdict(case, "status.reopened", Significance.CRITICAL, headline, because)
    elif case.before.status in HALTED:
        yield _verdict(
            case, "status.reopened", Significance.NOTABLE, f"Resumed: now {now} ({_was(case)})", because
        )
    elif case.before.status == "ACTIVE_NOT_RECRUITING" and case.after.status in OPEN:
        headline = f"Open to participants again: now {now} ({_was(case)})"
        yield _verdict(case, "status.reopened", Significance.NOTABLE, headline, because)


def _moved_on(case: Case) -> Iterable[Verdict]:
    if not _flipped(case) or case.after.status in HALTED | {"COMPLETED", "UNKNOWN"} or any(_reopened(case)):
        return
    headlines = {
        ("NOT_YET_RECRUITING", "RECRUITING"): "Recruitment has begun",
        ("RECRUITING", "ACTIVE_NOT_RECRUITING"): "Recruitment closed: now active, not recruiting",
    }
    fallback = f"Status is now {status_words(case.after.status)} ({_was(case)})"
    because = f"overall status went from {case.before.status or 'none'} to {case.after.status or 'none'}"
    yield _verdict(
        case,
        "status.changed",
        Significance.NOTABLE,
        headlines.get((case.before.status, case.after.status), fallback),
        _with_places(case, because),
    )


def _reason_edited(case: Case) -> Iterable[Verdict]:
    if _flipped(case) or case.before.why_stopped == case.after.why_stopped:
        return
    if case.after.why_stopped:
        headline = f"The reason for stopping now reads: “{shortened(case.after.why_stopped)}”"
    else:
        headline = "The reason for stopping was taken out"
    yield _verdict(
        case, "status.reason", Significance.NOTABLE, headline, "the reason changed, the status did not"
    )


def _status(status: str, **more: str) -> dict[str, Json]:
    return {"protocolSection": {"statusModule": {"overallStatus": status, **more}}}


RULES = (
    Rule(
        "status.halted",
        "A trial stops",
        "Terminated, withdrawn or suspended, with the reason that the sponsor gave.",
        "status",
        _halted,
        (
            Example(
                "terminated, with a reason",
                _status("RECRUITING"),
                _status("TERMINATED", whyStopped="Slow accrual"),
                Significance.CRITICAL,
                "Terminated (was recruiting); reason given: “Slow accrual”",
            ),
            Example(
                "suspended without a word",
                _status("RECRUITING"),
                _status("SUSPENDED"),
                Significance.CRITICAL,
                "Suspended (was recruiting); no reason given",
            ),
            Example("a trial that goes on", _status("RECRUITING"), _status("ACTIVE_NOT_RECRUITING"), None),
        ),
    ),
    Rule(
        "status.completed",
        "A trial completes",
        "The last participant was seen as planned; results are the next thing to wait for.",
        "status",
        _completed,
        (
            Example(
                "completed, results to come",
                _status("ACTIVE_NOT_RECRUITING"),
                _status("COMPLETED"),
                Significance.NOTABLE,
                "Completed (was active, not recruiting); no results posted yet",
            ),
        ),
    ),
    Rule(
        "status.unknown",
        "The registry sets the status to unknown",
        "Not an act of the sponsor: the registry does it two years after the last verification. Absence of an update is a signal.",
        "status",
        _unknown,
        (
            Example(
                "two years of silence",
                _status("NOT_YET_RECRUITING"),
                _status("UNKNOWN", lastKnownStatus="NOT_YET_RECRUITING"),
                Significance.NOTABLE,
                "Status now unknown: the registry set it for want of an update (last known: not yet recruiting)",
            ),
        ),
    ),
    Rule(
        "status.reopened",
        "A trial opens again",
        "From an end or a halt back to life. A terminated or completed trial that reopens is rare enough to be checked at once.",
        "status",
        _reopened,
        (
            Example(
                "resumed after a suspension",
                _status("SUSPENDED", whyStopped="Supply"),
                _status("RECRUITING"),
                Significance.NOTABLE,
                "Resumed: now recruiting (was suspended)",
            ),
            Example(
                "open again after closing",
                _status("ACTIVE_NOT_RECRUITING"),
                _status("RECRUITING"),
                Significance.NOTABLE,
                "Open to participants again: now recruiting (was active, not recruiting)",
            ),
            Example(
                "back from completed",
                _status("COMPLETED"),
                _status("RECRUITING"),
                Significance.CRITICAL,
                "Reopened: now recruiting although it was completed",
            ),
        ),
    ),
    Rule(
        "status.changed",
        "The status moves on",
        "Every other step of a trial's life.",
        "status",
        _moved_on,
        (
            Example(
                "first patients wanted",
                _status("NOT_YET_RECRUITING"),
                _status("RECRUITING"),
                Significance.NOTABLE,
                "Recruitment has begun",
            ),
            Example(
                "recruitment closes",
                _status("RECRUITING"),
                _status("ACTIVE_NOT_RECRUITING"),
                Significance.NOTABLE,
                "Recruitment closed: now active, not recruiting",
            ),
        ),
    ),
    Rule(
        "status.reason",
        "The reason for stopping is edited",
        "The status stays, the explanation changes.",
        "status",
        _reason_edited,
        (
            Example(
                "a better sounding reason",
                _status("TERMINATED", whyStopped="Lack of efficacy"),
                _status("TERMINATED", whyStopped="Business decision"),
                Significance.NOTABLE,
                "The reason for stopping now reads: “Business decision”",
            ),
        ),
    ),
)
