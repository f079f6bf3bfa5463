"""`python -m benchmarks.scale`: make a large database, ask it what people ask, and put the figures into docs/performance.md.

--trials N --versions N    how large: 600000 and 5000000 unless told; some 20 GB and an hour
--at FOLDER                where the database is made, and kept for the next time; without it a temporary folder
--only-print               write nothing into the document
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from benchmarks import pages
from benchmarks.large import BEGIN, END, build
from benchmarks.records import REPOSITORY
from benchmarks.report import machine, write_into
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import queries
from monitor.store.database import Database
from monitor.store.queries import Filters
from monitor.store.search import search
from monitor.store.upkeep import sizes
from monitor.store.values import stamp

T = TypeVar("T")

MARKS = ("<!-- scale: written by `make bench-scale` -->", "<!-- end of scale -->")
_WORDS = (
    "cancer",
    "low back pain",
    '"breast cancer"',
    "diabetes insulin",
    "placebo tablet",
    "mesenchym*",
    "supply of the study product",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, asked many times: milliseconds at the middle and at the 99th percentile, and what it should stay under."""

    what: str
    times: int
    median: float
    slowest: float
    most: int | None


def measure(path: Path, times: int) -> Iterator[Asked]:
    """Ask what the pages and commands ask, of other trials each time."""
    chance = random.Random(20260316)
    with Database.open_readonly(path) as db:
        count = _number(db, "SELECT MAX(id) FROM trials")
        drawn = [TrialId(SHAPE.registry, f"NCT{chance.randint(1, count):08}") for _ in range(times)]
        a_day, a_month = END - timedelta(days=1), END - timedelta(days=30)
        grave = Filters(since=a_month, at_least=Significance.CRITICAL, limit=51)
        yield _timed("`history` of a trial", drawn, lambda trial: list(queries.history(db, trial)), 50)
        yield _timed("what a trial's page asks", drawn, lambda trial: _page(db, trial), 50)
        yield _timed(
            "the newest 51 events", range(times), lambda _: list(queries.events(db, Filters(limit=51))), 200
        )
        yield _timed(
            "`events --since` yesterday, all",
            range(times // 10 + 1),
            lambda _: list(queries.events(db, Filters(since=a_day))),
            200,
        )
        yield _timed(
            "critical events of a month, 51", range(times), lambda _: list(queries.events(db, grave)), 200
        )
        yield _timed(
            "the newest 51 changes", range(times), lambda _: list(queries.changes(db, Filters(limit=51))), 200
        )
        topic = Filters(topic="sites", limit=51)
        yield _timed(
            "the newest 51 changes of a topic", range(times), lambda _: list(queries.changes(db, topic)), 200
        )
        listed = Filters(watchlist="list-1", limit=51)
        yield _timed(
            "the newest 51 events of a watchlist",
            range(times // 10 + 1),
            lambda _: list(queries.events(db, listed)),
            200,
        )
        words = [_WORDS[n % len(_WORDS)] for n in range(times)]
        yield _timed("`search`, seven questions in turn", words, lambda said: list(search(db, said)), 300)


def _page(db: Database, trial: TrialId) -> None:
    queries.show(db, trial)
    list(queries.history(db, trial))
    list(queries.events(db, Filters(trial=str(trial), limit=51)))
    list(queries.changes(db, Filters(trial=str(trial), limit=51)))
    for view in ("v_slips", "v_sites"):
        with db.reading() as connection:
            connection.execute(f"SELECT * FROM {view} WHERE trial = ?", (trial.number,)).fetchall()


def _timed(what: str, things: Sequence[T], ask: Callable[[T], object], most: int) -> Asked:
    taken = []
    for thing in things:
        begun = time.perf_counter()
        ask(thing)
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return Asked(
        what, len(taken), taken[len(taken) // 2], taken[min(len(taken) - 1, len(taken) * 99 // 100)], most
    )


def _number(db: Database, sql: str) -> int:
    with db.reading() as connection:
        return int(connection.execute(sql).fetchone()[0])


def export_memory(path: Path, since: datetime) -> tuple[int, int]:
    """Rows, and the most memory that a process of its own held, in bytes, while it wrote the events since then."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "trialmon.yaml")
        config.write_text(f"database: {path.absolute()}\n")
        target = Path(folder, "events.jsonl")
        words = [
            "export",
            "--config",
            str(config),
            "--what",
            "events",
            "--since",
            since.isoformat(),
            "--to",
            str(target),
        ]
        child = os.posix_spawn(
            sys.executable, [sys.executable, "-m", "monitor", *words, "--json"], os.environ
        )
        _, status, usage = os.wait4(child, 0)
        if status:
            raise RuntimeError(f"export ended with {status}")
        with target.open("rb") as lines:
            return sum(1 for _ in lines), usage.ru_maxrss * 1024


def markdown(
    path: Path,
    figures: Sequence[Asked],
    shown: Sequence[str],
    exported: Sequence[tuple[int, int]],
    built: float | None,
    command: str,
) -> str:
    """Machine, data, command and figures; `exported` are rows and bytes of memory, `built` seconds."""
    with Database.open_readonly(path) as db:
        trials = _number(db, "SELECT COUNT(*) FROM trials")
        versions = _number(db, "SELECT COUNT(*) FROM versions")
        parts = sizes(db)
    size = path.stat().st_size
    made = f", made in {built / 60:.0f} minutes" if built is not None else ""
    lines = [
        f"* command: `{command}`, on {datetime.now(UTC).date().isoformat()}",
        f"* machine: {machine()}",
        f"* data: {trials:,} trials and {versions:,} versions, after recorded records{made};"
        f" {size / 1e9:.1f} GB, {size / versions:,.0f} bytes a version",
        "",
        "| what is asked | times | median | 99 of 100 within | should stay under |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {one.what} | {one.times} | {one.median:.1f} ms | {one.slowest:.1f} ms | {one.most} ms |"
            for one in figures
        ),
        "",
        *shown,
        "",
        "| part of the file | bytes a version | share |",
        "|---|--:|--:|",
        *(f"| {part} | {number / versions:,.0f} | {number / size:.0%} |" for part, number in parts.items()),
        "",
    ]
    lines += [
        f"* `export` of {rows:,} events: {memory / 1e6:.0f} MB of memory at most" for rows, memory in exported
    ]
    return "\n".join(lines)


def _build_elsewhere(path: Path, trials: int, versions: int, made: bool) -> None:
    """In a process of its own: the kernel counts the memory of whoever starts a process as that one's, so this one has to stay small."""
    child = get_context("spawn").Process(target=_build, args=(path, trials, versions, made))
    child.start()
    child.join()
    if child.exitcode:
        raise RuntimeError(f"the database could not be made: its process ended with {child.exitcode}")


def _build(path: Path, trials: int, versions: int, made: bool) -> None:
    def say(doing: str) -> None:
        print(doing, file=sys.stderr, flush=True)

    build(path, trials, versions, made=made, doing=say)


def _busiest_day(path: Path) -> date:
    """Of the last thirty."""
    with Database.open_readonly(path) as db, db.reading() as connection:
        row = connection.execute(
            "SELECT substr(seen_at, 1, 10) FROM events WHERE seen_at >= ? GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 1",
            (stamp(END - timedelta(days=30)),),
        ).fetchone()
    return date.fromisoformat(row[0])


def _command(given: argparse.Namespace) -> str:
    """As it was typed, but for the folder: that is of one machine only."""
    if len(sys.argv) == 1:
        return "make bench-scale"
    words = " ".join(sys.argv[1:])
    return f"python -m benchmarks.scale {words.replace(str(given.at), 'FOLDER') if given.at else words}"


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--trials", type=int, default=600_000)
    parser.add_argument("--versions", type=int, default=5_000_000)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--at", type=Path)
    parser.add_argument(
        "--made", action="store_true", help="from the project's own seeds, not from recorded records"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--into", type=Path, help="the document; without it docs/performance.md")
    where.add_argument("--only-print", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = (given.at or Path(temporary)) / f"{given.trials}-{given.versions}.db"
        seconds = path.with_suffix(".seconds")
        if not path.exists():
            begun = time.perf_counter()
            _build_elsewhere(path, given.trials, given.versions, given.made)
            seconds.write_text(f"{time.perf_counter() - begun:.0f}\n")
        built = float(seconds.read_text()) if seconds.exists() else None
        Database.open(path).close()  # brings one that was kept up to date
        exported = [export_memory(path, since) for since in (END - timedelta(days=60), BEGIN)]
        figures = list(measure(path, given.times))
        shown = pages.markdown(list(pages.first_bytes(path, given.trials, _busiest_day(path), given.times)))
        text = markdown(path, figures, shown, exported, built, _command(given))
    print(text)
    if not given.only_print:
        write_into(given.into or REPOSITORY / "docs" / "performance.md", text, MARKS)


if __name__ == "__main__":
    main()
