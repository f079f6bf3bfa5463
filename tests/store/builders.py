"""Builders for the store's tests: values of the core, with only what a test speaks of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.core.change import Change, FieldPath
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.notification import Message, Notification
from monitor.core.observation import Observation
from monitor.core.record import Absence, Record, canonical_json
from monitor.core.significance import Significance, Verdict
from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.observations import Recorded, record
from monitor.store.runs import begin_run

NOW = datetime(2026, 2, 9, 14, 3, 11, tzinfo=UTC)
RESPINE = TrialId("clinicaltrials.gov", "NCT03737461")
REXLEMESTROCEL = TrialId("clinicaltrials.gov", "NCT02412735")
DAY = timedelta(days=1)


def a_trial(number: int) -> TrialId:
    return TrialId("clinicaltrials.gov", f"NCT{number:08d}")


def some_facts(**facts: object) -> TrialFacts:
    given: dict[str, object] = {
        "title": "Allogeneic cells for discs",
        "acronym": "RESPINE",
        "status": "RECRUITING",
        "start": TypedDate(PartialDate.parse("2018-11-20"), "ACTUAL"),
        "primary_completion": TypedDate(PartialDate.parse("2026-03"), "ESTIMATED"),
        "completion": TypedDate(PartialDate.parse("2027"), ""),
        "enrollment": 112,
        "enrollment_type": "ESTIMATED",
        "registry_date": "2026-02-08",
        "data_date": "2026-02-09",
        "phases": ("PHASE2", "PHASE3"),
        "countries": ("France",),
        "sites": 4,
        "sites_recruiting": 0,
        "aliases": ("NCT09999999",),
    }
    return TrialFacts(**{**given, **facts})  # type: ignore[arg-type]


def a_record(
    trial: TrialId = RESPINE,
    modules: dict[str, Json] | None = None,
    facts: TrialFacts | None = None,
    raw_digest: str = "raw-1",
) -> Record:
    bodies: dict[str, Json] = modules or {
        "protocolSection.statusModule": {"overallStatus": "RECRUITING"},
        "derivedSection.miscInfoModule": {"versionHolder": "2026-02-09"},
        "hasResults": False,
    }
    digests = {name: f"d-{hash_of(body)}" for name, body in bodies.items()}
    return Record(trial, bodies, digests, facts or some_facts(), raw_digest)


def hash_of(body: Json) -> str:
    from hashlib import blake2b

    return blake2b(canonical_json(body), digest_size=8).hexdigest()


def a_change(path: str = "protocolSection.statusModule.overallStatus", **given: object) -> Change:
    values: dict[str, object] = {
        "kind": "changed",
        "before": "RECRUITING",
        "after": "COMPLETED",
        "topic": "status",
        "label": "Overall status",
        "role": "status",
    }
    return Change(FieldPath.parse(path), **{**values, **given})  # type: ignore[arg-type]


def a_verdict(significance: Significance = Significance.NOTABLE, *changes: int, **given: str) -> Verdict:
    values: dict[str, str] = {
        "rule": "status",
        "topic": "status",
        "headline": "Completed",
        "because": "it says so",
    }
    return Verdict(significance=significance, changes=changes, **{**values, **given})  # type: ignore[arg-type]


def a_notification(
    key: str = "k1",
    *,
    destinations: Sequence[str] = ("desk",),
    due: datetime = NOW,
    slot: datetime | None = None,
    trial: str = str(RESPINE),
    events: Sequence[int] = (),
    kind: str = "alert",
    subscriber: str = "desk",
) -> Notification:
    return Notification(
        key=key,
        kind=kind,  # type: ignore[arg-type]
        subscriber=subscriber,
        watchlists=("backs",),
        destinations=tuple(destinations),
        message=Message(f"title {key}", "text", "**markdown**", "<p>html</p>"),
        significance=Significance.NOTABLE,
        why="you watch this trial in backs",
        due=due,
        slot=slot,
        trial=trial,
        events=tuple(events),
    )


def a_baseline(trial: TrialId = RESPINE, record: Record | None = None, at: datetime = NOW) -> Observation:
    return Observation(trial, "baseline", at, 0, 1, record=record or a_record(trial))


def a_version(
    number: int,
    trial: TrialId = RESPINE,
    *,
    record: Record | None = None,
    changes: Sequence[Change] = (),
    verdicts: Sequence[Verdict] = (),
    notifications: Sequence[Notification] = (),
    at: datetime = NOW,
) -> Observation:
    return Observation(
        trial,
        "version",
        at,
        number - 1,
        number,
        record=record or a_record(trial),
        changes=tuple(changes) or (a_change(),),
        verdicts=tuple(verdicts),
        notifications=tuple(notifications),
    )


def an_absence(
    version: int, outcome: str, looks: int = 1, trial: TrialId = RESPINE, at: datetime = NOW
) -> Observation:
    return Observation(trial, outcome, at, version, version, absence=Absence(NOW, looks))  # type: ignore[arg-type]


def a_run(db: Database, now: datetime = NOW) -> int:
    return begin_run(db, "clinicaltrials.gov", now, full=False)


def baseline_of(db: Database, *trials: TrialId) -> list[Recorded]:
    run = a_run(db)
    return [record(db, a_baseline(trial), run) for trial in trials]
