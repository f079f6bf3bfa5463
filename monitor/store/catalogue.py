"""What searching and asking stand on, beside the records themselves: each trial's sites and words, and the full-text indexes.

Written in the transaction of the look that it comes from. All of it can be made anew from the records (`catching_up`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from hashlib import blake2b
from typing import Any

from monitor.core.particulars import Particulars, Site
from monitor.store.database import Connection
from monitor.store.values import read_json

_WORDS = ("titles", "conditions", "interventions", "sponsors")
_SITE = tuple(field.name for field in fields(Site))
# Of a value that is stored compressed, so much can be read in a view.
_BEGINNING = 500
# What one look may have left unindexed, and a little more: what is far behind is caught up with elsewhere.
_AT_ONCE = 2000


def catalogue(connection: Connection, trial: int, version: int, particulars: Particulars) -> None:
    """Keep the sites and words of a trial as of a version, its newest. Within a write transaction."""
    digest = blake2b(json.dumps(astuple(particulars)).encode(), digest_size=16).hexdigest()
    before = connection.execute(
        f"SELECT version, digest, {', '.join(_WORDS)} FROM trial_words WHERE trial = ?", (trial,)
    ).fetchone()
    if before is not None and before["digest"] == digest:
        connection.execute("UPDATE trial_words SET version = ? WHERE trial = ?", (version, trial))
        return
    words = tuple("\n".join(getattr(particulars, name)) for name in _WORDS)
    if before is not None:
        connection.execute(
            "INSERT INTO trials_found (trials_found, rowid, titles, conditions, interventions, sponsors)"
            " VALUES ('delete', ?, ?, ?, ?, ?)",
            (trial, *(before[name] for name in _WORDS)),
        )
    connection.execute(
        "INSERT INTO trial_words (trial, version, digest, titles, conditions, interventions, sponsors)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET version = ?2, digest = ?3, titles = ?4,"
        " conditions = ?5, interventions = ?6, sponsors = ?7",
        (trial, version, digest, *words),
    )
    connection.execute(
        "INSERT INTO trials_found (rowid, titles, conditions, interventions, sponsors) VALUES (?, ?, ?, ?, ?)",
        (trial, *words),
    )
    connection.execute("DELETE FROM trial_sites WHERE trial = ?", (trial,))
    connection.executemany(
        f"INSERT INTO trial_sites (trial, n, {', '.join(_SITE)}) VALUES (?, ?{', ?' * len(_SITE)})",
        [(trial, n, *astuple(site)) for n, site in enumerate(particulars.sites)],
    )


def keep_up(connection: Connection, most: int = _AT_ONCE) -> int:
    """Index the changes and events that no index has yet, oldest first, at most so many of each; gives how many there were.
    Within a write transaction."""
    return _index_changes(connection, most) + _index_events(connection, most)


def _index_changes(connection: Connection, most: int) -> int:
    rows = connection.execute(
        "SELECT id, label, before, after, housekeeping FROM changes"
        " WHERE id > (SELECT up_to FROM indexed WHERE name = 'changes') ORDER BY id LIMIT ?",
        (most,),
    ).fetchall()
    if not rows:
        return 0
    _put_changes(connection, rows)
    connection.execute("UPDATE indexed SET up_to = ? WHERE name = 'changes'", (rows[-1]["id"],))
    return len(rows)


def index_past(connection: Connection, first: int, last: int) -> None:
    """Index changes of past versions, whose ids are below zero and were just written. Within a write transaction."""
    rows = connection.execute(
        "SELECT id, label, before, after, housekeeping FROM changes WHERE id BETWEEN ? AND ?", (first, last)
    ).fetchall()
    _put_changes(connection, rows)


def _put_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    read = [(row, _text(row["before"]), _text(row["after"])) for row in rows]
    connection.executemany(
        "INSERT INTO changes_found (rowid, label, before, after) VALUES (?, ?, ?, ?)",
        [(row["id"], row["label"], before, after) for row, before, after in read if not row["housekeeping"]],
    )
    connection.executemany(
        "INSERT INTO long_values (change, before, after) VALUES (?, ?, ?)",
        [
            (row["id"], _beginning(row["before"], before), _beginning(row["after"], after))
            for row, before, after in read
            if isinstance(row["before"], bytes) or isinstance(row["after"], bytes)
        ],
    )


def _index_events(connection: Connection, most: int) -> int:
    rows = connection.execute(
        "SELECT id, headline FROM events WHERE id > (SELECT up_to FROM indexed WHERE name = 'events') ORDER BY id LIMIT ?",
        (most,),
    ).fetchall()
    if not rows:
        return 0
    connection.executemany(
        "INSERT INTO events_found (rowid, headline) VALUES (?, ?)", [tuple(row) for row in rows]
    )
    connection.execute("UPDATE indexed SET up_to = ? WHERE name = 'events'", (rows[-1]["id"],))
    return len(rows)


def _text(stored: str | bytes) -> str:
    """The words in a value of a change: a text itself; of a list or object what its members say, without their keys."""
    return _said(read_json(stored)) if isinstance(stored, bytes) or stored[:1] in ('"', "[", "{") else ""


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return "\n".join(filter(None, map(_said, value)))
    return ""


def _beginning(stored: str | bytes, text: str) -> str | None:
    if not isinstance(stored, bytes):
        return None
    return text[:_BEGINNING] + ("…" if len(text) > _BEGINNING else "")
