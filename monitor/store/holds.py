"""Mass changes that are held: what was read and is not believed yet, and what became of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from monitor.core.mass import Edit, MassChange
from monitor.core.trial import TrialId
from monitor.store.also import Also
from monitor.store.database import Connection, Database
from monitor.store.trials import trial_row
from monitor.store.values import moment, moment_or_none, stamp

# What an accepted mass change brought waits until all of it is written, at most so long: then what is there is told.
TOLD_WITHIN = timedelta(hours=1)

Outcome = Literal["accepted", "back to normal", "read otherwise"]

# Of notifications: not those that tell a part of a mass change of which more is still to be written. ?1 is now, ?3 TOLD_WITHIN before.
NOT_WAITING_FOR_THE_REST = (
    "(hold IS NULL OR hold IN (SELECT h.id FROM holds AS h WHERE h.ended_at IS NOT NULL"
    " OR h.accepted_at <= ?3 OR h.accepted_at > ?1))"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A mass change of a source. It was read at `held_at`, and others before it were held since `since`; from `read_again_at` on, a
    second reading counts. `accepted_at`: one said the same, and what it brings is being written down."""

    id: int
    source: str
    since: datetime
    held_at: datetime
    read_again_at: datetime
    change: MassChange
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record that was read: a fingerprint of its contents, and its packed document."""

    trial: TrialId
    fingerprint: str
    record: bytes


def open_hold(db: Database, source: str) -> Hold | None:
    """The mass change of this source that is held, or being written down; None if there is none."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT * FROM holds WHERE source = ? AND ended_at IS NULL", (source,)
        ).fetchone()
    return _hold(row) if row is not None else None


def held_since(db: Database, source: str) -> datetime | None:
    """Since when something is held of a source that is not accepted; None if nothing is."""
    hold = _not_accepted(db, source)
    return hold.since if hold is not None else None


def held_trials(db: Database, source: str) -> frozenset[TrialId]:
    """The trials of a source of which something is held that is not accepted."""
    hold = _not_accepted(db, source)
    return frozenset(fingerprints(db, hold)) if hold is not None else frozenset()


def _not_accepted(db: Database, source: str) -> Hold | None:
    hold = open_hold(db, source)
    return hold if hold is not None and hold.accepted_at is None else None


def held_now(db: Database) -> list[dict[str, Any]]:
    """What is held and not accepted, as `status --json` gives it: at most one mass change a source."""
    with db.reading() as connection:
        holds = [
            _hold(row)
            for row in connection.execute(
                "SELECT * FROM holds WHERE ended_at IS NULL AND accepted_at IS NULL ORDER BY source"
            )
        ]
    return [
        {
            "source": one.source,
            "since": stamp(one.since),
            "read_again_at": stamp(one.read_again_at),
            "trials": one.change.trials,
            "of": one.change.read,
            "why": str(one.change),
        }
        for one in holds
    ]


def hold_back(
    db: Database,
    source: str,
    change: MassChange,
    records: Iterable[HeldRecord],
    now: datetime,
    read_again_at: datetime,
    before: Hold | None = None,
) -> None:
    """Hold what was read, in one transaction; what was held `before` and came otherwise now gives way to it. What is left of holds that
    are over, the records that turned out to be none, is let go. Nothing is written where another process holds something meanwhile."""
    at = stamp(now)
    with db.writing() as connection:
        if before is not None:
            _end(connection, before, "read otherwise", at)
        if _is_held(connection, source):
            return
        connection.execute(
            "DELETE FROM held_records WHERE hold IN (SELECT id FROM holds WHERE source = ? AND ended_at IS NOT NULL)",
            (source,),
        )
        (hold,) = connection.execute(
            "INSERT INTO holds (source, since, held_at, read_again_at, mass) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (
                *(source, stamp(before.since) if before is not None else at, at, stamp(read_again_at)),
                json.dumps(_as_json(change)),
            ),
        ).fetchone()
        connection.executemany(
            "INSERT INTO held_records (hold, trial, fingerprint, record) VALUES (?, ?, ?, ?)",
            [(hold, trial_row(connection, one.trial), one.fingerprint, one.record) for one in records],
        )
        db.at("hold:before-commit")
    db.at("hold:after-commit")


