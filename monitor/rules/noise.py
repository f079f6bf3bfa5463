"""The noise firewall: what no reader wants to be woken for, one line a kind, saying what was held back and why.

These rules are asked last: whatever another rule spoke of is told by it. Nothing is dropped; it is kept, counted and shown on request.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from monitor.core.change import Change, FieldPath, Item
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Topic, Verdict
from monitor.rules._bursts import IN_A_BURST
from monitor.rules._folding import folded_value, same_when_folded
from monitor.rules.words import count, shortened

_LOCATIONS = "protocolSection.contactsLocationsModule.locations"
_STATUS = "protocolSection.statusModule"
_CITATION = "protocolSection.referencesModule.references.citation"
_DERIVED_TERMS = ("derivedSection.conditionBrowseModule", "derivedSection.interventionBrowseModule")
_REACHED_BY = {
    "phone": ("phone number", "phone numbers"),
    "phoneExt": ("phone number", "phone numbers"),
    "email": ("e-mail address", "e-mail addresses"),
    "zip": ("postal code", "postal codes"),
}
_REGISTRY_MADE = "registry-made: the date of the sponsor's last submission did not move"


def _held_back(
    rule: str, topic: Topic, what: str, because: str, positions: Iterable[int]
) -> Iterable[Verdict]:
    found = tuple(sorted(set(positions)))
    if found:
        headline = shortened(f"Held back: {what}", 200)
        yield Verdict(f"noise.{rule}", topic, Significance.NOISE, headline, because, found)


def _leaves(case: Case, of: Callable[[Change], bool]) -> list[int]:
    return [n for n in case.unclaimed if of(case.changes[n])]


def _geocodes(case: Case) -> Iterable[Verdict]:
    found = _leaves(
        case,
        lambda change: change.topic == "sites" and change.path.plain.startswith(f"{_LOCATIONS}.geoPoint"),
    )
    sites = {_within(case.changes[n]) for n in found}
    because = (
        _REGISTRY_MADE
        if case.registry_made
        else "coordinates are the registry's own, derived from the place names"
    )
    yield from _held_back("geocodes", "sites", f"coordinates of {count(len(sites), 'site')}", because, found)


def _within(change: Change) -> FieldPath:
    """The item within which something changed."""
    last = max(
        (n for n, step in enumerate(change.path.steps) if isinstance(step, Item)),
        default=len(change.path.steps),
    )
    return FieldPath(change.path.steps[: last + 1])


def _contacts(case: Case) -> Iterable[Verdict]:
    found = _leaves(case, lambda change: change.path.steps[-1] in _REACHED_BY and not change.housekeeping)
    kinds = Counter(_REACHED_BY[str(case.changes[n].path.steps[-1])] for n in found)
    what = ", ".join(count(number, *kind) for kind, number in sorted(kinds.items()))
    yield from _held_back(
        "contacts", "sites", what, "how to reach a site or a contact, not who or where it is", found
    )


def _dates(case: Case) -> Iterable[Verdict]:
    def touch(change: Change) -> bool:
        if change.topic not in ("dates", "results") or change.kind != "changed" or change.housekeeping:
            return False
        plain = change.path.plain
        return plain.startswith(_STATUS) and plain.endswith(("PostDateStruct.type", "QcDate"))

    found = _leaves(case, touch)
    labels = sorted({case.changes[n].label for n in found})
    what = f"{count(len(found), 'touch of a date', 'touches of dates')} ({', '.join(labels[:3])})"
    yield from _held_back(
        "dates", "dates", what, "dates of the registry's own handling: no news in themselves", found
    )


def _citations(case: Case) -> Iterable[Verdict]:
    found = _leaves(case, lambda change: change.path.plain == _CITATION) if case.registry_made else []
    what = f"{count(len(found), 'citation')} written anew by the registry"
    yield from _held_back("citations", "publications", what, _REGISTRY_MADE, found)


def _terms(case: Case) -> Iterable[Verdict]:
    found = _leaves(
        case, lambda change: change.topic == "record" and change.path.plain.startswith(_DERIVED_TERMS)
    )
    what = f"{count(len(found), 'index term')} that the registry derives"
    yield from _held_back(
        "terms",
        "record",
        what,
        "the registry's own index (MeSH), derived from conditions and interventions",
        found,
    )


def _typography(case: Case) -> Iterable[Verdict]:
    open_ones = [n for n in case.unclaimed if not case.changes[n].housekeeping]
    respelled = [n for n in open_ones if _is_respelled(case.changes[n])]
    items = _respelled_items(case, open_ones)
    found = respelled + [n for pair in items for n in pair]
    labels = sorted({case.changes[n].label for n in found})
    topics = sorted({case.changes[n].topic for n in found})
    more = f" and {len(labels) - 3:,} more" if len(labels) > 3 else ""
    what = f"typography of {count(len(respelled) + len(items), 'field')} ({', '.join(labels[:3])}{more})"
    because = "before and after differ only in case, white space, markup, quotes, dashes or punctuation"
    yield from _held_back("typography", topics[0] if len(topics) == 1 else "record", what, because, found)


def _is_respelled(change: Change) -> bool:
    return change.kind == "changed" and same_when_folded(change.before, change.after)


def _respelled_items(case: Case, positions: Sequence[int]) -> list[tuple[int, int]]:
    """Items of one list that went in one spelling and came in another."""
    gone: dict[tuple[str, bytes], list[int]] = defaultdict(list)
    pairs: list[tuple[int, int]] = []
    came_to = {_list_of(case.changes[n]) for n in positions if case.changes[n].kind == "added"} - {None}
    for n in positions if came_to else ():
        if case.changes[n].kind == "removed" and (list_of := _list_of(case.changes[n])) in came_to:
            gone[list_of or "", folded_value(case.changes[n].before)].append(n)
    for n in positions if gone else ():
        change = case.changes[n]
        if change.kind == "added" and (
            same := gone.get((_list_of(change) or "", folded_value(change.after)))
        ):
            pairs.append((same.pop(0), n))
    return pairs


def _list_of(change: Change) -> str | None:
    return str(FieldPath(change.path.steps[:-1])) if isinstance(change.path.steps[-1], Item) else None


def _burst(case: Case) -> Iterable[Verdict]:
    found = [n for n in case.unclaimed if n in case.burst]
    what = f"{count(len(found), 'name')} edited alike in several records"
    yield from _held_back("burst", "record", what, IN_A_BURST, found)


def _touched(**modules: Json) -> dict[str, Json]:
    return {"protocolSection": {"statusModule": {"lastUpdateSubmitDate": "2026-01-08"}, **modules}}


def _site(latitude: float) -> dict[str, Json]:
    site: Json = {
        "facility": "Made Hospital",
        "city": "Naples",
        "country": "Italy",
        "geoPoint": {"lat": latitude, "lon": 14.27},
    }
    return _touched(contactsLocationsModule={"locations": [site]})


def _affiliated(institute: str) -> dict[str, Json]:
    party: Json = {"type": "PRINCIPAL_INVESTIGATOR", "investigatorAffiliation": institute}
    return _touched(sponsorCollaboratorsModule={"responsibleParty": party})


def _criteria(text: str) -> dict[str, Json]:
    return _touched(descriptionModule={"detailedDescription": text})


def _reference(citation: str) -> dict[str, Json]:
    return _touched(
        referencesModule={"references": [{"pmid": "99900001", "type": "DERIVED", "citation": citation}]}
    )


def _mesh(*terms: str) -> dict[str, Json]:
    return {
        "derivedSection": {
            "conditionBrowseModule": {"meshes": [{"id": term[:3], "term": term} for term in terms]}
        }
    }


def _rule(
    name: str,
    title: str,
    doc: str,
    topic: Topic,
    judge: Callable[[Case], Iterable[Verdict]],
    *examples: Example,
) -> Rule:
    return Rule(f"noise.{name}", title, doc, topic, judge, examples, last=True)


RULES = (
    _rule(
        "geocodes",
        "Coordinates",
        "The registry computes them from the place names, in all its records at once. A site whose place or name changes is told by the "
        "rules of sites.",
        "sites",
        _geocodes,
        Example(
            "computed anew",
            _site(40.85),
            _site(40.86),
            Significance.NOISE,
            "Held back: coordinates of 1 site",
        ),
    ),
    _rule(
        "contacts",
        "Telephone, e-mail, postal code",
        "How to reach somebody. Another person or another site is told by other rules.",
        "sites",
        _contacts,
        Example(
            "the contact named with posted results",
            {"hasResults": True, "resultsSection": {"moreInfoModule": {"pointOfContact": {"phone": "1"}}}},
            {"hasResults": True, "resultsSection": {"moreInfoModule": {"pointOfContact": {"phone": "2"}}}},
            Significance.NOISE,
            "Held back: 1 phone number",
        ),
    ),
    _rule(
        "dates",
        "Touches of dates",
        "A posting date turns from estimated to actual, or the day of a quality check is given. Dates of the update are housekeeping.",
        "dates",
        _dates,
        Example(
            "the day of posting is settled",
            {
                "protocolSection": {
                    "statusModule": {
                        "resultsFirstPostDateStruct": {"date": "2026-02-03", "type": "ESTIMATED"}
                    }
                }
            },
            {
                "protocolSection": {
                    "statusModule": {"resultsFirstPostDateStruct": {"date": "2026-02-03", "type": "ACTUAL"}}
                }
            },
            Significance.NOISE,
            "Held back: 1 touch of a date (Results first posted, type)",
        ),
    ),
    _rule(
        "burst",
        "The same edit in many trials",
        "A place or an affiliation that became the same other name in three or more trials on one day: the registry's work, even if "
        "the sponsor submitted something that day. The first two are told, for nobody knows "
        "yet. Never a status, a date, a number or an outcome.",
        "record",
        _burst,
        Example(
            "an institute's name is unified",
            _affiliated("Made Univ. Hospital Bonn"),
            _affiliated("University Hospital Bonn (made)"),
            Significance.NOISE,
            "Held back: 1 name edited alike in several records",
            burst=True,
        ),
    ),
    _rule(
        "citations",
        "Citations written anew",
        "The registry copies citations from PubMed again when the paper is printed.",
        "publications",
        _citations,
        Example(
            "from online to print",
            _reference("Made A. Disc cells. J Made Med. 2026 Jan 5. Online ahead of print."),
            _reference("Made A. Disc cells. J Made Med. 2026 Mar;1(3):1-9."),
            Significance.NOISE,
            "Held back: 1 citation written anew by the registry",
        ),
    ),
    _rule(
        "terms",
        "Index terms",
        "MeSH terms and their trees, which the registry derives from conditions and interventions.",
        "record",
        _terms,
        Example("a new year's MeSH", _mesh("Pain"), _mesh("Pain", "Back Pain"), Significance.NOISE),
    ),
    _rule(
        "typography",
        "Typography",
        "Case, white space, markup, quotes, dashes, punctuation. Never a number, a word, or a sign that turns a sentence round.",
        "record",
        _typography,
        Example(
            "a space and an escape",
            _criteria("Age \\>=18 years"),
            _criteria("Age ≥ 18 Years."),
            Significance.NOISE,
            "Held back: typography of 1 field (Detailed description)",
        ),
        Example("another number", _criteria("Age ≥ 18 years"), _criteria("Age ≥ 19 years"), None),
        Example("the other way round", _criteria("Age ≥ 18 years"), _criteria("Age ≤ 18 years"), None),
        Example("a decimal point", _criteria("1.5 mg"), _criteria("15 mg"), None),
    ),
)
