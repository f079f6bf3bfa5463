"""Trials: what is known, their versions and records, and what differs between two."""

from datetime import date, datetime
from typing import Any

from monitor.core.diff import compared
from monitor.core.facts import TypedDate
from monitor.core.trial import TrialId
from monitor.store import dashboard, queries
from monitor.web.api._schemas import (
    ANYTHING,
    RECORD,
    TEXT,
    TEXT_OR_NULL,
    TOPIC,
    VERSION,
    WHOLE,
    WHOLE_OR_NULL,
    YES_OR_NO,
    Schema,
    record,
    things,
)
from monitor.web.meant import THE_TRIAL, the_trial
from monitor.web.page import Answer, Asked, Data, NotThere, Page
from monitor.web.values import DAY, Param, last_moment
from monitor.web.values import VERSION as VERSION_NUMBER


def facts_json(found: dashboard.Trial, page: str) -> dict[str, Any]:
    """What is known of a trial now."""
    facts = found.facts
    return {
        "trial": found.number,
        "registry": found.registry,
        "page": page,
        "version": found.version,
        "title": facts.title,
        "acronym": facts.acronym,
        "sponsor": facts.sponsor,
        "status": facts.status,
        "why_stopped": facts.why_stopped,
        "phases": list(facts.phases),
        "conditions": list(facts.conditions),
        "countries": list(facts.countries),
        "sites": facts.sites,
        "start": _date(facts.start),
        "primary_completion": _date(facts.primary_completion),
        "completion": _date(facts.completion),
        "enrollment": facts.enrollment,
        "enrollment_type": facts.enrollment_type,
        "has_results": facts.has_results,
        "results_posted": facts.results_posted,
        "registry_date": facts.registry_date,
        "last_seen_at": found.last_seen_at or None,
        "gone_at": found.gone_at or None,
        "moved_to": found.moved_to,
    }


def _date(dated: TypedDate | None) -> dict[str, str] | None:
    return None if dated is None else {"date": str(dated.date), "type": dated.type}


_DATE: Schema = {
    "oneOf": [
        record({"date": TEXT, "type": {"type": "string", "enum": ["ACTUAL", "ESTIMATED", ""]}}),
        {"type": "null"},
    ]
}
TRIAL_SCHEMA = record(
    {
        **dict.fromkeys(
            ("trial", "registry", "page", "title", "acronym", "sponsor", "status", "why_stopped"), TEXT
        ),
        **dict.fromkeys(("enrollment_type", "results_posted", "registry_date", "moved_to"), TEXT),
        **dict.fromkeys(("phases", "conditions", "countries"), things(TEXT)),
        **dict.fromkeys(("start", "primary_completion", "completion"), _DATE),
        **dict.fromkeys(("last_seen_at", "gone_at"), TEXT_OR_NULL),
        **dict.fromkeys(("sites", "enrollment"), WHOLE_OR_NULL),
        "version": WHOLE,
        "has_results": YES_OR_NO,
    }
)


def _trial(asked: Asked) -> Answer:
    found = the_trial(asked)
    return Data(facts_json(found, asked.house.sources[found.registry].page_url(found.number)))


def _history(asked: Asked) -> Answer:
    found = the_trial(asked)
    return Data({"versions": list(queries.history(asked.database, TrialId(found.registry, found.number)))})


def _record(asked: Asked) -> Answer:
    found = the_trial(asked)
    identity = TrialId(found.registry, found.number)
    at: date | None = asked["at"]
    moment: datetime | None = last_moment(at)
    refresh = queries.as_last_seen(asked.house.sources[found.registry].shape)
    shown = queries.show(asked.database, identity, moment, refresh)
    if shown is None:
        raise NotThere(f"{found.number} was not known on {at}.")
    return Data(shown)


def _version(asked: Asked) -> Answer:
    found = the_trial(asked)
    shown = queries.record_at_version(asked.database, TrialId(found.registry, found.number), asked["version"])
    if shown is None:
        raise NotThere(f"{found.number} has no version {asked['version']}.")
    return Data(shown)


def _diff(asked: Asked) -> Answer:
    found = the_trial(asked)
    identity = TrialId(found.registry, found.number)
    sides = [queries.record_at_version(asked.database, identity, asked[name]) for name in ("a", "b")]
    if sides[0] is None or sides[1] is None:
        missing = asked["a"] if sides[0] is None else asked["b"]
        raise NotThere(f"{found.number} has no version {missing}.")
    changes = compared(
        (asked["a"], sides[0]["record"]),
        (asked["b"], sides[1]["record"]),
        asked.house.sources[found.registry].shape,
    )
    return Data(
        {
            "trial": found.number,
            "a": asked["a"],
            "b": asked["b"],
            "changes": [
                {
                    "topic": one.topic,
                    "field": str(one.path),
                    "label": one.label,
                    "kind": one.kind,
                    "before": one.before,
                    "after": one.after,
                }
                for one in changes
            ],
        }
    )


_DIFFERENCE = record(
    {"topic": TOPIC, "field": TEXT, "label": TEXT, "kind": TEXT, "before": ANYTHING, "after": ANYTHING}
)

ONE = Page(
    "/api/trials/{number}",
    "A trial",
    "What is known of a trial now.",
    _trial,
    (THE_TRIAL,),
    gives="json",
    schema=TRIAL_SCHEMA,
)
HISTORY = Page(
    "/api/trials/{number}/history",
    "A trial's versions",
    "Its versions, oldest first, as `trialmon history --json` prints them.",
    _history,
    (THE_TRIAL,),
    gives="json",
    schema=record({"versions": things(VERSION)}),
)
RECORD_AT = Page(
    "/api/trials/{number}/record",
    "A trial's record",
    "The record as the registry gave it, as of a day: as `trialmon show --json --at` prints it.",
    _record,
    (THE_TRIAL, Param("at", DAY, "As of the end of this day, UTC. Default: now")),
    gives="json",
    schema=RECORD,
)
RECORD_OF = Page(
    "/api/trials/{number}/versions/{version}",
    "A version's record",
    "The record of one version.",
    _version,
    (THE_TRIAL, Param("version", VERSION_NUMBER, "The version's number.", where="path")),
    gives="json",
    schema=RECORD,
)
DIFF = Page(
    "/api/trials/{number}/versions/{a}/diff/{b}",
    "What differs",
    "What differs between two versions.",
    _diff,
    (
        THE_TRIAL,
        Param("a", VERSION_NUMBER, "The older version.", where="path"),
        Param("b", VERSION_NUMBER, "The newer version.", where="path"),
    ),
    gives="json",
    schema=record({"trial": TEXT, "a": WHOLE, "b": WHOLE, "changes": things(_DIFFERENCE)}),
)
