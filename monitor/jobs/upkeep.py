"""Looking after the memory, as a person or a timer asks for it: sound? catalogued? measured? copied?

A backup is made, and older ones are let go, only of a database in which nothing wrong was found.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.config.settings import BackupSettings
from monitor.core.shape import Shape
from monitor.store import upkeep as store
from monitor.store.catching_up import behind, catch_up
from monitor.store.database import Database

Shapes = Callable[[str], Shape | None]

SAMPLE = 2000
_MOST_SAID = 20


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done or found: whether it is well, in words, and what to do where it is not. `sizes`: bytes by part."""

    task: str
    ok: bool
    message: str
    hint: str = ""
    sizes: dict[str, int] | None = None


def upkeep(
    db: Database, backups: BackupSettings | None, shapes: Shapes, now: datetime, chance: Callable[[], float]
) -> Iterator[Done]:
    """All of it, one thing after the other as it is done. Raises TrialmonError where a backup cannot be made."""
    problems = store.quick_check(db) or list(store.wrong_digests(db, shapes, chance, SAMPLE))
    hint = (
        "stop the daemon, put the file aside, restore the newest backup: docs/how-to/back-up-and-restore.md"
    )
    for problem in problems[:_MOST_SAID]:
        yield Done("integrity", False, problem, hint)
    if problems:
        yield Done("backup", False, "none was made, and none let go: the database is damaged", hint)
        return
    yield Done("integrity", True, "every page is sound, and stored records drawn by lot are what was stored")
    if behind(db):
        yield Done("catalogue", True, f"{catch_up(db, shapes, lambda _: None)} entries were caught up with")
    yield Done(
        "optimise",
        True,
        "statistics are renewed, the write-ahead log is empty",
        sizes=store.optimise(db, now),
    )
    if backups is None:
        yield Done(
            "backup",
            True,
            "none: trialmon.yaml has no `backups:`",
            "name a folder there, on another disk if there is one",
        )
        return
    made, gone = store.rotate(db.path, backups.folder, now, backups.keep_daily, backups.keep_weekly)
    yield Done("backup", True, f"{made} is complete and checked; {len(gone)} older let go")
