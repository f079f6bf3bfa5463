"""A command in a process of its own, and what that process cost, as the kernel counts it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.records import REPOSITORY


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time (user and system) and of waiting, and the most memory held at once, in bytes."""

    cpu: float
    wall: float
    memory: float


def cost_of(command: Sequence[str], folder: Path) -> tuple[Cost, str]:
    """Run `python -m command…` in `folder` to its end; gives what it cost and the last line that it printed.

    Raises RuntimeError, with what it said, where it fails. The kernel counts the pages of the process that starts another one as the
    new one's until it has its own image: so this process has to stay smaller than those it measures.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=_environment(),
            stdout=said,
            stderr=complained,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        last = _last_line(said.fileno())
        if process.returncode:
            raise RuntimeError(
                f"{' '.join(command)} ended with {process.returncode}: {last} {_last_line(complained.fileno())}"
            )
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024), last


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        median(cost.cpu for cost in costs),
        median(cost.wall for cost in costs),
        median(cost.memory for cost in costs),
    )


def _environment() -> Mapping[str, str]:
    """As a person's, with this checkout importable and nothing of the person's configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIALMON_")}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": ""}


def _last_line(handle: int) -> str:
    size = os.fstat(handle).st_size
    tail = os.pread(handle, 4096, max(0, size - 4096)).decode("utf-8", "replace")
    return tail.strip().rpartition("\n")[2]
