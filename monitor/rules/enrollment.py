"""Enrolment: the target cut or raised, and how many there really were in the end."""

from collections.abc import Iterable
from dataclasses import replace

from monitor.core.json import Json
from monitor.core.significance import Case, Example, Measure, Rule, Significance, Verdict

# A target that moves by less than a tenth is fine tuning.
NOTABLE_SHARE = 0.10
# Fewer than this share of the target, and the trial may not be able to answer what it asks.
FAR_BELOW = 0.5


def _verdict(case: Case, rule: str, significance: Significance, headline: str, because: str) -> Verdict:
    return Verdict(
        rule, "enrollment", significance, headline, because, case.positions("enrollment", "enrollment_type")
    )


def _counted(case: Case) -> bool:
    """Whether a target has become the number really enrolled."""
    return case.after.enrollment_type == "ACTUAL" and case.before.enrollment_type != "ACTUAL"


def _uncounted(case: Case) -> bool:
    """Whether the number really enrolled has become a target again."""
    return case.before.enrollment_type == "ACTUAL" and case.after.enrollment_type != "ACTUAL"


def _undone(case: Case) -> Iterable[Verdict]:
    if _uncounted(case) and case.after.enrollment is not None:
        was = f" (was {case.before.enrollment:,} enrolled)" if case.before.enrollment is not None else ""
        headline = f"Enrolment is no longer final: {case.after.enrollment:,} are a target again{was}"
        because = "the count was ACTUAL and is not any more"
        yield _verdict(case, "enrollment.undone", Significance.NOTABLE, headline, because)


def _actual(case: Case) -> Iterable[Verdict]:
    if not _counted(case) or case.after.enrollment is None:
        return
    planned, enrolled = case.before.enrollment, case.after.enrollment
    headline = f"Enrolment is final: {enrolled:,}"
    because = "the count went from ESTIMATED to ACTUAL"
    if planned and planned != enrolled:
        headline += f" of {planned:,} planned ({enrolled / planned:.0%})"
    elif planned:
        headline += ", as planned"
    if planned and enrolled < planned * FAR_BELOW:
        headline += ", far below target"
        because += "; fewer than half of those planned took part"
    yield _verdict(case, "enrollment.actual", Significance.NOTABLE, headline, because)


def _target(case: Case) -> Iterable[Verdict]:
    old, new = case.before.enrollment, case.after.enrollment
    if _counted(case) or _uncounted(case) or old is None or new is None or old == new:
        return
    share = abs(_share(old, new))
    significance = Significance.NOTABLE if share >= NOTABLE_SHARE else Significance.ROUTINE
    what = "Enrolment" if case.after.enrollment_type == "ACTUAL" else "Enrolment target"
    verb = "cut" if new < old and what == "Enrolment target" else "lowered" if new < old else "raised"
    by = f" ({'−' if new < old else '+'}{share:.0%})" if old and share >= 0.005 else ""
    because = f"the {'number enrolled' if what == 'Enrolment' else 'target'} changed by {abs(new - old):,} participants"
    verdict = _verdict(
        case, "enrollment.changed", significance, f"{what} {verb}: {old:,} → {new:,}{by}", because
    )
    first = next((facts.enrollment for facts in case.past if facts.enrollment is not None), old)
    yield replace(
        verdict, measure=Measure("enrollment", _share(old, new), _share(first, old), _share(first, new))
    )


def _share(old: int, new: int) -> float:
    """By which share of `old` a number moved; from nothing to anything is all of it."""
    return (new - old) / old if old else float(new > 0)


def _enrolled(count: int, type_: str = "ESTIMATED") -> dict[str, Json]:
    return {"protocolSection": {"designModule": {"enrollmentInfo": {"count": count, "type": type_}}}}


RULES = (
    Rule(
        "enrollment.actual",
        "The target becomes the number enrolled",
        "How many there really were, beside the last target. Fewer than half of it is called far below target.",
        "enrollment",
        _actual,
        (
            Example(
                "far below target",
                _enrolled(35),
                _enrolled(4, "ACTUAL"),
                Significance.NOTABLE,
                "Enrolment is final: 4 of 35 planned (11%), far below target",
            ),
            Example(
                "just half of them",
                _enrolled(40),
                _enrolled(20, "ACTUAL"),
                Significance.NOTABLE,
                "Enrolment is final: 20 of 40 planned (50%)",
            ),
            Example(
                "just as planned",
                _enrolled(40),
                _enrolled(40, "ACTUAL"),
                Significance.NOTABLE,
                "Enrolment is final: 40, as planned",
            ),
        ),
    ),
    Rule(
        "enrollment.changed",
        "The enrolment number changes",
        f"Cut or raised; notable from {NOTABLE_SHARE:.0%} on.",
        "enrollment",
        _target,
        (
            Example(
                "raised",
                _enrolled(300),
                _enrolled(420),
                Significance.NOTABLE,
                "Enrolment target raised: 300 → 420 (+40%)",
            ),
            Example(
                "cut",
                _enrolled(400),
                _enrolled(300),
                Significance.NOTABLE,
                "Enrolment target cut: 400 → 300 (−25%)",
            ),
            Example(
                "fine tuning",
                _enrolled(400),
                _enrolled(404),
                Significance.ROUTINE,
                "Enrolment target raised: 400 → 404 (+1%)",
            ),
            Example(
                "a count corrected",
                _enrolled(113, "ACTUAL"),
                _enrolled(100, "ACTUAL"),
                Significance.NOTABLE,
                "Enrolment lowered: 113 → 100 (−12%)",
            ),
        ),
    ),
    Rule(
        "enrollment.undone",
        "The number enrolled becomes a target again",
        "What was final is not: enrolment goes on, or the record was put right.",
        "enrollment",
        _undone,
        (
            Example(
                "enrolling again",
                _enrolled(113, "ACTUAL"),
                _enrolled(200),
                Significance.NOTABLE,
                "Enrolment is no longer final: 200 are a target again (was 113 enrolled)",
            ),
            Example("a target moved", _enrolled(113), _enrolled(200), None),
        ),
    ),
)
