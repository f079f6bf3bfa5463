"""What a reader would read of the seeds, line by line. The files in `golden/` are reviewed: they change when wording changes, on purpose.

To write them anew: `TRIALMON_WRITE_GOLDEN=1 pytest tests/rules/test_golden.py`, then read the difference.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.core.significance import assess
from tests.builders import a_moment
from tests.core.seeds import MADE, made_transitions
from tests.rules.conftest import RULES
from tests.rules.judging import a_case

GOLDEN = Path(__file__).parent / "golden"


def of_the_made_week() -> Iterator[str]:
    for day, number, before, after in made_transitions():
        for verdict in assess(replace(a_case(before, after), now=a_moment(day)), RULES):
            yield f"{day} {number} [{verdict.significance}] {verdict.rule}: {verdict.headline}"


def of_the_histories() -> Iterator[str]:
    for file in sorted((MADE.parent / "clinicaltrials.gov").glob("*.json")):
        states = [state for state in json.loads(file.read_text())["states"] if state.get("study")]
        for n, (before, after) in enumerate(pairwise(states)):
            earlier = [state["study"] for state in states[:n]]
            case = replace(a_case(before["study"], after["study"], earlier), now=a_moment(after["day"]))
            for verdict in assess(case, RULES):
                yield f"{after['day']} {file.stem} [{verdict.significance}] {verdict.rule}: {verdict.headline}"


@pytest.mark.parametrize(
    ("name", "lines"),
    [("made_week.txt", list(of_the_made_week())), ("histories.txt", list(of_the_histories()))],
    ids=["made_week", "histories"],
)
def test_the_seeds_read_as_reviewed(name: str, lines: list[str]) -> None:
    file = GOLDEN / name
    if os.environ.get("TRIALMON_WRITE_GOLDEN"):
        file.write_text("\n".join(lines) + "\n")
    assert lines == file.read_text().splitlines()
