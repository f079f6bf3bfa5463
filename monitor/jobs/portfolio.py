"""At the end of a look: what lately befell several watched trials together. Each set of trials is told of once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.core.facts import TrialFacts
from monitor.core.portfolio import Happening
from monitor.core.significance import Case, Verdict, assess
from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Watch
from monitor.jobs.address import addressed_now
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.membership import as_it_stands, lists_that_hold
from monitor.jobs.reasons import Reasons, members_of
from monitor.rules.portfolio import is_told, trials_of
from monitor.store.counts import newest_event
from monitor.store.observations import StaleSnapshot, record
from monitor.store.portfolio import (
    judged_until,
    news,
    note_judged,
    tells_together,
    told_together,
    turns,
)
from monitor.store.runs import begin_run, end_run
from monitor.store.snapshots import snapshots

# What happens within a week by the registry's dates may be seen some days apart.
_LATELY = timedelta(days=14)
# A look that was broken off goes on after midnight.
_STIRRING = timedelta(days=2)

_Found = tuple[TrialId, Verdict, Mapping[str, Holding]]


def judge_together(
    context: Context, door: Door, watches: Sequence[Watch], reasons: Reasons, report: Report
) -> None:
    """Tell what befell several watched trials, if anything was seen since that was last asked. A look that was broken off is not judged:
    the next one completes it, and with it the set of trials."""
    if context.stopping():
        return
    database, source = context.database, door.source.id
    newest = newest_event(database)
    if newest == judged_until(database, source):
        return
    found = [*_among_all(context, door, reasons), *_in_searches(context, door, watches)]
    told = told_together(database, list({verdict.rule for _, verdict, _ in found})) if found else {}
    fresh = [one for one in found if not is_told(one[1], told[one[1].rule])]
    if fresh:
        _tell(context, door, fresh, report)
    note_judged(database, source, newest)


def _among_all(context: Context, door: Door, reasons: Reasons) -> Iterator[_Found]:
    """What the watched trials of a source have in common, told to the lists that hold one of them."""
    source = door.source.id
    lately = turns(context.database, source, context.clock.now() - _LATELY)
    watched = tuple(one for one in lately if TrialId(source, one.number) in reasons)
    for trial, verdict in _judged(context, source, watched):
        others = [TrialId(source, number) for number in trials_of(verdict)]
        yield trial, verdict, _why(trial, others, reasons)


def _in_searches(context: Context, door: Door, watches: Sequence[Watch]) -> Iterator[_Found]:
    """What the trials that one search finds have in common, told to the lists that hold it."""
    source = door.source.id
    lately = news(context.database, source, context.clock.now() - _STIRRING)
    if not lately:
        return
    members = {key: frozenset(numbers) for key, numbers in members_of(context.database, watches).items()}
    for watch in (watch for watch in watches if watch.kind != "trial"):
        within = tuple(one for one in lately if one.number in members[watch.key])
        about = Case(
            TrialId(source, ""),
            TrialFacts(),
            TrialFacts(),
            context.clock.now(),
            about=watch.title or watch.key,
            why=watch.key,
            members=len(members[watch.key]),
        )
        for trial, verdict in _judged(context, source, within, about):
            yield trial, verdict, lists_that_hold(context, watch)


def _judged(
    context: Context, source: str, happenings: tuple[Happening, ...], about: Case | None = None
) -> Iterator[tuple[TrialId, Verdict]]:
    """What the rules make of these happenings, asked for each trial that is among them."""
    for number in sorted({one.number for one in happenings}):
        trial = TrialId(source, number)
        case = about or Case(trial, TrialFacts(), TrialFacts(), context.clock.now())
        case = replace(case, trial=trial, occurrence="portfolio", happenings=happenings)
        for verdict in assess(case, context.rules):
            yield trial, verdict


def _why(trial: TrialId, others: Sequence[TrialId], reasons: Reasons) -> dict[str, Holding]:
    """Why each list is told: because it holds this trial, or else one of the others."""
    why = dict(reasons.get(trial, {}))
    for other in others:
        for name, held in reasons.get(other, {}).items():
            why.setdefault(name, replace(held, why=f"{held.why}: {other.number}"))
    return why


def _tell(context: Context, door: Door, found: Sequence[_Found], report: Report) -> None:
    now = context.clock.now()
    known = snapshots(context.database, [trial for trial, _, _ in found])
    run = begin_run(context.database, door.source.id, now, False)
    events = 0
    for trial, verdict, reasons in found:
        snapshot = known[trial]
        standing = replace(as_it_stands(context, snapshot), verdicts=(verdict,))
        observation = addressed_now(
            context, standing, snapshot.facts, door.source, reasons, about=verdict.once
        )
        step = tells_together(trial, verdict.rule, verdict.once, now)
        try:
            events += len(record(context.database, observation, run, [step]).events)
        except StaleSnapshot:
            continue  # another process tells it
    end_run(context.database, run, now, complete=True, events=events, why="several trials together")
    report.events += events
