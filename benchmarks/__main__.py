"""`python -m benchmarks`: measure, print, and put the figures into docs/performance.md."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.records import REPOSITORY
from benchmarks.report import markdown, write_into
from benchmarks.scenarios import TINY, Size, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--tiny", action="store_true", help="a dozen made records, only printed: does it run?"
    )
    parser.add_argument("--repetitions", type=int, default=Size.repetitions)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--into", type=Path, help="the document; without it docs/performance.md")
    where.add_argument("--only-print", action="store_true", help="write nothing")
    asked = parser.parse_args()
    document = asked.into
    if document is None and not (asked.tiny or asked.only_print):
        document = REPOSITORY / "docs" / "performance.md"
    size = TINY if asked.tiny else Size(repetitions=asked.repetitions)
    results = measure(size, lambda doing: print(doing, "…", file=sys.stderr, flush=True))
    figures = markdown(results, datetime.now(UTC).date())
    print(figures)
    if document is not None:
        write_into(document, figures)


if __name__ == "__main__":
    main()
