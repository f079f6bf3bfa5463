"""Results on their way: submitted, returned by quality control, submitted again, cancelled. The posting is in `results.py`.

A submission is checked by the registry before anybody can read it; it goes back with comments and comes again, round by round. Most of
these steps move no date of the sponsor's: the registry tells them by itself.
"""

from collections.abc import Iterable, Sequence

from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._submission import RELEASE, RESET, UNRELEASE, Step, progress
from monitor.rules.words import count, partial_date_words

_COMMENTED = "derivedSection.miscInfoModule.submissionTracking.firstMcpInfo"
_BY_ITSELF = "; registry-made: the date of the sponsor's last submission did not move"


def _on(step: Step) -> str:
    return f"on {partial_date_words(step.day)}" if step.day else "on a day that the registry does not know"


def _round(step: Step) -> str:
    return f" (round {step.round:,})" if step.round else ""


def _verdict(case: Case, rule: str, step: Step, headline: str, what: str) -> Verdict:
    stage = "while posted results are in review" if case.after.has_results else "before results are posted"
    because = f"the registry lists {what} {stage}{_BY_ITSELF if case.registry_made else ''}"
    return Verdict(
        f"submission.{rule}", "results", Significance.NOTABLE, headline, because, tuple(step.positions)
    )


def _new(case: Case, name: str) -> Iterable[Step]:
    return (step for step in progress(case).new if step.name == name)


def _submitted(case: Case) -> Iterable[Verdict]:
    for step in _new(case, RELEASE):
        if step.round == 1:
            unposted = "" if case.after.has_results else "not posted yet, "
            headline = f"Results submitted {_on(step)}; {unposted}in the registry's quality control"
            yield _verdict(case, "submitted", step, headline, "a first submission")


def _again(case: Case) -> Iterable[Verdict]:
    for step in _new(case, RELEASE):
        if step.round > 1:
            headline = f"Results submitted again {_on(step)}{_round(step)}; in the registry's quality control"
            yield _verdict(case, "again", step, headline, f"{count(step.round, 'submission')}")


def _returned(case: Case) -> Iterable[Verdict]:
    for step in _new(case, RESET):
        follows = f"; round {step.round + 1:,} follows once they are submitted again" if step.round else ""
        headline = f"Results returned to the sponsor by quality control {_on(step)}{_round(step)}{follows}"
        yield _verdict(case, "returned", step, headline, "the submission as returned (RESET)")


def _cancelled(case: Case) -> Iterable[Verdict]:
    for step in _new(case, UNRELEASE):
        headline = f"Results submission cancelled {_on(step)}{_round(step)}, before quality control had ended"
        yield _verdict(case, "cancelled", step, headline, "the submission as taken back (UNRELEASE)")


def _vanished(case: Case) -> Iterable[Verdict]:
    steps: Sequence[Step] = progress(case).withdrawn
    if steps:
        days = [step.day for step in steps if step.name == RELEASE and step.day]
        submitted = f", submitted on {partial_date_words(days[0])}" if days else ""
        told = f"{count(len(steps), 'step')} of a results submission{submitted}"
        yield Verdict(
            "submission.vanished",
            "results",
            Significance.NOTABLE,
            f"Taken out of the record without results being posted: {told}",
            "the record listed them before and has neither them nor results now",
            tuple(sorted({n for step in steps for n in step.positions})),
        )


def _repeated(case: Case) -> Iterable[Verdict]:
    positions = progress(case).repeated
    if positions:
        yield Verdict(
            "submission.repeated",
            "results",
            Significance.NOISE,
            f"Held back: {count(len(positions), 'line')} on a results submission that was told already",
            "the registry keeps each step in two places and brings one of them up to date later",
            tuple(positions),
        )


def _commented(case: Case) -> Iterable[Verdict]:
    came = {
        change.path.plain: (n, change)
        for n, change in enumerate(case.changes)
        if change.topic == "results" and change.kind == "added" and change.path.plain.startswith(_COMMENTED)
    }
    if came:
        dated = came.get(f"{_COMMENTED}.postDateStruct.date")
        when = f" on {partial_date_words(str(dated[1].after))}" if dated else ""
        yield Verdict(
            "submission.commented",
            "results",
            Significance.NOTABLE,
            f"Results first posted with quality-control comments{when}: the review has not ended",
            "of applicable trials the registry posts results before its reviewers' major comments are settled",
            tuple(sorted(n for n, _ in came.values())),
        )


