"""The figures as people read them: one table, with what they should stay under and what a plain loop costs."""

import platform
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from benchmarks.judging import Judging
from benchmarks.measure import Cost
from benchmarks.scenarios import TINY, Figure, Results, Size, Storage

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"
JUDGING = ("<!-- judging: written by `make bench` -->", "<!-- end of judging -->")
_MB = 1_000_000
SHOULD_STAY_UNDER = {
    "`trialmon --help`": "0.15 s waited",
    "200 trials, none changed": "1 s CPU, 100 MB",
    "2000 trials, none changed": "2.5 s CPU, 120 MB",
}


def markdown(results: Results, day: date) -> str:
    """Machine, data, command and figures."""
    return "\n".join([*_about(results, day), "", *_table(results.figures), "", *_weights(results)])


def judging_markdown(rows: Sequence[Judging], day: date) -> str:
    """What judging adds to the diff, for one round over all pairs."""
    return "\n".join(
        [
            f"* on {day.isoformat()}: {machine()}",
            "",
            "| what | changes | verdicts | diff | judging | judging ÷ diff | should stay under |",
            "|---|--:|--:|--:|--:|--:|--:|",
            *(
                f"| {row.pairs} {row.name} | {row.changes:,} | {row.verdicts:,} | {row.diff * 1000:.1f} ms "
                f"| {row.judging * 1000:.1f} ms | {row.ratio:.0%} | {_most(row)} |"
                for row in rows
            ),
        ]
    )


def _most(row: Judging) -> str:
    return "20%" if row.name.startswith("transitions of the recorded") else ""


def write_into(document: Path, figures: str, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put the figures between the marks in the document. Raises ValueError where it has none."""
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (begin and end):
        raise ValueError(f"{document} has no place for figures ({marks[0]} … {marks[1]})")
    document.write_text(f"{before}{begin}\n\n{figures}\n\n{end}{after}", encoding="utf-8")


def _about(results: Results, day: date) -> Iterator[str]:
    size = results.size
    records = (
        "784 recorded records of ClinicalTrials.gov, repeated under other numbers"
        if results.data == "recorded"
        else "made records, much shorter than real ones: only the ratios say something"
    )
    yield f"* command: `{_command(size)}`, on {day.isoformat()}"
    yield f"* machine: {machine()}"
    yield f"* data: {records}"
    yield (
        f"* medians of {size.repetitions} runs ({2 * size.repetitions} of `--help`, {size.plain_repetitions} of the plain loop "
        "without its shortcut, one of a first look)"
    )


def _command(size: Size) -> str:
    if size == TINY:
        return "python -m benchmarks --tiny"
    return "make bench" if size == Size() else f"python -m benchmarks --repetitions {size.repetitions}"


def machine() -> str:
    """Processors, system and Python."""
    return f"{_processor()}, {platform.system()} {platform.machine()}, CPython {platform.python_version()}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.processor() or "unknown processor"


def _table(figures: list[Figure]) -> Iterator[str]:
    yield "| what | CPU | memory | waited | should stay under | plain loop | ratio | plain loop, `==` first | ratio |"
    yield "|---|--:|--:|--:|---|--:|--:|--:|--:|"
    for figure in figures:
        cells = [
            figure.name,
            _seconds(figure.cost.cpu),
            f"{figure.cost.memory / _MB:.0f} MB",
            _seconds(figure.cost.wall),
            SHOULD_STAY_UNDER.get(figure.name, ""),
            *_compared(figure.cost, figure.plain),
            *_compared(figure.cost, figure.equal_first),
        ]
        yield f"| {' | '.join(cells)} |"


def _compared(cost: Cost, other: Cost | None) -> tuple[str, str]:
    return (_seconds(other.cpu), _ratio(cost.cpu, other.cpu)) if other is not None else ("", "")


def _ratio(ours: float, other: float) -> str:
    ratio = ours / other
    return f"{ratio:.2g}" if ratio < 10 else f"{ratio:.0f}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def _weights(results: Results) -> Iterator[str]:
    stored = results.storage
    if stored is None:
        return
    yield f"Bytes per stored version, {stored.data}: {stored.versions} versions, {stored.later_versions} of them not a trial's first."
    yield ""
    yield "| what | trialmon | as JSON texts | ratio |"
    yield "|---|--:|--:|--:|"
    yield from (_weight(*row) for row in _rows(stored))


def _rows(stored: Storage) -> Iterator[tuple[str, int, int, int]]:
    firsts = stored.versions - stored.later_versions
    first_json = stored.json_bytes - stored.json_later_bytes
    yield "a first version, its bodies", stored.first_bodies, first_json, firsts
    yield "a later version, its bodies", stored.later_bodies, stored.json_later_bytes, stored.later_versions
    yield "a version, the whole file shared out", stored.file_bytes, stored.json_bytes, stored.versions


def _weight(what: str, ours: int, texts: int, count: int) -> str:
    if not count or not texts:
        return f"| {what} | none | none | |"
    return f"| {what} | {ours / count:,.0f} | {texts / count:,.0f} | {_ratio(ours, texts)} |"
