"""Full-text search: trials by what they are called, what they are about, what is tried and by whom; changes and events by their words.

People's words are never syntax: each is quoted, all must be there. "Several words" in quotes stand next to each other, and a `*` behind
three letters or more stands for whatever follows. Accents and case do not matter.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from monitor.store.database import Connection, Database

Kind = Literal["trials", "events", "changes"]
KINDS: tuple[Kind, ...] = ("trials", "events", "changes")

_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')
_MOST_TERMS = 30
_LONGEST_TERM = 200
_SHORTEST_BEGINNING = 3  # letters before a `*`: what fewer begin, everything has
# How much more a word weighs in the title, the condition and the intervention than in a sponsor's name.
_WEIGHTS = "10.0, 6.0, 6.0, 3.0"
# Ranking reads every hit; of a word that is everywhere this many are ranked, those that were added last.
_RANKED = 20_000
_EXCERPT = 16  # words


def expression(words: str) -> str:
    """What people typed, as a question that full-text search understands; empty where there is no word in it."""
    terms = []
    for phrase, word in _TERM.findall(words)[:_MOST_TERMS]:
        text = (phrase or word)[:_LONGEST_TERM].replace("\0", " ")
        if any(_is_token(letter) for letter in text):
            begins = word.endswith("*") and len(word) > _SHORTEST_BEGINNING
            terms.append(f'"{text}"' + ("*" if begins else ""))
    return " AND ".join(terms)


def _is_token(letter: str) -> bool:
    """Whether the index keeps such a letter: all else only separates words."""
    return unicodedata.category(letter)[0] in "LN" or unicodedata.category(letter) == "Co"


def search(
    db: Database, words: str, kinds: Sequence[Kind] = KINDS, limit: int = 20
) -> Iterator[dict[str, Any]]:
    """At most `limit` of each kind: trials by how well they fit (a trial named by its number first), events and changes the newest first.

    Each has `found` (trial, event or change), `trial`, `registry`, and what `_trials`, `_events` and `_changes` give beside.
    """
    asked = expression(words)
    if not asked:
        return
    for kind in kinds:
        with db.reading() as connection:
            yield from _FINDERS[kind](connection, words, asked, limit)


def _trials(connection: Connection, words: str, asked: str, limit: int) -> Iterator[dict[str, Any]]:
    named = [
        row["id"]
        for row in connection.execute(
            "SELECT id FROM trials WHERE number = ?1 AND version > 0"
            " UNION SELECT a.trial FROM aliases AS a JOIN trials AS t ON t.id = a.trial WHERE a.number = ?1 AND t.version > 0",
            (words.strip().upper(),),
        )
    ]
    ranked = connection.execute(
        f"SELECT id FROM (SELECT rowid AS id, bm25(trials_found, {_WEIGHTS}) AS score FROM trials_found"
        " WHERE trials_found MATCH ? ORDER BY rowid DESC LIMIT ?) ORDER BY score, id DESC LIMIT ?",
        (asked, _RANKED, limit),
    ).fetchall()
    for trial in list(dict.fromkeys([*named, *(row["id"] for row in ranked)]))[:limit]:
        row = connection.execute(
            "SELECT number, registry, acronym, title, sponsor, status FROM trials WHERE id = ?", (trial,)
        ).fetchone()
        yield {
            "found": "trial",
            "trial": row["number"],
            "registry": row["registry"],
            "acronym": row["acronym"],
            "title": row["title"],
            "sponsor": row["sponsor"],
            "status": row["status"],
            "excerpt": _excerpt(connection, asked, trial),
        }


def _excerpt(connection: Connection, asked: str, trial: int) -> str:
    """Where in a trial's words the first of these stands; empty where it was found by its number."""
    row = connection.execute(
        "SELECT snippet(trials_found, -1, '', '', '…', ?) FROM trials_found WHERE trials_found MATCH ? AND rowid = ?",
        (_EXCERPT, asked, trial),
    ).fetchone()
    return "" if row is None else str(row[0])


def _events(connection: Connection, _: str, asked: str, limit: int) -> Iterator[dict[str, Any]]:
    for row in connection.execute(
        "SELECT e.*, t.number, t.registry AS of_registry FROM (SELECT rowid AS id FROM events_found WHERE events_found MATCH ?"
        " ORDER BY rowid DESC LIMIT ?) AS hit JOIN events AS e ON e.id = hit.id JOIN trials AS t ON t.id = e.trial"
        " ORDER BY e.id DESC",
        (asked, limit),
    ):
        yield {
            "found": "event",
            "id": row["id"],
            "trial": row["number"],
            "registry": row["of_registry"],
            "version": row["version"],
            "seen_at": row["seen_at"],
            "registry_date": row["registry_date"] or None,
            "significance": row["significance"],
            "headline": row["headline"],
        }


def _changes(connection: Connection, _: str, asked: str, limit: int) -> Iterator[dict[str, Any]]:
    for row in connection.execute(
        "SELECT v.* FROM (SELECT rowid AS id FROM changes_found WHERE changes_found MATCH ? ORDER BY rowid DESC LIMIT ?) AS hit"
        " JOIN v_changes AS v ON v.id = hit.id ORDER BY v.id DESC",
        (asked, limit),
    ):
        yield {
            "found": "change",
            "id": row["id"],
            "trial": row["trial"],
            "registry": row["registry"],
            "version": row["version"],
            "seen_at": row["seen_at"],
            "registry_date": row["registry_date"] or None,
            "topic": row["topic"],
            "label": row["label"],
            "field": row["field"],
            "before": row["before"],
            "after": row["after"],
        }


_FINDERS = {"trials": _trials, "events": _events, "changes": _changes}
