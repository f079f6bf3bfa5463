"""What a paper means for the trials that it names."""

from collections.abc import Mapping, Sequence

from monitor.core.facts import TrialFacts
from monitor.core.numbers import spelt
from monitor.core.paper import Link, Paper, PaperSeen
from monitor.core.significance import Case, Verdict, assess
from monitor.core.trial import TrialId
from monitor.jobs.context import Context, LiteratureDoor
from monitor.rules._references import REFERENCES_MODULE, listed_references
from monitor.store.papers import Kept, by_keys, preprints_of
from monitor.store.snapshots import modules_of

_SUREST: tuple[Link, ...] = ("registry", "number", "mention")
_NOTICES = ("erratum of", "retraction of", "concern about")


def links_in(paper: Paper, by_number: Mapping[str, Sequence[TrialId]]) -> dict[TrialId, Link]:
    """The trials that a paper names, and how. `by_number`: whose each number is, as registries spell it."""
    found: dict[TrialId, Link] = {}
    for named in paper.named:
        for trial in by_number.get(spelt(named.number), ()):
            found[trial] = surest(named.link, found.get(trial))
    return found


def listed_in_registry(context: Context, trial: TrialId) -> frozenset[str]:
    """The PubMed numbers of the publications that the registry's own record refers to."""
    return listed_references(modules_of(context.database, trial, [REFERENCES_MODULE]))


def tied(link: Link, kept: Kept, listed: frozenset[str]) -> Link:
    """How sure a tie is, given what the registry's record refers to."""
    return "registry" if kept.paper.pmid in listed else link


def surest(link: Link, other: Link | None) -> Link:
    """Of two ties to one trial."""
    return link if other is None else min(link, other, key=_SUREST.index)


def judged(
    context: Context, trial: TrialId, facts: TrialFacts, seen: PaperSeen, about: str = ""
) -> tuple[Verdict, ...]:
    """What the rules make of a paper beside a trial."""
    case = Case(trial, facts, facts, context.clock.now(), occurrence="paper", about=about, paper=seen)
    return assess(case, context.rules)


def seen_as(context: Context, door: LiteratureDoor, given: Paper, kept: Kept, link: Link | None) -> PaperSeen:
    """The paper as rules judge it."""
    before = preprints_of(context.database, kept) if "preprint" not in kept.paper.kinds else ()
    return PaperSeen(
        kept.paper,
        link,
        door.source.title,
        page_of(door, given.id),
        before[0].paper.title or before[0].paper.keys[0] if before else "",
        kept.correction,
        kept.version,
    )


def page_of(door: LiteratureDoor, identity: str) -> str:
    """Where a person reads a paper's record; empty for what the source has no page of."""
    try:
        return door.source.page_url(identity)
    except ValueError:
        return ""


def subject_of(context: Context, kept: Kept) -> Kept:
    """The paper that something is told of: of a notice the one that it is about, if that is known."""
    about = [tie.to for tie in kept.paper.ties if tie.relation in _NOTICES]
    known = by_keys(context.database, about) if about else {}
    return next((known[key] for key in about if key in known), kept)
