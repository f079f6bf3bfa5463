"""What is measured, and in which order. Every scenario checks that what it measured was the work that it says."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, cost_of, middle
from benchmarks.offices import Office
from benchmarks.records import recorded_data
from benchmarks.registry import FIRST_DAY, Registry, serving

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much is measured: trials watched, records changed on one of the days, repetitions (medians are given), and whether on made
    records even where recorded ones are at hand."""

    watched: Sequence[int] = (200, 2000)
    changed: Sequence[int] = (0, 1, 50, 500)
    repetitions: int = 5
    plain_repetitions: int = 1
    made: bool = False

    @property
    def most(self) -> int:
        return max(self.watched)


TINY = Size(watched=(12,), changed=(0, 5), repetitions=1, made=True)


@dataclass(frozen=True)
class Figure:
    """One scenario's cost; `plain` and `equal_first` are the plain loop's, without and with its shortcut, where it does the same."""

    name: str
    cost: Cost
    plain: Cost | None = None
    equal_first: Cost | None = None


@dataclass(frozen=True)
class Storage:
    """What the database weighs after a replay. Bytes of bodies are those of the compressed records alone."""

    data: str
    versions: int
    later_versions: int
    file_bytes: int
    first_bodies: int
    later_bodies: int
    json_bytes: int
    json_later_bytes: int


@dataclass
class Results:
    """All figures of one run."""

    data: str
    size: Size
    figures: list[Figure] = field(default_factory=list)
    storage: Storage | None = None


def measure(size: Size, say: Say) -> Results:
    """Measure everything. `say` is told what is being done."""
    recorded = not size.made and recorded_data() is not None
    results = Results("recorded" if recorded else "made", size)
    with _folder() as folder:
        results.figures += _starting(folder, size)
        say("starting the registry")
        options = ["--count", str(size.most), "--changed", ",".join(map(str, size.changed))]
        with serving(*options, *(["--made"] if size.made else [])) as registry:
            for watched in size.watched:
                results.figures += _looking(folder, registry, watched, size, say)
            results.figures.append(_reading_papers(folder, registry, size, say))
        say("weighing the database after a replay")
        results.storage = _replay(folder, size)
    return results


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="trialmon-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _starting(folder: Path, size: Size) -> list[Figure]:
    """`--help`, after one unmeasured start that lets Python write its compiled files."""
    figures = []
    for module in ("monitor", "benchmarks.plain_loop"):
        cost_of([module, "--help"], folder)
        figures.append(middle([cost_of([module, "--help"], folder)[0] for _ in range(2 * size.repetitions)]))
    return [Figure("`trialmon --help`", figures[0], plain=figures[1])]


def _reading_papers(folder: Path, registry: Registry, size: Size, say: Say) -> Figure:
    """The daily look at PubMed and Europe PMC, neither of which has anything, while the registry has not refreshed."""
    watched = min(1000, size.most)
    office = Office(folder / "papers", registry.base_url, registry.numbers[:watched], literature=True)
    registry.go_to(FIRST_DAY)
    say(f"{watched} trials: the literature")
    office.check(FIRST_DAY)
    costs = []
    for _ in range(size.repetitions):
        cost, report = office.copy(folder / "again").check(FIRST_DAY + timedelta(days=1), "14:50Z")
        _require(report, looked=0, changed=0)
        costs.append(cost)
    return Figure(f"{watched} trials, a day's look at the literature, nothing new", middle(costs))


def _looking(folder: Path, registry: Registry, watched: int, size: Size, say: Say) -> list[Figure]:
    step = len(registry.numbers) // watched
    office = Office(folder / str(watched), registry.base_url, registry.numbers[::step][:watched])
    registry.go_to(FIRST_DAY)
    say(f"{watched} trials: the first look")
    first, report = office.check(FIRST_DAY)
    _require(report, looked=watched, changed=0)
    plain, _ = office.plain_loop()
    figures = [Figure(f"{watched} trials, the first look", first, plain, plain)]

    def ours(day: date, expected: dict[str, int]) -> Cost:
        costs = []
        for _ in range(size.repetitions):
            cost, report = office.copy(folder / "again").check(day)
            _require(report, **expected)
            costs.append(cost)
        return middle(costs)

    say(f"{watched} trials: the registry has not refreshed")
    idle = ours(FIRST_DAY, {"looked": 0, "changed": 0})
    # The list of the larger size alone holds all the records that change.
    for nth, changed in enumerate(size.changed if watched == size.most else size.changed[:1], 1):
        say(f"{watched} trials, {changed} changed")
        day = FIRST_DAY + timedelta(days=nth)
        registry.go_to(day)
        cost = ours(day, {"looked": watched, "changed": changed})
        plain = _plainly(office, folder, changed, size.plain_repetitions)
        equal_first = _plainly(office, folder, changed, size.repetitions, "--equal-first")
        if nth == 1:  # the plain loop cannot know that nothing is new: it reads everything
            name = f"{watched} trials, the registry has not refreshed"
            figures.append(Figure(name, idle, plain, equal_first))
        figures.append(Figure(f"{watched} trials, {changed or 'none'} changed", cost, plain, equal_first))
    return figures


def _plainly(office: Office, folder: Path, changed: int, repetitions: int, *options: str) -> Cost:
    costs = []
    for _ in range(repetitions):
        cost, report = office.copy(folder / "again").plain_loop(*options)
        _require(report, looked=len(office.numbers), changed=changed)
        costs.append(cost)
    return middle(costs)


def _require(report: dict[str, Any], **expected: int) -> None:
    found = {name: report[name] for name in expected}
    if found != expected:
        raise RuntimeError(f"the work was another than what should be measured: {found}, not {expected}")


def _replay(folder: Path, size: Size) -> Storage:
    """Look at every day of the recorded replay; on machines without it, at made records of which all change on one day."""
    recorded = None if size.made else recorded_data()
    options = (
        ["--replay", str(recorded / "replay.jsonl.xz")]
        if recorded is not None
        else ["--made", "--count", "12", "--changed", "12"]
    )
    with serving(*options) as registry:
        office = Office(folder / "replay", registry.base_url, registry.numbers)
        for day in registry.days:
            registry.go_to(day)
            office.check(day)
    return weigh(office.folder / "trialmon.db", "the recorded replay" if recorded else "made records")


def weigh(database: Path, data: str) -> Storage:
    """Count what the versions in a database take, and what they would take as JSON texts."""
    import orjson

    from monitor.core.shape import join
    from monitor.store.database import Database
    from monitor.store.snapshots import modules_at

    stored = Database.open(database)
    stored.close()  # empties the write-ahead log
    with (db := Database.open_readonly(database)).reading() as connection:
        versions = [(row[0], row[1]) for row in connection.execute("SELECT trial, version FROM versions")]
        texts = [
            (version, len(orjson.dumps(join(modules_at(connection, trial, version)))))
            for trial, version in versions
        ]
        bodies = dict(
            connection.execute(
                "SELECT since_version = 1, TOTAL(LENGTH(body)) FROM module_versions GROUP BY since_version = 1"
            ).fetchall()
        )
    db.close()
    return Storage(
        data,
        versions=len(versions),
        later_versions=sum(1 for _, version in versions if version > 1),
        file_bytes=database.stat().st_size,
        first_bodies=int(bodies.get(1, 0)),
        later_bodies=int(bodies.get(0, 0)),
        json_bytes=sum(length for _, length in texts),
        json_later_bytes=sum(length for version, length in texts if version > 1),
    )
