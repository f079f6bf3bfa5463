"""Stored notifications → what a digest shows of them: a section a watchlist, a block a trial, each event and each change once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo

from monitor.core.change import Change
from monitor.core.facts import TrialFacts
from monitor.core.record import Snapshot
from monitor.core.routing import raised
from monitor.core.significance import Significance, Verdict
from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Subscriber, Wishes
from monitor.core.wishes import News, fate_of
from monitor.jobs.coming import Ahead
from monitor.jobs.context import Context
from monitor.jobs.reasons import holdings
from monitor.jobs.slips import slips_in
from monitor.render.contexts import OUR_LANGUAGE, AlertContext, DigestSection, Note, Reason
from monitor.rules.near import SITES_MODULE, listed_sites, near_news
from monitor.store.digests import Stored, ToldEvent, changes_by_id
from monitor.store.snapshots import modules_of, snapshots


@dataclass(frozen=True)
class Reader:
    """Whom a digest is for, and where it goes. `wishes` are the subscriber's by watchlist: there may be several, or none where the lists
    have changed."""

    name: str
    destinations: tuple[str, ...]
    wishes: Mapping[str, Subscriber]

    @property
    def timezone(self) -> tzinfo:
        """The reader's own."""
        return next((wish.timezone for wish in self.wishes.values()), UTC)

    @property
    def language(self) -> str:
        """That of the reader's dates."""
        return next((wish.language for wish in self.wishes.values()), OUR_LANGUAGE)


def reader_of(context: Context, subscriber: str, destinations: Sequence[str]) -> Reader:
    """The subscriber of this name who is told at these destinations; at some of them, if nobody is told at just these."""
    named = [
        (watchlist.name, one)
        for watchlist in context.watchlists
        for one in watchlist.subscribers
        if one.name == subscriber
    ]
    exactly = {name: one for name, one in named if one.to == tuple(destinations)}
    partly = {name: one for name, one in named if {*destinations} & {*one.to}}
    return Reader(subscriber, tuple(destinations), exactly or partly)


def sections_of(
    context: Context,
    members: Sequence[Stored],
    reader: Reader,
    ahead: Mapping[str, Ahead],
) -> tuple[tuple[DigestSection, ...], tuple[Note, ...]]:
    """The watchlists' sections, each trial once, in the first list that holds it; and what is about no trial.
    `ahead` is what is coming, by watchlist."""
    blocks, notes = _blocks(members), notes_of(one for one in members if not one.events)
    known = snapshots(context.database, list(blocks))
    changes = changes_by_id(
        context.database, (change for block in blocks.values() for change in block.changes)
    )
    held = _held(context, blocks.values(), reader)
    titles = {watchlist.name: watchlist.title for watchlist in context.watchlists}
    by_list: dict[str, list[AlertContext]] = {}
    for trial, block in blocks.items():
        names = sorted(block.watchlists) or [""]
        alert = _alert(context, trial, block, known.get(trial), changes, reader, held.get(trial.number, {}))
        # The reasons name the lists that asked; another may hold the trial, too, where one message was written for several.
        also = tuple(
            title
            for title in (titles.get(name, name) for name in names[1:])
            if not any(title in why for why in block.whys)
        )
        by_list.setdefault(names[0], []).append(replace(alert, also_in=also))
    sections = tuple(
        DigestSection(
            titles.get(name, name),
            tuple(by_list.get(name, ())),
            coming=tuple(near.coming),
            coming_named=near.named,
        )
        for name in sorted({*by_list, *ahead})
        if (near := ahead.get(name, Ahead())).coming or name in by_list
    )
    return sections, notes


@dataclass
class _Block:
    """What is told of one trial, by however many messages."""

    watchlists: set[str] = field(default_factory=set)
    whys: list[str] = field(default_factory=list)
    events: dict[int, ToldEvent] = field(default_factory=dict)

    @property
    def changes(self) -> list[int]:
        """The ids of the changes behind its events, each once, oldest first."""
        return sorted({change for event in self.events.values() for change in event.changes})


def _blocks(members: Iterable[Stored]) -> dict[TrialId, _Block]:
    blocks: dict[TrialId, _Block] = {}
    for one in members:
        for event in one.events:
            block = blocks.setdefault(event.trial, _Block())
            block.events[event.id] = event
            block.watchlists.update(one.watchlists)
            # The reason why a digest was written is no reason why a trial is in it.
            if one.kind != "digest" and one.why not in block.whys:
                block.whys.append(one.why)
    return blocks


