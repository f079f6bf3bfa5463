"""Looking after the memory, as a person or a timer asks for it: sound? catalogued? measured? copied?

A backup is made, and older ones are let go, only of a database in which nothing wrong was found.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from monitor.config.settings import BackupSettings
from monitor.core.errors import NothingDone, TrialmonError
from monitor.core.shape import Shape
from monitor.store import upkeep as store
from monitor.store.catching_up import behind, catch_up
from monitor.store.database import Database
from monitor.store.inspection import free_bytes
from monitor.store.lock import instance_lock
from monitor.store.thinning import Tick, is_loose, thin_before

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
    sizes, emptied = store.optimise(db, now)
    log = (
        "the write-ahead log is empty"
        if emptied
        else "the write-ahead log stays for now: somebody is reading it"
    )
    yield Done("optimise", True, f"statistics are renewed, {log}", sizes=sizes)
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


def thinning(db: Database, before: datetime, tick: Tick, *, write: bool) -> Iterator[Done]:
    """Noise versions and messages from before that moment made smaller, or what that would save; then the disk gets the room back."""
    done = thin_before(db, before, tick, write=write)
    what = f"{_many(done.modules, 'part')} of noise versions and {_many(done.messages, 'message')} from before {before:%Y-%m-%d}"
    if not write:
        hint = "`--yes` does it" if done.saved else ""
        yield Done("thin", True, f"{what} would become smaller", hint, {"to save": done.saved})
        return
    yield Done("thin", True, f"{what} became smaller", sizes={"saved": done.saved})
    if done.saved or is_loose(db):
        yield _shrunk(db)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _shrunk(db: Database) -> Done:
    db.empty_log()
    size = db.path.stat().st_size
    later = "what is free in the file is used by what comes"
    if free_bytes(db.path) < 2 * size:
        hint = "free twice the file's size"
        return Done("shrink", True, f"not done, for want of room on the disk: {later}", hint)
    with ExitStack() as alone:
        try:
            alone.enter_context(instance_lock(db.path))
        except NothingDone:
            hint = "once, with the daemon stopped"
            return Done("shrink", True, f"not done, since a daemon is at work: {later}", hint)
        try:
            db.shrink()
        except TrialmonError as error:
            return Done("shrink", False, f"not done: {error.message}", error.hint)
    sizes = {"before": size, "after": db.path.stat().st_size}
    return Done("shrink", True, "the file was written anew", sizes=sizes)
