"""A trial, its changes and what is told of them, ready to be changed in one place."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.core.change import Change, FieldPath, Kind
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.promises import Promise, by_the_registry, promises
from monitor.core.significance import Significance, Topic, Verdict
from monitor.render.contexts import AlertContext, Reason, Slipping, Slips, WatchedTrial

STATUS = "protocolSection.statusModule.overallStatus"
COMPLETION = "protocolSection.statusModule.primaryCompletionDateStruct.date"
NOON = datetime(2026, 2, 9, 12, 0, tzinfo=UTC)


def a_change(
    before: Json,
    after: Json,
    path: str = STATUS,
    label: str = "Overall status",
    topic: Topic = "status",
    kind: Kind = "changed",
) -> Change:
    return Change(FieldPath.parse(path), kind, before, after, topic, label)


def a_verdict(
    headline: str = "Terminated (was: recruiting)",
    significance: Significance = Significance.CRITICAL,
    changes: tuple[int, ...] = (0,),
    because: str = "",
) -> Verdict:
    return Verdict("status.halted", "status", significance, headline, because, changes)


RESPINE = TrialFacts(
    title="Mesenchymal stromal cells in low back pain",
    acronym="RESPINE",
    status="TERMINATED",
    primary_completion=TypedDate(PartialDate(2026, 10), "ESTIMATED"),
)


def an_alert(**changed: object) -> AlertContext:
    alert = AlertContext(
        number="NCT03737461",
        registry="clinicaltrials.gov",
        page="https://clinicaltrials.gov/study/NCT03737461",
        facts=RESPINE,
        version=4,
        registry_date="2026-02-09",
        seen_at=NOON,
        reasons=(Reason("Cell therapy for low back pain", "you watch this trial"),),
        verdicts=(a_verdict(),),
        changes=(a_change("RECRUITING", "TERMINATED"),),
    )
    return replace(alert, **changed)  # type: ignore[arg-type]


def a_moved_date(role: Slipping, promised: tuple[Promise[PartialDate | None], ...]) -> AlertContext:
    """An alert of the last of these promises."""
    change = replace(
        a_change("2025-01", "2026-10", path=COMPLETION, label="Primary completion date"), role=role
    )
    verdict = Verdict("dates.slipped", "dates", Significance.NOTABLE, "It slipped", "the date moved", (0,))
    return an_alert(verdicts=(verdict,), changes=(change,), slips=(Slips(role, promised),))


def a_slipped_alert() -> AlertContext:
    """Primary completion was promised for June 2024, then for January 2025, now for October 2026."""
    said = (("2023-01-10", "2024-06"), ("2024-02-01", "2025-01"), ("2026-02-09", "2026-10"))
    history = [
        TrialFacts(registry_date=day, primary_completion=TypedDate(PartialDate.parse(date), "ESTIMATED"))
        for day, date in said
    ]
    return a_moved_date("primary_completion", promises(by_the_registry(history), "primary_completion"))


def a_watched_trial(number: str = "NCT03737461", facts: TrialFacts = RESPINE) -> WatchedTrial:
    return WatchedTrial(number, f"https://clinicaltrials.gov/study/{number}", facts)
