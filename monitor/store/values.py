"""How values lie in columns: times, JSON, the typed facts of a version, and changes."""

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from monitor.core.change import Change, FieldPath
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.json import Json
from monitor.core.significance import Measure

# A value longer than this is worth compressing: texts of eligibility criteria are short, a results module is not.
_LONG_VALUE = 32 * 1024

# The typed facts, in the order in which `facts_row` gives them. `data_date` is not among them: it moves every day and is
# kept apart (`versions.last_data_date`, `trials.data_date`); what nobody sorts by lies together in the JSON column `facts`.
FACTS_COLUMNS = (
    "title acronym sponsor status last_known_status why_stopped start start_type primary_completion "
    "primary_completion_type completion completion_type enrollment enrollment_type has_results "
    "results_submitted results_posted registry_date submitted_date facts"
).split()
# A change, in the order in which `change_values` gives it.
CHANGE_COLUMNS = "field kind before after topic label role housekeeping".split()


def facts_columns(of: str) -> str:
    """The columns of the facts of a row of `trials` or `versions`, for a SELECT that calls it so: `v.title, v.acronym, …`."""
    return ", ".join(f"{of}.{name}" for name in FACTS_COLUMNS)


def stamp(moment: datetime) -> str:
    """A moment as it is stored: `2026-02-09T14:03:11Z`, whole seconds, so that text order is time order."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone cannot be stored: {moment}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The inverse of `stamp`."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    """As `moment`, for a column that may be NULL."""
    return None if text is None else datetime.fromisoformat(text)


def measure_of(text: str | None) -> Measure | None:
    """How large a change is, from the column that says so."""
    return None if text is None else Measure(**orjson.loads(text))


def pack(value: Json) -> bytes:
    """A module's body, compressed. Keys keep their order: the record can be shown as the registry gave it."""
    return zlib.compress(orjson.dumps(value), 6)


def unpack(body: bytes) -> Any:
    """The inverse of `pack`."""
    return orjson.loads(zlib.decompress(body))


def _write_json(value: Json) -> str | bytes:
    """A value of a change: JSON text, or compressed where it is long."""
    text = orjson.dumps(value)
    return zlib.compress(text, 6) if len(text) > _LONG_VALUE else text.decode()


def read_json(stored: str | bytes) -> Any:
    """The inverse of `_write_json`."""
    return orjson.loads(zlib.decompress(stored) if isinstance(stored, bytes) else stored)


def facts_row(facts: TrialFacts) -> tuple[object, ...]:
    """The facts as column values, in the order of FACTS_COLUMNS."""
    return (
        facts.title,
        facts.acronym,
        facts.sponsor,
        facts.status,
        facts.last_known_status,
        facts.why_stopped,
        *_date_columns(facts.start),
        *_date_columns(facts.primary_completion),
        *_date_columns(facts.completion),
        facts.enrollment,
        facts.enrollment_type,
        int(facts.has_results),
        facts.results_submitted,
        facts.results_posted,
        facts.registry_date,
        facts.submitted_date,
        orjson.dumps(
            {
                "phases": facts.phases,
                "conditions": facts.conditions,
                "countries": facts.countries,
                "aliases": facts.aliases,
                "submissions": facts.submissions,
                "primary_results": facts.primary_results,
                "sites": facts.sites,
                "sites_recruiting": facts.sites_recruiting,
                "verified": facts.verified,
                "study_type": facts.study_type,
                "primary_purpose": facts.primary_purpose,
                "fda_regulated": facts.fda_regulated,
                "certificate_of_delay": facts.certificate_of_delay,
            }
        ).decode(),
    )


def _date_columns(date: TypedDate | None) -> tuple[str | None, str]:
    return (None, "") if date is None else (str(date.date), date.type)


def facts_of(row: Mapping[str, Any], data_date: str) -> TrialFacts:
    """The facts that a row of `trials` or `versions` holds."""
    loose: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in orjson.loads(row["facts"]).items()
    }
    return TrialFacts(
        title=row["title"],
        acronym=row["acronym"],
        sponsor=row["sponsor"],
        status=row["status"],
        last_known_status=row["last_known_status"],
        why_stopped=row["why_stopped"],
        start=_date_of(row["start"], row["start_type"]),
        primary_completion=_date_of(row["primary_completion"], row["primary_completion_type"]),
        completion=_date_of(row["completion"], row["completion_type"]),
        enrollment=row["enrollment"],
        enrollment_type=row["enrollment_type"],
        has_results=bool(row["has_results"]),
        results_submitted=row["results_submitted"],
        results_posted=row["results_posted"],
        registry_date=row["registry_date"],
        submitted_date=row["submitted_date"],
        data_date=data_date,
        **loose,
    )


def _date_of(text: str | None, type_: Any) -> TypedDate | None:
    return None if text is None else TypedDate(PartialDate.parse(text), type_)


def change_values(change: Change) -> tuple[object, ...]:
    """A change as column values, in the order of CHANGE_COLUMNS."""
    return (
        *(str(change.path), change.kind, _write_json(change.before), _write_json(change.after)),
        *(change.topic, change.label, change.role, int(change.housekeeping)),
    )


def change_of(row: Mapping[str, Any]) -> Change:
    """The change that a row of `changes` holds."""
    return Change(
        FieldPath.parse(row["field"]),
        row["kind"],
        read_json(row["before"]),
        read_json(row["after"]),
        row["topic"],
        row["label"],
        row["role"],
        bool(row["housekeeping"]),
    )
