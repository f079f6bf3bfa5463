"""Who is told of papers, and under which number: once each, whichever source or registry has it first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.facts import TrialFacts
from monitor.core.numbers import number_in
from monitor.core.observation import Observation
from monitor.core.paper import Link, Paper
from monitor.core.significance import Significance, Verdict
from monitor.core.trial import Alias, TrialId
from monitor.core.watch import Holding, Watch
from monitor.jobs.address import addressed_now
from monitor.jobs.context import Context, LiteratureDoor
from monitor.jobs.papers import judged, links_in, listed_in_registry, seen_as, subject_of, surest, tied
from monitor.jobs.reasons import Reasons
from monitor.store.observations import StaleSnapshot, record
from monitor.store.paper_links import (
    Telling,
    links_of,
    note_members,
    note_silent,
    propose_aliases,
    tells_of_papers,
    told,
)
from monitor.store.papers import Kept
from monitor.store.snapshots import snapshots

_HEARD = {str(Significance.NOTABLE), str(Significance.CRITICAL)}


@dataclass(frozen=True, slots=True)
class Seen:
    """A paper that came at this look: as this source gave it, as it is kept, and the readers' queries that found it for the first time."""

    given: Paper
    kept: Kept
    watches: tuple[Watch, ...] = ()


@dataclass(slots=True)
class _Message:
    """What is told together: of one number, to the same lists."""

    holdings: Mapping[str, Holding]
    verdicts: list[Verdict] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    links: dict[int, Link] = field(default_factory=dict)
    members: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""


def tell_of_papers(
    context: Context,
    door: LiteratureDoor,
    seen: Sequence[Seen],
    by_number: Mapping[str, Sequence[TrialId]],
    reasons: Reasons,
    run: int,
) -> tuple[int, bool]:
    """Tell what is new in these papers. Gives how many events that made, and whether all was told (another process may be at a trial)."""
    desk = _Desk(context, door, by_number, reasons)
    for one in seen:
        desk.take(one)
    return desk.tell(run)


