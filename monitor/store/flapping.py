"""How often a trial's fields were changed lately, and until when what is said of one that flaps is being held."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.values import moment, stamp

WINDOW = timedelta(hours=24)


def changed_lately(db: Database, trial: TrialId, fields: Iterable[str], now: datetime) -> int:
    """How often we saw that one of these fields that changed most often change, within the 24 hours before `now`. Past versions that
    were read from the registry's history do not count: nobody saw them happen."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT COUNT(*) AS times FROM versions AS v JOIN changes AS c ON c.trial = v.trial AND c.version = v.version"
            " WHERE v.trial = (SELECT id FROM trials WHERE registry = ? AND number = ?) AND v.origin <> 'backfill'"
            " AND v.seen_at > ? AND v.seen_at <= ? AND c.field IN (SELECT value FROM json_each(?))"
            " GROUP BY c.field ORDER BY times DESC LIMIT 1",
            (trial.registry, trial.number, stamp(now - WINDOW), stamp(now), json.dumps(list(fields))),
        ).fetchone()
    return row["times"] if row is not None else 0


def summary_ahead(db: Database, trial: TrialId, now: datetime) -> datetime | None:
    """When the summary goes out that messages of this flapping trial are waiting for already; None where none waits."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT MIN(slot) AS slot FROM notifications WHERE held_for = 'flapping' AND folded_into IS NULL"
            " AND trial = ? AND slot > ?",
            (str(trial), stamp(now)),
        ).fetchone()
    return moment(row["slot"]) if row["slot"] is not None else None
