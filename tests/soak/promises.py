"""What must hold at every moment of a monitor's life, asked of its database alone and of the truth: nothing lost, nothing invented."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from monitor.core.diff import diff
from monitor.core.record import Record
from monitor.core.shape import join
from monitor.core.trial import TrialId
from monitor.jobs.backfill import SENT
from monitor.sources.clinicaltrials_gov.shape import REGISTRY, SHAPE
from monitor.store.catching_up import behind
from monitor.store.database import Database
from monitor.store.inspection import unreadable
from monitor.store.snapshots import modules_of
from monitor.store.values import read_json
from tests import canary
from tests.soak.world import Inboxes, Study

# Each gives a row for each thing that breaks it.
_BREACHES = {
    "an event of a first sight": "SELECT id, rule FROM events WHERE version <= 1",
    "an event without its change, or of another version's": (
        "SELECT e.id, e.rule FROM events AS e JOIN event_changes AS x ON x.event = e.id JOIN changes AS c ON c.id = x.change"
        " WHERE c.trial <> e.trial OR c.version <> e.version OR c.id < 0"
    ),
    "a version whose changes no event tells": (
        "SELECT t.number, v.version FROM versions AS v JOIN trials AS t ON t.id = v.trial WHERE v.version > 1"
        " AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.trial = v.trial AND e.version = v.version)"
    ),
    "a version that says the same as the one before": (
        "SELECT trial, version FROM versions WHERE version > 1 AND change_count = 0"
    ),
    "changes that were not counted": (
        "SELECT v.trial, v.version FROM versions AS v WHERE v.change_count <> "
        "(SELECT COUNT(*) FROM changes AS c WHERE c.trial = v.trial AND c.version = v.version)"
    ),
    "a trial whose newest version is another": (
        "SELECT number FROM trials AS t WHERE version > 0 AND version <> (SELECT MAX(version) FROM versions WHERE trial = t.id)"
    ),
    "more than one attempt accepted": (
        "SELECT delivery FROM attempts WHERE outcome = 'accepted' GROUP BY delivery HAVING COUNT(*) > 1"
    ),
    "an attempt after one that was accepted": (
        "SELECT a.delivery FROM attempts AS a JOIN attempts AS b ON b.delivery = a.delivery AND b.n > a.n WHERE a.outcome = 'accepted'"
    ),
    "attempts that were not counted": (
        "SELECT id FROM deliveries AS d WHERE (SELECT COALESCE(MAX(n), 0) FROM attempts WHERE delivery = d.id)"
        " <> (SELECT COUNT(*) FROM attempts WHERE delivery = d.id)"
    ),
    "something suppressed without a reason": "SELECT id FROM deliveries WHERE state = 'suppressed' AND error = ''",
    "something given up without a reason": "SELECT id FROM deliveries WHERE state = 'gave_up' AND error = ''",
    "a notification that goes nowhere and waits for nothing": (
        "SELECT id, title FROM notifications AS n WHERE slot IS NULL AND folded_into IS NULL AND destinations <> '[]'"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE notification = n.id)"
    ),
    "a notable event that the reader of everything was not to be told": (
        "SELECT e.id, e.rule, e.headline FROM events AS e JOIN watched AS w ON w.trial = e.trial AND w.watchlist = 'main'"
        " WHERE e.significance IN ('notable', 'critical') AND NOT EXISTS (SELECT 1 FROM notification_events AS x"
        " JOIN notifications AS n ON n.id = x.notification WHERE x.event = e.id AND n.subscriber LIKE '%at-once%')"
    ),
}


def breaches(db: Database) -> Iterator[str]:
    """What the database says against itself."""
    with db.reading() as connection:
        for what, sql in _BREACHES.items():
            for row in connection.execute(sql):
                yield f"{what}: {tuple(row)}"
        for row in connection.execute("PRAGMA foreign_key_check"):
            yield f"a reference to nothing: {tuple(row)}"


def untruths(
    db: Database, published: Mapping[str, Sequence[Study]], checked: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    """Versions that the registry never gave, or in another order, and changes that are none. `checked`: the least and the greatest
    version of each trial that were checked before."""
    for number, states in published.items():
        trial = TrialId(REGISTRY, number)
        least, newest = checked.get(number, (1, 0))
        numbers = [(n, origin) for n, origin in _versions(db, number) if n < least or n >= newest]
        new = [n for n, _ in numbers if n != newest]
        truth = [Record.read(trial, state, SHAPE) for state in states]
        place = 0
        for n, origin in numbers if new else ():
            stored = Record.read(trial, join(modules_of(db, trial, version=n)), SHAPE)
            # Of what is given by the registry's history only what a sponsor sends can be compared.
            sent_only = origin == "backfill"
            places = range(place, len(truth))
            place = next((at for at in places if _says(truth[at], stored, sent_only=sent_only)), len(truth))
            if place == len(truth):
                yield f"{number}, version {n} ({origin}): the registry never said so, or not after what is stored before it"
                break
        for n in new:
            if n > 1:
                yield from _untrue_changes(db, trial, n)


def _untrue_changes(db: Database, trial: TrialId, n: int) -> Iterator[str]:
    true = [
        (str(one.path), one.kind, one.before, one.after)
        for one in diff(modules_of(db, trial, version=n - 1), modules_of(db, trial, version=n), SHAPE)
    ]
    with db.reading() as connection:
        stored = [
            (row["field"], row["kind"], read_json(row["before"]), read_json(row["after"]))
            for row in connection.execute(
                "SELECT c.* FROM changes AS c JOIN trials AS t ON t.id = c.trial WHERE t.number = ? AND c.version = ? ORDER BY c.id",
                (trial.number, n),
            )
        ]
    if sorted(map(repr, stored)) != sorted(map(repr, true)):
        yield f"{trial.number}, version {n}: {stored} is stored, {true} is what changed"


def newest_is_true(db: Database, number: str, state: Study) -> bool:
    """Whether the newest version is what the registry says."""
    trial = TrialId(REGISTRY, number)
    stored = Record.read(trial, join(modules_of(db, trial)), SHAPE)
    return _says(stored, Record.read(trial, state, SHAPE))


def stored_versions(db: Database) -> dict[str, tuple[int, int]]:
    """The least and the greatest version of each trial."""
    with db.reading() as connection:
        return {
            number: (least, greatest)
            for number, least, greatest in connection.execute(
                "SELECT t.number, MIN(v.version), MAX(v.version) FROM versions AS v JOIN trials AS t ON t.id = v.trial GROUP BY t.id"
            )
        }


def wrong_deliveries(db: Database, inboxes: Inboxes) -> Iterator[str]:
    """What was sent but never came, came twice though it was known to have come, or said two things under one key."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT d.key, d.destination, d.state, (SELECT COUNT(*) FROM attempts AS a WHERE a.delivery = d.id"
            " AND a.outcome <> 'accepted') AS unsure FROM deliveries AS d"
        ).fetchall()
    ours = {(row["destination"], row["key"]): row for row in rows}
    for place, row in ours.items():
        if row["state"] == "sent" and not inboxes.accepted[place]:
            yield f"{place} counts as sent and never came"
        if inboxes.accepted[place] > 1 + row["unsure"]:
            yield f"{place} came {inboxes.accepted[place]} times"
    yield from (f"{place} came from nowhere" for place in inboxes.accepted if place not in ours)
    yield from (f"{key} said different things" for key, words in inboxes.words.items() if len(words) > 1)


