"""What the present rules and a list's present subscriptions would have told, from the stored versions. Nothing is written or sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby

from monitor.core.change import ChangeSet
from monitor.core.decide import decide
from monitor.core.record import Record, Snapshot
from monitor.core.shape import join
from monitor.core.significance import Rule, Significance
from monitor.core.source import Found, Source
from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Watchlist
from monitor.jobs.address import addressed
from monitor.jobs.bursts import EditsOfADay
from monitor.jobs.flapping import PastFlapping
from monitor.jobs.reasons import Reasons, reasons_now
from monitor.store import lineage
from monitor.store.database import Database
from monitor.store.lineage import Step, WasTold
from monitor.store.queries import watchlist_names
from monitor.store.standings import never_read


@dataclass(frozen=True, slots=True)
class WouldTell:
    """A message that would have been written about a trial's version; `headline` is its gravest. `summarised`: it would have waited for
    the day's summary, for a field kept changing."""

    seen_at: datetime
    trial: TrialId
    version: int
    subscriber: str
    significance: Significance
    headline: str
    title: str
    summarised: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week (by when we saw the versions, UTC): how many versions were judged, what would be told of them, and what of that
    differs from the messages written then: `fewer` would be told no more, `more` were not told."""

    monday: date
    judged: int
    would: tuple[WouldTell, ...]
    told: int
    fewer: tuple[WasTold, ...]
    more: tuple[WouldTell, ...]

    @property
    def name(self) -> str:
        """`2026-W07`."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"


@dataclass(frozen=True, slots=True)
class Backtest:
    """A list to be tried on the past. `sources` are by registry, `until` None means: to the newest version."""

    database: Database
    sources: Mapping[str, Source]
    rules: Sequence[Rule]
    watchlist: Watchlist
    since: datetime
    until: datetime | None = None

    def reasons(self) -> Reasons:
        """The trials that the list would watch now, and why: those it names, and those that its searches hold, as last read."""
        reasons: Reasons = {}
        for registry in dict.fromkeys(watch.registry for watch in self.watchlist.watches):
            reasons |= reasons_now(self.database, [self.watchlist], registry)
        return reasons

    def searches_never_read(self) -> list[str]:
        """The titles of the list's searches of which it is not known what they hold."""
        searches = [watch for watch in self.watchlist.watches if watch.kind in ("search", "sponsor")]
        unread = never_read(self.database, [watch.key for watch in searches])
        return [watch.title or watch.key for watch in searches if watch.key in unread]

    def versions(self, reasons: Reasons) -> int:
        """How many versions there are to be judged."""
        found = lineage.span(self.database, list(reasons), self.since, self.until)
        return found[0] if found is not None else 0

    def weeks(self, reasons: Reasons, advance: Callable[[int], None]) -> Iterator[Week]:
        """Week after week, oldest first, those in which nothing was seen left out. `advance` hears of every version judged.

        One week is held in memory, and of it no records.
        """
        trials = list(reasons)
        name = self.watchlist.name
        # A list that was looked at for is compared with what it told; an edited copy of one with what its readers were told.
        readers = (
            [] if name in watchlist_names(self.database) else [one.name for one in self.watchlist.subscribers]
        )
        steps = lineage.steps(self.database, trials, self.since, self.until)
        restless = PastFlapping(self.database)
        edits = {registry: EditsOfADay(self.database, registry) for registry in self.sources}
        told = lineage.was_told(self.database, name, readers, trials, self.since, self.until)
        both: Iterator[Step | WasTold] = merge(steps, told, key=_seen_at)
        for monday, seen in groupby(both, key=lambda one: _monday(one.seen_at)):
            judged, would, then = 0, list[WouldTell](), list[WasTold]()
            for one in seen:
                if isinstance(one, WasTold):
                    then.append(one)
                    continue
                would += self._judge(one, reasons[one.trial], edits, restless)
                judged += 1
                advance(1)
            yield _compared(monday, judged, would, then)

    def _judge(
        self,
        step: Step,
        reasons: Mapping[str, Holding],
        edits: Mapping[str, EditsOfADay],
        restless: PastFlapping,
    ) -> Iterator[WouldTell]:
        """Decide as a look at that moment would have, from both records as they are stored."""
        source = self.sources.get(step.trial.registry)
        if source is None:
            return
        sides = lineage.sides_of(self.database, step)
        before = Record.read(step.trial, join(sides.before), source.shape)
        after = Record.read(step.trial, join(sides.after), source.shape)
        known = Snapshot(
            step.trial,
            step.version - 1,
            step.seen_at,
            before.digests,
            before.facts,
            before.modules,
            sides.past,
        )

        def burst(changes: ChangeSet) -> frozenset[int]:
            return edits[step.trial.registry].burst(step.trial, changes, step.seen_at.date())

        decided = decide(step.trial, known, Found(after), source.shape, self.rules, step.seen_at, burst)
        observation = addressed(
            decided,
            after.facts,
            source,
            [self.watchlist],
            reasons,
            step.seen_at,
            flapping=lambda: restless.flapping(decided, step.seen_at),
        )
        for told in observation.notifications:
            if told.withheld:
                continue
            yield WouldTell(
                step.seen_at,
                step.trial,
                step.version,
                told.subscriber,
                told.significance,
                observation.verdicts[told.events[0]].headline,
                told.message.title,
                told.held_for == "flapping",
            )


def _compared(monday: date, judged: int, would: Sequence[WouldTell], told: Sequence[WasTold]) -> Week:
    now, then = {_key(one) for one in would}, {_key(one) for one in told}
    return Week(
        monday,
        judged,
        tuple(would),
        len(told),
        fewer=tuple(one for one in told if _key(one) not in now),
        more=tuple(one for one in would if _key(one) not in then),
    )


def _key(message: WouldTell | WasTold) -> tuple[TrialId, int, str]:
    return message.trial, message.version, message.subscriber


def _seen_at(one: Step | WasTold) -> datetime:
    return one.seen_at


def _monday(moment: datetime) -> date:
    return moment.date() - timedelta(days=moment.weekday())
