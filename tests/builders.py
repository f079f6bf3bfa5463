"""Builders of made trials, records and what surrounds them: whatever a test does not say is ordinary."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from monitor.core.change import Change, FieldPath, Kind
from monitor.core.dates import PartialDate
from monitor.core.facts import DateType, TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.record import Record, Snapshot
from monitor.core.shape import Shape
from monitor.core.significance import Significance, Topic, Verdict
from monitor.core.trial import TrialId
from monitor.core.watch import Subscriber, Watch, Watchlist
from monitor.sources.clinicaltrials_gov.shape import SHAPE

NUMBER = "NCT09990001"
NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)


def a_moment(text: str) -> datetime:
    """An aware UTC datetime from `2026-02-09` or `2026-02-09T14:03`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_trial(number: str = NUMBER) -> TrialId:
    return TrialId(SHAPE.registry, number)


def a_location(
    facility: str | None = "Spine Clinic", city: str = "Lyon", country: str = "France", **more: Any
) -> Any:
    """One site as the registry lists it; keywords add fields or, given None, leave them out."""
    site = {"facility": facility, "city": city, "country": country, **more}
    return {key: value for key, value in site.items() if value is not None}


def an_outcome(measure: str = "Pain at rest", time_frame: str = "12 months", **more: Any) -> Any:
    return {"measure": measure, "timeFrame": time_frame, **more}


def a_date_struct(text: str, type_: str = "ESTIMATED") -> Any:
    return {"date": text, "type": type_} if type_ else {"date": text}


def a_document(number: str = NUMBER, **modules: Mapping[str, Any]) -> dict[str, Any]:
    """A small whole record in ClinicalTrials.gov's form. A keyword names a module (`statusModule={…}`) and is laid over what is there;
    a field given as None is left out."""
    protocol: dict[str, Any] = {
        "identificationModule": {
            "nctId": number,
            "briefTitle": "Disc Cells for Chronic Low Back Pain",
            "organization": {"fullName": "Made University", "class": "OTHER"},
        },
        "statusModule": {
            "statusVerifiedDate": "2026-01",
            "overallStatus": "RECRUITING",
            "startDateStruct": a_date_struct("2025-03-01", "ACTUAL"),
            "primaryCompletionDateStruct": a_date_struct("2026-10"),
            "completionDateStruct": a_date_struct("2027-03-31"),
            "lastUpdateSubmitDate": "2026-01-08",
            "lastUpdatePostDateStruct": a_date_struct("2026-01-10", "ACTUAL"),
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Made University", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": "Cells are injected into the disc."},
        "conditionsModule": {"conditions": ["Low Back Pain"], "keywords": ["disc", "spine"]},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2", "PHASE3"],
            "enrollmentInfo": {"count": 120, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {"interventions": [{"type": "BIOLOGICAL", "name": "Disc cells"}]},
        "outcomesModule": {"primaryOutcomes": [an_outcome()], "secondaryOutcomes": [an_outcome("Function")]},
        "eligibilityModule": {"sex": "ALL", "minimumAge": "18 Years", "stdAges": ["ADULT"]},
        "contactsLocationsModule": {"locations": [a_location(), a_location("Back Centre", "Pisa", "Italy")]},
    }
    for name, fields in modules.items():
        laid = {**protocol.get(name, {}), **fields}
        protocol[name] = {key: value for key, value in laid.items() if value is not None}
    return {
        "protocolSection": protocol,
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-09"}},
        "hasResults": False,
    }


def with_sites(*sites: Any) -> dict[str, Any]:
    """A record with these sites and nothing else unusual."""
    return a_document(contactsLocationsModule={"locations": list(sites)})


def with_status(status: str, **more: Any) -> dict[str, Any]:
    return a_document(statusModule={"overallStatus": status, **more})


def a_record(
    document: Mapping[str, Json] | None = None,
    number: str = NUMBER,
    shape: Shape = SHAPE,
    raw_digest: str = "",
) -> Record:
    return Record.read(
        a_trial(number), a_document(number) if document is None else document, shape, raw_digest
    )


def a_snapshot(
    document: Mapping[str, Json] | None = None, version: int = 1, number: str = NUMBER, **more: Any
) -> Snapshot:
    """What we believe of a trial; version 0 is a number that never came."""
    if version == 0:
        return Snapshot(a_trial(number), 0, NOON, {}, TrialFacts(), {}, **more)
    record = a_record(document, number)
    return Snapshot(record.trial, version, NOON, record.digests, record.facts, record.modules, **more)


def a_typed_date(text: str, type_: DateType = "ESTIMATED") -> TypedDate:
    return TypedDate(PartialDate.parse(text), type_)


def a_change(
    path: str = "protocolSection.statusModule.overallStatus",
    before: Json = "RECRUITING",
    after: Json = "COMPLETED",
    topic: Topic = "status",
    **more: Any,
) -> Change:
    kind: Kind = "added" if before is None else "removed" if after is None else "changed"
    parsed = FieldPath.parse(path)
    return Change(parsed, kind, before, after, topic, SHAPE.label(parsed.plain), **more)


def a_verdict(
    significance: Significance = Significance.NOTABLE,
    topic: Topic = "status",
    headline: str = "Recruitment has begun",
) -> Verdict:
    return Verdict("status.changed", topic, significance, headline, "the status changed", (0,))


def a_watch(number: str = NUMBER) -> Watch:
    return Watch("trial", SHAPE.registry, number)


def a_subscriber(name: str = "desk", to: Sequence[str] = ("desk",), **wishes: Any) -> Subscriber:
    return Subscriber(name, tuple(to), **wishes)


def a_watchlist(name: str = "backs", *subscribers: Subscriber, watches: Sequence[Watch] = ()) -> Watchlist:
    return Watchlist(
        name, f"The {name} list", tuple(watches) or (a_watch(),), subscribers or (a_subscriber(),)
    )
