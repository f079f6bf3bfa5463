"""Files that others read while we write them: feeds, calendars, metrics. Replaced in one step, so that a reader sees the old text or the
new one, never half of one."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from monitor.core.errors import NothingDone

# What is published is for other programs to read: a web server, a collector of metrics.
_MODE, _FOLDER_MODE = 0o644, 0o755


def write_file(path: Path, data: bytes) -> bool:
    """Make `data` the file's contents; False if they were so already, and then it is not touched. Folders are made. Raises NothingDone
    where it cannot be written."""
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        _make_folders(path.parent)
        _replace(path, data)
    except OSError as error:
        hint = "run trialmon as a user who may write there, or name another place in trialmon.yaml"
        raise NothingDone(f"{path} cannot be written: {error.strerror or error}", hint) from None
    return True


def touch_file(path: Path) -> None:
    """Say by the file's time of change that its contents are as of now; one that is not there is left so."""
    with suppress(OSError):
        os.utime(path)


def remove_file(path: Path) -> None:
    """Remove a file that we wrote; one that is not there, or may not be removed, is left alone."""
    with suppress(OSError):
        path.unlink()


def _make_folders(folder: Path) -> None:
    """Those that we make can be entered by others, whatever the service's umask is; those that are there stay as they are."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        one.chmod(_FOLDER_MODE)


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), _MODE)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
