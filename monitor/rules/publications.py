"""References: what the registry links by itself, what the sponsor calls a result, what was retracted.

ClinicalTrials.gov looks the trial's number up in PubMed and adds what it finds as DERIVED; RESULT and BACKGROUND are the sponsor's word.
A publication that names a trial is a mention: whether it holds the trial's results is for the reader to see.
"""

from collections.abc import Iterable, Sequence

from monitor.core.change import Item
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._references import REFERENCES, THEIRS, Reference, references_of, title_of
from monitor.rules.words import count, shortened

_LISTED = 2


def _verdict(
    rule: str, significance: Significance, headline: str, because: str, positions: Iterable[int]
) -> Iterable[Verdict]:
    yield Verdict(
        f"publications.{rule}",
        "publications",
        significance,
        shortened(headline, 200),
        because,
        tuple(sorted(positions)),
    )


def _were(references: Sequence[Reference], what: str) -> str:
    return f"A {what} was" if len(references) == 1 else f"{count(len(references), what)} were"


def _list(references: Sequence[Reference]) -> str:
    if len(references) == 1:
        return references[0].told
    numbers = sorted(one.pmid for one in references if one.pmid)
    named = f"PMID {', '.join(numbers[: _LISTED + 1])}" if numbers else references[0].told
    return named + (" …" if len(references) > _LISTED + 1 else "")


def _new(case: Case, type_: str) -> list[Reference]:
    """The references of a type that came, less those that were told of before, when they were found in the literature."""
    return [
        one
        for one in references_of(case, "added")
        if one.type == type_ and not one.retracted and one.pmid not in case.papers
    ]


def _told_before(case: Case) -> Iterable[Verdict]:
    came = [
        one
        for one in references_of(case, "added")
        if one.type in THEIRS and not one.retracted and one.pmid in case.papers
    ]
    if came:
        yield from _verdict(
            "told_before",
            Significance.NOISE,
            f"The registry now refers to what was told of before: {_list(came)}",
            "it was found in the literature first; one publication is told of once",
            (one.position for one in came),
        )


def _linked(case: Case) -> Iterable[Verdict]:
    came = _new(case, "DERIVED")
    if came:
        before_results = not case.after.has_results
        headline = f"{_were(came, 'publication')} linked by the registry{' before results' if before_results else ''}: {_list(came)}"
        because = (
            "the registry found the trial's number in PubMed (type DERIVED): a mention, not yet a result"
        )
        if case.registry_made:
            because += "; registry-made: the date of the sponsor's last submission did not move"
        significance = Significance.NOTABLE if before_results else Significance.ROUTINE
        yield from _verdict("linked", significance, headline, because, (one.position for one in came))


def _result(case: Case) -> Iterable[Verdict]:
    came = _new(case, "RESULT")
    called = [
        n
        for n, change in enumerate(case.changes)
        if change.after == "RESULT" and change.path.plain == f"{REFERENCES}.type"
    ]
    number = len(came) + len(called)
    if number:
        what = (
            "A publication of results is" if number == 1 else f"{count(number, 'publication')} of results are"
        )
        named = _list(came) if came else _named(case, called)
        yield from _verdict(
            "result",
            Significance.NOTABLE,
            f"{what} named by the sponsor: {named}",
            "the reference's type is RESULT, which is the sponsor's word",
            [one.position for one in came] + called,
        )


def _named(case: Case, positions: Sequence[int]) -> str:
    """The references within which something changed: the first item of a path is the reference itself."""
    within = {
        next((step.name for step in case.changes[n].path.steps if isinstance(step, Item)), "")
        for n in positions
    }
    names = [
        f"PMID {name}" if name.isdigit() else f"“{shortened(title_of(name), 100)}”" for name in sorted(within)
    ]
    return ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")


def _background(case: Case) -> Iterable[Verdict]:
    came = [one for one in references_of(case, "added") if one.type not in THEIRS and not one.retracted]
    if came:
        yield from _verdict(
            "background",
            Significance.ROUTINE,
            f"{_were(came, 'background reference')} added: {_list(came)}",
            "literature that the sponsor cites, not what came of the trial",
            (one.position for one in came),
        )


def _removed(case: Case) -> Iterable[Verdict]:
    gone = references_of(case, "removed")
    if gone:
        because = "the record listed it before" if len(gone) == 1 else "the record listed them before"
        yield from _verdict(
            "removed",
            Significance.ROUTINE,
            f"{_were(gone, 'reference')} taken out: {_list(gone)}",
            because,
            (one.position for one in gone),
        )


