"""Edits that the registry makes in many records on one day: which changes may be such edits, and what makes two of them the same.

Only names of places and affiliations. The same status or the same date in several trials on one day is news of a portfolio, and never here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from monitor.core.change import Change, Item
from monitor.core.json import Json
from monitor.core.record import canonical_json

# So many trials, this one among them, with the same edit on one day: then it is no single sponsor's.
TRIALS_OF_A_BURST = 3

IN_A_BURST = "the same edit was seen in three or more trials on one day, so that the registry is thought to have made it"

# The topics of all changes that can be part of a burst.
BURST_TOPICS = ("sites", "sponsor")

# An edit: where it was made, what stood there and what stands there now.
Edit = tuple[str, str, str]

_CONTACTS = "protocolSection.contactsLocationsModule"
_LOCATIONS = f"{_CONTACTS}.locations"
_NAMES = frozenset(
    {
        "protocolSection.sponsorCollaboratorsModule.responsibleParty.investigatorAffiliation",
        "protocolSection.sponsorCollaboratorsModule.responsibleParty.oldOrganization",
        f"{_CONTACTS}.overallOfficials.affiliation",
        f"{_LOCATIONS}.city",
        f"{_LOCATIONS}.state",
        f"{_LOCATIONS}.country",
    }
)
_PLACE = ("city", "state", "country")
# What the registry leaves as it is when it respells a place. Coordinates follow from the place.
_KEPT = ("facility", "status", "zip", "contacts")
# Sites that nothing but the place tells apart: with more of them in one update it cannot be said which became which.
_MOST_ALIKE = 8


def edits_of(changes: Sequence[Change]) -> dict[Edit, frozenset[int]]:
    """The edits among a record's changes that may be part of a burst, and the positions of the changes that each is made of."""
    found: dict[Edit, set[int]] = defaultdict(set)
    for n, change in enumerate(changes):
        if isinstance(change.before, str) and isinstance(change.after, str):
            plain = change.path.plain
            if plain in _NAMES:
                found[plain, change.before, change.after].add(n)
    for gone, come in _same_but_for_the_place(changes):
        before, after = _place(changes[gone].before), _place(changes[come].after)
        if before != after:
            found[_LOCATIONS, before, after] |= {gone, come}
    return {edit: frozenset(positions) for edit, positions in found.items()}


def _same_but_for_the_place(changes: Sequence[Change]) -> list[tuple[int, int]]:
    """Positions of a site that went and one that came which differ in nothing but where they are. A site's name contains its place,
    so that a respelled town makes another site of it."""
    sides: dict[bytes, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for n, change in enumerate(changes):
        if change.topic != "sites" or change.kind == "changed" or not isinstance(change.path.steps[-1], Item):
            continue
        value = change.before if change.kind == "removed" else change.after
        if isinstance(value, Mapping) and change.path.plain == _LOCATIONS:
            kept = canonical_json([value.get(key) for key in _KEPT])
            sides[kept][change.kind == "added"].append(n)
    return [
        (n, m)
        for gone, come in sides.values()
        if len(gone) == len(come) <= _MOST_ALIKE
        for n in gone
        for m in come
    ]


def _place(site: Json) -> str:
    value: Mapping[str, Json] = site if isinstance(site, Mapping) else {}
    return " | ".join(str(value.get(key) or "") for key in _PLACE)
