"""Past versions: how far fetching them has come, and the one transaction that puts a trial's past below its baseline."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.change import Change, ChangeSet
from monitor.core.json import JsonObject
from monitor.core.record import Record
from monitor.core.source import PastVersion
from monitor.core.trial import TrialId
from monitor.store.catalogue import index_past
from monitor.store.database import Connection, Database
from monitor.store.trials import ASKED, asked_for
from monitor.store.values import moment, pack, stamp, unpack
from monitor.store.version_rows import ModuleRow, write_changes, write_modules, write_version

# What was refused, or could not be read, is left alone for so long.
_REMEMBERED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Past:
    """A past version: its record, what changed in it since the one before (nothing in the oldest), and when it was fetched."""

    record: Record
    changes: ChangeSet
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Underway:
    """What was fetched of a trial so far: `outline` as the registry listed it, `pages` by their numbers there."""

    outline: tuple[PastVersion, ...]
    pages: dict[int, tuple[JsonObject, datetime]]

    @property
    def missing(self) -> list[PastVersion]:
        """What is still to be fetched."""
        return [one for one in self.outline if one.n not in self.pages]


def without_past(
    db: Database, trials: Sequence[TrialId], now: datetime, *, insist: bool = False
) -> list[TrialId]:
    """Those of the trials that have a baseline but no past yet, what was begun first, what failed last, else in the given order. What
    failed within a day is left out, unless `insist`."""
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT t.registry, t.number FROM {ASKED} LEFT JOIN backfills AS b ON b.trial = t.id WHERE t.version > 0"
            " AND (b.state IS NULL OR b.state = 'fetching' OR (b.state = 'failed' AND (:insist OR b.at NOT BETWEEN :since AND :now)))"
            " ORDER BY b.state IS 'failed', b.state IS NOT 'fetching', asked.key",
            {
                "trials": asked_for(trials),
                "since": stamp(now - _REMEMBERED_FOR),
                "now": stamp(now),
                "insist": insist,
            },
        )
        return [TrialId(row["registry"], row["number"]) for row in rows]


def underway(db: Database, trial: TrialId) -> Underway | None:
    """What was fetched of a trial's past; None if nothing was begun."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT b.trial, b.outline FROM backfills AS b JOIN trials AS t ON t.id = b.trial"
            " WHERE t.registry = ? AND t.number = ? AND b.state = 'fetching'",
            (trial.registry, trial.number),
        ).fetchone()
        if row is None:
            return None
        pages = connection.execute(
            "SELECT n, body, fetched_at FROM backfill_pages WHERE trial = ?", (row["trial"],)
        )
        return Underway(
            tuple(PastVersion(*one) for one in json.loads(row["outline"])),
            {page["n"]: (unpack(page["body"]), moment(page["fetched_at"])) for page in pages},
        )


def begin_past(db: Database, trial: TrialId, outline: Sequence[PastVersion], now: datetime) -> None:
    """Note which past versions are to be fetched."""
    listed = json.dumps([[one.n, one.submitted, one.status] for one in outline])
    with db.writing() as connection:
        identity = _row(connection, trial)
        connection.execute("DELETE FROM backfill_pages WHERE trial = ?", (identity,))
        connection.execute(
            "INSERT INTO backfills (trial, state, outline, at) VALUES (?1, 'fetching', ?2, ?3)"
            " ON CONFLICT (trial) DO UPDATE SET state = 'fetching', outline = ?2, at = ?3, why = ''",
            (identity, listed, stamp(now)),
        )


def keep_page(db: Database, trial: TrialId, n: int, document: JsonObject, now: datetime) -> None:
    """Keep a version that was fetched until the others are there; if another process has them all meanwhile, it is not needed."""
    with db.writing() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO backfill_pages (trial, n, fetched_at, body)"
            " SELECT trial, ?, ?, ? FROM backfills WHERE trial = ? AND state = 'fetching'",
            (n, stamp(now), pack(document), _row(connection, trial)),
        )


def note_no_past(db: Database, trial: TrialId, why: str, now: datetime) -> None:
    """The past of a trial cannot be had at present."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO backfills (trial, state, why, at) VALUES (?1, 'failed', ?2, ?3)"
            " ON CONFLICT (trial) DO UPDATE SET state = 'failed', why = ?2, at = ?3",
            (_row(connection, trial), why, stamp(now)),
        )


def note_refusal(db: Database, source: str, why: str, now: datetime) -> None:
    """The registry does not give its history: an empty `why` says that it does again."""
    with db.writing() as connection:
        connection.execute("DELETE FROM backfill_refusals WHERE source = ?", (source,))
        if why:
            connection.execute("INSERT INTO backfill_refusals VALUES (?, ?, ?)", (source, why, stamp(now)))


def refusal(db: Database, source: str, now: datetime) -> str:
    """Why the registry's history is left alone at present; empty if it is not."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT why FROM backfill_refusals WHERE source = ? AND at BETWEEN ? AND ?",
            (source, stamp(now - _REMEMBERED_FOR), stamp(now)),
        ).fetchone()
    return "" if row is None else str(row["why"])


