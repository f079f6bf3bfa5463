"""Papers found in the literature: what one says of a trial, and how sure that is.

That a paper's record gives the trial's number is one thing, that its text mentions it another; neither says that it holds its results.
Every verdict has its own `once`: whatever a source gives again is told once.
"""

from collections.abc import Iterable

from monitor.core.dates import PartialDate
from monitor.core.json import Json
from monitor.core.paper import Link, Paper, PaperKind, PaperSeen, Relation, Tie
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules.words import shortened

_NOTICES: frozenset[PaperKind] = frozenset({"retraction", "concern", "erratum"})
_WITHDRAWN: frozenset[PaperKind] = frozenset({"retraction", "retracted"})


def told_of(paper: Paper) -> str:
    """`PMID 39393844, “Title of the paper” (Journal, October 2024)`."""
    number = f"PMID {paper.pmid}" if paper.pmid else f"doi {paper.doi}" if paper.doi else paper.id
    journal = shortened(paper.journal, 50)
    printed = ", ".join(
        part for part in (journal, paper.published.in_words() if paper.published else "") if part
    )
    title = f", “{shortened(paper.title.rstrip('.'), 90)}”" if paper.title else ""
    return f"{shortened(number, 60)}{title}" + (f" ({printed})" if printed else "")


def _verdict(
    rule: str, significance: Significance, headline: str, because: str, seen: PaperSeen, once: str
) -> Iterable[Verdict]:
    where = f"; {seen.page}" if seen.page else ""
    yield Verdict(
        f"papers.{rule}",
        "publications",
        significance,
        shortened(headline, 240),
        because + where,
        once=once,
        page=seen.page,
    )


def _tie(case: Case, seen: PaperSeen) -> str:
    """How the paper is tied to the trial, for a `because`."""
    at = seen.source or "the source"
    if seen.link is None:
        return f"found by the publications watch “{case.about}”; it names no trial that is watched"
    if seen.link == "mention":
        return f"its text at {at} mentions the trial's number: a mention, no more"
    return f"its record at {at} gives the trial's number: what it holds is for the reader to see"


def _is_notice(paper: Paper) -> bool:
    return bool(paper.kinds & (_NOTICES | _WITHDRAWN))


