"""Questions that people ask, answered in the shapes of `--json`. Read-only; what may be long is streamed.

Stop early if you like, but let the iterator go: an open one keeps the write-ahead log from being emptied.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.shape import Shape, join
from monitor.core.trial import TrialId
from monitor.store.database import Connection, Database
from monitor.store.filters import OF_A_CHANGE, OF_AN_EVENT
from monitor.store.filters import Filters as Filters
from monitor.store.rows import OF_CHANGE, OF_EVENT, change_row, event_row
from monitor.store.snapshots import modules_at
from monitor.store.trials import ASKED, asked_for
from monitor.store.values import stamp

# A record of a version and the date of the data it was last seen with → the record as it was last seen.
Refresh = Callable[[dict[str, Json], str], dict[str, Json]]

_FEW = 20_000
_THEIR_VERSION = "v.trial = c.trial AND v.version = c.version"
# From the newest version on: a database without statistics would be read whole and sorted.
_FROM_THE_NEWEST = f"versions AS v CROSS JOIN changes AS c ON {_THEIR_VERSION}"


def changes(db: Database, filters: Filters | None = None) -> Iterator[dict[str, Any]]:
    """Changes, newest first, as `changes --json` gives them."""
    filters = filters or Filters()
    with db.reading() as connection:
        rare = _is_rare(connection, filters)
        meant = filters.conditions("c", "v.seen_at", OF_A_CHANGE, rare_topic=rare)
        few = filters.trial or filters.watchlist or filters.text is not None or (filters.topic and rare)
        ways = (
            f"{rows_of('changes', 'c', filters)} JOIN versions AS v ON {_THEIR_VERSION}"
            if few
            else _FROM_THE_NEWEST
        )
        for row in connection.execute(
            f"SELECT {OF_CHANGE} FROM {ways} JOIN trials AS t ON t.id = c.trial"
            f" WHERE {meant} ORDER BY {newest_first('v', 'c', filters)} LIMIT :limit",
            filters.parameters,
        ):
            yield change_row(row)


def rows_of(table: str, row: str, filters: Filters) -> str:
    """The table, through its full-text index where words are asked for: the hits come newest first, and no more than are wanted."""
    if filters.text is None:
        return f"{table} AS {row}"
    return f"{table}_found CROSS JOIN {table} AS {row} ON {row}.id = {table}_found.rowid"


def newest_first(seen: str, row: str, filters: Filters) -> str:
    """The order in which an index gives the rows, newest first."""
    if row == "c" and filters.reaches_back and filters.text is None:
        return "c.id DESC"
    order = f"{seen}.seen_at DESC, {row}.id DESC"
    return order if filters.text is None else f"{'changes' if row == 'c' else 'events'}_found.rowid DESC"


def _is_rare(connection: Connection, filters: Filters) -> bool:
    """Whether so few changes are of this topic that they are better gathered first, and then put in order."""
    few = "SELECT COUNT(*) FROM (SELECT 1 FROM changes WHERE topic = ? LIMIT ?)"
    return filters.topic is None or int(connection.execute(few, (filters.topic, _FEW)).fetchone()[0]) < _FEW


def events(db: Database, filters: Filters | None = None) -> Iterator[dict[str, Any]]:
    """What was made of the changes, newest first, as `events --json` gives it. `version` is None where the event made none."""
    filters = filters or Filters()
    with db.reading() as connection:
        for row in connection.execute(
            f"SELECT {OF_EVENT} FROM {rows_of('events', 'e', filters)} JOIN trials AS t ON t.id = e.trial"
            f" WHERE {filters.conditions('e', 'e.seen_at', OF_AN_EVENT)} ORDER BY {newest_first('e', 'e', filters)} LIMIT :limit",
            filters.parameters,
        ):
            yield event_row(row)


def history(db: Database, trial: TrialId) -> Iterator[dict[str, Any]]:
    """The versions of a trial, oldest first, as `history --json` gives them."""
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT v.*, t.number FROM versions AS v JOIN trials AS t ON t.id = v.trial"
            " WHERE t.registry = ? AND t.number = ? ORDER BY v.version",
            (trial.registry, trial.number),
        ):
            yield {
                "trial": row["number"],
                "version": row["version"],
                "seen_at": row["seen_at"],
                "registry_date": row["registry_date"] or None,
                "origin": row["origin"],
                "status": row["status"],
                "primary_completion": row["primary_completion"],
                "completion": row["completion"],
                "enrollment": row["enrollment"],
                "has_results": bool(row["has_results"]),
                "changes": row["change_count"],
            }


def show(
    db: Database, trial: TrialId, at: datetime | None = None, refresh: Refresh | None = None
) -> dict[str, Any] | None:
    """A trial's record as of a moment (now if None), as `show --json` gives it; None if it had no version then."""
    return _version(
        db,
        "v.seen_at <= ? ORDER BY v.version DESC LIMIT 1",
        trial,
        stamp(at) if at is not None else "9999",
        refresh,
    )