def _record(
    events: Sequence[tuple[str, str]], rounds: Sequence[dict[str, Json]] = (), **status: Json
) -> dict[str, Json]:
    """A record whose results are on their way, told in both places."""
    told: list[Json] = [{"type": name, "date": day} for name, day in events]
    return {
        "protocolSection": {"statusModule": {"lastUpdateSubmitDate": "2025-11-03", **status}},
        "annotationSection": {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": told}}},
        "derivedSection": {"miscInfoModule": {"submissionTracking": {"submissionInfos": list(rounds)}}},
    }


_NOTHING = _record(())
_FIRST = _record([("RELEASE", "2026-01-12")], [{"releaseDate": "2026-01-12"}])
_BACK = _record(
    [("RELEASE", "2026-01-12"), ("RESET", "2026-02-10")],
    [{"releaseDate": "2026-01-12", "resetDate": "2026-02-10"}],
)
_SECOND = _record(
    [("RELEASE", "2026-01-12"), ("RESET", "2026-02-10"), ("RELEASE", "2026-03-02")],
    [{"releaseDate": "2026-01-12", "resetDate": "2026-02-10"}, {"releaseDate": "2026-03-02"}],
)
_LAGGING = _record(
    [("RELEASE", "2026-01-12"), ("RESET", "2026-02-10")],
    [{"releaseDate": "2026-01-12", "resetDate": "2026-02-10"}, {"releaseDate": "2026-03-02"}],
)
_TAKEN_BACK = _record(
    [("RELEASE", "2026-01-12"), ("UNRELEASE", "2026-01-20")],
    [{"releaseDate": "2026-01-12", "unreleaseDate": "2026-01-20"}],
)

RULES = (
    Rule(
        "submission.submitted",
        "Results are submitted",
        "The sponsor has handed in results; the registry checks them before they are posted.",
        "results",
        _submitted,
        (
            Example(
                "handed in",
                _NOTHING,
                _FIRST,
                Significance.NOTABLE,
                "Results submitted on 12 January 2026; not posted yet, in the registry's quality control",
            ),
            Example(
                "told by the date of the first submission alone",
                _NOTHING,
                _record((), resultsFirstSubmitDate="2026-02-10"),
                Significance.NOTABLE,
                "Results submitted on 10 February 2026; not posted yet, in the registry's quality control",
            ),
        ),
    ),
    Rule(
        "submission.returned",
        "Results are returned",
        "Quality control sent the submission back with comments: the results exist, their posting has to wait for another round.",
        "results",
        _returned,
        (
            Example(
                "the first round",
                _FIRST,
                _BACK,
                Significance.NOTABLE,
                "Results returned to the sponsor by quality control on 10 February 2026 (round 1); "
                "round 2 follows once they are submitted again",
            ),
        ),
    ),
    Rule(
        "submission.again",
        "Results are submitted again",
        "Another round of the same results, after they were returned or taken back.",
        "results",
        _again,
        (
            Example(
                "the second round",
                _BACK,
                _SECOND,
                Significance.NOTABLE,
                "Results submitted again on 2 March 2026 (round 2); in the registry's quality control",
            ),
        ),
    ),
    Rule(
        "submission.cancelled",
        "A submission is taken back",
        "The sponsor took the results back before quality control had ended.",
        "results",
        _cancelled,
        (
            Example(
                "taken back after a week",
                _FIRST,
                _TAKEN_BACK,
                Significance.NOTABLE,
                "Results submission cancelled on 20 January 2026 (round 1), before quality control had ended",
            ),
        ),
    ),
    Rule(
        "submission.commented",
        "Results are posted with comments",
        "Of applicable trials the registry posts results within 30 days even if its reviewers' major comments are open, and says so.",
        "results",
        _commented,
        (
            Example(
                "posted with comments",
                {"derivedSection": {"miscInfoModule": {}}},
                {
                    "derivedSection": {
                        "miscInfoModule": {
                            "submissionTracking": {
                                "firstMcpInfo": {"postDateStruct": {"date": "2026-03-23", "type": "ACTUAL"}}
                            }
                        }
                    }
                },
                Significance.NOTABLE,
                "Results first posted with quality-control comments on 23 March 2026: the review has not ended",
            ),
        ),
    ),
    Rule(
        "submission.vanished",
        "A submission vanishes",
        "The record no longer says that results were submitted, and none are posted.",
        "results",
        _vanished,
        (
            Example(
                "neither results nor a trace of them",
                _FIRST,
                _NOTHING,
                Significance.NOTABLE,
                "Taken out of the record without results being posted: 1 step of a results submission, submitted on 12 January 2026",
            ),
        ),
    ),
    Rule(
        "submission.repeated",
        "A step told twice",
        "The registry brings the second place up to date where it keeps the same step. Held back.",
        "results",
        _repeated,
        (
            Example(
                "the annotation follows the tracking",
                _LAGGING,
                _SECOND,
                Significance.NOISE,
                "Held back: 1 line on a results submission that was told already",
            ),
        ),
    ),
)