def _found(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is None or seen.link is None or seen.preprint or _is_notice(seen.paper):
        return
    paper, sure = seen.paper, seen.link != "mention"
    if "protocol" in paper.kinds:
        what, aside = "A protocol", True
    elif "review" in paper.kinds:
        what, aside = "A review", True
    else:
        what, aside = "A preprint" if "preprint" in paper.kinds else "A publication", False
    tie = "about this trial" if sure else "mentions this trial"
    answers = sure and not aside and not case.after.has_results
    before = ", before the register has results" if answers else ""
    yield from _verdict(
        "found",
        Significance.NOTABLE if answers else Significance.ROUTINE,
        f"{what} {tie}{before}: {told_of(paper)}",
        _tie(case, seen),
        seen,
        "number" if sure else "mention",
    )


def _published(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is None or seen.link is None or not seen.preprint or _is_notice(seen.paper):
        return
    answers = seen.link != "mention" and not case.after.has_results
    yield from _verdict(
        "published",
        Significance.NOTABLE if answers else Significance.ROUTINE,
        f"The published version of a preprint about this trial: {told_of(seen.paper)}",
        f"linked to the preprint “{shortened(seen.preprint, 90)}”; {_tie(case, seen)}",
        seen,
        "number" if seen.link != "mention" else "mention",
    )


def _watched(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is not None and seen.link is None and not _is_notice(seen.paper):
        what = "A preprint" if "preprint" in seen.paper.kinds else "A publication"
        headline = f"{what} found by “{shortened(case.about, 60)}”: {told_of(seen.paper)}"
        yield from _verdict("watched", Significance.NOTABLE, headline, _tie(case, seen), seen, "watched")


def _notices(paper: Paper, relation: Relation) -> list[str]:
    """The keys of the notices about this paper that its own record names."""
    return sorted(tie.to for tie in paper.ties if tie.relation == relation)


def _named(notices: list[str]) -> str:
    """Which notices a record names, for the beginning of a `because`."""
    named = ", ".join(key.replace("pmid:", "PMID ", 1).replace("doi:", "doi ", 1) for key in notices[:3])
    return f"its record names the notice {shortened(named, 100)}; " if named else ""


def _retracted(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is not None and (seen.paper.kinds & _WITHDRAWN or _notices(seen.paper, "retracted by")):
        what = "A notice of retraction" if "retraction" in seen.paper.kinds else "Retracted"
        because = _named(_notices(seen.paper, "retracted by")) + _tie(case, seen)
        headline = f"{what}: {told_of(seen.paper)}"
        yield from _verdict("retracted", Significance.CRITICAL, headline, because, seen, "retracted")


def _concern(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is not None and ("concern" in seen.paper.kinds or _notices(seen.paper, "doubted by")):
        of_it = ":" if "concern" in seen.paper.kinds else " about"
        because = _named(_notices(seen.paper, "doubted by")) + _tie(case, seen)
        headline = f"An expression of concern{of_it} {told_of(seen.paper)}"
        yield from _verdict("concern", Significance.CRITICAL, headline, because, seen, "concern")


def _erratum(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is None:
        return
    is_notice = "erratum" in seen.paper.kinds
    for notice in [seen.paper.keys[0]] if is_notice else _notices(seen.paper, "corrected by"):
        headline = f"An erratum{':' if is_notice else ' to'} {told_of(seen.paper)}"
        because = ("" if is_notice else _named([notice])) + _tie(case, seen)
        yield from _verdict("erratum", Significance.NOTABLE, headline, because, seen, f"erratum {notice}")


def _corrected(case: Case) -> Iterable[Verdict]:
    seen = case.paper
    if seen is not None and seen.correction:
        yield from _verdict(
            "corrected",
            Significance.ROUTINE,
            f"The record of a publication was corrected: {told_of(seen.paper)}",
            f"{shortened(seen.correction, 200)}; {_tie(case, seen)}",
            seen,
            f"corrected {seen.nth}",
        )


def _seen(
    link: Link | None,
    *kinds: PaperKind,
    preprint: str = "",
    correction: str = "",
    by: Relation | None = None,
) -> PaperSeen:
    paper = Paper(
        "pubmed",
        "99900001",
        "Disc cells relieve back pain: a made trial.",
        "J Made Med",
        PartialDate(2026, 1),
        "99900001",
        kinds=frozenset(kinds),
        ties=(Tie(by, "pmid:99900009"),) if by is not None else (),
    )
    return PaperSeen(paper, link, "PubMed", preprint=preprint, correction=correction)


_PAPER = "PMID 99900001, “Disc cells relieve back pain: a made trial” (J Made Med, January 2026)"


def _example(
    says: str,
    seen: PaperSeen,
    significance: Significance | None,
    headline: str = "",
    after: dict[str, Json] | None = None,
    about: str = "",
) -> Example:
    record = after or {}
    return Example(says, record, record, significance, headline, occurrence="paper", about=about, paper=seen)


_POSTED: dict[str, Json] = {"hasResults": True}

RULES = (
    Rule(
        "papers.found",
        "A publication names a watched trial",
        "Its record gives the trial's number, or its text mentions it. The first is told as a publication about the trial; before the"
        " register has results it may be the first sight of what came out, which is for the reader to see.",
        "publications",
        _found,
        (
            _example(
                "its record gives the number, before results",
                _seen("number", "article"),
                Significance.NOTABLE,
                f"A publication about this trial, before the register has results: {_PAPER}",
            ),
            _example(
                "after results",
                _seen("number", "article"),
                Significance.ROUTINE,
                f"A publication about this trial: {_PAPER}",
                _POSTED,
            ),
            _example(
                "only its text mentions it",
                _seen("mention", "article"),
                Significance.ROUTINE,
                f"A publication mentions this trial: {_PAPER}",
            ),
            _example(
                "a protocol",
                _seen("number", "protocol"),
                Significance.ROUTINE,
                f"A protocol about this trial: {_PAPER}",
            ),
            _example(
                "a preprint",
                _seen("number", "preprint"),
                Significance.NOTABLE,
                f"A preprint about this trial, before the register has results: {_PAPER}",
            ),
            _example("a notice of retraction", _seen("number", "retraction"), None),
        ),
        on="paper",
    ),
    Rule(
        "papers.published",
        "A preprint is published",
        "The source links the article to a preprint that is known.",
        "publications",
        _published,
        (
            _example(
                "before results",
                _seen("number", "article", preprint="Disc cells relieve back pain"),
                Significance.NOTABLE,
                f"The published version of a preprint about this trial: {_PAPER}",
            ),
        ),
        on="paper",
    ),
    Rule(
        "papers.watched",
        "A publications watch finds a paper",
        "One that names no watched trial, or only mentions it; it is told under its own number, to the readers of the list that asked.",
        "publications",
        _watched,
        (
            _example(
                "new in the literature",
                _seen(None, "article"),
                Significance.NOTABLE,
                f"A publication found by “disc cells”: {_PAPER}",
                about="disc cells",
            ),
        ),
        on="paper",
    ),
    Rule(
        "papers.retracted",
        "A publication is retracted",
        "Its own record says so, or a notice of retraction is found.",
        "publications",
        _retracted,
        (
            _example(
                "its record says so",
                _seen("number", "article", "retracted", by="retracted by"),
                Significance.CRITICAL,
                f"Retracted: {_PAPER}",
            ),
            _example(
                "the notice is found first",
                _seen("number", "retraction"),
                Significance.CRITICAL,
                f"A notice of retraction: {_PAPER}",
            ),
        ),
        on="paper",
    ),
    Rule(
        "papers.concern",
        "An expression of concern",
        "Editors have doubts about a publication that names the trial.",
        "publications",
        _concern,
        (
            _example(
                "published",
                _seen("number", "concern"),
                Significance.CRITICAL,
                f"An expression of concern: {_PAPER}",
            ),
            _example(
                "its record names one",
                _seen("number", "article", by="doubted by"),
                Significance.CRITICAL,
                f"An expression of concern about {_PAPER}",
            ),
        ),
        on="paper",
    ),
    Rule(
        "papers.erratum",
        "An erratum",
        "A publication that names the trial is corrected by its journal.",
        "publications",
        _erratum,
        (
            _example("published", _seen("number", "erratum"), Significance.NOTABLE, f"An erratum: {_PAPER}"),
            _example(
                "its record names one",
                _seen("number", "article", by="corrected by"),
                Significance.NOTABLE,
                f"An erratum to {_PAPER}",
            ),
        ),
        on="paper",
    ),
    Rule(
        "papers.corrected",
        "The record of a publication is corrected",
        "Its title or its DOI is another now at the source. Other corrections are kept as versions and not told.",
        "publications",
        _corrected,
        (
            _example(
                "another title",
                _seen("number", "article", correction="title: “Disc cells” → “Disc cells relieve back pain”"),
                Significance.ROUTINE,
                f"The record of a publication was corrected: {_PAPER}",
            ),
        ),
        on="paper",
    ),
)