def record_at_version(
    db: Database, trial: TrialId, version: int, refresh: Refresh | None = None
) -> dict[str, Any] | None:
    """As `show`, of the version of that number."""
    return _version(db, "v.version = ?", trial, version, refresh)


def _version(
    db: Database, which: str, trial: TrialId, value: object, refresh: Refresh | None
) -> dict[str, Any] | None:
    with db.reading() as connection:
        row = connection.execute(
            "SELECT v.trial, v.version, v.seen_at, v.last_data_date, t.number FROM versions AS v"
            f" JOIN trials AS t ON t.id = v.trial WHERE t.registry = ? AND t.number = ? AND {which}",
            (trial.registry, trial.number, value),
        ).fetchone()
        if row is None:
            return None
        document = join(modules_at(connection, row["trial"], row["version"]))
    if refresh is not None:
        document = refresh(document, row["last_data_date"])
    return {
        "trial": row["number"],
        "version": row["version"],
        "seen_at": row["seen_at"],
        "record": document,
    }


def as_last_seen(shape: Shape) -> Refresh:
    """A `Refresh` for registries whose volatile fields hold the date of the data: each that is there gets the date last seen."""

    def refresh(document: dict[str, Json], data_date: str) -> dict[str, Json]:
        if data_date:
            for path in shape.volatile:
                _replace(document, path.split("."), data_date)
        return document

    return refresh


def _replace(body: Json, keys: list[str], value: str) -> None:
    if not isinstance(body, dict) or keys[0] not in body:
        return
    if len(keys) == 1:
        if isinstance(body[keys[0]], str):
            body[keys[0]] = value
    else:
        _replace(body[keys[0]], keys[1:], value)


def outbox(
    db: Database, states: Sequence[str] = (), destination: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Deliveries, newest first, as `outbox list --json` gives them; of these states, or all."""
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT d.*, n.subscriber FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification"
            " WHERE (:all OR d.state IN (SELECT value FROM json_each(:states)))"
            " AND (:destination IS NULL OR d.destination = :destination) ORDER BY d.id DESC LIMIT :limit",
            {
                "all": not states,
                "states": json.dumps(list(states)),
                "destination": destination,
                "limit": -1 if limit is None else limit,
            },
        ):
            yield _delivery(row)


def _delivery(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "key": row["key"],
        "destination": row["destination"],
        "subscriber": row["subscriber"],
        "trial": row["trial"].rpartition(":")[2],
        "state": row["state"],
        "attempts": row["attempts"],
        "due": row["due"],
        "error": row["error"],
    }


def held(db: Database) -> int:
    """How many messages wait for a digest, the end of a snooze or a summary: they have no delivery yet."""
    with db.reading() as connection:
        (number,) = connection.execute(
            "SELECT COUNT(*) FROM notifications WHERE slot IS NOT NULL AND folded_into IS NULL"
        ).fetchone()
    return int(number)


def titles(db: Database, deliveries: Sequence[int]) -> dict[int, str]:
    """The titles of the messages that these deliveries carry, and of one in parts which it is: `A title (part 2/3)`."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT d.id, n.title || IIF(d.parts > 1, ' (part ' || d.part || '/' || d.parts || ')', '') AS title"
            " FROM json_each(?) AS asked JOIN deliveries AS d ON d.id = asked.value"
            " JOIN notifications AS n ON n.id = d.notification",
            (json.dumps(list(deliveries)),),
        )
        return {row["id"]: row["title"] for row in rows}


