"""From days and numbers to places in a drawing, and the ticks that people read them by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.core.dates import months_after

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_STEPS_IN_MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000, 24_000)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, in the drawing's own units, and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Days:
    """An axis of days: `first` is at `start`, `last` at `end`."""

    first: date
    last: date
    start: float
    end: float

    def at(self, day: date) -> float:
        """Where a day is."""
        whole = max((self.last - self.first).days, 1)
        return round(self.start + (self.end - self.start) * (day - self.first).days / whole, 1)

    def ticks(self, most: int) -> tuple[Tick, ...]:
        """The beginnings of months or years, so far apart that there are at most so many."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        step = next((step for step in _STEPS_IN_MONTHS if months / step <= most), _STEPS_IN_MONTHS[-1])
        round_year = self.first.year - self.first.year % max(step // 12, 1)
        day = date(max(round_year, 1), 1, 1)
        found = []
        while day <= self.last:
            if day >= self.first:
                found.append(
                    Tick(
                        self.at(day),
                        str(day.year) if step >= 12 or day.month == 1 else _MONTHS[day.month - 1],
                    )
                )
            if day == date.max:
                break
            day = months_after(day, step)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Numbers:
    """An axis of numbers from 0 at `start` to `top` at `end`."""

    top: int
    start: float
    end: float

    def at(self, number: float) -> float:
        """Where a number is."""
        return round(self.start + (self.end - self.start) * number / max(self.top, 1), 1)

    def ticks(self) -> tuple[Tick, ...]:
        """0 and up to five round numbers."""
        step = next(step for step in _round_numbers() if self.top / step <= 5)
        return tuple(Tick(self.at(number), f"{number:,}") for number in range(0, self.top + 1, step))


def up_to(values: Sequence[int], start: float, end: float) -> Numbers:
    """An axis on which all the values fit with a little room above."""
    largest = max(values, default=0)
    return Numbers(max(largest + max(largest // 12, 1), 4), start, end)


def around(days: Sequence[date], start: float, end: float) -> Days:
    """An axis on which all the days fit with a little room at both ends. At least one day is needed."""
    first, last = min(days), max(days)
    room = timedelta(days=max((last - first).days // 25, 20))
    return Days(first - min(room, first - date.min), last + min(room, date.max - last), start, end)


def _round_numbers() -> Iterator[int]:
    size = 1
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10
