"""The lock files pin every package by hash and say nothing about where it came from."""

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LOCKS = ["run.txt", "dev.txt"]
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)(?: ; .+?)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def locked(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Package → its version and the hashes allowed for it. Any other line is an error."""
    found: dict[str, tuple[str, set[str]]] = {}
    current = ""
    for number, line in enumerate((REPOSITORY / "locks" / lock).read_text().splitlines(), start=1):
        if requirement := REQUIREMENT.match(line):
            current = requirement[1].lower()
            assert current not in found, f"{lock}:{number}: {current} is there twice"
            found[current] = (requirement[2], set())
        else:
            assert HASH.match(line), f"{lock}:{number}: {line}"
            found[current][1].add(line.strip(" \\"))
    return {package: (version, frozenset(hashes)) for package, (version, hashes) in found.items()}


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    names = {re.match(r"[A-Za-z0-9._-]+", one) for one in wanted}
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(lock: str) -> None:
    packages = locked(lock)
    assert packages
    assert [package for package, (_, hashes) in packages.items() if not hashes] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_host(lock: str) -> None:
    text = (REPOSITORY / "locks" / lock).read_text()
    assert not re.search(r"://|index-url|find-links|trusted-host|@ ", text)


def test_what_runs_is_part_of_what_is_developed_with() -> None:
    run, dev = locked("run.txt"), locked("dev.txt")
    assert {package: dev.get(package) for package in run} == run


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    assert declared() <= set(locked("run.txt"))
    assert declared("dev") <= set(locked("dev.txt"))
    assert not (declared("dev") - declared()) & set(locked("run.txt")), (
        "a development tool would be installed"
    )
