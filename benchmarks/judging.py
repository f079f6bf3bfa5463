"""What judging costs beside the diff: `python -m benchmarks.judging`, in a process of its own; prints a line of JSON.

Each pair of records is compared as a look compares it, only the modules whose digests differ, and judged by all rules. Both are taken
from one round, and what rules remember of texts is forgotten before each: a look meets every change once.
"""

import argparse
import json
import lzma
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.measure import cost_of
from benchmarks.records import REPOSITORY, edit, recorded_data, records

if TYPE_CHECKING:  # the process that measures others has to stay small
    from monitor.core.facts import TrialFacts
    from monitor.core.json import Json
    from monitor.core.trial import TrialId

_NOW = datetime(2026, 3, 17, 12, tzinfo=UTC)
_ROUNDS, _UNMEASURED = 10, 2
_EDITED = 200


@dataclass(frozen=True)
class Judging:
    """The processor seconds of one round (the median of all rounds): the diff of all pairs, and the judging of what it found."""

    name: str
    pairs: int
    changes: int
    verdicts: int
    diff: float
    judging: float

    @property
    def ratio(self) -> float:
        """What judging adds to the time of the diff."""
        return self.judging / self.diff


@dataclass(frozen=True)
class _Pair:
    """Two versions as a decision has them: facts, and the modules that differ."""

    trial: "TrialId"
    facts: tuple["TrialFacts", "TrialFacts"]
    before: dict[str, "Json"]
    after: dict[str, "Json"]


def measure_judging(repetitions: int, *, made: bool) -> list[Judging]:
    """Measure in a process of its own."""
    options = ["--rounds", str(_ROUNDS * repetitions), *(["--made"] if made else [])]
    _, said = cost_of(["benchmarks.judging", *options], REPOSITORY)
    return [Judging(**row) for row in json.loads(said)]


def _replayed() -> Iterator[tuple[str, Any, Any]]:
    """Every recorded transition of the replay."""
    newest: dict[str, Any] = {}
    folder = recorded_data()
    assert folder is not None
    with lzma.open(folder / "replay.jsonl.xz") as lines:
        for line in lines:
            study = json.loads(line)["study"]
            number = study["protocolSection"]["identificationModule"]["nctId"]
            if number in newest:
                yield number, newest[number], study
            newest[number] = study


def _seeded() -> Iterator[tuple[str, Any, Any]]:
    """What machines without the replay have: the transitions of the recorded histories that belong to the project."""
    for file in sorted((REPOSITORY / "seeds" / "clinicaltrials.gov").glob("NCT*.json")):
        states = [state["study"] for state in json.loads(file.read_bytes())["states"] if state.get("study")]
        yield from ((file.stem, before, after) for before, after in pairwise(states))


def _edited(count: int, *, made: bool) -> Iterator[tuple[str, Any, Any]]:
    for nth, (number, study) in enumerate(records(count, made=made)):
        after = json.loads(json.dumps(study))
        edit(after, nth)
        yield number, study, after


def _pair(number: str, before: Any, after: Any) -> _Pair:
    from monitor.core.decide import modules_to_compare
    from monitor.core.record import Record, Snapshot
    from monitor.core.trial import TrialId
    from monitor.sources.clinicaltrials_gov.shape import SHAPE

    trial = TrialId("clinicaltrials.gov", number)
    old, new = Record.read(trial, before, SHAPE), Record.read(trial, after, SHAPE)
    names = modules_to_compare(Snapshot(trial, 1, _NOW, old.digests, old.facts, old.modules), new)
    sides = ({name: side.modules[name] for name in names if name in side.modules} for side in (old, new))
    return _Pair(trial, (old.facts, new.facts), *sides)


def _measured(name: str, pairs: Sequence[_Pair], rounds: int) -> Judging:
    from monitor.core.diff import diff
    from monitor.core.significance import Case, assess
    from monitor.discovery import rules
    from monitor.sources.clinicaltrials_gov.shape import SHAPE

    clock = time.process_time
    diffs, judgings = [], []
    changed = said = 0
    for _ in range(_UNMEASURED + rounds):
        _forget()
        diffed = judged = 0.0
        changed = said = 0
        for pair in pairs:
            began = clock()
            changes = diff(pair.before, pair.after, SHAPE)
            between = clock()
            verdicts = assess(Case(pair.trial, *pair.facts, _NOW, changes), rules())
            judged += clock() - between
            diffed += between - began
            changed += len(changes)
            said += len(verdicts)
            if changes and not verdicts:
                raise RuntimeError(f"{pair.trial}: changes without a verdict")
        diffs.append(diffed)
        judgings.append(judged)
    return Judging(
        name, len(pairs), changed, said, median(diffs[_UNMEASURED:]), median(judgings[_UNMEASURED:])
    )


def _forget() -> None:
    """Empty what the rules' modules remember of texts."""
    for name, module in list(sys.modules.items()):
        if name.startswith("monitor.rules"):
            for value in list(vars(module).values()):
                forget = getattr(value, "cache_clear", None)
                if forget is not None:
                    forget()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--made", action="store_true")
    asked = parser.parse_args(arguments)
    made = asked.made or recorded_data() is None
    sets = {
        "transitions of the seeds' histories" if made else "transitions of the recorded replay": (
            _seeded() if made else _replayed()
        ),
        "made records, edited in one of five ways"
        if made
        else "recorded records, edited in one of five ways": (_edited(10 if made else _EDITED, made=made)),
    }
    rows = []
    for name, found in sets.items():
        pairs = [_pair(*versions) for versions in found]
        rows.append(vars(_measured(name, pairs, asked.rounds)))
    print(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
