"""A trial's versions along two times: when we saw them, and since when they were in force by the registry's own dates. Read-only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Literal

from monitor.core.json import Json
from monitor.core.record import canonical_json, without_volatile
from monitor.core.shape import Shape, join, split
from monitor.core.significance import TOPICS
from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.queries import as_last_seen
from monitor.store.snapshots import modules_of
from monitor.store.values import stamp

Axis = Literal["seen", "registry"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `posted` and `submitted` are the registry's own days; `in_force` is the day from which the registry gave this record,
    as far as it can be known; empty where nothing is known. The past from the registry's history has numbers of 0 and less."""

    version: int
    origin: str
    seen_at: str
    submitted: str
    posted: str
    in_force: str
    first_data_date: str
    last_data_date: str
    status: str
    primary_completion: str | None
    completion: str | None
    enrollment: int | None
    has_results: bool
    changes: int


def timeline(db: Database, trial: TrialId) -> list[Version]:
    """All versions of a trial, oldest first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT v.version, v.origin, v.seen_at, v.submitted_date, v.registry_date, v.first_data_date, v.last_data_date, v.status,"
            " v.primary_completion, v.completion, v.enrollment, v.has_results, v.change_count FROM versions AS v"
            " JOIN trials AS t ON t.id = v.trial WHERE t.registry = ? AND t.number = ? ORDER BY v.version",
            (trial.registry, trial.number),
        ).fetchall()
    return [
        Version(
            row["version"],
            row["origin"],
            row["seen_at"],
            row["submitted_date"],
            row["registry_date"],
            since,
            row["first_data_date"],
            row["last_data_date"],
            row["status"],
            row["primary_completion"],
            row["completion"],
            row["enrollment"],
            bool(row["has_results"]),
            row["change_count"],
        )
        for row, since in zip(rows, _in_force(rows), strict=True)
    ]


def _in_force(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Since when each version was in force. A posting date counts unless what we saw contradicts it: a registry that still gave the version
    before on that day had not posted yet."""
    if not rows:
        return
    since = _posted(rows[0])
    yield since
    for before, row in pairwise(rows):
        day = _posted(row)
        if row["version"] > 1:
            seen_first = row["first_data_date"] or row["seen_at"][:10]
            moved = row["registry_date"] and row["registry_date"] != before["registry_date"]
            if not moved or not before["last_data_date"] < day <= seen_first:
                day = seen_first
        since = max(since, day)
        yield since


def _posted(row: Mapping[str, Any]) -> str:
    return str(row["registry_date"] or row["submitted_date"] or row["first_data_date"] or row["seen_at"][:10])


def moved(db: Database, trial: TrialId) -> dict[int, list[str]]:
    """What moved in each version: the topics of its changes, the registry's own bookkeeping left out."""
    found: dict[int, list[str]] = {}
    with db.reading() as connection:
        for version, topic in connection.execute(
            "SELECT DISTINCT c.version, c.topic FROM changes AS c JOIN trials AS t ON t.id = c.trial"
            " WHERE t.registry = ? AND t.number = ? AND NOT c.housekeeping",
            (trial.registry, trial.number),
        ):
            found.setdefault(version, []).append(topic)
    return {version: sorted(topics, key=TOPICS.index) for version, topics in found.items()}


def at_time(versions: Sequence[Version], at: datetime, by: Axis) -> Version | None:
    """The version of that time: the newest that we had seen by then, or the one that was in force on that day by the registry's dates."""
    if by == "registry":
        day = at.date().isoformat()
        return next((one for one in reversed(versions) if one.in_force <= day), None)
    moment = stamp(at)
    return next((one for one in reversed(versions) if one.seen_at <= moment), None)


def of_number(versions: Sequence[Version], number: int) -> Version | None:
    """The version of that number."""
    return next((one for one in versions if one.version == number), None)


def record_of(
    db: Database, trial: TrialId, version: Version, shape: Shape, at: datetime | None = None
) -> dict[str, Json]:
    """The record of a version as the registry gave it, with the date of the data that it was last seen with, or of the day `at`."""
    document = join(modules_of(db, trial, version=version.version))
    return as_last_seen(shape)(document, _data_date(version, at))


def _data_date(version: Version, at: datetime | None) -> str:
    if at is None:
        return version.last_data_date
    day = at.date().isoformat()
    return min(version.last_data_date, day) if version.last_data_date else day


def digest_of_record(record: Mapping[str, Json], shape: Shape) -> str:
    """A record's fingerprint, for citing it: blake2b (16 bytes, hex) of its JSON with sorted keys, without the date of the data."""
    modules = {name: without_volatile(name, body, shape) for name, body in split(record).items()}
    return blake2b(canonical_json(join(modules)), digest_size=16).hexdigest()
