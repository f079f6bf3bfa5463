"""A pytest plugin: no secret of `tests/canary.py` may appear in anything that a test left behind or that was said while it ran.

After each test it reads what was captured (standard output and error, the log), what commands said that the test ran (subprocess, click's
runner, the capture fixtures), and every file in the test's temporary folder, raw: databases with their write-ahead logs, feeds, exports,
backups. What is left elsewhere in pytest's temporary folder is read at the end. A find is an error of that test, and names the place.

Where secrets belong is left out: trialmon.yaml, files in `watchlists/`, `templates/` and `credentials/`, and what a test declares through
the fixture `secret_places`.
"""

import os
import stat
import subprocess
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import click.testing
import pytest

from tests.canary import is_their_own_place, sings

# A receiver may log what it received.
_RECEIVERS = (" werkzeug:", " mail.log:", " mail.debug:")


class Canaries:
    """Listens in one process of the test run."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.left: list[tuple[str, ...]] = []
        self.own: set[Path] = set()
        self._read: set[Path] = set()
        self.basetemp: Path | None = None

    def hear(self, where: str, said: object) -> None:
        """Note it if what was said holds a secret."""
        if isinstance(said, str | bytes) and said and (found := sings(said)):
            self.heard.append((where, found))

    def put_up(self) -> None:
        """From now on, for the whole process: whatever a subprocess or a command in this process is heard to say is listened to."""
        _after(subprocess.Popen, "communicate", self._ended)
        _after(click.testing.Result, "__init__", self._answered)
        _after(pytest.CaptureFixture, "readouterr", self._captured)

    def _ended(self, _: object, said: Any) -> None:
        self.hear("the standard output of a command", said[0])
        self.hear("the standard error of a command", said[1])

    def _answered(self, result: Any, _: object) -> None:
        self.hear("the output of a command", result.stdout_bytes)
        self.hear("the standard error of a command", result.stderr_bytes)

    def _captured(self, _: object, captured: Any) -> None:
        self.hear("what was written to standard output", captured.out)
        self.hear("what was written to standard error", captured.err)

    def finds(self, folder: Path) -> Iterator[tuple[str, str]]:
        """Each file below the folder that holds a secret and is not a place for secrets, and what is in it."""
        for place, folders, files in os.walk(folder):
            folders[:] = [one for one in folders if self._is_to_be_read(Path(place, one))]
            for name in files:
                path = Path(place, name)
                if path not in self.own and not is_their_own_place(path) and (found := _in_file(path)):
                    yield str(path), found
        self._read.add(folder)

    def _is_to_be_read(self, folder: Path) -> bool:
        return folder not in self.own and not folder.is_symlink()

    def leftovers(self) -> list[tuple[str, str]]:
        """As `finds`, for what no test's own folder held."""
        if self.basetemp is None or not self.basetemp.is_dir():
            return []
        # A worker reads its own folder: it alone knows what was declared there.
        unread = [
            one
            for one in self.basetemp.iterdir()
            if one.is_dir()
            and not one.is_symlink()
            and one not in self._read
            and not one.name.startswith("popen-gw")
        ]
        return [find for folder in unread for find in self.finds(folder)]


def _in_file(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        return sings(path.read_bytes())
    except OSError:  # it went away, or a test took our right to read it
        return ""


def _after(owner: Any, name: str, listen: Callable[[Any, Any], None]) -> None:
    """Call `listen` with the object and what the method gave, after each call of it."""
    method = getattr(owner, name)

    def listened(self: Any, *given: Any, **named: Any) -> Any:
        answer = method(self, *given, **named)
        listen(self, answer)
        return answer

    setattr(owner, name, listened)


CANARIES = Canaries()
CANARIES.put_up()


@pytest.fixture
def secret_places() -> set[Path]:
    """Files and folders in which this test keeps secrets where they belong, as a person would. Add what is not found by its name."""
    return CANARIES.own


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when != "teardown":
        return report
    for name, said in report.sections:
        CANARIES.hear(
            name.lower(), "\n".join(line for line in said.splitlines() if not _is_a_receiver_s(line))
        )
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    finds = [*CANARIES.heard, *(CANARIES.finds(folder) if isinstance(folder, Path) else ())]
    CANARIES.heard.clear()
    if finds:
        report.outcome = "failed"
        report.longrepr = _in_words(item.nodeid, finds)
    return report


def _is_a_receiver_s(line: str) -> bool:
    return any(name in line for name in _RECEIVERS)


def _in_words(who: str, finds: Sequence[tuple[str, ...]]) -> str:
    lines = [
        f"{who} let a secret out (tests/canary.py):",
        *(f"  {where}: …{found}…" for where, found in finds),
    ]
    return "\n".join(lines)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    factory = getattr(session.config, "_tmp_path_factory", None)
    CANARIES.basetemp = factory.getbasetemp() if factory is not None else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """What the fixtures of modules and of the session left. A worker hands it to the process that started it."""
    finds = CANARIES.leftovers()
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["canaries"] = finds
        return
    CANARIES.left += finds
    if CANARIES.left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker has ended (pytest-xdist)."""
    CANARIES.left += [tuple(find) for find in getattr(node, "workeroutput", {}).get("canaries", ())]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was left."""
    if CANARIES.left:
        terminalreporter.section("secrets", red=True, bold=True)
        terminalreporter.write_line(_in_words("a fixture of this run", CANARIES.left))
