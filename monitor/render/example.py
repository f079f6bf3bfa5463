"""One message of each kind, about trials that nobody runs: for whoever writes a template and wants to see it before it is needed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from monitor.core.change import Change, FieldPath
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.receipt import Receipt
from monitor.core.significance import Significance, Verdict
from monitor.core.upcoming import Deadline
from monitor.render.contexts import (
    AlertContext,
    ComingUp,
    DigestContext,
    DigestSection,
    Looks,
    Note,
    Reason,
    WatchedTrial,
    WatchingContext,
)
from monitor.render.offered import Told

_SEEN = datetime(2026, 2, 9, 14, 3, tzinfo=UTC)
_PAGE = "https://clinicaltrials.gov/study/NCT09990001"
_FACTS = TrialFacts(
    title="Disc Cells for Chronic Low Back Pain & <Sciatica>",
    acronym="EXAMPLE",
    sponsor="Made Up University Hospital",
    status="TERMINATED",
    primary_completion=TypedDate(PartialDate(2026, 10), "ESTIMATED"),
    completion=TypedDate(PartialDate(2027, 3, 31), "ESTIMATED"),
    enrollment=112,
    registry_date="2026-02-09",
)
_STATUS = Change(
    FieldPath.parse("protocolSection.statusModule.overallStatus"),
    "changed",
    "RECRUITING",
    "TERMINATED",
    "status",
    "Overall status",
)
_DATE = Change(
    FieldPath.parse("protocolSection.statusModule.primaryCompletionDateStruct.date"),
    "changed",
    "2026-03",
    "2026-10",
    "dates",
    "Primary completion date",
)
_VERDICTS = (
    Verdict(
        "status.halted",
        "status",
        Significance.CRITICAL,
        "Terminated (was: recruiting)",
        "the sponsor stopped it for good",
        (0,),
    ),
    Verdict(
        "dates.slipped",
        "dates",
        Significance.NOTABLE,
        "Primary completion slipped 7 months: March 2026 → October 2026",
        "",
        (1,),
    ),
)
_ALERT = AlertContext(
    number="NCT09990001",
    registry="ClinicalTrials.gov",
    page=_PAGE,
    facts=_FACTS,
    version=4,
    registry_date="2026-02-09",
    seen_at=_SEEN,
    reasons=(Reason("Cell therapy for low back pain", "you watch this trial"),),
    verdicts=_VERDICTS,
    changes=(_STATUS, _DATE),
)
_WATCHED = WatchedTrial("NCT09990001", _PAGE, _FACTS)

EXAMPLES: Mapping[str, Told] = {
    "alert": _ALERT,
    "digest": DigestContext(
        (
            DigestSection(
                "Cell therapy for low back pain",
                (_ALERT,),
                (_WATCHED,),
                (ComingUp(_WATCHED, Deadline("results_due", PartialDate(2026, 3, 1), True, "as estimated")),),
            ),
        ),
        _SEEN,
        receipt=Receipt(noise={"housekeeping": 9}, noise_trials=2),
        receipt_since=_SEEN - timedelta(days=7),
        notes=(Note("ClinicalTrials.gov is read again", ("It could not be read for two days.",)),),
        looks=Looks(12, _SEEN),
    ),
    "watching": WatchingContext("Cell therapy for low back pain", (_WATCHED,)),
}
