"""Until when results are due under FDAAA 801, as estimated from what a record says.

Nothing here claims to know more than the record: the registry does not publish which trials the law applies to.
"""

from dataclasses import dataclass
from datetime import date

from monitor.core.dates import months_after
from monitor.core.facts import TrialFacts

# The final rule applies to trials begun on or after this day, or completed after it (42 CFR 11.22).
FINAL_RULE = date(2017, 1, 18)


@dataclass(frozen=True, slots=True)
class ResultsDue:
    """Until when results are due under FDAAA 801, estimated. `day` is None where the law is not thought to apply or primary completion
    has no date; `reached` says whether that date is ACTUAL (else the day moves with it). `because` says why, either way."""

    day: date | None
    because: str
    applies: bool = True
    reached: bool = False


def results_due(facts: TrialFacts) -> ResultsDue:
    """When results are due under FDAAA 801, estimated, and why it is thought so; or why the law is not thought to apply.

    One year after primary completion, three with a certificate of delay (42 CFR 11.44). The registry does not publish whether a trial
    is an applicable one; this goes by what the record says: 42 CFR 11.22(b).
    """
    exempt = _not_applicable(facts)
    if exempt:
        return ResultsDue(None, exempt, applies=False)
    because = "interventional, FDA-regulated, not phase 1 alone"
    if facts.certificate_of_delay:
        because += f", certificate of delay submitted {facts.certificate_of_delay}: at most three years"
    dated = facts.primary_completion
    if dated is None:
        return ResultsDue(None, because)
    years = 3 if facts.certificate_of_delay else 1
    return ResultsDue(months_after(dated.date.latest, 12 * years), because, reached=dated.type == "ACTUAL")


def _not_applicable(facts: TrialFacts) -> str:
    """Why FDAAA 801 is not thought to apply, in one phrase; empty where it is."""
    dated, start = facts.primary_completion, facts.start
    if facts.study_type != "INTERVENTIONAL":
        known = " ".join(facts.study_type.replace("_", " ").lower().split())
        return f"{known[:40]}, not interventional" if known else "the record does not name the type of study"
    if facts.status == "WITHDRAWN":
        return "withdrawn before anyone was enrolled"
    if facts.phases and set(facts.phases) <= {"PHASE1", "EARLY_PHASE1"}:
        return "phase 1 only"
    if facts.fda_regulated is None:
        return "the record does not say whether the FDA regulates what is studied"
    if not facts.fda_regulated:
        return "the FDA does not regulate what is studied, as the record says"
    if facts.primary_purpose == "DEVICE_FEASIBILITY":
        return "a feasibility study of a device"
    begun_after = start is not None and start.date.latest >= FINAL_RULE
    if not begun_after and dated is not None and dated.date.latest < FINAL_RULE:
        return f"over before the final rule of {FINAL_RULE:%-d %B %Y}"
    return ""
