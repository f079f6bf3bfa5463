"""Run what a page tells people to type.

Only what is marked is run, in the order of the page, in one copy of the checkout:

    <!-- run -->              the shell block that follows is run, line by line, and every line must succeed
    <!-- run exit=2 -->       … its last line must end with this exit code
    <!-- output -->           the block that follows must be in what the last `run` printed: its lines in that order,
                              `…` standing for anything within a line, and on a line of its own for any lines
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_MARKED = re.compile(r"^<!-- (run|output)(?: exit=(\d+))? -->\n+```(\w*)\n(.*?)^```$", re.S | re.M)
_LONGEST = 120


@dataclass(frozen=True)
class Block:
    """A marked block: `kind` is run or output, `exit` the code that is expected."""

    kind: str
    text: str
    exit: int = 0


def blocks(page: str) -> Iterator[Block]:
    """The marked blocks of a page. Raises AssertionError for a mark that no block follows."""
    found = [Block(one[1], one[4], int(one[2] or 0)) for one in _MARKED.finditer(page)]
    marks = len(re.findall(r"^<!-- (?:run|output)\b", page, re.M))
    assert len(found) == marks, f"{marks - len(found)} marks have no block right below them"
    yield from found


def a_checkout(folder: Path) -> Path:
    """A copy of the project as a clone would have it, with the virtual environment that these tests run in."""
    copy = folder / "trialmon"
    skip = shutil.ignore_patterns(
        ".*_cache", ".git", ".venv", "__pycache__", "demo-run", ".hypothesis", "*.db*"
    )
    shutil.copytree(REPOSITORY, copy, ignore=skip)
    (copy / ".venv").symlink_to(sys.prefix)
    # `make` must not build the environment anew while we stand in it.
    make = folder / "bin" / "make"
    make.parent.mkdir()
    make.write_text(f'#!/bin/sh\nexec {shutil.which("make")} -o .venv/.ready "$@"\n')
    make.chmod(0o755)
    return copy


def run(text: str, checkout: Path) -> tuple[int, str]:
    """The exit code of a shell block and all that it printed, both streams together."""
    home = checkout.parent / "home"
    home.mkdir(exist_ok=True)
    path = f"{checkout.parent / 'bin'}:{checkout / '.venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=checkout,
        env={"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "110", **_kept()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_LONGEST,
    )
    return done.returncode, done.stdout


def _kept() -> dict[str, str]:
    return {name: os.environ[name] for name in ("TMPDIR", "TZ") if name in os.environ}


def missing(shown: str, printed: str) -> str | None:
    """The first line of a shown output that is not in what was printed, in order; None if all are."""
    lines = iter(printed.splitlines())
    for line in shown.splitlines():
        wanted = line.strip()
        if wanted in ("", "…"):
            continue
        pattern = re.compile(".*".join(re.escape(" ".join(part.split())) for part in wanted.split("…")))
        if not any(pattern.search(" ".join(one.split())) for one in lines):
            return line
    return None
