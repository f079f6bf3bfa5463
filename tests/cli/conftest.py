"""The command as people run it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import canary
from tests.builders import a_date_struct, a_document
from tests.cli.archive import Archive

Trialmon = Callable[..., subprocess.CompletedProcess[str]]

# Sets the window's title, clears the screen, turns the reading direction around, and would be markup for rich.
EVIL = "Cells \x1b]0;owned\x07 \x1b[2J\u202e for [bold]backs[/bold]\r\nNCT00000001 all is well"


@pytest.fixture
def trialmon(tmp_path: Path) -> Trialmon:
    """Runs `trialmon ARGUMENTS` in tmp_path, with nothing of this machine's configuration."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TRIALMON", "XDG", "STATE", "CREDENTIALS"))
        }
        return subprocess.run(
            [sys.executable, "-m", "monitor", *arguments],
            cwd=tmp_path,
            env=clean
            | {"HOME": str(tmp_path / "home"), "PYTHONUTF8": "1", "A_TOKEN_OF_SOMETHING_ELSE": canary.TOKEN}
            | environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A folder where nothing was looked at yet."""
    return Archive(tmp_path)


@pytest.fixture
def known(archive: Archive) -> Archive:
    """One trial in three versions: recruiting; slipped by half a year; then completed, with another title."""
    archive.watch(note="Montpellier", also=("EudraCT 2017-002092-25",))
    archive.see(a_document(), "2026-02-09T14:03:11")
    archive.see(
        a_document(statusModule={"primaryCompletionDateStruct": a_date_struct("2027-04")}), "2026-03-01T09:00"
    )
    archive.see(
        a_document(
            identificationModule={"briefTitle": "Disc Cells for Chronic Neck Pain"},
            statusModule={
                "overallStatus": "COMPLETED",
                "primaryCompletionDateStruct": a_date_struct("2027-04"),
                "lastUpdatePostDateStruct": a_date_struct("2026-05-05", "ACTUAL"),
            },
        ),
        "2026-05-06T09:00",
    )
    return archive


@pytest.fixture
def hostile(archive: Archive) -> Archive:
    """A trial whose title and status were written by somebody who means harm to terminals."""
    archive.watch()
    archive.see(a_document(), "2026-02-09")
    archive.see(
        a_document(
            identificationModule={"briefTitle": EVIL, "acronym": EVIL},
            statusModule={"overallStatus": EVIL, "whyStopped": EVIL},
            conditionsModule={"conditions": [EVIL]},
        ),
        "2026-02-10",
    )
    return archive
