"""A number over time, as steps: enrolment planned and reached, sites listed and recruiting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.store.dashboard import Version
from monitor.web.charts.frame import Course, Frame
from monitor.web.charts.scale import Days, Numbers, around, up_to

_FRAME = Frame(width=460, height=210, left=64, right=448, top=14, bottom=176)


@dataclass(frozen=True, slots=True)
class Step:
    """A number from a day on; `reached`: it is what was counted, no plan."""

    day: date
    number: int
    reached: bool = False


@dataclass(frozen=True, slots=True)
class StepChart:
    """Everything that the drawing needs."""

    frame: Frame
    courses: tuple[Course[Step], ...]


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
    # Often the record gives no state of any site, and then none of them is known to recruit or not to.
    known = recruiting if any(step.number for step in recruiting) else []
    return _chart([("Sites", "sites", listed), ("of these recruiting", "recruiting", known)], today)


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
    x = around([*days, today], _FRAME.left, _FRAME.right)
    y = up_to([step.number for _, _, steps in named for step in steps], _FRAME.bottom, _FRAME.top)
    courses = tuple(_course(name, kind, steps, x, y, today) for name, kind, steps in named)
    return StepChart(replace(_FRAME, x_ticks=x.ticks(6), y_ticks=y.ticks()), courses)


def _course(name: str, kind: str, steps: Sequence[Step], x: Days, y: Numbers, today: date) -> Course[Step]:
    dots = tuple((x.at(step.day), y.at(step.number), step) for step in steps)
    path = f"M{dots[0][0]} {dots[0][1]}" + "".join(f"H{across}V{up}" for across, up, _ in dots[1:])
    return Course(name, kind, path + f"H{x.at(today)}", dots)
