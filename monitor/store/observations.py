"""The one transaction that writes down what a look leads to."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from monitor.core.errors import TrialmonError
from monitor.core.observation import Observation
from monitor.core.record import Record
from monitor.core.trial import TrialId
from monitor.store.also import Also
from monitor.store.catalogue import catalogue, keep_up
from monitor.store.database import Connection, Database
from monitor.store.outbox import write_notification
from monitor.store.trials import trial_row, write_aliases
from monitor.store.values import FACTS_COLUMNS, facts_row, pack, stamp
from monitor.store.version_rows import ModuleRow, write_changes, write_modules, write_version

_FACTS_SET = ", ".join(f"{name} = ?" for name in FACTS_COLUMNS)


class StaleSnapshot(TrialmonError):
    """Another process wrote about this trial since it was read: read it again and decide again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded observation became: the trial's version now, and the ids of the rows written, in the observation's order."""

    version: int
    changes: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    deliveries: tuple[int, ...] = ()


def record(
    db: Database,
    observation: Observation,
    run: int,
    also: Sequence[Also] = (),
    earlier: Sequence[Observation] = (),
) -> Recorded:
    """Write down all that one look leads to, or nothing: version, modules, changes, events, notifications, deliveries, and what is
    written with them (`also`: a search's member told, …). `earlier` are the steps to the version before it that were missed, oldest
    first; what is told of them is told by `observation`. `Notification.events` are positions in the verdicts of all of them, one after
    the other.

    Raises StaleSnapshot if the trial is no longer at the first's `expected_version`, or what is to be told was told meanwhile.
    """
    with db.writing() as connection:
        db.at("record:begin")
        trial = trial_row(connection, observation.trial)
        steps = (*earlier, observation)
        _refuse_stale(connection, trial, steps[0])
        written = [_write_state(connection, trial, step, run) for step in steps]
        db.at("record:versions-written")
        events = [
            event
            for step, of_step in zip(steps, written, strict=True)
            for event in _write_events(connection, trial, step, of_step)
        ]
        keep_up(connection)
        db.at("record:events-written")
        deliveries: list[int] = []
        for notification in observation.notifications:
            told_of = tuple(events[position] for position in notification.events)
            deliveries += write_notification(
                connection, replace(notification, events=told_of), observation.seen_at
            )
        for write in also:
            write(connection)
        db.at("record:outbox-written")
        db.at("record:before-commit")
    db.at("record:after-commit")
    changes = (change for of_step in written for change in of_step)
    return Recorded(observation.version, tuple(changes), tuple(events), tuple(deliveries))


def seen_unchanged(db: Database, seen: Sequence[tuple[TrialId, str, str]], now: datetime, run: int) -> None:
    """Note of many trials at once that they were seen as they were: (trial, data date or empty, raw digest or empty).

    An empty value leaves the stored one. A data date never goes back. `run` must exist: a look belongs to a run.
    """
    at = stamp(now)
    with db.writing() as connection:
        if connection.execute("SELECT 1 FROM runs WHERE id = ?", (run,)).fetchone() is None:
            raise ValueError(f"there is no run {run}")
        connection.executemany(
            "UPDATE trials SET last_seen_at = ?1, last_looked_at = ?1, data_date = MAX(data_date, ?2),"
            " raw_digest = IIF(?3 = '', raw_digest, ?3), absence_since = NULL, absence_looks = 0"
            " WHERE registry = ?4 AND number = ?5 AND version > 0",
            [(at, data_date, digest, trial.registry, trial.number) for trial, data_date, digest in seen],
        )
        connection.executemany(
            "UPDATE versions SET last_seen_at = ?1, last_data_date = MAX(last_data_date, ?2)"
            " WHERE (trial, version) = (SELECT id, version FROM trials WHERE registry = ?3 AND number = ?4)",
            [(at, data_date, trial.registry, trial.number) for trial, data_date, _ in seen],
        )


def _refuse_stale(connection: Connection, trial: int, observation: Observation) -> None:
    row = connection.execute(
        "SELECT version, gone_at, moved_to, unknown_told FROM trials WHERE id = ?", (trial,)
    ).fetchone()
    told_already = (
        (observation.outcome == "gone" and row["gone_at"] is not None)
        or (observation.outcome == "unknown" and row["unknown_told"])
        or (observation.outcome == "moved" and row["moved_to"] == observation.moved_to)
        or (observation.outcome == "back" and row["gone_at"] is None)
    )
    if row["version"] != observation.expected_version or told_already:
        raise StaleSnapshot(
            f"{observation.trial} was written by another process meanwhile (version {row['version']})",
            "it is read again at the next look",
        )


def _write_state(connection: Connection, trial: int, observation: Observation, run: int) -> list[int]:
    at = stamp(observation.seen_at)
    changes: list[int] = []
    if observation.outcome in ("absent", "gone", "unknown", "moved"):
        _write_absence(connection, trial, observation, at)
    elif observation.version > observation.expected_version:
        if observation.record is None:
            raise ValueError(f"{observation.trial}: a new version needs a record")
        changes = _write_version(connection, trial, observation, observation.record, run, at)
    elif observation.outcome != "beside":
        _write_seen_again(connection, trial, observation, at)
    write_aliases(connection, trial, observation.aliases)
    return changes


def _write_absence(connection: Connection, trial: int, observation: Observation, at: str) -> None:
    absence = observation.absence
    connection.execute(
        "UPDATE trials SET last_looked_at = ?1, absence_since = ?2, absence_looks = ?3,"
        " gone_at = IIF(?4, ?1, gone_at), unknown_told = unknown_told OR ?5, moved_to = IIF(?6 = '', moved_to, ?6)"
        " WHERE id = ?7",
        (
            at,
            stamp(absence.since) if absence is not None else None,
            absence.looks if absence is not None else 0,
            observation.outcome == "gone",
            observation.outcome == "unknown",
            observation.moved_to,
            trial,
        ),
    )


def _write_seen_again(connection: Connection, trial: int, observation: Observation, at: str) -> None:
    # A record whose lists only came in another order is the version that we have: its bodies stay, its bytes are remembered.
    # Only a record under its own number says that a number is no longer merged into another.
    record = observation.record
    data_date = record.facts.data_date if record is not None else ""
    digest = record.raw_digest if record is not None else ""
    connection.execute(
        "UPDATE trials SET last_seen_at = ?1, last_looked_at = ?1, data_date = MAX(data_date, ?2),"
        " raw_digest = IIF(?3 = '', raw_digest, ?3), absence_since = NULL, absence_looks = 0, gone_at = NULL,"
        " moved_to = IIF(?4, '', moved_to) WHERE id = ?5",
        (at, data_date, digest, record is not None, trial),
    )
    connection.execute(
        "UPDATE versions SET last_seen_at = ?, last_data_date = MAX(last_data_date, ?) WHERE trial = ? AND version = ?",
        (at, data_date, trial, observation.version),
    )


def _write_version(
    connection: Connection, trial: int, observation: Observation, record: Record, run: int, at: str
) -> list[int]:
    data_date = record.facts.data_date
    write_version(
        connection,
        trial,
        observation.version,
        record.facts,
        seen_at=at,
        data_date=data_date,
        origin=observation.origin,
        run=run,
        change_count=len(observation.changes),
    )
    connection.execute(
        f"UPDATE trials SET version = ?, {_FACTS_SET}, data_date = MAX(data_date, ?), raw_digest = ?,"
        " first_seen_at = COALESCE(first_seen_at, ?), last_seen_at = ?, last_looked_at = ?, absence_since = NULL,"
        " absence_looks = 0, gone_at = NULL, moved_to = '', unknown_told = 0 WHERE id = ?",
        (observation.version, *facts_row(record.facts), data_date, record.raw_digest, at, at, at, trial),
    )
    _write_modules_of(connection, trial, observation.version, record)
    catalogue(connection, trial, observation.version, record.particulars)
    return write_changes(connection, trial, [(observation.version, change) for change in observation.changes])


def _write_modules_of(connection: Connection, trial: int, version: int, record: Record) -> None:
    stored = {
        module: digest
        for module, digest, _ in connection.execute(
            "SELECT module, digest, MAX(since_version) FROM module_versions WHERE trial = ? GROUP BY module",
            (trial,),
        )
    }
    rows: list[ModuleRow] = [
        (module, version, record.digests[module], pack(body))
        for module, body in record.modules.items()
        if stored.get(module) != record.digests[module]
    ]
    rows += [
        (module, version, None, None)
        for module, digest in stored.items()
        if digest is not None and module not in record.modules
    ]
    write_modules(connection, trial, rows)


def _write_events(
    connection: Connection, trial: int, observation: Observation, changes: list[int]
) -> list[int]:
    made_a_version = observation.version > observation.expected_version
    if observation.record is not None:
        registry_date = observation.record.facts.registry_date
    else:
        row = connection.execute("SELECT registry_date FROM trials WHERE id = ?", (trial,)).fetchone()
        registry_date = row["registry_date"]
    events = []
    for verdict in observation.verdicts:
        event = connection.execute(
            "INSERT INTO events (trial, version, rule, topic, significance, headline, because, seen_at, registry_date, measure)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(trial, observation.version if made_a_version else None, verdict.rule, verdict.topic),
                *(str(verdict.significance), verdict.headline, verdict.because),
                *(stamp(observation.seen_at), registry_date),
                json.dumps(asdict(verdict.measure)) if verdict.measure is not None else None,
            ),
        ).lastrowid
        assert event is not None
        connection.executemany(
            "INSERT INTO event_changes (event, change) VALUES (?, ?)",
            [(event, changes[position]) for position in verdict.changes],
        )
        events.append(event)
    return events
