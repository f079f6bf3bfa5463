"""What is not catalogued yet, or not as of the newest version: found, and made good from the records a portion at a time.

So it is with a database of an older trialmon. Between two portions others may write.
"""

from collections.abc import Callable

from monitor.core.shape import Shape, join
from monitor.store.catalogue import catalogue, keep_up
from monitor.store.database import Database
from monitor.store.snapshots import modules_at

_PORTION = 200

Tick = Callable[[int], None]


def behind(db: Database) -> int:
    """How many trials, changes and events are not catalogued."""
    with db.reading() as connection:
        return int(
            connection.execute(
                "SELECT (SELECT COUNT(*) FROM trials AS t LEFT JOIN trial_words AS w ON w.trial = t.id"
                " WHERE t.version > COALESCE(w.version, 0))"
                " + (SELECT COUNT(*) FROM changes WHERE id > (SELECT up_to FROM indexed WHERE name = 'changes'))"
                " + (SELECT COUNT(*) FROM events WHERE id > (SELECT up_to FROM indexed WHERE name = 'events'))"
            ).fetchone()[0]
        )


def catch_up(db: Database, shapes: Callable[[str], Shape | None], tick: Tick) -> int:
    """Catalogue all that is not; gives how many trials, changes and events that were. `shapes`: of a registry, None where unknown."""
    done = 0
    while count := _some_rows(db):
        done += count
        tick(count)
    last = 0
    while found := _some_trials(db, last):
        last = found[-1][0]
        with db.writing() as connection:
            for trial, registry, version in found:
                if (shape := shapes(registry)) is not None:
                    document = join(modules_at(connection, trial, version))
                    catalogue(connection, trial, version, shape.particulars(document))
                    done += 1
        tick(len(found))
    return done


def _some_rows(db: Database) -> int:
    with db.writing() as connection:
        return keep_up(connection, most=_PORTION * 10)


def _some_trials(db: Database, after: int) -> list[tuple[int, str, int]]:
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT t.id, t.registry, t.version FROM trials AS t LEFT JOIN trial_words AS w ON w.trial = t.id"
            " WHERE t.id > ? AND t.version > COALESCE(w.version, 0) ORDER BY t.id LIMIT ?",
            (after, _PORTION),
        )
        return [tuple(row) for row in rows]
