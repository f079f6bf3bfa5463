"""A command loads what it uses. Most looks find nothing new, and must not pay for libraries that tell what changed."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

from monitor.embedded import EmbeddedRegistry, History
from tests.journeys.office import Office

REPOSITORY = Path(__file__).parents[2]
WEEK = REPOSITORY / "seeds" / "made" / "week.jsonl"
ONLY_FOR_CHANGES = {"apprise", "deepdiff", "jinja2"}
NEVER_IN_A_LOOK = {"apscheduler", "pydantic", "pygments", "rich", "sqlite_utils"}


def loaded(said: str) -> set[str]:
    """The libraries that a process said it imported (PYTHONPROFILEIMPORTTIME)."""
    names = re.findall(r"^import time:.*\| *([\w.]+)$", said, re.MULTILINE)
    return {name.partition(".")[0] for name in names}


def test_a_look_that_finds_nothing_new_loads_nothing_that_tells_of_changes(tmp_path: Path) -> None:
    history = History.load(WEEK)
    first = history.days[0]
    with EmbeddedRegistry(history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(history.trials[:3])

        def libraries_of_a_look_on(day: date, *options: str) -> set[str]:
            registry.go_to(day)
            run = office.command("check", "--now", f"{day}T15:00Z", *options, PYTHONPROFILEIMPORTTIME="1")
            assert run.returncode == 0, run.stderr
            return loaded(run.stderr)

        baseline = libraries_of_a_look_on(first)
        unchanged = libraries_of_a_look_on(first, "--full")
    assert {"apprise", "jinja2", "httpx"} <= baseline, "a first look tells what is watched from now on"
    assert "httpx" in unchanged
    assert not unchanged & (ONLY_FOR_CHANGES | NEVER_IN_A_LOOK)


def test_asking_for_help_loads_the_command_line_and_nothing_behind_it() -> None:
    environment = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1"}
    command = [sys.executable, "-m", "monitor", "--help"]
    run = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    libraries = loaded(run.stderr)
    assert "click" in libraries
    assert not libraries & {"httpx", "orjson", "ruamel", "sqlite3", *ONLY_FOR_CHANGES, *NEVER_IN_A_LOOK}
