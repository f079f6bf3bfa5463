"""Which watchlists hold which watches, which trials a search holds, and who was told that a trial is watched."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from monitor.core.notification import Notification
from monitor.core.trial import Alias, TrialId
from monitor.core.watch import Watch, Watchlist
from monitor.store.also import Also
from monitor.store.database import Connection, Database
from monitor.store.marks import mark, write_mark
from monitor.store.outbox import write_notification
from monitor.store.trials import asked_for, trial_row, write_aliases
from monitor.store.values import stamp

# A search that suddenly lacks more than half of its members, and more than this many, is believed only when it says so twice.
_FEW = 3


@dataclass(frozen=True, slots=True)
class MembershipRead:
    """What a complete reading of a search changed.

    entered       new in it, to be told once each has its baseline (`to_be_told_of_entering`)
    missing       not in it for the first time: they leave now only if their own record changed in this cycle
    leaving       not in it for the second time: they leave now
    first         this was the first reading: its members are the baseline and nobody is told of each
    held          why the result was not believed yet; empty if it was
    """

    entered: tuple[TrialId, ...] = ()
    missing: tuple[TrialId, ...] = ()
    leaving: tuple[TrialId, ...] = ()
    first: bool = False
    held: str = ""


def sync_watchlists(db: Database, watchlists: Sequence[Watchlist], now: datetime) -> None:
    """Make the database's watchlists those of the files. What left keeps its history; nothing is written if nothing changed."""
    fingerprint = _fingerprint(watchlists)
    if mark(db, "watchlists") == fingerprint:
        return
    at = stamp(now)
    with db.writing() as connection:
        connection.execute("UPDATE watchlists SET removed_at = ? WHERE removed_at IS NULL", (at,))
        connection.execute("UPDATE watchlist_watches SET removed_at = ? WHERE removed_at IS NULL", (at,))
        connection.execute("DELETE FROM paper_watch_lists")
        for watchlist in watchlists:
            connection.execute(
                "INSERT INTO watchlists (name, title, added_at) VALUES (?1, ?2, ?3)"
                " ON CONFLICT (name) DO UPDATE SET title = ?2, removed_at = NULL",
                (watchlist.name, watchlist.title, at),
            )
            for watch in watchlist.watches:
                if watch.kind == "publications":
                    connection.execute(
                        "INSERT INTO paper_watch_lists (watchlist, watch) VALUES (?, ?)",
                        (watchlist.name, watch.key),
                    )
                else:
                    _write_watch(connection, watchlist.name, watch, at)
        write_mark(connection, "watchlists", fingerprint)


def _fingerprint(watchlists: Sequence[Watchlist]) -> str:
    text = repr([(watchlist.name, watchlist.title, watchlist.watches) for watchlist in watchlists])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _write_watch(connection: Connection, watchlist: str, watch: Watch, at: str) -> None:
    connection.execute(
        "INSERT INTO watches (key, kind, registry, number, query, title) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (key) DO UPDATE SET kind = ?2, title = ?6",
        (watch.key, watch.kind, watch.registry, watch.number, json.dumps(watch.query), watch.title),
    )
    connection.execute(
        "INSERT INTO watchlist_watches (watchlist, watch, note, added_at) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (watchlist, watch) DO UPDATE SET note = ?3, removed_at = NULL",
        (watchlist, watch.key, watch.note, at),
    )
    if watch.kind == "trial":
        trial = trial_row(connection, TrialId(watch.registry, watch.number))
        write_aliases(connection, trial, (Alias(number, "reader") for number in watch.also))


