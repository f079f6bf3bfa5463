"""What is coming, as a calendar that programs can subscribe to: iCalendar (RFC 5545, RFC 7986)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from monitor.core.facts import TrialFacts
from monitor.core.trial import TrialId
from monitor.core.upcoming import Deadline, Point, course_of
from monitor.render import wording
from monitor.render.escape import one_line, plain

if TYPE_CHECKING:
    from icalendar import Event

# Programs ask again after so long if nobody tells them otherwise; registries refresh once a day.
_REFRESH = timedelta(hours=12)
_MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class CalendarTrial:
    """A trial whose dates are shown. `page` is its https page at the registry; `history` are its versions, oldest first and the present
    one last: when each was seen (aware), and its facts. `shown` are those of its deadlines that are to stand in the calendar."""

    trial: TrialId
    page: str
    history: tuple[tuple[datetime, TrialFacts], ...]
    shown: tuple[Deadline, ...]

    @property
    def facts(self) -> TrialFacts:
        """As of the newest version."""
        return self.history[-1][1]


def write_calendar(title: str, trials: Sequence[CalendarTrial], address: str = "") -> bytes:
    """One all-day event for each date of each trial; nothing of it depends on when it is written.

    An event keeps its UID for ever; SEQUENCE counts how often its date moved in the versions that are stored, and LAST-MODIFIED is when
    the last move was seen. A date of which only the month is known stands on that month's last day, and says so. `address` is where the
    calendar can be fetched; empty if nowhere.
    """
    from icalendar import Calendar, vText

    calendar = Calendar()
    calendar.add("prodid", "-//trialmon//registry dates//EN")
    calendar.add("version", "2.0")
    name = vText(_line(title, 200))  # icalendar does not know that NAME is a text
    for key in ("name", "x-wr-calname"):
        calendar.add(key, name)
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    if address:
        calendar.add("source", address, parameters={"value": "URI"})
    for trial in trials:
        for deadline in trial.shown:
            calendar.add_component(_event(trial, deadline))
    written: bytes = calendar.to_ical()
    return written


def heading(deadline: Deadline) -> str:
    """What the date is, in a few words: `primary completion expected (by the end of March 2026)`."""
    if deadline.kind == "results_due":
        return wording.DEADLINES[deadline.kind]
    what = wording.DATES[deadline.kind].lower()
    said = "expected" if deadline.estimated else "reached"
    if deadline.date.precision == "day":
        return f"{what} {said}"
    return f"{what} {said} (by the end of {deadline.date.in_words()})"


def _event(trial: CalendarTrial, deadline: Deadline) -> "Event":
    from icalendar import Event

    history = course_of(deadline.kind, trial.history)
    number, day = trial.trial.number, deadline.date.latest
    event = Event()
    event.add("uid", f"{number}-{deadline.kind}@{trial.trial.registry}")
    event.add("sequence", len(history) - 1)
    # Without a METHOD, DTSTAMP is when the event was last revised (RFC 5545, 3.8.7.2).
    for key in ("dtstamp", "last-modified"):
        event.add(key, history[-1].seen_at)
    event.add("dtstart", day)
    if day < date.max:  # without an end it is that day's too (RFC 5545, 3.6.1)
        event.add("dtend", day + timedelta(days=1))
    event.add("summary", _line(f"{trial.facts.short_name or number}: {heading(deadline)}", 200))
    event.add("description", _description(trial, deadline, history))
    event.add("categories", [deadline.kind.replace("_", " ").capitalize()])
    event.add("status", "TENTATIVE" if deadline.estimated else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if trial.page:
        event.add("url", trial.page)
    return event


def _description(trial: CalendarTrial, deadline: Deadline, history: Sequence[Point]) -> str:
    facts = trial.facts
    lines = [f"{trial.trial.number}: {_line(facts.title, 300)}"]
    if facts.status:
        lines.append(f"Status: {_line(wording.status(facts.status), 80)}")
    if deadline.note:
        lines.append(_line(f"{deadline.note[0].upper()}{deadline.note[1:]}.", 400))
    if len(history) > 1:
        lines.append(f"Moved {wording.count(len(history) - 1, 'time')}:")
        lines += [f"- {_point_words(one)}" for one in history[-_MOST_POINTS:]]
    return "\n".join(lines)


def _point_words(point: Point) -> str:
    said = "estimated" if point.estimated else "actual"
    when = wording.date_text(point.registry_date or f"{point.seen_at:%Y-%m-%d}")
    return f"{point.date.in_words()} ({said}), as of {_line(when, 40)}"


def _line(text: Any, most: int) -> str:
    return plain(one_line(str(text), most))
