"""Trials by their names: the rows behind TrialIds, and the number a person typed."""

import json
from collections.abc import Iterable

from monitor.core.trial import Alias, TrialId
from monitor.store.database import Connection, Database

# A trial as people name it: its id, its number, or another number for it. Each way an index leads there.
NAMED = (
    "(t.number = :trial OR (t.number = SUBSTR(:trial, INSTR(:trial, ':') + 1)"
    " AND t.registry = SUBSTR(:trial, 1, INSTR(:trial, ':') - 1))"
    " OR t.id IN (SELECT a.trial FROM aliases AS a WHERE a.number = :trial))"
)

# The rows of the trials in `asked_for(…)`, in that order: for a FROM.
ASKED = (
    "json_each(:trials) AS asked CROSS JOIN trials AS t ON t.registry = json_extract(asked.value, '$[0]')"
    " AND t.number = json_extract(asked.value, '$[1]')"
)

# The rows of what a watchlist is told of: its trials, and the papers that its own queries found.
OF_LIST = (
    "SELECT w.trial FROM watched AS w WHERE w.watchlist = :watchlist UNION ALL SELECT t.id FROM paper_watch_lists AS l"
    " JOIN paper_watches AS q ON q.watch = l.watch JOIN paper_members AS m ON m.watch = l.watch"
    " JOIN trials AS t ON t.registry = q.source AND t.number = m.source_id WHERE l.watchlist = :watchlist"
)


def asked_for(trials: Iterable[TrialId]) -> str:
    """A list of trials as the parameter `trials` of a query that has `ASKED`."""
    return json.dumps([[trial.registry, trial.number] for trial in trials])


def trial_row(connection: Connection, trial: TrialId) -> int:
    """The row's id; the row is written, with version 0, if there is none. Within a write transaction."""
    row = connection.execute(
        "SELECT id FROM trials WHERE registry = ? AND number = ?", (trial.registry, trial.number)
    ).fetchone()
    if row is not None:
        return int(row["id"])
    cursor = connection.execute(
        "INSERT INTO trials (registry, number) VALUES (?, ?)", (trial.registry, trial.number)
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def write_aliases(connection: Connection, row: int, aliases: Iterable[Alias]) -> None:
    """Within a write transaction: other numbers of a trial, by its row; what was said before stays as it was said."""
    connection.executemany(
        "INSERT INTO aliases (trial, number, said_by, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(row, alias.number, alias.said_by, alias.note) for alias in aliases],
    )


def find_trial(db: Database, text: str) -> TrialId | None:
    """The trial that a person means by `NCT03737461`, `clinicaltrials.gov:NCT03737461` or another number for it;
    None if none is stored. Its own number wins over another's alias."""
    with db.reading() as connection:
        row = connection.execute(
            f"SELECT t.registry, t.number FROM trials AS t WHERE {NAMED}"
            " ORDER BY t.number = :trial DESC, t.version > 0 DESC, t.id LIMIT 1",
            {"trial": text},
        ).fetchone()
    return None if row is None else TrialId(row["registry"], row["number"])
