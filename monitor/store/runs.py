"""Runs of looking, and how far each source has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.core.notification import Notification
from monitor.store.database import Database
from monitor.store.outbox import write_notification
from monitor.store.values import moment_or_none, stamp


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be found out or delivered in a run, and why. `name` is the source, trial, search or destination."""

    kind: Literal["source", "trial", "search", "destination"]
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source has come. Stamps and dates are the registry's own, empty if none is known.

    mark_stamp, mark_data_date  the newest data ever seen announced: what is older is refused
    applied_stamp               the data that the last complete look was from: equal to the registry's, nothing need be read
    failing_since               since when looks fail; None while they succeed. `failing_told`: somebody was told of it
    read_again_at               a mass change is held: from when on a second reading of it counts
    """

    source: str
    mark_stamp: str = ""
    mark_data_date: str = ""
    applied_stamp: str = ""
    last_full_read_at: datetime | None = None
    last_look_at: datetime | None = None
    last_ok_at: datetime | None = None
    next_look_at: datetime | None = None
    failing_since: datetime | None = None
    failing_told: bool = False
    why: str = ""
    read_again_at: datetime | None = None


def begin_run(db: Database, source: str, now: datetime, full: bool) -> int:
    """Note that a look begins, before anything is asked. A run without an end was cut short."""
    with db.writing() as connection:
        cursor = connection.execute(
            "INSERT INTO runs (source, began_at, is_full) VALUES (?, ?, ?)", (source, stamp(now), int(full))
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def end_run(
    db: Database,
    run: int,
    now: datetime,
    *,
    complete: bool,
    looked: int = 0,
    changed: int = 0,
    events: int = 0,
    failures: Sequence[Failure] = (),
    why: str = "",
    registry_stamp: str = "",
) -> None:
    """Note how a look went."""
    with db.writing() as connection:
        connection.execute(
            "UPDATE runs SET ended_at = ?, complete = ?, looked = ?, changed = ?, events = ?, failed = ?, why = ?, stamp = ?"
            " WHERE id = ?",
            (stamp(now), int(complete), looked, changed, events, len(failures), why, registry_stamp, run),
        )
        connection.executemany(
            "INSERT INTO failures (run, kind, name, why, at) VALUES (?, ?, ?, ?, ?)",
            [(run, failure.kind, failure.name, failure.why, stamp(now)) for failure in failures],
        )


def was_cut_short(db: Database, run: int) -> bool:
    """Whether a run began and never ended. Of one that is under way in another process the same is true."""
    with db.reading() as connection:
        row = connection.execute("SELECT 1 FROM runs WHERE id = ? AND ended_at IS NULL", (run,)).fetchone()
    return row is not None


def source_state(db: Database, source: str) -> SourceState:
    """How far the source has come; all empty if it was never looked at."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT s.*, h.read_again_at FROM sources AS s LEFT JOIN holds AS h"
            " ON h.source = s.source AND h.ended_at IS NULL AND h.accepted_at IS NULL WHERE s.source = ?",
            (source,),
        ).fetchone()
    if row is None:
        return SourceState(source)
    return SourceState(
        source,
        row["mark_stamp"],
        row["mark_data_date"],
        row["applied_stamp"],
        moment_or_none(row["last_full_read_at"]),
        moment_or_none(row["last_look_at"]),
        moment_or_none(row["last_ok_at"]),
        moment_or_none(row["next_look_at"]),
        moment_or_none(row["failing_since"]),
        bool(row["failing_told"]),
        row["why"],
        moment_or_none(row["read_again_at"]),
    )


def raise_mark(db: Database, source: str, registry_stamp: str = "", data_date: str = "") -> None:
    """Raise the high-water mark, in a commit of its own, before any record of that state is applied. It never goes back;
    an empty value raises nothing."""
    state = source_state(db, source)
    if registry_stamp <= state.mark_stamp and data_date <= state.mark_data_date:
        return
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO sources (source, mark_stamp, mark_data_date) VALUES (?1, ?2, ?3) ON CONFLICT (source) DO UPDATE"
            " SET mark_stamp = MAX(mark_stamp, ?2), mark_data_date = MAX(mark_data_date, ?3)",
            (source, registry_stamp, data_date),
        )


def note_applied(db: Database, source: str, registry_stamp: str, full: bool, now: datetime) -> None:
    """After a complete look: everything that the registry had at `registry_stamp` is known now."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO sources (source, applied_stamp, last_full_read_at) VALUES (?1, ?2, IIF(?3, ?4, NULL))"
            " ON CONFLICT (source) DO UPDATE SET applied_stamp = ?2, last_full_read_at = IIF(?3, ?4, last_full_read_at)",
            (source, registry_stamp, int(full), stamp(now)),
        )


def note_failure(
    db: Database, source: str, why: str, now: datetime, notices: Sequence[Notification] = ()
) -> bool:
    """A look failed; True if the one before had not. With `notices`, they are written in the same transaction and the
    source counts as told of (see `SourceState.failing_told`)."""
    at = stamp(now)
    with db.writing() as connection:
        row = connection.execute("SELECT failing_since FROM sources WHERE source = ?", (source,)).fetchone()
        connection.execute(
            "INSERT INTO sources (source, last_look_at, failing_since, failing_told, why) VALUES (?1, ?2, ?2, ?3, ?4)"
            " ON CONFLICT (source) DO UPDATE SET last_look_at = ?2, failing_since = COALESCE(failing_since, ?2),"
            " failing_told = failing_told OR ?3, why = ?4",
            (source, at, int(bool(notices)), why),
        )
        for notice in notices:
            write_notification(connection, notice, now)
    return row is None or row["failing_since"] is None


def note_success(db: Database, source: str, now: datetime, notices: Sequence[Notification] = ()) -> bool:
    """A look succeeded; True if the one before had failed. `notices` that it is over are written in the same transaction."""
    at = stamp(now)
    with db.writing() as connection:
        row = connection.execute("SELECT failing_since FROM sources WHERE source = ?", (source,)).fetchone()
        connection.execute(
            "INSERT INTO sources (source, last_look_at, last_ok_at) VALUES (?1, ?2, ?2) ON CONFLICT (source) DO UPDATE"
            " SET last_look_at = ?2, last_ok_at = ?2, failing_since = NULL, failing_told = 0, why = ''",
            (source, at),
        )
        for notice in notices:
            write_notification(connection, notice, now)
    return row is not None and row["failing_since"] is not None


def set_next_look(db: Database, source: str, when: datetime) -> None:
    """When the daemon looks next: kept here, so that a restart neither forgets nor repeats a look."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO sources (source, next_look_at) VALUES (?1, ?2) ON CONFLICT (source) DO UPDATE SET next_look_at = ?2",
            (source, stamp(when)),
        )
