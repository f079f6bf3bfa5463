"""The benchmarks run, and their figures have the form that docs/performance.md has a place for. What they measure is no test's business."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.report import BEGIN, END, JUDGING, SHOULD_STAY_UNDER, write_into
from benchmarks.scale import MARKS as SCALE
from benchmarks.scenarios import Size
from monitor.store.backup import check_integrity

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = REPOSITORY / "docs" / "performance.md"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A document with room for figures, after a tiny run wrote them into it."""
    document = tmp_path_factory.mktemp("benchmarks") / "performance.md"
    judging = f"{JUDGING[0]}\nold figures\n{JUDGING[1]}"
    document.write_text(f"before\n{BEGIN}\nold figures\n{END}\n{judging}\nafter\n", encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks", "--tiny", "--into", str(document)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    return document.read_text(encoding="utf-8")


def rows(text: str) -> dict[str, list[str]]:
    """The tables' rows by their first cell."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return {first: rest for first, *rest in cells}


def test_every_scenario_of_a_tiny_run_has_its_figures(written: str) -> None:
    found = rows(written)
    scenarios = [name for name in found if name.startswith(("12 trials", "`trialmon"))]
    assert scenarios == [
        "`trialmon --help`",
        "12 trials, the first look",
        "12 trials, the registry has not refreshed",
        "12 trials, none changed",
        "12 trials, 5 changed",
        "12 trials, a day's look at the literature, nothing new",
    ]
    cpu, memory, waited, *_ = found[scenarios[-1]]  # the plain loop reads no papers
    assert re.fullmatch(r"\d+\.\d\d s", cpu)
    for name in scenarios[:-1]:
        cpu, memory, waited, _, plain, ratio, *_ = found[name]
        assert re.fullmatch(r"\d+\.\d\d s", cpu), name
        assert re.fullmatch(r"\d+ MB", memory), name
        assert re.fullmatch(r"\d+\.\d\d s", waited), name
        assert re.fullmatch(r"\d+\.\d\d s", plain), name
        assert re.fullmatch(r"\d+(\.\d+)?", ratio), name


def test_versions_are_weighed(written: str) -> None:
    ours, texts, ratio = rows(written)["a later version, its bodies"]
    assert int(ours.replace(",", "")) > 0
    assert int(texts.replace(",", "")) > 0
    assert float(ratio) > 0


def test_judging_is_set_beside_the_diff(written: str) -> None:
    found = {
        name: cells for name, cells in rows(written).items() if "transitions" in name or "edited" in name
    }
    assert len(found) == 2
    for name, (changes, verdicts, diff, judging, ratio, _) in found.items():
        assert int(changes) > 0, name
        assert int(verdicts) > 0, name
        assert float(diff.removesuffix(" ms")) > 0, name
        assert float(judging.removesuffix(" ms")) > 0, name
        assert re.fullmatch(r"\d+%", ratio), name


def test_the_document_says_that_judging_costs_a_fifth_of_the_diff_at_most() -> None:
    *_, ratio, most = rows(DOCUMENT.read_text(encoding="utf-8"))["26 transitions of the recorded replay"]
    assert most == "20%"
    assert int(ratio.removesuffix("%")) < int(most.removesuffix("%"))


def test_figures_take_the_place_of_the_old_ones_and_of_nothing_else(written: str) -> None:
    assert written.startswith(f"before\n{BEGIN}\n")
    assert f"{END}\n{JUDGING[0]}\n" in written
    assert written.endswith(f"{JUDGING[1]}\nafter\n")
    assert "old figures" not in written


def test_the_document_has_figures_for_every_promise() -> None:
    found = rows(DOCUMENT.read_text(encoding="utf-8"))
    names = {"200 trials, none changed", "2000 trials, none changed"}
    names |= {f"2000 trials, {changed} changed" for changed in Size.changed if changed}
    assert names | set(SHOULD_STAY_UNDER) <= found.keys()
    assert {found[name][3] for name in SHOULD_STAY_UNDER} == set(SHOULD_STAY_UNDER.values())


def test_a_document_without_room_for_figures_is_refused(tmp_path: Path) -> None:
    document = tmp_path / "other.md"
    document.write_text("no marks here\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for figures"):
        write_into(document, "figures")
    assert document.read_text(encoding="utf-8") == "no marks here\n"


def test_a_large_database_is_made_and_asked_in_little(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{SCALE[0]}\nold figures\n{SCALE[1]}\nafter\n", encoding="utf-8")
    words = [
        "--trials",
        "30",
        "--versions",
        "120",
        "--times",
        "5",
        "--made",
        "--at",
        str(tmp_path),
        "--into",
        str(document),
    ]
    command = [sys.executable, "-m", "benchmarks.scale", *words]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    text = document.read_text(encoding="utf-8")
    assert "30 trials and" in text
    assert "old figures" not in text
    found = rows(text)
    assert all(
        re.fullmatch(r"\d+\.\d ms", found[name][1])
        for name in ("`history` of a trial", "the newest 51 events")
    )
    assert found["records"]
    assert check_integrity(tmp_path / "30-120.db") == []
