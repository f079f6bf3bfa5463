"""Old noise made smaller, where somebody asked for it; nothing that can be asked of the record is lost.

A *noise version* is neither a trial's first nor its newest, was seen before the limit, and led to events, all of them noise. A stored
module that only such versions use becomes what makes it another than an older one, if its bytes come back exactly (`bodies`).
Of messages that all their destinations took before the limit the bodies go; titles, texts, keys, attempts and what they tell stay.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from monitor.store.bodies import is_thinned, thin
from monitor.store.database import Connection, Database
from monitor.store.values import stamp

Tick = Callable[[int], None]
# Trials, or messages, in one transaction: others may write in between, and what is done is done if we are killed.
_PORTION = 200


@dataclass(frozen=True, slots=True)
class Thinned:
    """What is thinned, or would be: stored modules of records, messages, and by how many bytes both become less."""

    modules: int = 0
    messages: int = 0
    saved: int = 0

    def __add__(self, other: "Thinned") -> "Thinned":
        return Thinned(self.modules + other.modules, self.messages + other.messages, self.saved + other.saved)


@dataclass(frozen=True, slots=True)
class _Module:
    id: int
    base: int
    body: bytes
    saved: int


def thin_before(db: Database, before: datetime, tick: Tick, *, write: bool) -> Thinned:
    """Thin the noise versions seen, and the messages sent, before that moment, a transaction for each portion of them. Without `write`
    nothing is written: it is only found out what would be done. `tick` is called with how many trials or messages were tried.

    What was thinned is not thinned again: to go on after an interruption is to begin once more.
    """
    limit, done = stamp(before), Thinned()
    for listed, thin_one in ((_trials_with_noise, _thin_trial), (_messages_told, _thin_message)):
        with db.reading() as connection:
            waiting = listed(connection, limit)
        for some in (waiting[at : at + _PORTION] for at in range(0, len(waiting), _PORTION)):
            with db.writing() if write else db.reading() as connection:
                for identity in some:
                    done += thin_one(connection, identity, limit, write)
                if write:
                    db.at("thin:before-commit")
            tick(len(some))
    return done


def _trials_with_noise(connection: Connection, limit: str) -> list[int]:
    rows = connection.execute(
        "SELECT t.id FROM trials AS t WHERE t.version > 2 AND EXISTS (SELECT 1 FROM events AS e WHERE e.trial = t.id"
        " AND e.version > 1 AND e.version < t.version AND e.significance = 'noise' AND e.seen_at < ?) ORDER BY t.id",
        (limit,),
    )
    return [row["id"] for row in rows]


def _thin_trial(connection: Connection, trial: int, limit: str, write: bool) -> Thinned:
    found = Thinned()
    for module in _thinner(connection, trial, _noise_versions(connection, trial, limit)):
        found += Thinned(modules=1, saved=module.saved)
        if write:
            connection.execute("INSERT INTO thinned (id, base) VALUES (?, ?)", (module.id, module.base))
            connection.execute("UPDATE module_versions SET body = ? WHERE id = ?", (module.body, module.id))
    return found


def _noise_versions(connection: Connection, trial: int, limit: str) -> set[int]:
    rows = connection.execute(
        "SELECT v.version FROM versions AS v JOIN trials AS t ON t.id = v.trial"
        " JOIN events AS e ON e.trial = v.trial AND e.version = v.version"
        " WHERE v.trial = ? AND v.version > 1 AND v.version < t.version AND v.seen_at < ?"
        " GROUP BY v.version HAVING MAX(e.significance <> 'noise') = 0",
        (trial, limit),
    )
    return {row["version"] for row in rows}


def _thinner(connection: Connection, trial: int, noise: set[int]) -> Iterator[_Module]:
    """Each module that may be thinned and becomes smaller by it, with the nearest older one that is whole and stays so."""
    rows = connection.execute(
        "SELECT m.id, m.module, m.since_version, m.body, EXISTS (SELECT 1 FROM thinned WHERE base = m.id) AS is_base,"
        " LEAD(m.since_version) OVER (PARTITION BY m.module ORDER BY m.since_version) AS next"
        " FROM module_versions AS m WHERE m.trial = ? ORDER BY m.module, m.since_version",
        (trial,),
    ).fetchall()
    whole: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        body, base = row["body"], whole.get(row["module"])
        if body is None or is_thinned(body):
            continue
        # What the newest version uses has no next one.
        in_use = range(row["since_version"], row["next"] or row["since_version"])
        if base is not None and in_use and noise.issuperset(in_use) and not row["is_base"]:
            thinned = thin(body, base[1])
            if thinned is not None:
                yield _Module(row["id"], base[0], thinned, len(body) - len(thinned))
                continue
        whole[row["module"]] = (row["id"], body)


# Whether all destinations of a notification have taken it, or that into which it was folded, before the limit.
_TOLD = (
    "(EXISTS (SELECT 1 FROM deliveries AS d WHERE d.notification = {0}) AND NOT EXISTS ("
    "SELECT 1 FROM deliveries AS d LEFT JOIN deliveries AS whole ON whole.id = COALESCE(d.folded_into, d.id)"
    " WHERE d.notification = {0} AND (whole.state = 'sent' AND whole.sent_at < :limit) IS NOT TRUE))"
)


def _messages_told(connection: Connection, limit: str) -> list[int]:
    rows = connection.execute(
        "SELECT n.id FROM notifications AS n WHERE n.created_at < :limit AND (n.markdown <> '' OR n.html <> ''"
        " OR EXISTS (SELECT 1 FROM deliveries AS d JOIN payloads AS p ON p.delivery = d.id WHERE d.notification = n.id AND p.body <> ''))"
        f" AND ({_TOLD.format('n.id')} OR (n.folded_into IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.notification = n.id) AND {_TOLD.format('n.folded_into')})) ORDER BY n.id",
        {"limit": limit},
    )
    return [row["id"] for row in rows]


def _thin_message(connection: Connection, notification: int, _: str, write: bool) -> Thinned:
    words = connection.execute(
        "SELECT LENGTH(CAST(markdown AS BLOB)) + LENGTH(CAST(html AS BLOB)) AS size FROM notifications WHERE id = ?",
        (notification,),
    ).fetchone()["size"]
    payloads = connection.execute(
        "SELECT p.delivery, p.n, CAST(p.body AS BLOB) AS body FROM deliveries AS d JOIN payloads AS p ON p.delivery = d.id"
        " WHERE d.notification = ? AND d.state = 'sent' AND p.body <> ''",
        (notification,),
    ).fetchall()
    if write:
        connection.execute("UPDATE notifications SET markdown = '', html = '' WHERE id = ?", (notification,))
        connection.executemany(
            "UPDATE payloads SET body = '', body_digest = ? WHERE delivery = ? AND n = ?",
            [
                (blake2b(row["body"], digest_size=16).hexdigest(), row["delivery"], row["n"])
                for row in payloads
            ],
        )
    return Thinned(messages=1, saved=words + sum(len(row["body"]) for row in payloads))


def is_loose(db: Database) -> bool:
    """Whether more than a twentieth of the file's pages hold nothing."""
    with db.reading() as connection:
        free, pages = connection.execute(
            "SELECT freelist_count, page_count FROM pragma_freelist_count, pragma_page_count"
        ).fetchone()
    return bool(free * 20 > pages)
