"""Where a thing comes from and what became of it: an event's changes and messages, a field's past, the versions of a period. Read-only."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.core.change import Kind
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.trial import TrialId
from monitor.store.database import Connection, Database
from monitor.store.queries import attempts_of
from monitor.store.snapshots import modules_at
from monitor.store.trials import ASKED, asked_for
from monitor.store.values import facts_columns, facts_of, measure_of, moment, read_json, stamp

_PAGE = 500


# --- of an event: what it rests on, and who was told


def event(db: Database, identity: int) -> dict[str, Any] | None:
    """One event, its `changes` in full, and the dates of the sponsor's last submission before and after the version that it is about.

    `submitted_before` and `submitted_after` are None where the event made no version and where the registry gives no such date; `measure`
    is the event's (Measure), None where it has none.
    """
    with db.reading() as connection:
        row = connection.execute(
            "SELECT e.*, t.registry, t.number, v.submitted_date AS submitted_after, w.submitted_date AS submitted_before"
            " FROM events AS e JOIN trials AS t ON t.id = e.trial"
            " LEFT JOIN versions AS v ON v.trial = e.trial AND v.version = e.version"
            " LEFT JOIN versions AS w ON w.trial = e.trial AND w.version = e.version - 1 WHERE e.id = ?",
            (identity,),
        ).fetchone()
        if row is None:
            return None
        changes = connection.execute(
            "SELECT c.* FROM event_changes AS x JOIN changes AS c ON c.id = x.change WHERE x.event = ? ORDER BY c.id",
            (identity,),
        )
        names = "id registry version seen_at registry_date rule topic significance headline because".split()
        return {
            "trial": row["number"],
            **{name: row[name] for name in names},
            "registry_date": row["registry_date"] or None,
            "changes": [_change(change) for change in changes],
            "submitted_before": row["submitted_before"] or None,
            "submitted_after": row["submitted_after"] or None,
            "measure": measure_of(row["measure"]),
        }


def _change(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "field", "label", "topic", "kind")
    values = {"before": read_json(row["before"]), "after": read_json(row["after"])}
    return {name: row[name] for name in names} | values


def events_of_change(db: Database, identity: int) -> list[int] | None:
    """The events that rest on a change; None if there is no such change."""
    with db.reading() as connection:
        if connection.execute("SELECT 1 FROM changes WHERE id = ?", (identity,)).fetchone() is None:
            return None
        return [row["event"] for row in connection.execute(
            "SELECT event FROM event_changes WHERE change = ? ORDER BY event", (identity,)
        )]  # fmt: skip


def events_of_delivery(db: Database, identity: int) -> list[int] | None:
    """The events that a delivery tells of, the gravest first; None if there is no such delivery."""
    with db.reading() as connection:
        if connection.execute("SELECT 1 FROM deliveries WHERE id = ?", (identity,)).fetchone() is None:
            return None
        rows = connection.execute(
            "SELECT e.id FROM deliveries AS d JOIN notification_events AS told ON told.notification = d.notification"
            " JOIN events AS e ON e.id = told.event WHERE d.id = ?"
            " ORDER BY INSTR('critical notable routine noise', e.significance), e.id",
            (identity,),
        )
        return [row["id"] for row in rows]


def tellings(db: Database, event: int) -> list[dict[str, Any]]:
    """Every message that an event was written into, with the deliveries that carry it and their `tries`.

    One that waits for a digest has a `slot`; once folded it has the `digest` too (a notification's id), whose deliveries are its own. A
    delivery that was `folded_into` another is told by that one, `told_at` that moment.
    """
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT n.* FROM notification_events AS told JOIN notifications AS n ON n.id = told.notification"
            " WHERE told.event = ? AND n.kind <> 'digest' ORDER BY n.id",
            (event,),
        ).fetchall()
        return [_telling(connection, row) for row in rows]


def _telling(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    carrier = row["folded_into"] if row["folded_into"] is not None else row["id"]
    deliveries = connection.execute(
        "SELECT d.id, d.destination, d.state, d.attempts, d.due, d.sent_at, d.error, d.folded_into, teller.sent_at AS told_at"
        " FROM deliveries AS d LEFT JOIN deliveries AS teller ON teller.id = d.folded_into WHERE d.notification = ? ORDER BY d.id",
        (carrier,),
    ).fetchall()
    return {
        "notification": row["id"],
        "kind": row["kind"],
        "subscriber": row["subscriber"],
        "watchlists": json.loads(row["watchlists"]),
        "why": row["why"],
        "title": row["title"],
        "created_at": row["created_at"],
        "slot": row["slot"],
        "digest": row["folded_into"],
        "deliveries": [{**dict(one), "tries": attempts_of(connection, one["id"])} for one in deliveries],
    }


# --- of a field: since when it is what it is


@dataclass(frozen=True, slots=True)
class Ledger:
    """The newest change of a field, and how many there were. `field` as `str(FieldPath)`; `seen_at` is the day on which the registry
    posted it where it comes from the registry's own history (then `version` is 1 or less)."""

    field: str
    label: str
    topic: str
    kind: Kind
    before: Json
    after: Json
    version: int
    seen_at: str
    times: int


def field_ledgers(db: Database, trial: TrialId) -> list[Ledger]:
    """One for each field of a trial that ever changed, the field that changed last first."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT c.*, IIF(c.id < 0, v.registry_date, v.seen_at) AS seen_at, newest.times"
            " FROM (SELECT MAX(c.id) AS id, COUNT(*) AS times FROM changes AS c"
            " JOIN trials AS t ON t.id = c.trial WHERE t.registry = ? AND t.number = ? GROUP BY c.field) AS newest"
            " JOIN changes AS c ON c.id = newest.id"
            " JOIN versions AS v ON v.trial = c.trial AND v.version = c.version ORDER BY c.version DESC, c.id",
            (trial.registry, trial.number),
        )
        return [
            Ledger(
                row["field"],
                row["label"],
                row["topic"],
                row["kind"],
                read_json(row["before"]),
                read_json(row["after"]),
                row["version"],
                row["seen_at"],
                row["times"],
            )
            for row in rows
        ]


# --- of a period: its versions, what they were made of, and what was told of them


@dataclass(frozen=True, slots=True)
class Step:
    """A version after the first: the trial went from the one before to this one, as we saw at `seen_at`."""

    trial: TrialId
    version: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Sides:
    """The records on both sides of a step, as modules; `past` are the facts of the versions before both, oldest first."""

    before: dict[str, Json]
    after: dict[str, Json]
    past: tuple[TrialFacts, ...]


_IN_PERIOD = (
    f" FROM {ASKED} JOIN versions AS v ON v.trial = t.id"
    " WHERE v.version > 1 AND v.seen_at >= :since AND v.seen_at <= :until"
)


def _period(trials: Sequence[TrialId], since: datetime, until: datetime | None) -> dict[str, str]:
    return {
        "trials": asked_for(trials),
        "since": stamp(since),
        "until": stamp(until) if until is not None else "9999",
    }


def span(
    db: Database, trials: Sequence[TrialId], since: datetime, until: datetime | None
) -> tuple[int, datetime, datetime] | None:
    """How many steps these trials made in the period, and when the first and the last was seen; None if they made none."""
    with db.reading() as connection:
        steps, first, last = connection.execute(
            f"SELECT COUNT(*), MIN(v.seen_at), MAX(v.seen_at){_IN_PERIOD}", _period(trials, since, until)
        ).fetchone()
    return (steps, moment(first), moment(last)) if steps else None


def steps(db: Database, trials: Sequence[TrialId], since: datetime, until: datetime | None) -> Iterator[Step]:
    """The steps of these trials in a period, both ends included, in the order in which they were seen. Read page by page: the
    database is not held between them."""
    last = ("", 0, 0)
    while True:
        with db.reading() as connection:
            page = connection.execute(
                f"SELECT t.registry, t.number, v.trial, v.version, v.seen_at{_IN_PERIOD}"
                " AND (v.seen_at, v.trial, v.version) > (:seen_at, :trial, :version)"
                " ORDER BY v.seen_at, v.trial, v.version LIMIT :page",
                {
                    **_period(trials, since, until),
                    **dict(zip(("seen_at", "trial", "version"), last, strict=True)),
                    "page": _PAGE,
                },
            ).fetchall()
        for row in page:
            yield Step(TrialId(row["registry"], row["number"]), row["version"], moment(row["seen_at"]))
        if len(page) < _PAGE:
            return
        last = (page[-1]["seen_at"], page[-1]["trial"], page[-1]["version"])


def sides_of(db: Database, step: Step) -> Sides:
    """What a step went from and to."""
    with db.reading() as connection:
        trial = connection.execute(
            "SELECT id FROM trials WHERE registry = ? AND number = ?",
            (step.trial.registry, step.trial.number),
        ).fetchone()["id"]
        past = connection.execute(
            f"SELECT {facts_columns('v')}, v.last_data_date FROM versions AS v WHERE trial = ? AND version < ? ORDER BY version",
            (trial, step.version - 1),
        )
        return Sides(
            before=modules_at(connection, trial, step.version - 1),
            after=modules_at(connection, trial, step.version),
            past=tuple(facts_of(row, row["last_data_date"]) for row in past),
        )


@dataclass(frozen=True, slots=True)
class WasTold:
    """A message that was written about a trial's version when it was seen, whatever came of its deliveries, unless all of it was muted."""

    trial: TrialId
    version: int
    subscriber: str
    title: str
    seen_at: datetime


def was_told(
    db: Database,
    watchlist: str,
    subscribers: Sequence[str],
    trials: Sequence[TrialId],
    since: datetime,
    until: datetime | None,
) -> Iterator[WasTold]:
    """The messages about versions of a period that were written for a watchlist, or for subscribers of these names about these trials
    (so that an edited copy of a list is compared with what the list told), in the order of the versions; read like `steps`."""
    wanted = {
        **_period(trials, since, until),
        "watchlist": watchlist,
        "subscribers": json.dumps(list(subscribers)),
        "page": _PAGE,
    }
    last = ("", 0)
    while True:
        with db.reading() as connection:
            page = connection.execute(_WAS_TOLD, {**wanted, "seen_at": last[0], "id": last[1]}).fetchall()
        for row in page:
            yield WasTold(
                TrialId(row["registry"], row["number"]),
                row["version"],
                row["subscriber"],
                row["title"],
                moment(row["seen_at"]),
            )
        if len(page) < _PAGE:
            return
        last = (page[-1]["seen_at"], page[-1]["id"])


_WAS_TOLD = (
    "SELECT DISTINCT n.id, t.registry, t.number, e.version, n.subscriber, n.title, e.seen_at FROM events AS e"
    " JOIN notification_events AS told ON told.event = e.id JOIN notifications AS n ON n.id = told.notification"
    " JOIN trials AS t ON t.id = e.trial WHERE e.version IS NOT NULL AND n.kind = 'alert' AND n.held_for <> 'mute'"
    " AND e.seen_at >= :since AND e.seen_at <= :until AND (e.seen_at, n.id) > (:seen_at, :id)"
    " AND (EXISTS (SELECT 1 FROM json_each(n.watchlists) AS listed WHERE listed.value = :watchlist)"
    " OR (n.subscriber IN (SELECT value FROM json_each(:subscribers)) AND EXISTS (SELECT 1"
    " FROM json_each(:trials) AS asked WHERE json_extract(asked.value, '$[0]') = t.registry"
    " AND json_extract(asked.value, '$[1]') = t.number))) ORDER BY e.seen_at, n.id LIMIT :page"
)