class _Desk:
    """Sorts what is to be told of the papers of one look into messages, one a trial and set of lists."""

    def __init__(
        self,
        context: Context,
        door: LiteratureDoor,
        by_number: Mapping[str, Sequence[TrialId]],
        reasons: Reasons,
    ) -> None:
        self._context, self._door, self._by_number, self._reasons = context, door, by_number, reasons
        self._messages: dict[tuple[TrialId, tuple[str, ...]], _Message] = {}
        self._facts: dict[TrialId, TrialFacts] = {}
        self._versions: dict[TrialId, int] = {}
        self._listed: dict[TrialId, frozenset[str]] = {}
        self._taken: set[tuple[TrialId, int, str]] = set()

    def take(self, one: Seen) -> None:
        """Judge one paper beside each trial that it names, and for the queries that found it."""
        context, kept = self._context, one.kept
        subject = subject_of(context, kept)
        links = self._links(one, subject)
        known = told(context.database, {subject.id, kept.id})
        asked = self._lists_that_asked(one)
        fresh = {trial: self._fresh(one, subject, trial, link, known) for trial, link in links.items()}
        loud = next((trial for trial, found in fresh.items() if _is_loud(found)), None)
        members = [(watch.key, one.given.id) for watch in one.watches]
        for trial, link in links.items():
            _propose(context, trial, kept)
            if not fresh[trial]:
                continue
            if trial == loud:  # the queries' readers hear of it under the trial's number, once
                holdings = {**asked, **self._reasons[trial]}
                self._put(trial, holdings, fresh[trial], subject, link, kept, members)
            else:
                holdings = {name: how for name, how in self._reasons[trial].items() if name not in asked}
                self._put(trial, holdings, fresh[trial], subject, link, kept, [])
        if loud is None and members:
            self._take_for_queries(one, subject, asked, known, members)

    def _take_for_queries(
        self,
        one: Seen,
        subject: Kept,
        asked: Mapping[str, Holding],
        known: Mapping[tuple[TrialId, int], Mapping[str, str | None]],
        members: list[tuple[str, str]],
    ) -> None:
        """A paper that queries found is told under its own number, but not to lists that heard of it as a trial's."""
        heard = {
            name
            for (trial, _), onces in known.items()
            if _HEARD.intersection(filter(None, onces.values()))
            for name in self._reasons.get(trial, ())
        }
        left = {name: how for name, how in asked.items() if name not in heard}
        number = TrialId(self._door.source.id, one.given.id)
        about = one.watches[0].title or one.watches[0].key
        seen = seen_as(self._context, self._door, one.given, one.kept, None)
        done = known.get((number, subject.id), {})
        verdicts = [
            verdict
            for verdict in judged(self._context, number, TrialFacts(), seen, about)
            if verdict.once not in done and not verdict.once.startswith("corrected")
        ]
        if left and verdicts:
            self._put(number, left, verdicts, subject, None, one.kept, members)
        else:
            note_members(self._context.database, members, self._context.clock.now())

    def _links(self, one: Seen, subject: Kept) -> dict[TrialId, Link]:
        """The watched trials that a paper is tied to, by its own record or what is known of it; a notice, by the paper that it is about."""
        links = links_in(one.given, self._by_number)
        for stored in links_of(self._context.database, {one.kept.id, subject.id}).values():
            for trial, link in stored.items():
                links[trial] = surest(link, links.get(trial))
        watched = {trial: link for trial, link in links.items() if trial in self._reasons}
        self._learn(watched)
        return {
            trial: tied(link, one.kept, self._listed[trial])
            for trial, link in watched.items()
            if trial in self._facts
        }

    def _learn(self, trials: Iterable[TrialId]) -> None:
        new = [trial for trial in trials if trial not in self._listed]
        for trial, snapshot in snapshots(self._context.database, new).items():
            if snapshot.version:
                self._facts[trial] = snapshot.facts
                self._versions[trial] = snapshot.version
        for trial in new:
            self._listed[trial] = listed_in_registry(self._context, trial)

    def _fresh(
        self,
        one: Seen,
        subject: Kept,
        trial: TrialId,
        link: Link,
        known: Mapping[tuple[TrialId, int], Mapping[str, str | None]],
    ) -> list[Verdict]:
        """What was not told yet of this paper beside this trial. What the registry's own record refers to was told by that."""
        seen = seen_as(self._context, self._door, one.given, one.kept, link)
        done = {*known.get((trial, subject.id), ()), *known.get((trial, one.kept.id), ())}
        fresh: list[Verdict] = []
        silent: list[Telling] = []
        for verdict in judged(self._context, trial, self._facts[trial], seen):
            once = verdict.once
            key = (trial, subject.id, once)
            if once in done or key in self._taken or (once == "mention" and "number" in done):
                continue
            self._taken.add(key)
            if link == "registry" and once == "number":
                silent.append(Telling(subject.id, once))
            else:
                fresh.append(verdict)
        if silent or not fresh:
            now = self._context.clock.now()
            note_silent(self._context.database, trial, {one.kept.id: link}, silent, now)
        return fresh

    def _lists_that_asked(self, one: Seen) -> dict[str, Holding]:
        keys = {watch.key for watch in one.watches}
        return {
            watchlist.name: Holding(f"found by the publications watch “{watch.title}”", (watch.wishes,))
            for watchlist in self._context.watchlists
            for watch in watchlist.watches
            if watch.key in keys
        }

    def _put(
        self,
        number: TrialId,
        holdings: Mapping[str, Holding],
        verdicts: Sequence[Verdict],
        subject: Kept,
        link: Link | None,
        kept: Kept,
        members: Sequence[tuple[str, str]],
    ) -> None:
        message = self._messages.setdefault((number, tuple(sorted(holdings))), _Message(holdings))
        message.verdicts += verdicts
        message.tellings += [Telling(subject.id, verdict.once) for verdict in verdicts]
        message.members += members
        if link is not None:
            message.links[kept.id] = link
        else:
            message.title = kept.paper.title

    def tell(self, run: int) -> tuple[int, bool]:
        """Write each message down with what it tells, in one transaction each. What was judged beside a version that is not the newest any
        more, or was told by another process, is left to the next look."""
        events, whole = 0, True
        for (number, _), message in self._messages.items():
            try:
                events += self._record(number, message, run)
            except StaleSnapshot:
                whole = False
        return events, whole

    def _record(self, number: TrialId, message: _Message, run: int) -> int:
        context, now = self._context, self._context.clock.now()
        version = self._versions.get(number, 0)
        facts = self._facts.get(number, TrialFacts(title=message.title))
        standing = Observation(number, "beside", now, version, version, verdicts=tuple(message.verdicts))
        about = " ".join(f"{one.paper}:{one.once}" for one in message.tellings)
        source = context.sources[number.registry]
        observation = addressed_now(context, standing, facts, source, message.holdings, about=about)
        step = tells_of_papers(number, message.links, message.tellings, message.members, message.title, now)
        return len(record(context.database, observation, run, [step]).events)


def _is_loud(verdicts: Sequence[Verdict]) -> bool:
    """Whether whoever asked for this paper would hear of it anyway."""
    return any(verdict.significance >= Significance.NOTABLE for verdict in verdicts)


def _propose(context: Context, trial: TrialId, kept: Kept) -> None:
    """A paper whose record gives the trial's number and one of another registry's says that both are of one trial. One that gives
    several of a kind is about several trials, and says nothing."""
    by_kind: dict[str, set[str]] = {}
    for named in kept.paper.named:
        number = number_in(named.number) if named.link == "number" else None
        if number is not None:
            by_kind.setdefault(number.kind, set()).add(number.text)
    own = number_in(trial.number)
    if (
        own is None
        or by_kind.get(own.kind) != {own.text}
        or any(len(of_kind) > 1 for of_kind in by_kind.values())
    ):
        return
    others = [text for kind, of_kind in by_kind.items() if kind != own.kind for text in of_kind]
    if others:
        said = [Alias(text, "publication", kept.paper.keys[0]) for text in others]
        propose_aliases(context.database, trial, said)