def unsettled(db: Database) -> Iterator[str]:
    """What must not be left when all is well again: something unsent, a digest unwritten, a loss of which nobody was told."""
    with db.reading() as connection:
        for row in connection.execute(
            "SELECT d.key, d.destination, d.state, d.due, d.error FROM deliveries AS d WHERE d.state IN ('pending', 'sending')"
        ):
            yield f"still to be sent: {tuple(row)}"
        for row in connection.execute(
            "SELECT id, subscriber, slot FROM notifications WHERE slot IS NOT NULL AND folded_into IS NULL"
        ):
            yield f"still waits for its digest: {tuple(row)}"
        for row in connection.execute(
            "SELECT DISTINCT d.destination FROM deliveries AS d WHERE d.state = 'gave_up' AND NOT EXISTS (SELECT 1 FROM notifications AS n"
            " WHERE n.kind = 'notice' AND n.title = 'A message for ' || d.destination || ' was given up')"
        ):
            yield f"given up, and nobody was told: {tuple(row)}"


def damage(db: Database, folder: Path) -> Iterator[str]:
    """A value that cannot be read, an index that is behind, a secret written down, a log that grew beyond bounds."""
    yield from unreadable(db, lambda tried: None)
    if left := behind(db):
        yield f"{left} things are in no index"
    for path in folder.glob("trialmon.db*"):
        if found := canary.sings(path.read_bytes()):
            yield f"{path.name} holds a secret: {found}"
    if (log := folder / "trialmon.db-wal").exists() and log.stat().st_size > 64 * 2**20:
        yield f"the write-ahead log has {log.stat().st_size} bytes"
    with sqlite3.connect(f"file:{db.path}?mode=ro", uri=True) as connection:
        if (said := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            yield f"the database is damaged: {said}"


def _versions(db: Database, number: str) -> list[tuple[int, str]]:
    with db.reading() as connection:
        return [
            (row["version"], row["origin"])
            for row in connection.execute(
                "SELECT v.version, v.origin FROM versions AS v JOIN trials AS t ON t.id = v.trial WHERE t.number = ? ORDER BY v.version",
                (number,),
            )
        ]


def _says(one: Record, other: Record, *, sent_only: bool = False) -> bool:
    """Whether two records say the same: lists without an order may come in another."""
    names = [
        name
        for name in one.modules.keys() | other.modules.keys()
        if one.digests.get(name) != other.digests.get(name) and (name.startswith(SENT) or not sent_only)
    ]
    sides = [{name: side.modules[name] for name in names if name in side.modules} for side in (one, other)]
    return not diff(sides[0], sides[1], SHAPE)
