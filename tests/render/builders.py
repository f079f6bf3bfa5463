"""A trial, its changes and what is told of them, ready to be changed in one place."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.core.change import Change, FieldPath, Kind
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.significance import Significance, Topic, Verdict
from monitor.render.contexts import AlertContext, Reason, WatchedTrial

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


def a_watched_trial(number: str = "NCT03737461", facts: TrialFacts = RESPINE) -> WatchedTrial:
    return WatchedTrial(number, f"https://clinicaltrials.gov/study/{number}", facts)
