"""What all figures have: a frame with its axes, and what runs through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.web.charts.scale import Tick

_APART = 9  # units: a dot is about as wide

_What = TypeVar("_What")


@dataclass(frozen=True, slots=True)
class Frame:
    """The whole drawing and, in it, the box of its axes, in the drawing's own units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Course(Generic[_What]):
    """The way of one date or number: `path` is SVG path data; `dots` are (x, y, what was said there), oldest first."""

    name: str
    kind: str
    path: str
    dots: tuple[tuple[float, float, _What], ...]

    @property
    def said(self) -> tuple[_What, ...]:
        """What was said alone, oldest first."""
        return tuple(what for _, _, what in self.dots)

    @property
    def drawn(self) -> tuple[tuple[float, float, _What], ...]:
        """The dots that there is room for."""
        return _apart(self.dots)


def _apart(dots: Sequence[tuple[float, float, _What]]) -> tuple[tuple[float, float, _What], ...]:
    """Those dots that can be told from one another: the first, the last, and in between none that would lie upon the one before."""
    kept = list(dots[:1])
    for dot in dots[1:-1]:
        if max(abs(dot[0] - kept[-1][0]), abs(dot[1] - kept[-1][1])) >= _APART:
            kept.append(dot)
    return (*kept, *dots[-1:]) if len(dots) > 1 else tuple(kept)
