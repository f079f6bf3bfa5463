"""How soon the dashboard's pages begin to come, over HTTP on this machine, out of a database of any size."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.large import END
from tests.web.conftest import serving


@dataclass(frozen=True, slots=True)
class FirstByte:
    """One page, asked for many times: milliseconds to its first byte at the middle and at the 99th percentile, its size in kilobytes."""

    page: str
    times: int
    median: float
    slowest: float
    kilobytes: float


PAGES = (
    "/",
    "/?at_least=noise",
    "/trial/{number}",
    "/trial/{number}/compare",
    "/watchlists",
    "/watchlist/list-1",
    "/events",
    "/events?since=2026-02-01&at_least=critical",
    "/search?q=low+back+pain",
    "/health",
    "/api/events?since=2026-03-01",
    "/api/trials/{number}/history",
    "/feeds/watchlist/list-1.atom",
    "/metrics",
)


def first_bytes(path: Path, trials: int, times: int) -> Iterator[FirstByte]:
    """Ask for every page; of a trial's, of another trial each time."""
    chance = random.Random(20260317)
    with (
        serving(path, now=END) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        for page in PAGES:
            taken, size = [], 0
            for _ in range(times if "{" in page else max(times // 10, 3)):
                asked = page.replace("{number}", f"NCT{chance.randint(1, trials):08}")
                begun = time.perf_counter()
                with client.stream("GET", asked) as answer:
                    taken.append((time.perf_counter() - begun) * 1000)
                    size = len(answer.read())
                    answer.raise_for_status()
            taken.sort()
            yield FirstByte(
                page,
                len(taken),
                taken[len(taken) // 2],
                taken[min(len(taken) - 1, len(taken) * 99 // 100)],
                size / 1000,
            )


def markdown(figures: list[FirstByte]) -> list[str]:
    """The table, line by line."""
    return [
        "| page | times | first byte, median | 99 of 100 within | should stay under | size |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| `{one.page}` | {one.times} | {one.median:.0f} ms | {one.slowest:.0f} ms | 300 ms | {one.kilobytes:.0f} kB |"
            for one in figures
        ),
    ]
