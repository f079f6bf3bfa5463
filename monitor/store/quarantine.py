"""Trials at work on whose records the process died: how often, and since when. After the second death in a row a trial is in quarantine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.marks import mark, set_mark
from monitor.store.values import moment, stamp

DEATHS = 2


@dataclass(frozen=True, slots=True)
class Suspect:
    """One such trial. `run` is the run that died of it last, `since` and `last_at` are when the first and the last death were found, `by`
    is the trialmon that died last; `told`: everybody was told that it is in quarantine."""

    deaths: int
    run: int
    since: datetime
    last_at: datetime
    by: str
    told: bool = False

    @property
    def in_quarantine(self) -> bool:
        """Whether looks leave it alone."""
        return self.deaths >= DEATHS


def suspects(db: Database, source: str) -> dict[str, Suspect]:
    """By number; nearly always none."""
    kept = json.loads(mark(db, _name(source)) or "{}")
    return {
        number: Suspect(
            one["deaths"], one["run"], moment(one["since"]), moment(one["last_at"]), one["by"], one["told"]
        )
        for number, one in kept.items()
    }


def keep_suspects(db: Database, source: str, found: Mapping[str, Suspect]) -> None:
    """In the place of those that were kept before."""
    kept = {
        number: {
            "deaths": one.deaths,
            "run": one.run,
            "since": stamp(one.since),
            "last_at": stamp(one.last_at),
            "by": one.by,
            "told": one.told,
        }
        for number, one in found.items()
    }
    set_mark(db, _name(source), json.dumps(kept))


def _name(source: str) -> str:
    return f"quarantine {source}"