@dataclass(frozen=True, slots=True)
class Backfilling:
    """How fetching the past stands: trials that are watched and have none yet, and `refused`: registry → why it gives none at present.
    `failed` are single trials whose past could not be read within a day."""

    to_go: int
    failed: int
    refused: dict[str, str]


def how_the_past_stands(db: Database, now: datetime) -> Backfilling:
    """For `status` and `doctor`."""
    lately = {"since": stamp(now - _REMEMBERED_FOR), "now": stamp(now)}
    with db.reading() as connection:
        to_go, failed = connection.execute(
            "SELECT COUNT(*) FILTER (WHERE b.state IS NULL OR b.state = 'fetching'),"
            " COUNT(*) FILTER (WHERE b.state = 'failed' AND b.at BETWEEN :since AND :now) FROM trials AS t"
            " LEFT JOIN backfills AS b ON b.trial = t.id WHERE t.version > 0 AND t.id IN (SELECT trial FROM watched)",
            lately,
        ).fetchone()
        refused = connection.execute(
            "SELECT source, why FROM backfill_refusals WHERE at BETWEEN :since AND :now ORDER BY source",
            lately,
        )
        return Backfilling(to_go, failed, {row["source"]: row["why"] for row in refused})


def write_past(
    db: Database, trial: TrialId, past: Sequence[Past], since_then: ChangeSet, now: datetime
) -> int:
    """Put a trial's past versions, oldest first, below its baseline, in one transaction; `since_then` are the changes from the newest of
    them to the baseline. Gives how many were written: none if it was done before. Nothing is told of any of them."""
    with db.writing() as connection:
        identity = _row(connection, trial)
        run, oldest = connection.execute(
            "SELECT (SELECT run FROM versions WHERE trial = ?1 AND version = 1), MIN(version) FROM versions WHERE trial = ?1",
            (identity,),
        ).fetchone()
        written = len(past) if oldest == 1 else 0
        if written:
            _write_versions(connection, identity, past, run)
            _write_modules_of(connection, identity, past)
            _write_changes_of(connection, identity, past, since_then)
            connection.execute(
                "UPDATE versions SET change_count = ? WHERE trial = ? AND version = 1",
                (len(since_then), identity),
            )
        connection.execute("DELETE FROM backfill_pages WHERE trial = ?", (identity,))
        connection.execute(
            "INSERT INTO backfills (trial, state, at) VALUES (?1, 'done', ?2)"
            " ON CONFLICT (trial) DO UPDATE SET state = 'done', why = '', at = ?2",
            (identity, stamp(now)),
        )
        db.at("backfill:before-commit")
    db.at("backfill:after-commit")
    return written


def _row(connection: Connection, trial: TrialId) -> int:
    row = connection.execute(
        "SELECT id FROM trials WHERE registry = ? AND number = ? AND version > 0",
        (trial.registry, trial.number),
    ).fetchone()
    if row is None:
        raise ValueError(f"{trial} has no baseline that a past could lie below")
    return int(row["id"])


def _write_versions(connection: Connection, trial: int, past: Sequence[Past], run: int) -> None:
    """The newest first: each lies right below the oldest so far."""
    for below, one in enumerate(reversed(past)):
        write_version(
            connection,
            trial,
            -below,
            one.record.facts,
            seen_at=stamp(one.fetched_at),
            data_date="",
            origin="backfill",
            run=run,
            change_count=len(one.changes),
        )


def _write_modules_of(connection: Connection, trial: int, past: Sequence[Past]) -> None:
    """Each module as of the first version that had it so. The baseline has rows for all of its own; what it lacks ends there."""
    stored: dict[str, str | None] = {}
    rows: list[ModuleRow] = []
    for version, one in enumerate(past, 1 - len(past)):
        digests = one.record.digests
        for module, body in one.record.modules.items():
            if stored.get(module) != digests[module]:
                rows.append((module, version, digests[module], pack(body)))
                stored[module] = digests[module]
        for module in [name for name, digest in stored.items() if digest is not None and name not in digests]:
            rows.append((module, version, None, None))
            stored[module] = None
    had = {
        row["module"]
        for row in connection.execute(
            "SELECT module FROM module_versions WHERE trial = ? AND since_version = 1", (trial,)
        )
    }
    rows += [
        (module, 1, None, None)
        for module, digest in stored.items()
        if digest is not None and module not in had
    ]
    write_modules(connection, trial, rows)


def _write_changes_of(
    connection: Connection, trial: int, past: Sequence[Past], since_then: ChangeSet
) -> None:
    changes: list[tuple[int, Change]] = [
        (version, change) for version, one in enumerate(past, 1 - len(past)) for change in one.changes
    ]
    changes += [(1, change) for change in since_then]
    (lowest,) = connection.execute("SELECT MIN(0, COALESCE(MIN(id), 0)) FROM changes").fetchone()
    write_changes(connection, trial, changes, first=lowest - len(changes))
    index_past(connection, lowest - len(changes), lowest - 1)
