"""What a digest needs to know of a quiet day: up to which moment a reader was told, who looked when, and how the trials stand."""

import json
from collections.abc import Sequence
from datetime import datetime

from monitor.core.facts import TrialFacts
from monitor.core.trial import TrialId
from monitor.store.database import Connection, Database
from monitor.store.values import facts_columns, facts_of, moment, stamp


def told_up_to(db: Database, subscriber: str, destinations: Sequence[str]) -> datetime | None:
    """The last digest moment for which this reader was told something, be it that nothing changed; None before the first."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT slot FROM digest_slots WHERE subscriber = ? AND destinations = ?",
            (subscriber, json.dumps(list(destinations))),
        ).fetchone()
    return moment(row["slot"]) if row is not None else None


def note_slot(connection: Connection, subscriber: str, destinations: Sequence[str], slot: datetime) -> None:
    """Within a write transaction: this reader has been told up to that digest moment. It never goes back."""
    connection.execute(
        "INSERT INTO digest_slots (subscriber, destinations, slot) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (subscriber, destinations) DO UPDATE SET slot = MAX(slot, ?3)",
        (subscriber, json.dumps(list(destinations)), stamp(slot)),
    )


def last_digest(db: Database, subscriber: str, destinations: Sequence[str]) -> datetime | None:
    """When a digest was last written for this reader; None if there was none."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT MAX(created_at) AS at FROM notifications WHERE kind = 'digest' AND subscriber = ? AND destinations = ?",
            (subscriber, json.dumps(list(destinations))),
        ).fetchone()
    return moment(row["at"]) if row["at"] is not None else None


def begin_slots(db: Database, subscriber: str, destinations: Sequence[str], slot: datetime) -> None:
    """A reader who is new to quiet days: what was before that moment is not told."""
    with db.writing() as connection:
        note_slot(connection, subscriber, destinations, slot)


def last_look(db: Database, sources: Sequence[str]) -> datetime | None:
    """Up to when all of these sources had been looked at, be it not in every part; None if one of them never was."""
    with db.reading() as connection:
        found = {
            row["source"]: row["last_ok_at"]
            for row in connection.execute(
                "SELECT source, last_ok_at FROM sources WHERE last_ok_at IS NOT NULL"
            )
        }
    if not sources or any(source not in found for source in sources):
        return None
    return min(moment(found[source]) for source in sources)


def seen_since(db: Database, watchlists: Sequence[str], since: datetime) -> bool:
    """Whether anything was seen in the trials of these lists after that moment."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM events AS e JOIN watched AS w ON w.trial = e.trial WHERE e.seen_at > ?"
            " AND w.watchlist IN (SELECT value FROM json_each(?)))",
            (stamp(since), json.dumps(list(watchlists))),
        ).fetchone()
    return bool(row[0])


def watched_facts(db: Database, watchlists: Sequence[str]) -> list[tuple[str, TrialId, TrialFacts]]:
    """How the trials of these lists stand, each once, with the first list that holds it; by list and number. Not those that are gone."""
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT MIN(w.watchlist) AS watchlist, t.registry, t.number, t.data_date, {facts_columns('t')} FROM watched AS w"
            " JOIN trials AS t ON t.id = w.trial WHERE w.watchlist IN (SELECT value FROM json_each(?))"
            " AND t.version > 0 AND t.gone_at IS NULL AND t.moved_to = '' GROUP BY t.id ORDER BY 1, t.number",
            (json.dumps(list(watchlists)),),
        )
        return [
            (row["watchlist"], TrialId(row["registry"], row["number"]), facts_of(row, row["data_date"]))
            for row in rows
        ]


def facts_then(db: Database, trials: Sequence[TrialId], then: datetime) -> dict[TrialId, TrialFacts]:
    """What we knew of these trials at that moment; those that we did not know yet are left out."""
    found = {}
    with db.reading() as connection:
        for trial in trials:
            row = connection.execute(
                f"SELECT v.last_data_date, {facts_columns('v')} FROM versions AS v"
                " WHERE v.trial = (SELECT id FROM trials WHERE registry = ? AND number = ?) AND v.version > 0 AND v.seen_at <= ?"
                " ORDER BY v.version DESC LIMIT 1",
                (trial.registry, trial.number, stamp(then)),
            ).fetchone()
            if row is not None:
                found[trial] = facts_of(row, row["last_data_date"])
    return found
