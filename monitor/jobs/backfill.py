"""Fetch the past: what the registry's own history has of a trial from before it was watched.

It is never news, and it is never in the way: it begins after a look, takes a bounded number of requests at the source's own pace, and goes
on where it was interrupted. A registry that does not give its history is asked again after a day; nobody is alarmed.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from monitor.core.change import ChangeSet
from monitor.core.diff import diff
from monitor.core.errors import CouldNotFindOut, Refused, TrialmonError, Unreadable
from monitor.core.json import Json
from monitor.core.record import Record
from monitor.core.shape import Shape, join
from monitor.core.source import PastVersion, Remembering
from monitor.core.trial import TrialId
from monitor.jobs.context import Context, Door
from monitor.jobs.reasons import reasons_now
from monitor.render.wording import count
from monitor.store.past import (
    Past,
    Underway,
    begin_past,
    how_the_past_stands,
    keep_page,
    note_no_past,
    note_refusal,
    refusal,
    underway,
    without_past,
    write_past,
)
from monitor.store.snapshots import modules_of

# So many requests one cycle makes for the past: a minute and a half at a second each, while the next look is a quarter of an hour off.
REQUESTS_A_CYCLE = 90
# So many trials within a day whose history cannot be read, with none that could, mean that it is another interface by now.
_UNREADABLE_BEFORE_GIVING_UP = 3

# What a sponsor sends in; all else the registry works out, and its history may lack it or have it in another form.
SENT = ("protocolSection.", "resultsSection.", "hasResults")

_log = logging.getLogger("trialmon.backfill")


@dataclass
class Backfilled:
    """What came of it: trials whose past is complete now, versions written, and what could not be had: `{number or source: why}`.
    `left` trials wait for the next time."""

    trials: int = 0
    versions: int = 0
    left: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def backfill_watched(context: Context, most: int = REQUESTS_A_CYCLE) -> Backfilled:
    """Fetch the past of what is watched and has none yet, with at most so many requests to each source."""
    done = Backfilled()
    for name, door in context.doors.items():
        if context.settings.sources[name].backfill and isinstance(door.source, Remembering):
            watched = list(reasons_now(context.database, context.watchlists, name))
            _backfill(context, door, door.source, watched, most, done)
    if done.trials:
        fetched = f"{count(done.versions, 'past version')} of {count(done.trials, 'trial')} fetched"
        _log.info("%s; %s to go", fetched, count(done.left, "trial"))
    for name, why in done.failed.items():
        _log.info("no past of %s at present: %s", name, why)
    return done


def backfill_trials(context: Context, trials: Sequence[TrialId]) -> Backfilled:
    """Fetch the past of these trials, however many requests it takes, whatever was refused before."""
    done = Backfilled()
    for name, door in context.doors.items():
        of_source = [trial for trial in trials if trial.registry == name]
        if of_source and isinstance(door.source, Remembering):
            _backfill(context, door, door.source, of_source, None, done, insist=True)
    return done


def _backfill(
    context: Context,
    door: Door,
    source: Remembering,
    trials: Sequence[TrialId],
    most: int | None,
    done: Backfilled,
    *,
    insist: bool = False,
) -> None:
    database, name = context.database, door.source.id
    wanting = without_past(database, trials, context.clock.now(), insist=insist)
    if not wanting or (refusal(database, name, context.clock.now()) and not insist):
        done.left += len(wanting)
        return
    work = _Work(context, door, source, _Budget(most, context.stopping), done, insist)
    with context.progress("Fetching the past", len(wanting)) as advance:
        for place, trial in enumerate(wanting):
            if not work.goes_on_after(trial):
                done.left += len(wanting) - place
                break
            advance(1)
    if done.trials and not work.refused:
        note_refusal(database, name, "", context.clock.now())


@dataclass
class _Work:
    """Fetching from one source. After a failure no more is asked until the next look was made, unless a person insists: failures count
    against the registry as a whole, and must not keep anybody from looking. `refused`: it gives its history to nobody at present."""

    context: Context
    door: Door
    source: Remembering
    budget: "_Budget"
    done: Backfilled
    insist: bool
    refused: bool = False

    def goes_on_after(self, trial: TrialId) -> bool:
        """Fetch the past of one trial. False: no other is to be begun, and this one is not complete."""
        try:
            written = _one(self.context, self.door, self.source, trial, self.budget)
        except Unreadable as error:
            return self._failed(trial, error.message)
        except CouldNotFindOut as error:
            self.done.failed[trial.registry] = error.message
            if isinstance(error, Refused):
                self._refused(error.message)
            return False
        except TrialmonError:
            raise
        except Exception as error:  # noqa: BLE001 - the past of one trial must not keep the others from theirs
            _log.exception("the past of %s could not be made", trial.number)
            return self._failed(trial, f"an error of trialmon itself ({type(error).__name__})")
        if written is None:
            return False
        self.done.trials += 1
        self.done.versions += written
        return True

    def _failed(self, trial: TrialId, why: str) -> bool:
        note_no_past(self.context.database, trial, why, self.context.clock.now())
        self.done.failed[trial.number] = why
        lately = how_the_past_stands(self.context.database, self.context.clock.now()).failed
        if lately >= _UNREADABLE_BEFORE_GIVING_UP and not self.done.trials:
            self._refused(why)
        return self.insist and not self.refused

    def _refused(self, why: str) -> None:
        self.refused = True
        note_refusal(self.context.database, self.door.source.id, why, self.context.clock.now())


class _Budget:
    """How many requests may still be made; None: any number."""

    def __init__(self, most: int | None, stopping: Callable[[], bool]) -> None:
        self._left = most
        self._stopping = stopping

    def spent(self) -> bool:
        """Whether no further request is to be made. Otherwise one is counted."""
        if self._stopping() or self._left == 0:
            return True
        if self._left is not None:
            self._left -= 1
        return False


def _one(context: Context, door: Door, source: Remembering, trial: TrialId, budget: _Budget) -> int | None:
    """The past of one trial: how many versions were written, or None where it is not complete yet."""
    database = context.database
    so_far = underway(database, trial)
    if so_far is None:
        if budget.spent():
            return None
        listed: tuple[PastVersion, ...] = door.drive(source.past_versions(trial.number))
        begin_past(database, trial, _before(listed, _baseline_of(context, door, trial)), context.clock.now())
        context.at("backfill:outline-kept")
        so_far = underway(database, trial) or Underway((), {})
    for one in so_far.missing:
        if budget.spent():
            return None
        document = door.drive(source.past_version(trial.number, one.n))
        keep_page(database, trial, one.n, document, context.clock.now())
        context.at("backfill:page-kept")
    complete = underway(database, trial)
    if complete is None:  # another process was faster
        return 0
    past, since_then = _made(context, door, source, trial, complete)
    return write_past(database, trial, past, since_then, context.clock.now())


def _baseline_of(context: Context, door: Door, trial: TrialId) -> Record:
    modules = modules_of(context.database, trial, version=1)
    return Record.read(trial, join(modules), door.source.shape)


def _before(listed: Sequence[PastVersion], baseline: Record) -> list[PastVersion]:
    """What was submitted up to the day on which the baseline was: the last of them should be the baseline itself."""
    submitted = baseline.facts.submitted_date
    return [one for one in listed if not submitted or one.submitted <= submitted]


def _made(
    context: Context, door: Door, source: Remembering, trial: TrialId, pages: Underway
) -> tuple[list[Past], ChangeSet]:
    """The past versions with their changes, and the changes from the last of them to the baseline."""
    shape = door.source.shape
    baseline = _baseline_of(context, door, trial)
    newest = modules_of(context.database, trial)
    known = [baseline.document, join(newest)]
    listed = [one for one in pages.outline if one.n in pages.pages]
    records = [source.settled(pages.pages[one.n][0], known) for one in listed]
    fetched = [pages.pages[one.n][1] for one in listed]
    twin = _twin(records, listed, baseline, shape)
    ungiven = _ungiven(records[twin] if twin < len(records) else None, baseline, shape)
    past: list[Past] = []
    for record, at in zip(records[:twin], fetched, strict=False):
        changes = diff(past[-1].record.modules, record.modules, shape) if past else ()
        if changes or not past:
            past.append(Past(record, changes, at))
    since_then = _compared(past[-1].record, baseline, ungiven, shape) if past else ()
    return past, since_then


def _twin(records: Sequence[Record], listed: Sequence[PastVersion], baseline: Record, shape: Shape) -> int:
    """The place of the version that the baseline is: the last in which the sponsor said the same, else the last if it was submitted on the
    same day. Beyond the end where there is none."""
    for place in reversed(range(len(records))):
        if not diff(_sent(records[place]), _sent(baseline), shape):
            return place
    submitted = baseline.facts.submitted_date
    if records and submitted in ("", listed[-1].submitted, records[-1].facts.submitted_date):
        return len(records) - 1
    return len(records)


def _sent(record: Record) -> dict[str, Json]:
    """What a sponsor sends in."""
    return {name: body for name, body in record.modules.items() if name.startswith(SENT)}


def _ungiven(twin: Record | None, baseline: Record, shape: Shape) -> frozenset[str]:
    """What the registry works out by itself and its history does not give as API v2 does: of these modules no change may be made up."""
    around = [name for name in baseline.modules if not name.startswith(SENT)]
    if twin is None:
        return frozenset(around)
    return frozenset(name for name in around if diff(_only(twin, name), _only(baseline, name), shape))


def _only(record: Record, module: str) -> dict[str, Json]:
    return {module: record.modules[module]} if module in record.modules else {}


def _compared(before: Record, after: Record, ungiven: frozenset[str], shape: Shape) -> ChangeSet:
    sides = [
        {name: body for name, body in record.modules.items() if name not in ungiven}
        for record in (before, after)
    ]
    return diff(sides[0], sides[1], shape)
