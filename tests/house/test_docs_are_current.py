"""docs/reference says what the code says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs import generate
from monitor import discovery

REPOSITORY = Path(__file__).parents[2]
OURS = [
    *REPOSITORY.glob("*.md"),
    *(REPOSITORY / "docs").rglob("*.md"),
    *(REPOSITORY / "systemd").glob("*.md"),
]


def anchors(page: Path) -> set[str]:
    """The anchors that the headings of a page make, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_reference_is_what_the_code_would_write_now() -> None:
    assert list(generate.stale()) == [], "run `make docs`"


def test_a_stale_page_is_noticed_and_the_difference_shown(tmp_path: Path) -> None:
    for name, text in generate.generated().items():
        (tmp_path / name).write_text(text.replace("# Rules", "# Ruels"), encoding="utf-8")
    (tmp_path / "faults.md").unlink()
    rules, faults = generate.stale(tmp_path)
    assert "-# Ruels" in rules
    assert "+# Rules" in rules
    assert "+# Faults of the embedded registry" in faults


def test_the_check_that_ci_runs_passes() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (0, "")


def test_every_rule_is_in_the_reference() -> None:
    headings = re.findall(
        r"^### `([^`]+)`", (generate.REFERENCE / "rules.md").read_text(encoding="utf-8"), re.M
    )
    declared = [rule.id for rule in discovery.rules()]
    assert sorted(headings) == sorted(declared)


@pytest.mark.parametrize("page", OURS, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_to_a_file_of_ours_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{page.name}: {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{page.name}: {target}"


@pytest.mark.parametrize("page", OURS, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_module_and_folder_that_the_docs_name_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:monitor|tests|docs|systemd|seeds|watchlists|benchmarks|locks)/[\w./-]*)`",
        page.read_text(encoding="utf-8"),
    )
    for path in named:
        assert (REPOSITORY / path).exists(), f"{page.name} speaks of {path}"


def test_every_module_that_the_architecture_names_exists() -> None:
    page = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"\b((?:core|fetch|jobs|store|deliver|daemon|config)/\w+)", page)
    assert named
    for module in named:
        assert (REPOSITORY / "monitor" / f"{module}.py").exists(), module


@pytest.mark.parametrize("page", OURS, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_no_page_names_a_place_on_its_writer_s_machine(page: Path) -> None:
    assert (
        re.findall(r"(?<![\w.~])/(?:home|Users|root|work|tmp)/[\w.-]+", page.read_text(encoding="utf-8"))
        == []
    )
