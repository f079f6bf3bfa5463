"""Trials as we know them: what a look begins with, and the bodies of any version. Read-only."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.record import Absence, Snapshot
from monitor.core.trial import TrialId
from monitor.store.bodies import WITH_BASE, body_of
from monitor.store.database import Connection, Database
from monitor.store.trials import ASKED, asked_for
from monitor.store.values import facts_columns, facts_of, moment


def snapshots(db: Database, trials: Sequence[TrialId]) -> dict[TrialId, Snapshot]:
    """What we believe of these trials: facts, past facts and module digests, but no module bodies (see `modules_of`).

    A number that the registry never gave us has version 0, and `gone` once that was told. One never asked for is not in the answer.
    """
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT t.* FROM {ASKED} WHERE t.last_looked_at IS NOT NULL", {"trials": asked_for(trials)}
        ).fetchall()
        seen = json.dumps([row["id"] for row in rows if row["version"] > 0])
        digests: dict[int, dict[str, str]] = {}
        for trial, module, digest, _ in connection.execute(
            "SELECT m.trial, m.module, m.digest, MAX(m.since_version) FROM json_each(?) AS asked"
            " CROSS JOIN module_versions AS m ON m.trial = asked.value GROUP BY m.trial, m.module",
            (seen,),
        ):
            if digest is not None:
                digests.setdefault(trial, {})[module] = digest
        past: dict[int, list[TrialFacts]] = {}
        for row in connection.execute(
            f"SELECT v.trial, v.last_data_date, {facts_columns('v')} FROM json_each(?) AS asked"
            " CROSS JOIN versions AS v ON v.trial = asked.value JOIN trials AS t ON t.id = v.trial"
            " WHERE v.version < t.version ORDER BY v.trial, v.version",
            (seen,),
        ):
            past.setdefault(row["trial"], []).append(facts_of(row, row["last_data_date"]))
    return {
        TrialId(row["registry"], row["number"]): _snapshot(
            row, digests.get(row["id"], {}), past.get(row["id"], [])
        )
        for row in rows
    }


def _snapshot(row: Any, digests: dict[str, str], past: list[TrialFacts]) -> Snapshot:
    absent = row["absence_since"] is not None
    return Snapshot(
        trial=TrialId(row["registry"], row["number"]),
        version=row["version"],
        seen_at=moment(row["last_seen_at"] or row["last_looked_at"]),
        digests=digests,
        facts=facts_of(row, row["data_date"]),
        modules={},
        past=tuple(past),
        raw_digest=row["raw_digest"],
        absence=Absence(moment(row["absence_since"]), row["absence_looks"]) if absent else None,
        gone=row["gone_at"] is not None or bool(row["unknown_told"]),
        moved_to=row["moved_to"],
    )


def modules_of(
    db: Database, trial: TrialId, names: Iterable[str] | None = None, version: int | None = None
) -> dict[str, Json]:
    """The bodies of a trial's modules as of a version (the newest if None); all of them, or those of `names` that it has."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT id, version FROM trials WHERE registry = ? AND number = ?", (trial.registry, trial.number)
        ).fetchone()
        if row is None:
            return {}
        return modules_at(connection, row["id"], row["version"] if version is None else version, names)


def modules_at(
    connection: Connection, trial: int, version: int, names: Iterable[str] | None = None
) -> dict[str, Json]:
    """As `modules_of`, within a transaction. In the order in which the registry first gave them."""
    rows = connection.execute(
        "SELECT m.module, m.body, base.body FROM (SELECT module, MAX(since_version) AS since, MIN(id) AS first FROM module_versions"
        " WHERE trial = ?1 AND since_version <= ?2 GROUP BY module) AS newest"
        " JOIN module_versions AS m ON m.trial = ?1 AND m.module = newest.module AND m.since_version = newest.since"
        f" {WITH_BASE} WHERE m.body IS NOT NULL AND (?3 IS NULL OR m.module IN (SELECT value FROM json_each(?3)))"
        " ORDER BY newest.first",
        (trial, version, None if names is None else json.dumps(list(names))),
    )
    return {module: body_of(body, base) for module, body, base in rows}