def members(db: Database, watch: str) -> tuple[TrialId, ...]:
    """The trials that a search or sponsor watch (by its key) holds now, those included whose leaving is not sure yet."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT t.registry, t.number FROM search_members AS m JOIN trials AS t ON t.id = m.trial"
            " WHERE m.watch = ? AND m.left_at IS NULL ORDER BY t.number",
            (watch,),
        )
        return tuple(TrialId(row["registry"], row["number"]) for row in rows)


def update_members(db: Database, watch: str, found: Iterable[TrialId], now: datetime) -> MembershipRead:
    """Take in a complete reading of a search, in one transaction. See MembershipRead for what the caller does next."""
    now_in = sorted(set(found))
    at = stamp(now)
    with db.writing() as connection:
        row = connection.execute("SELECT read_at, held FROM watches WHERE key = ?", (watch,)).fetchone()
        if row is None:
            raise ValueError(f"there is no watch {watch!r}: sync_watchlists comes first")
        known = {
            TrialId(member["registry"], member["number"]): member["pending_left_since"]
            for member in connection.execute(
                "SELECT t.registry, t.number, m.pending_left_since FROM search_members AS m"
                " JOIN trials AS t ON t.id = m.trial WHERE m.watch = ? AND m.left_at IS NULL",
                (watch,),
            )
        }
        absent = sorted(known.keys() - set(now_in))
        seen_twice = False
        if len(absent) > _FEW and len(known) - len(absent) < len(known) / 2:
            digest = blake2b(asked_for(now_in).encode(), digest_size=16).hexdigest()
            seen_twice = row["held"] == digest
            if not seen_twice:
                connection.execute(
                    "UPDATE watches SET held = ?, held_since = ? WHERE key = ?", (digest, at, watch)
                )
                return MembershipRead(held=f"it lacks {len(absent)} of its {len(known)} trials at once")
        connection.execute(
            "UPDATE watches SET read_at = ?, held = '', held_since = NULL WHERE key = ?", (at, watch)
        )
        first = row["read_at"] is None
        entered = [trial for trial in now_in if trial not in known]
        _enter(connection, watch, entered, at, announced=first)
        _note_absent(connection, watch, absent, at)
    db.at("members:after-commit")
    again = {trial for trial in absent if known[trial] is not None}
    return MembershipRead(
        entered=() if first else tuple(entered),
        missing=() if seen_twice else tuple(trial for trial in absent if trial not in again),
        leaving=tuple(absent) if seen_twice else tuple(trial for trial in absent if trial in again),
        first=first,
    )


def _enter(
    connection: Connection, watch: str, trials: Iterable[TrialId], at: str, *, announced: bool
) -> None:
    connection.executemany(
        "INSERT INTO search_members (watch, trial, entered_at, announced) VALUES (?, ?, ?, ?)",
        [(watch, trial_row(connection, trial), at, int(announced)) for trial in trials],
    )


def _note_absent(connection: Connection, watch: str, absent: Iterable[TrialId], at: str) -> None:
    rows = json.dumps([trial_row(connection, trial) for trial in absent])
    connection.execute(
        "UPDATE search_members SET pending_left_since ="
        " IIF(trial IN (SELECT value FROM json_each(?)), COALESCE(pending_left_since, ?), NULL)"
        " WHERE watch = ? AND left_at IS NULL",
        (rows, at, watch),
    )


def to_be_told_of_entering(db: Database) -> dict[TrialId, tuple[str, ...]]:
    """The trials that entered a search (keys of the watches) and of which nobody was told yet; a crash leaves them here."""
    found: dict[TrialId, tuple[str, ...]] = {}
    with db.reading() as connection:
        for registry, number, watch in connection.execute(
            "SELECT t.registry, t.number, m.watch FROM search_members AS m JOIN trials AS t ON t.id = m.trial"
            " WHERE m.announced = 0 AND m.left_at IS NULL AND m.pending_left_since IS NULL ORDER BY m.id"
        ):
            trial = TrialId(registry, number)
            found[trial] = (*found.get(trial, ()), watch)
    return found


def told_of_entering(watch: str, trial: TrialId, now: datetime) -> Also:
    """For `record(…, also=)`: this observation's messages tell that the trial entered the search. The lists that hold the
    search then need no "now watching" for it."""

    def write(connection: Connection) -> None:
        row = trial_row(connection, trial)
        connection.execute(
            "UPDATE search_members SET announced = 1 WHERE watch = ? AND trial = ? AND left_at IS NULL",
            (watch, row),
        )
        connection.execute(
            "INSERT INTO announced (watchlist, trial, at) SELECT watchlist, ?, ? FROM watchlist_watches"
            " WHERE watch = ? AND removed_at IS NULL ON CONFLICT DO NOTHING",
            (row, stamp(now), watch),
        )

    return write


def edited_since_missed(db: Database, watch: str) -> dict[TrialId, tuple[str, ...]]:
    """Those of a search's members that its last reading lacked and whose record changed since the first that did: the topics of
    the changes, none where the registry only touched the record. Read from what is stored, so that a crash in between loses no reason.
    """
    with db.reading() as connection:
        found: dict[TrialId, tuple[str, ...]] = {}
        for registry, number, topic, housekeeping in connection.execute(
            "SELECT DISTINCT t.registry, t.number, c.topic, c.housekeeping FROM search_members AS m"
            " JOIN trials AS t ON t.id = m.trial JOIN versions AS v ON v.trial = m.trial AND v.seen_at >= m.pending_left_since"
            " JOIN changes AS c ON c.trial = v.trial AND c.version = v.version AND c.id > 0"
            " WHERE m.watch = ? AND m.left_at IS NULL ORDER BY t.number, c.topic",
            (watch,),
        ):
            trial = TrialId(registry, number)
            found[trial] = (*found.get(trial, ()), *(() if housekeeping else (topic,)))
        return found


def told_of_leaving(watch: str, trial: TrialId, now: datetime) -> Also:
    """For `record(…, also=)`: the trial left the search, and this observation's messages tell it."""

    def write(connection: Connection) -> None:
        connection.execute(
            "UPDATE search_members SET left_at = ? WHERE watch = ? AND trial = ? AND left_at IS NULL",
            (stamp(now), watch, trial_row(connection, trial)),
        )

    return write


