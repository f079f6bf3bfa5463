"""Where in its life a trial was when its record changed: what was fixed before the start means another thing when it moves after it."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.significance import Case


class Stage(IntEnum):
    """In the order of a trial's life; UNKNOWN where the record does not tell."""

    UNKNOWN = 0
    BEFORE_START = 1
    AFTER_START = 2
    AFTER_PRIMARY_COMPLETION = 3
    WITH_RESULTS = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """A stage; `when` says it at the end of a clause (empty if unknown), `because` says how we know."""

    stage: Stage
    when: str
    because: str

    @property
    def under_way(self) -> bool:
        """Whether the trial had started."""
        return self.stage >= Stage.AFTER_START


_STARTED = frozenset(
    {"RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING", "COMPLETED", "TERMINATED"}
)
_NOT_STARTED = frozenset({"NOT_YET_RECRUITING", "WITHDRAWN"})


def moment(case: Case) -> Moment:
    """When the new version was submitted (posted, seen: whichever is known), in the trial's own calendar.

    The new version's facts count, for an edit and the news that the trial has begun often come together.
    """
    facts = case.after
    if facts.has_results:
        when = "with results posted" if case.before.has_results else "as its results were posted"
        return Moment(Stage.WITH_RESULTS, when, "the record has results")
    on = _day(facts.submitted_date) or _day(facts.registry_date) or case.now.date()
    started = facts.status not in _NOT_STARTED
    completion = facts.primary_completion or case.before.primary_completion
    if started and (facts.status == "COMPLETED" or _is_over(completion, on)):
        expected = completion is not None and completion.type != "ACTUAL" and facts.status != "COMPLETED"
        when = "after the expected primary completion" if expected else "after primary completion"
        return Moment(
            Stage.AFTER_PRIMARY_COMPLETION, when, _because("primary completion", completion, facts.status)
        )
    start = facts.start or case.before.start
    if facts.status == "WITHDRAWN":
        return Moment(
            Stage.BEFORE_START, "before the trial started", "it was withdrawn before it enrolled anyone"
        )
    if facts.status in _STARTED or (start is not None and start.type == "ACTUAL"):
        return Moment(Stage.AFTER_START, "after the trial started", _because("start", start, facts.status))
    if started and _is_over(start, on):
        return Moment(Stage.AFTER_START, "after the expected start", _because("start", start, facts.status))
    if start is not None or not started:
        return Moment(Stage.BEFORE_START, "before the trial started", _because("start", start, facts.status))
    return Moment(Stage.UNKNOWN, "", "the record does not say when the trial started")


def _is_over(dated: TypedDate | None, on: date) -> bool:
    """Whether a date has come: the registry says so, or its last day is past."""
    return dated is not None and (dated.type == "ACTUAL" or dated.date.latest < on)


def _because(name: str, dated: TypedDate | None, status: str) -> str:
    if dated is None:
        return f"the status is {status}"
    return f"{name}: {dated.date.in_words()}" + (f" ({dated.type.lower()})" if dated.type else "")


def _day(text: str) -> date | None:
    try:
        return PartialDate.parse(text).latest
    except ValueError:
        return None
