"""A number over time, as steps: enrolment planned and reached, sites listed and recruiting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.store.dashboard import Version
from monitor.web.charts.scale import Days, Numbers, Tick, around, up_to

WIDTH, HEIGHT = 460, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 448, 14, 176


@dataclass(frozen=True, slots=True)
class Step:
    """A number from a day on; `reached`: it is what was counted, no plan."""

    day: date
    number: int
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One number's way: `path` is SVG path data; `dots` are (x, y, step)."""

    name: str
    kind: str
    path: str
    dots: tuple[tuple[float, float, Step], ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The numbers alone, oldest first."""
        return tuple(step for _, _, step in self.dots)


@dataclass(frozen=True, slots=True)
class StepChart:
    """Everything that the drawing needs."""

    courses: tuple[Course, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM


def enrolment_chart(versions: Sequence[Version], today: date) -> StepChart | None:
    """How many were to take part, and did; None where no version says."""
    steps = _distinct(
        Step(one.day, one.facts.enrollment, one.facts.enrollment_type == "ACTUAL")
        for one in versions
        if one.facts.enrollment is not None
    )
    return _chart([("Participants", "participants", steps)], today)


def sites_chart(versions: Sequence[Version], today: date) -> StepChart | None:
    """How many sites were listed, and how many of them recruited; None where no version lists any."""
    listed = _distinct(Step(one.day, one.facts.sites) for one in versions if one.facts.sites)
    recruiting = _distinct(
        Step(one.day, one.facts.sites_recruiting or 0) for one in versions if one.facts.sites
    )
    return _chart([("Sites", "sites", listed), ("of these recruiting", "recruiting", recruiting)], today)


def _distinct(steps: Iterable[Step]) -> list[Step]:
    found: list[Step] = []
    for step in steps:
        if not found or (found[-1].number, found[-1].reached) != (step.number, step.reached):
            found.append(step)
    return found


def _chart(named: Sequence[tuple[str, str, list[Step]]], today: date) -> StepChart | None:
    named = [one for one in named if one[2]]
    if not named:
        return None
    days = [step.day for _, _, steps in named for step in steps]
    today = max(today, *days)
    x = around([*days, today], _LEFT, _RIGHT)
    y = up_to([step.number for _, _, steps in named for step in steps], _BOTTOM, _TOP)
    courses = tuple(_course(name, kind, steps, x, y, today) for name, kind, steps in named)
    return StepChart(courses, x.ticks(6), y.ticks())


def _course(name: str, kind: str, steps: Sequence[Step], x: Days, y: Numbers, today: date) -> Course:
    dots = tuple((x.at(step.day), y.at(step.number), step) for step in steps)
    path = f"M{dots[0][0]} {dots[0][1]}" + "".join(f"H{across}V{up}" for across, up, _ in dots[1:])
    return Course(name, kind, path + f"H{x.at(today)}", dots)
