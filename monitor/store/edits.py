"""The edits that were seen on one day, whichever trial they were made in. Read-only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from monitor.core.change import Change
from monitor.store.database import Database
from monitor.store.values import change_of, stamp


@dataclass(frozen=True, slots=True)
class SeenEdits:
    """The changes of one version, of the topics asked for. `last` is the id of the last; ids rise with time."""

    number: str
    version: int
    last: int
    changes: tuple[Change, ...]


def edits_seen(
    db: Database, registry: str, day: date, topics: Sequence[str], after: int = 0
) -> Iterator[SeenEdits]:
    """The changes seen on a day (UTC), version by version in the order in which they were written: those whose ids come after a number,
    or all of that day. What was read from the registry's history, and so seen by nobody when it was made, is not among them."""
    begin = datetime.combine(day, time(), UTC)
    period = {"begin": stamp(begin), "end": stamp(begin + timedelta(days=1))}
    with db.reading() as connection:
        if not after:
            # Where the day begins among the ids is found once; what follows is read by id alone.
            (first,) = connection.execute(
                "SELECT MIN(c.id) FROM versions AS v CROSS JOIN changes AS c ON c.trial = v.trial AND c.version = v.version"
                " WHERE v.seen_at >= :begin AND v.seen_at < :end AND c.id > 0",
                period,
            ).fetchone()
            if first is None:
                return
            after = first - 1
        rows = connection.execute(
            "SELECT c.*, t.number FROM changes AS c CROSS JOIN versions AS v ON v.trial = c.trial AND v.version = c.version"
            " CROSS JOIN trials AS t ON t.id = c.trial WHERE c.id > :after AND t.registry = :registry"
            " AND v.seen_at >= :begin AND v.seen_at < :end AND v.origin <> 'backfill' ORDER BY c.id",
            {**period, "after": after, "registry": registry},
        )
        for (number, version), of_version in groupby(rows, key=lambda row: (row["number"], row["version"])):
            kept = list(of_version)
            changes = tuple(change_of(row) for row in kept if row["topic"] in topics)
            yield SeenEdits(number, version, kept[-1]["id"], changes)
