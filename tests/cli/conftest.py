"""The command as people run it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Trialmon = Callable[..., subprocess.CompletedProcess[str]]


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
            env=clean | {"HOME": str(tmp_path / "home"), "PYTHONUTF8": "1"} | environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
