"""The make targets that people and CI rely on."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKEFILE = (REPOSITORY / "Makefile").read_text()
TARGETS = ["setup", "demo", "test", "soak", "check", "run", "bench", "docs"]


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=REPOSITORY, text=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_there_and_says_what_it_does(target: str) -> None:
    dry = make("--dry-run", "--old-file=.venv/.ready", target)
    assert dry.returncode == 0, dry.stderr
    assert re.search(rf"^\s*make {target}\s+\S", make("help").stdout, re.M)


def test_an_old_python_is_told_what_to_do_and_nothing_is_removed(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    shutil.copytree(REPOSITORY / "locks", tmp_path / "locks")
    old = tmp_path / "python3.9"
    pretend = "import sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'; exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\ntest "$1" = -c && exec {sys.executable} -c "{pretend}" "$2"\n')
    old.chmod(0o755)
    run = subprocess.run(
        ["make", "setup", f"PYTHON={old}"], cwd=tmp_path, text=True, capture_output=True, timeout=60
    )
    assert run.returncode == 2
    assert "trialmon needs Python 3.11 or newer; this is 3.9.2" in run.stderr
    assert not (tmp_path / ".venv").exists()


def test_check_is_all_that_ci_does() -> None:
    ci = REPOSITORY / ".ci" / "run"
    assert ci.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", ci], capture_output=True, timeout=60).returncode == 0
    assert re.findall(r"^make .*?(\w+) PYTHON", ci.read_text(), re.M) == ["setup", "check"]
    prerequisites = re.search(r"^check: ([^#]*)", MAKEFILE, re.M)
    assert prerequisites
    assert prerequisites[1].split() == ["lint", "types", "docs-check", "test"], "the tests come last"