def _retracted(case: Case) -> Iterable[Verdict]:
    came = [one for one in references_of(case, "added") if one.retracted]
    marked = [
        n
        for n, change in enumerate(case.changes)
        if change.topic == "publications"
        and change.kind != "removed"
        and change.path.plain.startswith(f"{REFERENCES}.retractions")
    ]
    if came or marked:
        named = _named(case, marked) if marked else _list(came)
        theirs = bool(marked) or any(one.type in THEIRS for one in came)
        yield from _verdict(
            "retracted",
            Significance.CRITICAL if theirs else Significance.NOTABLE,
            f"Retracted: {named}",
            "the registry lists a retraction with this reference",
            [one.position for one in came] + marked,
        )


def _with(*references: Json, **more: Json) -> dict[str, Json]:
    return {"protocolSection": {"referencesModule": {"references": list(references)}}, **more}


def _paper(type_: str, **more: Json) -> Json:
    citation = (
        "Made A, Invented BC. Disc cells relieve back pain: a made trial. J Made Med. 2026 Jan;1(1):1-9."
    )
    return {"pmid": "99900001", "type": type_, "citation": citation, **more}


_RETRACTION: Json = [{"pmid": "99900009", "source": "J Made Med. 2026 Feb;1(2):20"}]

RULES = (
    Rule(
        "publications.linked",
        "The registry links a publication",
        "Found in PubMed by the trial's number. Before results are posted it is often the first sight of them.",
        "publications",
        _linked,
        (
            Example(
                "before results",
                _with(),
                _with(_paper("DERIVED")),
                Significance.NOTABLE,
                "A publication was linked by the registry before results: "
                "PMID 99900001, “Disc cells relieve back pain: a made trial”",
            ),
            Example(
                "after results",
                _with(hasResults=True),
                _with(_paper("DERIVED"), hasResults=True),
                Significance.ROUTINE,
            ),
        ),
    ),
    Rule(
        "publications.result",
        "The sponsor names a publication of results",
        "Its type is RESULT: added as such, or called so now.",
        "publications",
        _result,
        (
            Example(
                "added",
                _with(),
                _with(_paper("RESULT")),
                Significance.NOTABLE,
                "A publication of results is named by the sponsor: "
                "PMID 99900001, “Disc cells relieve back pain: a made trial”",
            ),
            Example(
                "what the registry had linked",
                _with(_paper("DERIVED")),
                _with(_paper("RESULT")),
                Significance.NOTABLE,
                "A publication of results is named by the sponsor: PMID 99900001",
            ),
        ),
    ),
    Rule(
        "publications.told_before",
        "The registry refers to a publication that was told of before",
        "It was found in the literature before the registry linked it, or the sponsor named it: one publication is told of once.",
        "publications",
        _told_before,
        (
            Example(
                "found in PubMed a year before",
                _with(),
                _with(_paper("DERIVED")),
                Significance.NOISE,
                papers=frozenset({"99900001"}),
            ),
        ),
    ),
    Rule(
        "publications.background",
        "A background reference",
        "Literature that the sponsor cites.",
        "publications",
        _background,
        (Example("added", _with(), _with(_paper("BACKGROUND")), Significance.ROUTINE),),
    ),
    Rule(
        "publications.removed",
        "A reference is taken out",
        "It was listed and is not any more.",
        "publications",
        _removed,
        (
            Example("taken out", _with(_paper("RESULT")), _with(), Significance.ROUTINE),
            Example(
                "only got its number in PubMed",
                _with({"type": "RESULT", "citation": "Made A. Disc cells. J Made Med. 2026."}),
                _with(
                    {
                        "type": "RESULT",
                        "citation": "Made A. Disc cells. J Made Med. 2026.",
                        "pmid": "99900001",
                    }
                ),
                None,
            ),
        ),
    ),
    Rule(
        "publications.retracted",
        "A publication is retracted",
        "The registry lists a retraction with a reference of this trial. A retracted background reference is notable only.",
        "publications",
        _retracted,
        (
            Example(
                "a paper of the trial",
                _with(_paper("RESULT")),
                _with(_paper("RESULT", retractions=_RETRACTION)),
                Significance.CRITICAL,
                "Retracted: PMID 99900001",
            ),
            Example(
                "a background paper, retracted when it is added",
                _with(),
                _with(_paper("BACKGROUND", retractions=_RETRACTION)),
                Significance.NOTABLE,
            ),
        ),
    ),
)
