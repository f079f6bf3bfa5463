"""What a process is at work on is known after its death, and only then."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import __version__
from monitor.store.under_work import Left, under_work

A_DEATH = """
import os, signal, sys
from pathlib import Path
from monitor.store.under_work import under_work
with under_work(Path(sys.argv[1])) as work, work.on(7, "clinicaltrials.gov", ["NCT1", "NCT2"]):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_was_at_work_on_is_found_until_it_is_cleared(tmp_path: Path) -> None:
    path = tmp_path / "trialmon.db"
    died = subprocess.run([sys.executable, "-c", A_DEATH, str(path)], check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    for _ in range(2):
        with under_work(path) as work:
            assert work.left == Left(7, "clinicaltrials.gov", __version__, ("NCT1", "NCT2"))
    with under_work(path) as work:
        work.clear()
    with under_work(path) as work:
        assert work.left is None


def test_what_ends_in_an_error_is_no_longer_under_work(tmp_path: Path) -> None:
    path = tmp_path / "trialmon.db"
    with under_work(path) as work, pytest.raises(MemoryError), work.on(1, "clinicaltrials.gov", ["NCT1"]):
        raise MemoryError
    with under_work(path) as work:
        assert work.left is None


def test_of_two_that_look_at_once_the_second_marks_nothing_and_takes_nothing_for_a_death(
    tmp_path: Path,
) -> None:
    path = tmp_path / "trialmon.db"
    with under_work(path) as first, first.on(1, "clinicaltrials.gov", ["NCT1"]):
        with under_work(path) as second, second.on(2, "clinicaltrials.gov", ["NCT2"]):
            assert second.left is None
        with under_work(path) as third:
            third.clear()
    with under_work(path) as after:
        assert after.left is None


def test_a_mark_of_which_only_half_was_written_is_none(tmp_path: Path) -> None:
    path = tmp_path / "trialmon.db"
    with under_work(path) as work, work.on(1, "clinicaltrials.gov", ["NCT1"]):
        file = tmp_path / "trialmon.db-work"
        torn = file.read_bytes().rstrip(b'"]\n')
    for content in (torn, torn + b"\n", b"\0" * 200):
        file.write_bytes(content)
        with under_work(path) as work:
            assert work.left is None


def test_where_no_mark_can_be_made_a_look_goes_on_without(tmp_path: Path) -> None:
    with under_work(tmp_path / "no such folder" / "trialmon.db") as work:
        assert work.left is None
        with work.on(1, "clinicaltrials.gov", ["NCT1"]):
            work.clear()
