"""The slip chart: each promised date, against the day on which it was promised. A date that holds runs level; a slip is a step up;
what crosses the diagonal was promised for a day already past."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.core.promises import Promise, promises
from monitor.core.upcoming import DeadlineKind
from monitor.render.wording import DATES
from monitor.store.dashboard import Version
from monitor.web.charts.frame import Course, Frame
from monitor.web.charts.scale import Days, around

_FRAME = Frame(width=720, height=340, left=72, right=704, top=14, bottom=304)


@dataclass(frozen=True, slots=True)
class SlipChart:
    """Everything that the drawing needs. `past` is SVG path data of the region below the diagonal, days that were over when promised."""

    frame: Frame
    courses: tuple[Course[Promise[date]], ...]
    past: str
    diagonal: str


_KINDS: tuple[DeadlineKind, ...] = ("primary_completion", "completion")


def slip_chart(versions: Sequence[Version], today: date) -> SlipChart | None:
    """The chart of a trial's versions, oldest first; None where no version gives a date."""
    history = [(one.day, one.facts) for one in versions]
    named = [(DATES[kind], kind, promises(history, kind)) for kind in _KINDS]
    named = [one for one in named if one[2]]
    if not named:
        return None
    made = [promise.made for _, _, course in named for promise in course]
    promised = [promise.date.date.latest for _, _, course in named for promise in course]
    x = around([*made, max(today, *made)], _FRAME.left, _FRAME.right)
    y = around([*promised, min(made)], _FRAME.bottom, _FRAME.top)
    courses = tuple(_course(name, kind, course, x, y, max(today, *made)) for name, kind, course in named)
    frame = replace(_FRAME, x_ticks=x.ticks(8), y_ticks=y.ticks(7))
    return SlipChart(frame, courses, _past(x, y), _diagonal(x, y))


def _course(
    name: str, kind: str, course: Sequence[Promise[date]], x: Days, y: Days, today: date
) -> Course[Promise[date]]:
    dots = tuple((x.at(promise.made), y.at(promise.date.date.latest), promise) for promise in course)
    path = f"M{dots[0][0]} {dots[0][1]}" + "".join(f"H{across}V{down}" for across, down, _ in dots[1:])
    if not course[-1].reached:
        path += f"H{x.at(today)}"  # it is promised still
    return Course(name, kind, path, dots)


def _diagonal(x: Days, y: Days) -> str:
    first, last = max(x.first, y.first), min(x.last, y.last)
    return f"M{x.at(first)} {y.at(first)}L{x.at(last)} {y.at(last)}" if first < last else ""


def _past(x: Days, y: Days) -> str:
    first, last = max(x.first, y.first), min(x.last, y.last)
    if first >= last:
        return ""
    right = x.at(last) if last < x.last else _FRAME.right
    over = f"L{_FRAME.right} {y.at(last)}" if right < _FRAME.right else ""
    return f"M{x.at(first)} {y.at(first)}L{x.at(last)} {y.at(last)}{over}V{_FRAME.bottom}H{x.at(first)}Z"
