"""Once a day: what the clock brings for every watched trial. Dates come near, pass, or are forgotten, without any edit."""

from collections.abc import Sequence

from monitor.core.observation import Observation
from monitor.core.significance import Case, Verdict, assess
from monitor.core.trial import TrialId
from monitor.jobs.address import addressed_now
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.reasons import Reasons
from monitor.store.clock import (
    OnTheDay,
    day_is_judged,
    note_day,
    note_first_judging,
    on_the_day,
    told_by_the_clock,
)
from monitor.store.observations import StaleSnapshot, record
from monitor.store.runs import begin_run, end_run


def judge_the_day(context: Context, door: Door, reasons: Reasons, report: Report) -> None:
    """Tell what the clock brought since it was last judged. On a trial's first day everything it finds is old, and nobody is told."""
    now = context.clock.now()
    if day_is_judged(context.database, door.source.id, now.date()):
        return
    fresh: list[tuple[TrialId, OnTheDay, Sequence[Verdict]]] = []
    first: list[tuple[TrialId, list[tuple[str, str]]]] = []
    for trial, standing in on_the_day(context.database, list(reasons)).items():
        case = Case(
            trial, standing.facts, standing.facts, now, occurrence="clock", since=standing.status_since
        )
        verdicts = [
            verdict
            for verdict in assess(case, context.rules)
            if (verdict.rule, verdict.once) not in standing.told
        ]
        if standing.first:
            first.append((trial, [(verdict.rule, verdict.once) for verdict in verdicts]))
        elif verdicts:
            fresh.append((trial, standing, verdicts))
    note_first_judging(context.database, first, now)
    if fresh:
        _tell(context, door, reasons, fresh, report)
    note_day(context.database, door.source.id, now.date())


def _tell(
    context: Context,
    door: Door,
    reasons: Reasons,
    fresh: Sequence[tuple[TrialId, OnTheDay, Sequence[Verdict]]],
    report: Report,
) -> None:
    now = context.clock.now()
    run = begin_run(context.database, door.source.id, now, False)
    events = 0
    for trial, standing, verdicts in fresh:
        quiet = Observation(
            trial, "unchanged", now, standing.version, standing.version, verdicts=tuple(verdicts)
        )
        observation = addressed_now(
            context, quiet, standing.facts, door.source, reasons[trial], about="the clock"
        )
        told = [(verdict.rule, verdict.once) for verdict in verdicts]
        try:
            events += len(
                record(context.database, observation, run, [told_by_the_clock(trial, told, now)]).events
            )
        except StaleSnapshot:
            continue  # another process is at this trial; the clock comes round again tomorrow
    end_run(context.database, run, now, complete=True, events=events, why="the clock")
    report.events += events
