"""What is built and installed is the whole package."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from monitor import __version__

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The built package."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return zipfile.ZipFile(folder / f"trialmon-{__version__}-py3-none-any.whl")


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if not name.startswith(f"trialmon-{__version__}.dist-info/")}
    ours = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "monitor").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == ours
    assert any(name.endswith("alert.html.j2") for name in inside), "templates are part of the package"
    assert "monitor/py.typed" in inside


def test_the_wheel_carries_its_licence_and_its_command(wheel: zipfile.ZipFile) -> None:
    info = f"trialmon-{__version__}.dist-info"
    assert "MIT" in wheel.read(f"{info}/METADATA").decode()
    assert f"{info}/licenses/LICENSE" in wheel.namelist()
    assert "trialmon = monitor.__main__:main" in wheel.read(f"{info}/entry_points.txt").decode()


def test_the_wheel_runs_from_an_empty_place(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "installed")
    run = subprocess.run(
        [sys.executable, "-P", "-c", "from monitor.__main__ import main; main()", "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert __version__ in run.stdout


def declared() -> set[str]:
    """The names of the packages that are installed with ours."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    return {
        name[0] for name in (re.match(r"[A-Za-z0-9._-]+", one) for one in project["dependencies"]) if name
    }


def imported() -> set[str]:
    """The top-level names that the package imports, or looks for as a package of files, wherever it does."""
    found: set[str] = set()
    for path in (REPOSITORY / "monitor").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "find_spec":
                found.update(str(one.value) for one in node.args if isinstance(one, ast.Constant))
    return found


# The name to install where it is not the name to import; zoneinfo finds tzdata by itself.
IMPORTED_AS = {
    "django-js-lib-htmx": "js_lib_htmx",
    "sqlite-utils": "sqlite_utils",
    "ruamel.yaml": "ruamel",
    "markdown-it-py": "markdown_it",
    "prometheus-client": "prometheus_client",
    "tzdata": "zoneinfo",
}
# Apprise sends with requests, Jinja2 escapes with markupsafe: whoever has the one has the other.
COMES_ALONG = {"requests", "markupsafe"}
# Of an extra: imported where it is asked for, with words for who has it not.
EXTRAS = {"pyarrow"}


def test_every_dependency_is_used_and_explained() -> None:
    names, used = declared(), imported()
    assert {name for name in names if IMPORTED_AS.get(name, name) not in used} == set()
    decision = (REPOSITORY / "docs" / "decisions" / "0003-dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([a-z0-9.-]+) \|", decision, re.M)) - {"library"} == names


def test_nothing_is_used_that_is_not_declared() -> None:
    ours = {IMPORTED_AS.get(name, name) for name in declared()} | {"monitor"} | COMES_ALONG | EXTRAS
    assert imported() - ours - set(sys.stdlib_module_names) == set()