def unannounced(db: Database, watchlist: str) -> tuple[TrialId, ...]:
    """The trials of a watchlist that have their baseline and of which its readers were not told yet that they are watched.

    One that entered a search after its first reading is not among them, nor one that a watched number was merged into: those
    are told as events.
    """
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT t.registry, t.number FROM watched JOIN trials AS t ON t.id = watched.trial"
            " WHERE watched.watchlist = ?1 AND t.version > 0"
            " AND NOT EXISTS (SELECT 1 FROM announced AS a WHERE a.watchlist = ?1 AND a.trial = t.id)"
            " AND NOT EXISTS (SELECT 1 FROM trials AS m JOIN announced AS a ON a.trial = m.id AND a.watchlist = ?1"
            " WHERE m.registry = t.registry AND m.moved_to = t.number)"
            " AND NOT EXISTS (SELECT 1 FROM search_members AS m JOIN watchlist_watches AS l ON l.watch = m.watch"
            " WHERE l.watchlist = ?1 AND l.removed_at IS NULL AND m.trial = t.id AND m.announced = 0 AND m.left_at IS NULL)"
            " ORDER BY t.number",
            (watchlist,),
        )
        return tuple(TrialId(row["registry"], row["number"]) for row in rows)


def announce(
    db: Database,
    watchlist: str,
    trials: Sequence[TrialId],
    notifications: Iterable[Notification],
    now: datetime,
) -> list[int]:
    """Write the "now watching" messages of a watchlist and that they tell of these trials, in one transaction; gives the
    ids of the deliveries. Nothing is written, and nothing given, if another process announced one of them meanwhile."""
    at = stamp(now)
    with db.writing() as connection:
        rows = [trial_row(connection, trial) for trial in trials]
        already = connection.execute(
            "SELECT COUNT(*) FROM announced WHERE watchlist = ? AND trial IN (SELECT value FROM json_each(?))",
            (watchlist, json.dumps(rows)),
        ).fetchone()[0]
        if already:
            return []
        connection.executemany(
            "INSERT INTO announced (watchlist, trial, at) VALUES (?, ?, ?)",
            [(watchlist, row, at) for row in rows],
        )
        deliveries = [
            identity for one in notifications for identity in write_notification(connection, one, now)
        ]
        db.at("announce:before-commit")
    db.at("announce:after-commit")
    return deliveries