def delivery(db: Database, identity: int) -> dict[str, Any] | None:
    """One delivery as `outbox` gives it, and what it carries: `kind`, `why`, `title`, `text`, `created_at`, `sent_at`, `part` of `parts`,
    the delivery that it was `folded_into`; and `payload`, what its destination is really handed, None before the first attempt.
    `payload["body_digest"]` is None, or the body was thinned away (then it is empty) and this was its blake2b in 16 bytes, hex."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT d.*, n.subscriber, n.kind, n.why, n.title, n.text, n.created_at FROM deliveries AS d"
            " JOIN notifications AS n ON n.id = d.notification WHERE d.id = ?",
            (identity,),
        ).fetchone()
        if row is None:
            return None
        payload = connection.execute(
            "SELECT sent_at AS first_sent_at, title, form, body, body_digest, text, headers FROM payloads WHERE delivery = ?"
            " ORDER BY n DESC LIMIT 1",
            (identity,),
        ).fetchone()
    names = ("kind", "why", "title", "text", "created_at", "sent_at", "part", "parts", "folded_into")
    handed = {**payload, "headers": json.loads(payload["headers"])} if payload is not None else None
    return {**_delivery(row), **{name: row[name] for name in names}, "payload": handed}


def attempts(db: Database, delivery: int) -> list[dict[str, Any]]:
    """Every attempt at a delivery, first to last; `ended_at` None: under way, or cut short and not yet found."""
    with db.reading() as connection:
        return attempts_of(connection, delivery)


def attempts_of(connection: Connection, delivery: int) -> list[dict[str, Any]]:
    """As `attempts`, within a transaction."""
    rows = connection.execute(
        "SELECT n, began_at, ended_at, outcome, error FROM attempts WHERE delivery = ? ORDER BY n",
        (delivery,),
    )
    return [dict(row) for row in rows]


def watchlist_names(db: Database) -> list[str]:
    """The watchlists in force at the last look."""
    with db.reading() as connection:
        rows = connection.execute("SELECT name FROM watchlists WHERE removed_at IS NULL ORDER BY name")
        return [row["name"] for row in rows]


def trial_names(db: Database, trials: Iterable[TrialId] | None = None) -> dict[str, str]:
    """Every trial of which there is a version, or those of `trials`: its id → its short name, as of the newest version."""
    every = "trials AS t" if trials is None else ASKED
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT t.registry, t.number, t.acronym, t.title FROM {every} WHERE t.version > 0 ORDER BY t.number",
            {} if trials is None else {"trials": asked_for(set(trials))},
        )
        return {
            f"{row['registry']}:{row['number']}": TrialFacts(
                title=row["title"], acronym=row["acronym"]
            ).short_name
            for row in rows
        }


def watched_by(db: Database, trial: TrialId) -> list[dict[str, str]]:
    """The watchlists that watch a trial now: `watchlist`, `title`, and `note` where the trial is named in it with one."""
    with db.reading() as connection:
        # What the view `watched` says, from the trial's end: the view is made whole, of every list and search, before it is asked.
        rows = connection.execute(
            "WITH them AS (SELECT id, registry, number FROM trials WHERE registry = ?1 AND number = ?2"
            "  UNION ALL SELECT id, registry, number FROM trials WHERE registry = ?1 AND moved_to = ?2 AND moved_to <> ''),"
            " asking AS (SELECT x.key FROM them JOIN watches AS x ON x.registry = them.registry AND x.number = them.number"
            "   AND x.kind = 'trial'"
            "  UNION SELECT s.watch FROM them JOIN search_members AS s ON s.trial = them.id AND s.left_at IS NULL)"
            " SELECT w.name AS watchlist, w.title, COALESCE(MAX(IIF(x.registry = ?1 AND x.number = ?2, l.note, NULL)), '') AS note"
            " FROM asking JOIN watches AS x ON x.key = asking.key JOIN watchlist_watches AS l ON l.watch = x.key"
            "  AND l.removed_at IS NULL JOIN watchlists AS w ON w.name = l.watchlist"
            " GROUP BY w.name ORDER BY w.name",
            (trial.registry, trial.number),
        )
        return [dict(row) for row in rows]