def _held(context: Context, blocks: Iterable[_Block], reader: Reader) -> Mapping[str, Mapping[str, Holding]]:
    """How each trial is in the reader's lists; asked only where it matters how large a change is."""
    if all(event.measure is None for block in blocks for event in block.events.values()):
        return {}
    lists = [watchlist for watchlist in context.watchlists if watchlist.name in reader.wishes]
    return holdings(context.database, lists)


def _heard_as(event: ToldEvent, block: _Block, reader: Reader, held: Mapping[str, Holding]) -> Significance:
    news = News(event.trial.number, event.rule, event.topic, event.significance, event.measure)
    heard = (
        fate_of(news, reader.wishes[name], held[name].wishes if name in held else (Wishes(),))[1]
        for name in block.watchlists
        if name in reader.wishes
    )
    return max((event.significance, *heard))


def notes_of(members: Iterable[Stored]) -> tuple[Note, ...]:
    """Messages as a digest quotes them, those of the same title as one: the words with which they stand in the store."""
    quoted: dict[str, list[str]] = {}
    for one in members:
        quoted.setdefault(one.title, []).extend(
            line.strip() for line in one.text.splitlines() if line.strip()
        )
    return tuple(Note(title, tuple(lines)) for title, lines in quoted.items())


def _alert(
    context: Context,
    trial: TrialId,
    block: _Block,
    known: Snapshot | None,
    changes: Mapping[int, Change],
    reader: Reader,
    held: Mapping[str, Holding],
) -> AlertContext:
    facts = known.facts if known is not None else TrialFacts()
    source = context.sources[trial.registry]
    events = sorted(block.events.values(), key=lambda event: event.id)
    verdicts = _verdicts(context, trial, block, facts, changes, reader, held)
    of_block = tuple(changes[identity] for identity in block.changes)
    first, last = min(event.seen_at for event in events), max(event.seen_at for event in events)
    return AlertContext(
        number=trial.number,
        registry=source.title,
        page=source.page_url(trial.number),
        facts=facts,
        version=max((event.version or 0 for event in events), default=0),
        registry_date=max((event.registry_date for event in events), default=""),
        seen_at=last,
        seen_from=first if first != last else None,
        reasons=tuple(Reason("", why) for why in block.whys),
        verdicts=tuple(sorted(verdicts, key=lambda verdict: -verdict.significance)),
        changes=of_block,
        timezone=reader.timezone,
        language=reader.language,
        slips=slips_in((*known.past, facts), verdicts, of_block) if known is not None else (),
    )


def _verdicts(
    context: Context,
    trial: TrialId,
    block: _Block,
    facts: TrialFacts,
    changes: Mapping[int, Change],
    reader: Reader,
    held: Mapping[str, Holding],
) -> list[Verdict]:
    """The events as this reader hears them: as grave as they are to whoever asked for changes of their size; of sites near the reader, with
    the line that says what happened there."""
    position = {identity: at for at, identity in enumerate(block.changes)}
    wishes = [reader.wishes[name] for name in sorted(block.watchlists) if name in reader.wishes]
    place = next((wish.near for wish in wishes if wish.near is not None), None)
    sites = listed_sites(modules_of(context.database, trial, [SITES_MODULE])) if place is not None else None
    heard = []
    for event in sorted(block.events.values(), key=lambda event: event.id):
        of_event = tuple(changes[identity] for identity in event.changes)
        verdict = Verdict(
            event.rule,
            event.topic,
            _heard_as(event, block, reader, held),
            event.headline,
            event.because,
            tuple(position[identity] for identity in event.changes),
            page=_page(context, event.paper) if event.paper is not None else "",
        )
        if place is not None and event.topic == "sites":
            near = near_news(place, trial, facts, of_event, sites, event.seen_at)
            if near is not None:
                near = replace(near, changes=tuple(position[event.changes[at]] for at in near.changes))
                heard.append(near)
                verdict = raised(verdict, near)
        heard.append(verdict)
    return heard


def _page(context: Context, paper: TrialId) -> str:
    """Where a paper's record is read; empty for one that its source has no page of."""
    try:
        return context.sources[paper.registry].page_url(paper.number)
    except (KeyError, ValueError):
        return ""
