"""A lock between processes: `flock` on a file that stays. The kernel lets go of it when its holder dies."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.core.errors import NothingDone, TrialmonError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05  # seconds between tries
_NOTE_AT, _LONGEST_NOTE = (
    64,
    64 * 1024,
)  # bytes: where the line of `note` begins, behind the holder's number, and how long it may be


class FileLock:
    """One process's handle on the lock. Two handles exclude each other, in one process too."""

    def __init__(self, path: Path) -> None:
        """Create the file (0600) if it is not there. Raises OSError if it cannot."""
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._pause = threading.Event()  # never set: a way to wait that can be bounded

    @contextmanager
    def held(self, longest_wait: float) -> Iterator[None]:
        """Hold the lock. Raises TrialmonError if another holds it for longer than `longest_wait` seconds."""
        waited, pause = 0.0, _FIRST_PAUSE
        while not self.try_once():
            if waited >= longest_wait:
                raise TrialmonError(
                    f"{self.path} has been locked for {longest_wait:.0f} seconds{self.holder_in_words()}",
                    "a daemon, a command or a backup may be writing; try again when it is done",
                )
            self._pause.wait(pause)
            waited += pause
            pause = min(pause * 2, _LONGEST_PAUSE)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def try_once(self) -> bool:
        """Take the lock if it is free. It is let go by `held`'s end or by `close`."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        # Who holds it is a kindness to those who wait: on a full disk the lock is as good without.
        with suppress(OSError):
            os.pwrite(self._file, f"{os.getpid():<20}\n".encode(), 0)
        return True

    def holder_in_words(self) -> str:
        """` (by process 4711)`, as the last holder wrote it; empty if it wrote nothing."""
        number = os.pread(self._file, 32, 0).partition(b"\n")[0].strip()
        return f" (by process {number.decode()})" if number.isdigit() else ""

    def note(self, line: str) -> None:
        """Keep a line in the file, for whoever holds the lock next. It costs a few microseconds, for it is not synchronised: a process
        that is killed loses nothing of it, a power cut may. On a full disk nothing may be kept."""
        with suppress(OSError):
            os.pwrite(self._file, f"{line}\n".encode(), _NOTE_AT)

    def noted(self) -> str:
        """The line that was kept last; empty if there is none that is whole."""
        try:
            line, end, _ = os.pread(self._file, _LONGEST_NOTE, _NOTE_AT).partition(b"\n")
            return line.decode("ascii") if end else ""
        except (OSError, UnicodeDecodeError):
            return ""

    def close(self) -> None:
        """Let go for good."""
        os.close(self._file)


@contextmanager
def instance_lock(path: Path) -> Iterator[None]:
    """Held by the one daemon of a database while it runs. Raises NothingDone if another holds it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path.with_name(f"{path.name}-daemon-lock"))
    except OSError as error:
        raise NothingDone(
            f"the daemon's lock beside {path} cannot be created: {error.strerror or error}"
        ) from error
    try:
        if not lock.try_once():
            raise NothingDone(
                f"another trialmon daemon is at work on {path}{lock.holder_in_words()}",
                "stop it first; commands like `trialmon check` work beside it",
            )
        yield
    finally:
        lock.close()
