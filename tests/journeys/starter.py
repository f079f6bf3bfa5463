"""Starts trialmon over and over, each time in a process of its own: a fork of one that has everything loaded and nothing begun.

A process may be killed a hundred times in a minute that way, where Python alone needs most of a second to begin.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from monitor.core.secret import Secret
from monitor.discovery import rules, sources
from tests import canary
from tests.canaries import CANARIES
from tests.journeys.office import Office


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, or the signal that killed it as a negative number."""

    code: int
    stdout: str
    stderr: str


class Starter:
    """`run(office, "check", …)` is `trialmon check …` in the office's folder, with nothing else in its environment."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, office: Office, *arguments: str, **environment: str) -> Ended:
        order = {
            "arguments": [*arguments, "--config", str(office.config)],
            "environment": {
                "PATH": os.environ["PATH"],
                "HOME": str(office.folder),
                "A_TOKEN_OF_SOMETHING_ELSE": canary.TOKEN,
                **environment,
            },
            "folder": str(office.folder),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        ended = Ended(**json.loads(self._process.stdout.readline()))
        CANARIES.hear("the standard output of a command", ended.stdout)
        CANARIES.hear("the standard error of a command", ended.stderr)
        return ended


@contextmanager
def a_starter() -> Iterator[Starter]:
    """A Starter, ready."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.starter"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield Starter(process)
        assert process.stdin is not None
        process.stdin.close()


def _load_everything() -> None:
    for module in (
        "monitor.cli.commands.check",
        "monitor.cli.commands.deliver",
        "monitor.bootstrap",
        "monitor.core.diff",
        "monitor.fetch.transport",
        "monitor.render.message",
    ):
        import_module(module)
    rules()
    sources()
    from monitor.deliver.gateway import check

    assert check(Secret("json://127.0.0.1/ready")) is None


def _carry_out(order: dict[str, Any], stdout: IO[bytes], stderr: IO[bytes]) -> None:
    """In the fork: become that command, and end as it ends."""
    code = 1
    try:
        os.dup2(stdout.fileno(), 1)
        os.dup2(stderr.fileno(), 2)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.argv = ["trialmon", *order["arguments"]]
        from monitor.__main__ import main

        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve() -> None:
    _load_everything()
    for line in sys.stdin:
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            child = os.fork()
            if not child:
                _carry_out(json.loads(line), stdout, stderr)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said = []
            for stream in (stdout, stderr):
                stream.seek(0)
                said.append(stream.read().decode("utf-8", "replace"))
        answer = {"code": code, "stdout": said[0], "stderr": said[1]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
