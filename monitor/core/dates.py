"""Dates as registries give them: a year, a month or a day. Nothing here ever invents a day.

ClinicalTrials.gov writes start and completion dates as `yyyy`, `yyyy-MM` or `yyyy-MM-dd`; general date parsers
complete the missing part with today's, which would make a change out of nothing.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

Precision = Literal["year", "month", "day"]

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the year, the month or the day; as an interval from `earliest` to `latest`, both included."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2026`, `2026-03` or `2026-03-08`. Raises ValueError for anything else, an impossible day too."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"not a date of the form yyyy, yyyy-MM or yyyy-MM-dd: {text!r}")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        date(year, 1 if month is None else month, 1 if day is None else day)
        return cls(year, month, day)

    def __str__(self) -> str:
        text = f"{self.year:04d}"
        if self.month is not None:
            text += f"-{self.month:02d}"
        if self.day is not None:
            text += f"-{self.day:02d}"
        return text

    @property
    def precision(self) -> Precision:
        """How much of the date is known."""
        if self.month is None:
            return "year"
        return "month" if self.day is None else "day"

    @property
    def earliest(self) -> date:
        """The first day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def agrees_with(self, other: "PartialDate") -> bool:
        """Whether one is the other said more precisely: 2026-10 and 2026-10-31, but not 2026-10-30 and 2026-10-31."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def in_words(self) -> str:
        """As people write it: `2026`, `March 2026`, `8 March 2026`."""
        if self.month is None:
            return str(self.year)
        words = f"{_MONTHS[self.month - 1]} {self.year}"
        return words if self.day is None else f"{self.day} {words}"


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last. Beyond the year 9999 there is no later day than its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def slip_in_days(before: PartialDate, after: PartialDate) -> int:
    """By how many days a date moved; positive is later, 0 where one is only the other said more precisely.

    The ends of the two intervals are compared, as the regulation does for month-only dates (42 CFR 11.10: the last day of the month
    is meant): 2026-03 → 2026-10-15 is 31 March → 15 October.
    """
    if before.agrees_with(after):
        return 0
    return (after.latest - before.latest).days


def duration_in_words(days: int) -> str:
    """A span as a tired person understands it: `5 days`, `7 weeks`, `7 months`, `2 years`, `2 years 1 month`. Sign is ignored."""
    days = abs(days)
    if days < 21:
        return _count(days, "day")
    if days < 53:
        return _count(round(days / 7), "week")
    months = round(days / 30.4375)
    if months < 24:
        return _count(months, "month") if months != 12 else "1 year"
    years, rest = divmod(months, 12)
    return _count(years, "year") + (f" {_count(rest, 'month')}" if rest else "")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
