"""How often a trial's fields were changed lately, and until when what is said of one that flaps is being held."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.values import moment, stamp

WINDOW = timedelta(hours=24)


def changed_lately(
    db: Database, trial: TrialId, fields: Iterable[str], now: datetime, before: int | None = None
) -> dict[str, int]:
    """How often we saw each of these fields change, if at all, within the 24 hours before `now`; only until the version `before`, if one is
    given. Past versions that were read from the registry's history do not count: nobody saw them happen."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT c.field, COUNT(*) AS times FROM versions AS v JOIN changes AS c ON c.trial = v.trial AND c.version = v.version"
            " WHERE v.trial = (SELECT id FROM trials WHERE registry = ? AND number = ?) AND v.origin <> 'backfill'"
            " AND v.seen_at > ? AND v.seen_at <= ? AND c.field IN (SELECT value FROM json_each(?))"
            " AND v.version < COALESCE(?, v.version + 1) GROUP BY c.field",
            (
                *(trial.registry, trial.number, stamp(now - WINDOW), stamp(now)),
                *(json.dumps(list(fields)), before),
            ),
        )
        return {row["field"]: row["times"] for row in rows}


def summary_ahead(db: Database, trial: TrialId, now: datetime) -> datetime | None:
    """When the summary goes out that messages of this flapping trial are waiting for already; None where none waits."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT MIN(slot) AS slot FROM notifications WHERE held_for = 'flapping' AND folded_into IS NULL"
            " AND trial = ? AND slot > ?",
            (str(trial), stamp(now)),
        ).fetchone()
    return moment(row["slot"]) if row["slot"] is not None else None
