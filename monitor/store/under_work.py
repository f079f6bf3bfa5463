"""On whose records a process is at work now, so that whoever comes after its death knows what it died of.

It stands in a file beside the database, under a lock that the kernel lets go of when its holder dies: what is found there by the next
holder was under work when the one before it ended. Nothing is synchronised, for a process that is killed loses nothing that it has
written; so marking a trial costs microseconds.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor import __version__
from monitor.store.lock import FileLock


@dataclass(frozen=True, slots=True)
class Left:
    """What a process was at work on when it died: in which run, of which source, by which version of trialmon, which numbers."""

    run: int
    source: str
    by: str
    numbers: tuple[str, ...]


class UnderWork:
    """The mark of one look. Without the lock, where another process looks at the same time, nothing is marked: the other's death tells."""

    def __init__(self, lock: FileLock | None) -> None:
        self._lock = lock
        self.left = _read(lock.noted()) if lock is not None else None

    @contextmanager
    def on(self, run: int, source: str, numbers: Sequence[str]) -> Iterator[None]:
        """While the block runs, these are under work. However it ends but by the death of the process, they no longer are."""
        if self._lock is None:
            yield
            return
        self._lock.note(json.dumps([run, source, __version__, *numbers]))
        try:
            yield
        finally:
            self.clear()

    def clear(self) -> None:
        """Nothing is under work."""
        if self._lock is not None:
            self._lock.note("")


@contextmanager
def under_work(database: Path) -> Iterator[UnderWork]:
    """The mark beside this database, for one look. `left` is what whoever looked before died at, if it did; it stays until `clear`."""
    try:
        lock = FileLock(database.with_name(f"{database.name}-work"))
    except OSError:  # a look can be made without
        yield UnderWork(None)
        return
    try:
        yield UnderWork(lock if lock.try_once() else None)
    finally:
        lock.close()


def _read(line: str) -> Left | None:
    try:
        run, source, by, *numbers = json.loads(line)
    except (ValueError, TypeError):  # nothing, or a line that was being written
        return None
    return Left(int(run), str(source), str(by), tuple(map(str, numbers)))
