"""One look at the sources of papers: which name a watched trial, what do readers' own queries find, and what of it is new.

A source is asked once per `check_every`, for what it took in since the last complete look, with two days' overlap; once a week further back
(`Literature.hindsight`). The first look for a trial, or for a query, is a silent baseline. The window moves only when all that was found
has been told. When a source is asked does not depend on any registry, nor on the other sources of papers: the daemon looks at them in a
loop of their own.
"""

import logging
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from monitor.core.errors import CouldNotFindOut, Rejected, TrialmonError
from monitor.core.facts import TrialFacts
from monitor.core.numbers import spelt
from monitor.core.paper import Hit, Hits, Paper, Searchable
from monitor.core.trial import TrialId
from monitor.core.watch import Watch
from monitor.jobs.context import Context, LiteratureDoor, Report
from monitor.jobs.health import note_look_failed, note_look_succeeded
from monitor.jobs.paper_news import Seen, tell_of_papers
from monitor.jobs.papers import judged, links_in, listed_in_registry, seen_as, subject_of, tied
from monitor.jobs.reasons import Reasons, reasons_now
from monitor.store.paper_links import (
    Baseline,
    Telling,
    known_members,
    last_read,
    note_baselines,
    numbers_of,
    watch_baseline,
    watches_read,
    without_baseline,
)
from monitor.store.papers import Kept, keep
from monitor.store.runs import (
    Failure,
    SourceState,
    begin_run,
    end_run,
    note_applied,
    source_state,
)
from monitor.store.standings import standings

_log = logging.getLogger("trialmon.literature")

_OVERLAP = timedelta(days=2)
# How often a look reaches as far back as the source's hindsight. A look that is due is never quite a week after the seventh before it.
_FAR_BACK_EVERY = timedelta(days=7) - timedelta(hours=2)
# After a failure it is asked again this much later, and then ever more rarely.
_SHORTEST_REST, _LONGEST_REST = timedelta(minutes=15), timedelta(hours=6)
# A daily look is never quite a day after the last.
_MOST_SLACK = timedelta(minutes=15)


def to_be_asked(context: Context, news: Container[str] = ()) -> list[LiteratureDoor]:
    """The sources whose time has come, and those (by name) for which there may be `news`: a trial, a number or a query that they were never
    asked for. One that failed lately rests first. Asks the store two small questions, and nobody else."""
    now = context.clock.now()
    asked = []
    for name, door in context.literature.items():
        state = source_state(context.database, name)
        if not _rests(state, now) and (name in news or _is_due(context, state, now)):
            asked.append(door)
    return asked


def look_at_literature(context: Context, report: Report, *, full: bool = False) -> None:
    """Look at each source of papers whose time has come, or for which a trial or a query is new. With `full` at all of them."""
    doors = list(context.literature.values()) if full else to_be_asked(context, news=context.literature)
    watched = _watched(context) if doors else None
    # Sources that take queries index by hand what a trial's number is; one that sees mentions only comes after them.
    for door in sorted(doors, key=lambda door: not isinstance(door.source, Searchable)):
        if context.stopping():
            return
        assert watched is not None
        look = _Look(context, door, report, watched)
        state = source_state(context.database, door.source.id)
        if not (full or look.has_news or _is_due(context, state, context.clock.now())):
            continue
        if look.asks_anything:
            _make(look, state)
        else:  # no paper is missed by not asking
            note_look_succeeded(context, door.source)


def _make(look: "_Look", state: SourceState) -> None:
    """A mistake of ours in judging papers must not keep trials from being looked at and told."""
    try:
        look.make(state)
    except TrialmonError:
        raise
    except Exception as error:  # noqa: BLE001 - nothing counts as told that was not written; the window has not moved
        _log.exception("the papers of %s could not be judged", look.door.source.title)
        why = f"an error of trialmon itself ({type(error).__name__}); it is tried again"
        look.report.fail("source", look.door.source.id, why)
        note_look_failed(look.context, look.door.source, why)


@dataclass(frozen=True)
class _Watched:
    """The watched trials whose records are known: how they are in which list, and all their numbers."""

    reasons: Reasons
    numbers: Mapping[TrialId, tuple[str, ...]]

    @cached_property
    def by_number(self) -> dict[str, list[TrialId]]:
        """Whose each number is, as registries spell it."""
        found: dict[str, list[TrialId]] = {}
        for trial, known in self.numbers.items():
            for number in known:
                found.setdefault(spelt(number), []).append(trial)
        return found


