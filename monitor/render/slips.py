"""A date that moved, promise by promise: the rows of a table, and for those who see it a bar from the day of each promise to its date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from monitor.core.dates import PartialDate
from monitor.core.promises import Promise
from monitor.render import wording
from monitor.render.contexts import Slips

MOST_PROMISES = 6
# What a bar is drawn on, in pixels; its ends leave room for the dots.
WIDTH, HEIGHT, MARGIN = 200, 14, 6
_NAMES = {
    "start": "Start",
    "primary_completion": "Primary completion",
    "completion": "Study completion",
}


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise: `made` when, `date` for when, `moved` by how much ("7 months later"). The bar goes from `start` (None: that day is not
    known) to `end`, in pixels; `years` are where years begin."""

    made: str
    date: str
    moved: str
    start: int | None
    end: int
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SlipsView:
    """All promises of one date, oldest first; `skipped` were made between the first that is shown and the others."""

    name: str
    promises: tuple[PromiseView, ...]
    skipped: int


def slips_view(slips: Slips, language: str) -> SlipsView:
    """As it is printed: the first promise and the last ones."""
    shown = slips.promises
    if len(shown) > MOST_PROMISES:
        shown = (shown[0], *shown[1 - MOST_PROMISES :])
    scale = _Scale(_days(shown))
    return SlipsView(
        _NAMES[slips.role],
        tuple(
            PromiseView(
                made=wording.date_words(promise.made, language) if promise.made is not None else "",
                date=_date(promise, language),
                moved=promise.moved_in_words,
                start=scale.place(promise.made.latest) if promise.made is not None else None,
                end=scale.place(promise.date.date.latest),
                years=scale.years,
            )
            for promise in shown
        ),
        len(slips.promises) - len(shown),
    )


def _date(promise: Promise[PartialDate | None], language: str) -> str:
    """That a promised date is estimated goes without saying."""
    words = wording.date_words(promise.date.date, language)
    return f"{words} (actual)" if promise.reached else words


def _days(shown: Iterable[Promise[PartialDate | None]]) -> list[date]:
    return [
        day
        for promise in shown
        for day in (
            *((promise.made.latest,) if promise.made is not None else ()),
            promise.date.date.latest,
        )
    ]


class _Scale:
    """Days → pixels from the left."""

    def __init__(self, days: list[date]) -> None:
        self._first, last = min(days), max(days)
        self._span = max((last - self._first).days, 1)
        # A promise for the year 2099 has no room for a mark a year.
        step = max(1, (last.year - self._first.year) // 10)
        self.years = tuple(
            self.place(date(year, 1, 1)) for year in range(self._first.year + 1, last.year + 1, step)
        )

    def place(self, day: date) -> int:
        return MARGIN + round((WIDTH - 2 * MARGIN) * (day - self._first).days / self._span)