def fingerprints(db: Database, hold: Hold) -> dict[TrialId, str]:
    """What is held, by trial: the fingerprints of the records."""
    with db.reading() as connection:
        return {
            TrialId(row["registry"], row["number"]): row["fingerprint"]
            for row in connection.execute(
                "SELECT t.registry, t.number, r.fingerprint FROM held_records AS r JOIN trials AS t ON t.id = r.trial"
                " WHERE r.hold = ?",
                (hold.id,),
            )
        }


def accept(db: Database, hold: Hold, change: MassChange, now: datetime) -> bool:
    """A second reading said the same: `change` as it was read now is what the registry says. What it brings is written down next. False
    where another process found out meanwhile that the registry says something else."""
    with db.writing() as connection:
        connection.execute(
            "UPDATE holds SET accepted_at = ?, mass = ? WHERE id = ? AND ended_at IS NULL AND accepted_at IS NULL",
            (stamp(now), json.dumps(_as_json(change)), hold.id),
        )
        (accepted,) = connection.execute(
            "SELECT accepted_at IS NOT NULL FROM holds WHERE id = ?", (hold.id,)
        ).fetchone()
        db.at("hold-accepted:before-commit")
    db.at("hold-accepted:after-commit")
    return bool(accepted)


def end_hold(db: Database, hold: Hold, outcome: Outcome, now: datetime) -> None:
    """The matter is over. What was accepted is stored as versions by now; what came to nothing stays to be looked at, until something
    is held again."""
    with db.writing() as connection:
        _end(connection, hold, outcome, stamp(now))
        db.at("hold-over:before-commit")
    db.at("hold-over:after-commit")


def _end(connection: Connection, hold: Hold, outcome: Outcome, at: str) -> None:
    ended = connection.execute(
        "UPDATE holds SET ended_at = ?, outcome = ? WHERE id = ? AND ended_at IS NULL", (at, outcome, hold.id)
    )
    if ended.rowcount and outcome == "accepted":
        connection.execute("DELETE FROM held_records WHERE hold = ?", (hold.id,))


def _is_held(connection: Connection, source: str) -> bool:
    return bool(
        connection.execute("SELECT 1 FROM holds WHERE source = ? AND ended_at IS NULL", (source,)).fetchone()
    )


def part_of(hold: int, trial: TrialId, version: int) -> Also:
    """For `record(…, also=)`: the version is a part of an accepted mass change, and so is what its notifications tell."""

    def step(connection: Connection) -> None:
        row = trial_row(connection, trial)
        connection.execute(
            "INSERT INTO mass_changes (trial, version, hold) VALUES (?, ?, ?)", (row, version, hold)
        )
        connection.execute(
            "UPDATE notifications SET hold = ? WHERE folded_into IS NULL AND id IN (SELECT told.notification FROM events AS e"
            " JOIN notification_events AS told ON told.event = e.id WHERE e.trial = ? AND e.version = ?)",
            (hold, row, version),
        )

    return step


def told_of(db: Database, notifications: Sequence[int]) -> list[tuple[str, MassChange]]:
    """The mass changes that these notifications tell parts of: source and change, oldest first."""
    with db.reading() as connection:
        return [
            (row["source"], _hold(row).change)
            for row in connection.execute(
                "SELECT * FROM holds WHERE id IN (SELECT hold FROM notifications"
                " WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id",
                (json.dumps(list(notifications)),),
            )
        ]


def _hold(row: Any) -> Hold:
    return Hold(
        row["id"],
        row["source"],
        moment(row["since"]),
        moment(row["held_at"]),
        moment(row["read_again_at"]),
        _from_json(json.loads(row["mass"])),
        moment_or_none(row["accepted_at"]),
    )


def _as_json(change: MassChange) -> dict[str, Any]:
    return {
        **asdict(change),
        "widespread": [asdict(edit) for edit in sorted(change.widespread)],
        "submitted": [asdict(edit) for edit in sorted(change.submitted)],
    }


def _from_json(stored: dict[str, Any]) -> MassChange:
    return MassChange(
        stored["trials"],
        stored["read"],
        stored["unsubmitted"],
        frozenset(Edit(**edit) for edit in stored["widespread"]),
        frozenset(Edit(**edit) for edit in stored["submitted"]),
        tuple((Edit(**edit), n) for edit, n in stored["edits"]),
    )