def _watched(context: Context) -> _Watched:
    registries = dict.fromkeys(
        watch.registry
        for watchlist in context.watchlists
        for watch in watchlist.watches
        if watch.kind != "publications"
    )
    reasons = {
        trial: lists
        for registry in registries
        for trial, lists in reasons_now(context.database, context.watchlists, registry).items()
    }
    known = [trial for trial, one in standings(context.database, list(reasons)).items() if one.version]
    return _Watched(reasons, numbers_of(context.database, known))


def _is_due(context: Context, state: SourceState, now: datetime) -> bool:
    """Also where the last look lies in the future: then the clock went back."""
    last, every = state.last_ok_at, context.settings.literature[state.source].check_every
    return last is None or last > now or now - last >= every - min(every / 10, _MOST_SLACK)


def _rests(state: SourceState, now: datetime) -> bool:
    """Whether it failed lately: the wait is as long as it has been failing, within limits."""
    if state.failing_since is None or state.last_look_at is None:
        return False
    rest = min(max(state.last_look_at - state.failing_since, _SHORTEST_REST), _LONGEST_REST)
    return state.last_look_at <= now < state.last_look_at + rest


@dataclass
class _Look:
    """A look at one source under way. `found` are the papers of the window, by id; `read` the queries that were read to their end."""

    context: Context
    door: LiteratureDoor
    report: Report
    watched: _Watched
    found: dict[str, tuple[Paper, Kept]] = field(default_factory=dict)
    of_queries: dict[str, list[Watch]] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = self.watched.numbers
        self.new = without_baseline(self.context.database, self.door.source.id, self.numbers)
        self.queries = list(
            {
                watch.key: watch
                for watchlist in self.context.watchlists
                for watch in watchlist.watches
                if watch.kind == "publications" and watch.registry == self.door.source.id
            }.values()
        )
        self.last_read = last_read(self.context.database, [watch.key for watch in self.queries])

    @property
    def asks_anything(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.numbers or self.queries)

    @property
    def has_news(self) -> bool:
        """Whether a trial, a number or a query is new."""
        return bool(self.new) or len(self.last_read) < len(self.queries)

    def make(self, state: SourceState) -> None:
        """Ask, keep, judge, tell; and move the window if all of it was done."""
        context, source, database = self.context, self.door.source, self.context.database
        now = context.clock.now()
        today = now.date()
        run = begin_run(database, source.id, now, False)
        before = len(self.report.failed)
        if not state.applied_stamp:  # what is older is the first look's
            note_applied(database, source.id, today.isoformat(), full=False, now=now)
        since = date.fromisoformat(state.applied_stamp or today.isoformat()) - _OVERLAP
        last_far = state.last_full_read_at
        far = last_far is None or last_far > now or now - last_far >= _FAR_BACK_EVERY
        if far:
            since = min(since, today - source.hindsight)
        events, whole, why = 0, False, ""
        try:
            if self._ask(since):
                seen = [
                    Seen(paper, kept, tuple(self.of_queries.get(identity, ())))
                    for identity, (paper, kept) in self.found.items()
                ]
                events, whole = tell_of_papers(
                    context, self.door, seen, self.watched.by_number, self.watched.reasons, run
                )
        except CouldNotFindOut as error:
            why = str(error)
            self.report.fail("source", source.id, why)
        failures = [
            Failure("search" if "search" in one else "source", next(iter(one.values())), one["why"])
            for one in self.report.failed[before:]
        ]
        complete = whole and not failures
        self.report.events += events
        context.at("literature:told")
        if whole:
            watches_read(database, self.read, now)
            note_applied(database, source.id, today.isoformat(), full=far, now=now)
        end_run(
            database,
            run,
            now,
            complete=complete,
            looked=len(self.found),
            events=events,
            failures=failures,
            why="papers",
        )
        if why:
            note_look_failed(context, source, why)
        elif whole:
            note_look_succeeded(context, source)

    def _ask(self, since: date) -> bool:
        """All questions of this look, and the records that they lead to; False if it was asked to stop."""
        for some in self._portions(self.new):
            if self.context.stopping():
                return False
            self._read_baseline(some)
        for some in self._portions(self.numbers):
            if self.context.stopping():
                return False
            if any(trial not in self.new for trial in some):
                numbers = _flat(some)
                self._take(self._hits(self.door.drive(self.door.source.naming(numbers, since))), numbers)
        for watch in self.queries:
            if self.context.stopping():
                return False
            self._read_query(watch)
        return True

    def _portions(
        self, numbers: Mapping[TrialId, tuple[str, ...]]
    ) -> Iterator[dict[TrialId, tuple[str, ...]]]:
        """The trials in portions whose numbers fit one question."""
        portion: dict[TrialId, tuple[str, ...]] = {}
        room = self.door.source.numbers_at_once
        for trial, known in numbers.items():
            if portion and sum(map(len, portion.values())) + len(known) > room:
                yield portion
                portion = {}
            portion[trial] = known[:room]
        if portion:
            yield portion

    def _read_baseline(self, some: Mapping[TrialId, tuple[str, ...]]) -> None:
        """Every paper of these trials, whatever its age: kept, tied to them, and not told."""
        numbers = _flat(some)
        hits = self.door.drive(self.door.source.naming(numbers, None)).hits
        links: dict[TrialId, dict[int, Kept]] = {trial: {} for trial in some}
        given: dict[int, Paper] = {}
        for paper, kept in self._records(hits, numbers):
            given[kept.id] = paper
            for trial in links_in(paper, self.watched.by_number):
                if trial in links:
                    links[trial][kept.id] = kept
        first = [self._baseline(trial, list(papers.values()), given) for trial, papers in links.items()]
        note_baselines(self.context.database, self.door.source.id, first, self.context.clock.now())

    def _baseline(self, trial: TrialId, papers: Sequence[Kept], given: Mapping[int, Paper]) -> Baseline:
        links, known = {}, []
        listed = listed_in_registry(self.context, trial) if papers else frozenset[str]()
        for kept in papers:
            link = tied(links_in(given[kept.id], self.watched.by_number)[trial], kept, listed)
            links[kept.id] = link
            seen = seen_as(self.context, self.door, given[kept.id], kept, link)
            subject = subject_of(self.context, kept)
            known += [
                Telling(subject.id, verdict.once)
                for verdict in judged(self.context, trial, TrialFacts(), seen)
            ]
        return Baseline(trial, self.numbers[trial], links, tuple(known))

    def _read_query(self, watch: Watch) -> None:
        """One reader's query. One that is not understood fails by itself, and is asked again at the next look."""
        source, database, now = self.door.source, self.context.database, self.context.clock.now()
        if not isinstance(source, Searchable):
            self.report.fail("search", watch.title, f"{source.title} takes no queries")
            return
        query = dict(watch.query)["query"]
        last = self.last_read.get(watch.key)
        since = (last or now).date() - _OVERLAP
        try:
            if last is None:
                every: Hits = self.door.drive(source.matching(query, None))
                late: Hits = self.door.drive(source.matching(query, since))
                ids = [hit.id for hit in (*every.hits, *late.hits)]
                watch_baseline(database, watch.key, source.id, watch.title, every.total, ids, now)
                return
            found: Hits = self.door.drive(source.matching(query, since))
        except Rejected as error:
            self.report.fail("search", watch.title or watch.key, str(error))
            return
        known = known_members(database, watch.key, [hit.id for hit in found.hits])
        new = [hit for hit in found.hits if hit.id not in known]
        for hit in new:
            self.of_queries.setdefault(hit.id, []).append(watch)
        self._take(self._hits(Hits(tuple(new), len(new))), ())
        self.read.append(watch.key)

    def _hits(self, hits: Hits) -> list[Hit]:
        """Those that were not read at this look yet."""
        return [hit for hit in hits.hits if hit.id not in self.found]

    def _take(self, hits: Sequence[Hit], numbers: Sequence[str]) -> None:
        for paper, kept in self._records(hits, numbers):
            self.found[paper.id] = (paper, kept)

    def _records(self, hits: Sequence[Hit], numbers: Sequence[str]) -> Iterator[tuple[Paper, Kept]]:
        """The records of these hits, read in portions and kept."""
        size = self.door.source.batch_size
        for start in range(0, len(hits), size):
            papers = list(self.door.drive(self.door.source.read(hits[start : start + size], numbers)))
            yield from zip(papers, keep(self.context.database, papers, self.context.clock.now()), strict=True)


def _flat(numbers: Mapping[TrialId, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(number for known in numbers.values() for number in known))
