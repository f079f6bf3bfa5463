"""A process for readers' templates, seen from outside: start it, ask it, kill it when it takes too long."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from typing import Any

from monitor.core.errors import Misdrafted, Problem

SECONDS = 2.0
# Python and Jinja2 have to be loaded first, on a machine that may be busy; that is no fault of a template's.
_SECONDS_TO_START = 30.0
_LONGEST_ANSWER = 8 * 1024 * 1024
_PACKAGES = str(Path(__file__).parents[2])
# -I: neither the environment nor the working directory decides what is imported.
_COMMAND = (
    sys.executable,
    "-I",
    "-X",
    "utf8",
    "-c",
    f"import sys; sys.path.insert(0, {_PACKAGES!r}); from monitor.drafting.child import main; main()",
)


class Ended(Exception):
    """The process is no more: it was killed for taking too long, or ended by itself. `why` is for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Draftsman:
    """One such process. It may be asked by one thread at a time; after Ended, which may come at its making, it is of no more use."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._sources: Mapping[str, str] | None = None
        # The child has limits and no environment: there is no secret in it that a template could give away.
        try:
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                close_fds=True,
            )
        except OSError as error:  # no process, no memory, no file handle to be had
            raise Ended(f"could not be run: {error.strerror}") from None
        self._answer_within(_SECONDS_TO_START)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def draft(self, sources: Mapping[str, str], name: str, sink: str, values: Mapping[str, Any]) -> str:
        """The text that a template gives. Raises Misdrafted for what is wrong with it, Ended if the process did not survive it."""
        order = {
            "sources": None if sources is self._sources else dict(sources),
            "name": name,
            "sink": sink,
            "values": values,
            "seconds": self._seconds,
        }
        answer = self._answer_within(self._seconds, json.dumps(order).encode() + b"\n")
        self._sources = sources
        if "text" not in answer:
            raise Misdrafted(Problem(**answer))
        return str(answer["text"])

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _answer_within(self, seconds: float, order: bytes = b"") -> dict[str, Any]:
        late = False

        def kill() -> None:
            nonlocal late
            late = True
            self._process.kill()

        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            self._process.stdin.write(order)
            self._process.stdin.flush()
            line = self._process.stdout.readline(_LONGEST_ANSWER)
        except OSError:  # it ended while it was written to
            line = b""
        finally:
            timer.cancel()
            timer.join()
        if not late and line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        self.close()
        if late:
            raise Ended(f"took longer than {seconds:g} seconds")
        raise Ended("took too much memory or processor time")
