"""The slip chart: each promised date, against the day on which it was promised. A date that holds runs level; a slip is a step up;
what crosses the diagonal was promised for a day already past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.dates import PartialDate, duration_in_words
from monitor.core.facts import TypedDate
from monitor.store.dashboard import Version
from monitor.web.charts.scale import Days, Tick, apart, around

WIDTH, HEIGHT = 720, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 700, 14, 304


@dataclass(frozen=True, slots=True)
class Promise:
    """A date as promised from a day on. `moved` is by how many days it is later than the one before; `total` than the first."""

    made: date
    promised: PartialDate
    reached: bool
    moved: int
    total: int

    @property
    def in_words(self) -> str:
        """`8 March 2026, 7 months later`."""
        words = self.promised.in_words() + (", reached" if self.reached else "")
        if self.moved:
            words += f", {duration_in_words(self.moved)} {'later' if self.moved > 0 else 'earlier'}"
        return words


@dataclass(frozen=True, slots=True)
class Line:
    """One date's course: `path` is SVG path data; `dots` are (x, y, promise)."""

    name: str
    kind: str
    path: str
    dots: tuple[tuple[float, float, Promise], ...]

    @property
    def drawn(self) -> tuple[tuple[float, float, Promise], ...]:
        """The dots that there is room for."""
        return apart(self.dots)


@dataclass(frozen=True, slots=True)
class SlipChart:
    """Everything that the drawing needs. `past` is SVG path data of the region below the diagonal, days that were over when promised."""

    lines: tuple[Line, ...]
    past: str
    diagonal: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM


_KINDS = (("Primary completion", "primary_completion"), ("Study completion", "completion"))


def slip_chart(versions: Sequence[Version], today: date) -> SlipChart | None:
    """The chart of a trial's versions, oldest first; None where no version gives a date."""
    courses = [(name, kind, promises(versions, kind)) for name, kind in _KINDS]
    courses = [course for course in courses if course[2]]
    if not courses:
        return None
    made = [promise.made for _, _, course in courses for promise in course]
    promised = [promise.promised.latest for _, _, course in courses for promise in course]
    x = around([*made, max(today, *made)], _LEFT, _RIGHT)
    y = around([*promised, min(made)], _BOTTOM, _TOP)
    lines = tuple(_line(name, kind, course, x, y, max(today, *made)) for name, kind, course in courses)
    return SlipChart(lines, _past(x, y), _diagonal(x, y), x.ticks(8), y.ticks(7))


def promises(versions: Sequence[Version], kind: str) -> tuple[Promise, ...]:
    """The successive values of a date, each with the day of the version that brought it; one said more precisely is no new promise."""
    found: list[Promise] = []
    first: PartialDate | None = None
    for version in versions:
        dated: TypedDate | None = getattr(version.facts, kind)
        if dated is None:
            continue
        reached = dated.type == "ACTUAL"
        if found and found[-1].promised.agrees_with(dated.date) and found[-1].reached == reached:
            continue
        first = first or dated.date
        moved = (
            0
            if not found or found[-1].promised.agrees_with(dated.date)
            else (dated.date.latest - found[-1].promised.latest).days
        )
        total = 0 if first.agrees_with(dated.date) else (dated.date.latest - first.latest).days
        found.append(Promise(version.day, dated.date, reached, moved, total))
    return tuple(found)


def _line(name: str, kind: str, course: Sequence[Promise], x: Days, y: Days, today: date) -> Line:
    points = [(x.at(promise.made), y.at(promise.promised.latest), promise) for promise in course]
    path = f"M{points[0][0]} {points[0][1]}"
    for across, down, _ in points[1:]:
        path += f"H{across}V{down}"
    if not course[-1].reached:
        path += f"H{x.at(today)}"  # it is promised still
    return Line(name, kind, path, tuple(points))


def _diagonal(x: Days, y: Days) -> str:
    first, last = max(x.first, y.first), min(x.last, y.last)
    return f"M{x.at(first)} {y.at(first)}L{x.at(last)} {y.at(last)}" if first < last else ""


def _past(x: Days, y: Days) -> str:
    first, last = max(x.first, y.first), min(x.last, y.last)
    if first >= last:
        return ""
    right = x.at(last) if last < x.last else _RIGHT
    over = f"L{_RIGHT} {y.at(last)}" if right < _RIGHT else ""
    return f"M{x.at(first)} {y.at(first)}L{x.at(last)} {y.at(last)}{over}V{_BOTTOM}H{x.at(first)}Z"
