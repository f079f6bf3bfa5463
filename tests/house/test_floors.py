"""Every import contract in pyproject.toml holds, and each of them bites: one bad import breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
}

# contract -> (new module below monitor/, what it says): the smallest trespass that this contract is there to stop
TRESPASSES = {
    "floors": ("core/trespass.py", "import monitor.jobs"),
    "pure": ("rules/trespass.py", "import time"),
    "httpx-room": ("jobs/trespass.py", "import httpx"),
    "httpcore-room": ("store/trespass.py", "import httpcore"),
    "sqlite-room": ("cli/trespass.py", "import sqlite3"),
    "apprise-room": ("jobs/trespass.py", "import apprise"),
    "apscheduler-room": (
        "jobs/trespass.py",
        "from apscheduler.schedulers.background import BackgroundScheduler",
    ),
    "deepdiff-room": ("core/trespass.py", "from deepdiff import DeepDiff"),
    "jinja2-room": ("deliver/trespass.py", "import jinja2"),
    "pyarrow-room": ("store/trespass.py", "import pyarrow"),
    "babel-room": ("cli/trespass.py", "import babel"),
    "markdown-room": ("render/trespass.py", "import markdown_it"),
    "icalendar-room": ("cli/trespass.py", "import icalendar"),
    "prometheus-room": ("jobs/trespass.py", "import prometheus_client"),
    "settings-room": ("jobs/trespass.py", "from ruamel.yaml import YAML"),
    "click-room": ("deliver/trespass.py", "import click"),
    "rich-room": ("store/trespass.py", "from rich.table import Table"),
    "jobs-have-no-libraries": ("jobs/trespass.py", "import orjson"),
    "children-room": ("jobs/trespass.py", "import subprocess"),
    "web-only-reads": ("web/trespass.py", "import monitor.store.outbox"),
    "starlette-room": ("cli/trespass.py", "import starlette"),
    "commands-are-independent": ("cli/commands/trespass.py", "import monitor.cli.commands.init"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be trespassed in."""
    shutil.copytree(
        REPOSITORY / "monitor", tmp_path / "monitor", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def lint(house: Path, *contracts: str) -> tuple[int, str]:
    """The exit code and the words of import-linter on a copy, asked about some contracts or about all."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [program, "--no-cache", *chosen],
        cwd=house,
        text=True,
        capture_output=True,
        timeout=60,
    )
    return run.returncode, " ".join((run.stdout + run.stderr).split())


def trespass(house: Path, where: str, imports: str) -> None:
    module = house / "monitor" / where
    assert not module.exists()
    module.write_text(imports + "\n")


def test_the_house_as_it_stands_keeps_every_contract(house: Path) -> None:
    code, words = lint(house)
    assert code == 0, words
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in words


def test_every_contract_has_its_trespass() -> None:
    assert set(TRESPASSES) == set(CONTRACTS)


@pytest.mark.parametrize("contract", sorted(TRESPASSES))
def test_one_bad_import_breaks_its_contract(house: Path, contract: str) -> None:
    trespass(house, *TRESPASSES[contract])
    code, words = lint(house, contract)
    assert code == 1, words
    assert f"{CONTRACTS[contract]['name']} BROKEN" in words


@pytest.mark.parametrize(
    ("where", "imports"),
    [
        pytest.param("sources/trespass.py", "import monitor.rules", id="a source asks a rule"),
        pytest.param("store/trespass.py", "import monitor.deliver", id="the store sends"),
        pytest.param("fetch/trespass.py", "import monitor.config", id="the fetcher reads settings"),
        pytest.param("jobs/trespass.py", "import monitor.bootstrap", id="a use case builds its parts"),
        pytest.param("attic.py", "", id="a module on no floor at all"),
    ],
)
def test_neighbours_on_one_floor_are_strangers_and_nothing_stands_outside(
    house: Path, where: str, imports: str
) -> None:
    trespass(house, where, imports)
    code, words = lint(house, "floors")
    assert code == 1, words
    assert CONTRACTS["floors"]["name"] in words
