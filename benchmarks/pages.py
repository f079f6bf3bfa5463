"""How soon the dashboard's pages begin to come, over HTTP on this machine, out of a database of any size."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from benchmarks.large import END
from tests.web.conftest import serving


@dataclass(frozen=True, slots=True)
class FirstByte:
    """One page, asked for many times: milliseconds to its first byte at the middle and at the 99th percentile, and what they should stay
    under; its size in kilobytes."""

    page: str
    times: int
    median: float
    slowest: float
    most: int
    kilobytes: float


# What each should stay under, in milliseconds. {day} is the busiest of the last days, {number} another trial each time.
PAGES = {
    "/": 300,
    "/?day={day}": 300,
    "/?day={day}&at_least=noise": 300,
    "/trial/{number}": 50,
    "/trial/{number}/compare": 300,
    "/watchlists": 300,
    "/watchlist/list-1": 300,
    "/events": 300,
    "/events?since=2026-02-01&at_least=critical": 300,
    "/search?q=low+back+pain": 300,
    "/health": 300,
    "/api/events?since=2026-03-01": 300,
    "/api/trials/{number}/history": 50,
    "/feeds/watchlist/list-1.atom": 300,
    "/metrics": 300,
}


def first_bytes(path: Path, trials: int, day: date, times: int) -> Iterator[FirstByte]:
    """Ask for every page; of a trial's, of another trial each time; of a day's, of `day`."""
    chance = random.Random(20260317)
    with (
        serving(path, now=END) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        for page, most in PAGES.items():
            taken, size = [], 0
            for _ in range(times if "{number}" in page else max(times // 10, 3)):
                asked = page.format(number=f"NCT{chance.randint(1, trials):08}", day=day)
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
                most,
                size / 1000,
            )


def markdown(figures: list[FirstByte]) -> list[str]:
    """The table, line by line."""
    return [
        "| page | times | first byte, median | 99 of 100 within | should stay under | size |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| `{one.page}` | {one.times} | {one.median:.0f} ms | {one.slowest:.0f} ms | {one.most} ms | {one.kilobytes:.0f} kB |"
            for one in figures
        ),
    ]
