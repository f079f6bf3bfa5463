"""How watched numbers stand, in a few columns: cheap for thousands, where a Snapshot is for one trial that may have changed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.trials import ASKED, asked_for
from monitor.store.values import stamp


@dataclass(frozen=True, slots=True)
class Standing:
    """A number as we last knew it. `version` 0: the registry never gave it to us. `away`: it did not come at the last look, or is
    gone. `raw_digest` is of the bytes that it last came as; empty for a number that was merged into another, so that it is judged
    from its record if it comes back."""

    version: int
    raw_digest: str
    away: bool
    moved_to: str


def standings(db: Database, trials: Sequence[TrialId]) -> dict[TrialId, Standing]:
    """The standing of each of these numbers that was ever asked for."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT t.registry, t.number, t.version, IIF(t.moved_to = '', t.raw_digest, '') AS raw_digest, t.moved_to,"
            " t.absence_since IS NOT NULL OR t.gone_at IS NOT NULL AS away"
            f" FROM {ASKED} WHERE t.last_looked_at IS NOT NULL",
            {"trials": asked_for(trials)},
        )
        return {
            TrialId(row["registry"], row["number"]): Standing(
                row["version"], row["raw_digest"], bool(row["away"]), row["moved_to"]
            )
            for row in rows
        }


def never_read(db: Database, watches: Iterable[str]) -> set[str]:
    """Those searches (by key) that were not read to their end yet, so that it is not known what they hold."""
    keys = set(watches)
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT key FROM watches WHERE read_at IS NOT NULL AND key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return keys - {row["key"] for row in rows}


def not_read_since(
    db: Database, moment: datetime, trials: Sequence[TrialId], watches: Iterable[str]
) -> tuple[list[TrialId], list[str]]:
    """Those of the trials, and of the searches (by key), that were read once but not since that moment."""
    return _read(db, "<=", moment, trials, watches)


def read_since(
    db: Database, moment: datetime, trials: Sequence[TrialId], watches: Iterable[str]
) -> tuple[list[TrialId], list[str]]:
    """Those of the trials, and of the searches (by key), that were read since that moment."""
    return _read(db, ">", moment, trials, watches)


def _read(
    db: Database,
    when: Literal["<=", ">"],
    moment: datetime,
    trials: Sequence[TrialId],
    watches: Iterable[str],
) -> tuple[list[TrialId], list[str]]:
    with db.reading() as connection:
        numbers = [
            TrialId(row["registry"], row["number"])
            for row in connection.execute(
                f"SELECT t.registry, t.number FROM {ASKED} WHERE t.last_looked_at {when} :moment ORDER BY t.number",
                {"trials": asked_for(trials), "moment": stamp(moment)},
            )
        ]
        searches = [
            row["key"]
            for row in connection.execute(
                f"SELECT key FROM watches WHERE read_at {when} ? AND key IN (SELECT value FROM json_each(?)) ORDER BY key",
                (stamp(moment), json.dumps(list(watches))),
            )
        ]
    return numbers, searches
