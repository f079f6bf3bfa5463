"""Where a trial was done, and from when to when: a line for each country while the record lists a site there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.store.dashboard import Version
from monitor.web.charts.frame import Frame
from monitor.web.charts.scale import Days, around

_WIDTH = 460
_LEFT, _RIGHT, _TOP, _LINE, _BELOW = 164, 448, 14, 20, 34
# More are only in the table.
_MOST = 30
_LONGEST_NAME = 17


@dataclass(frozen=True, slots=True)
class Span:
    """While something was so; `until` is None where it is so still."""

    since: date
    until: date | None

    def __str__(self) -> str:
        return f"{self.since} to {self.until}" if self.until else f"since {self.since}"


@dataclass(frozen=True, slots=True)
class Row:
    """A country's line: `label` is its name as far as there is room; `path` is SVG path data, `y` its place."""

    name: str
    label: str
    spans: tuple[Span, ...]
    path: str
    y: float


@dataclass(frozen=True, slots=True)
class SpanChart:
    """Everything that the drawing needs: `drawn` of the `rows` have a line."""

    frame: Frame
    rows: tuple[Row, ...]
    drawn: tuple[Row, ...]


def countries_chart(versions: Sequence[Version], today: date) -> SpanChart | None:
    """The chart of a trial's versions, oldest first; None where the countries never changed."""
    if len({frozenset(one.facts.countries) for one in versions}) < 2:
        return None
    found = _spans(versions)
    x = around([*(one.day for one in versions), today], _LEFT, _RIGHT)
    last = max(today, *(one.day for one in versions))
    ordered = sorted(found.items(), key=lambda item: (item[1][0].since, item[0]))
    rows = tuple(
        _row(name, spans, _TOP + _LINE * n + _LINE / 2, x, last) for n, (name, spans) in enumerate(ordered)
    )
    drawn = rows[:_MOST]
    bottom = _TOP + _LINE * len(drawn)
    frame = Frame(_WIDTH, bottom + _BELOW, _LEFT, _RIGHT, _TOP, bottom, x_ticks=x.ticks(5))
    return SpanChart(frame, rows, drawn)


def _spans(versions: Sequence[Version]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for version in versions:
        listed = set(version.facts.countries)
        for country, spans in found.items():
            if country not in listed and spans[-1].until is None:
                spans[-1] = Span(spans[-1].since, version.day)
        for country in listed:
            spans = found.setdefault(country, [])
            if not spans or spans[-1].until is not None:
                spans.append(Span(version.day, None))
    return found


def _row(name: str, spans: Sequence[Span], y: float, x: Days, last: date) -> Row:
    path = "".join(f"M{x.at(one.since)} {y}H{x.at(one.until or last)}" for one in spans)
    label = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return Row(name, label, tuple(spans), path, y)
