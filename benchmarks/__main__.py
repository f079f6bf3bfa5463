"""`python -m benchmarks`: measure, print, and put the figures into docs/performance.md."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.judging import measure_judging
from benchmarks.records import REPOSITORY
from benchmarks.report import JUDGING, judging_markdown, markdown, write_into
from benchmarks.scenarios import TINY, Size, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--tiny", action="store_true", help="a dozen made records, only printed: does it run?"
    )
    parser.add_argument("--repetitions", type=int, default=Size.repetitions)
    parser.add_argument("--only", choices=["judging"], help="measure that alone: a minute, not twenty")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--into", type=Path, help="the document; without it docs/performance.md")
    where.add_argument("--only-print", action="store_true", help="write nothing")
    asked = parser.parse_args()
    document = asked.into
    if document is None and not (asked.tiny or asked.only_print):
        document = REPOSITORY / "docs" / "performance.md"
    size = TINY if asked.tiny else Size(repetitions=asked.repetitions)
    day = datetime.now(UTC).date()
    judging = judging_markdown(measure_judging(size.repetitions, made=size.made), day)
    print(judging)
    if document is not None:
        write_into(document, judging, JUDGING)
    if asked.only:
        return
    figures = markdown(measure(size, lambda doing: print(doing, "…", file=sys.stderr, flush=True)), day)
    print(figures)
    if document is not None:
        write_into(document, figures)


if __name__ == "__main__":
    main()
