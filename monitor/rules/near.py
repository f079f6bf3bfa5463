"""Sites near a reader: what opened, closed, began or stopped recruiting in the place that a subscriber calls near.

No rule of its own, for it is true of one reader only: routing raises the news of sites for that reader and says this line with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.core.change import ChangeSet
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.significance import Case, Significance, Verdict
from monitor.core.trial import TrialId
from monitor.core.upcoming import ENDED
from monitor.core.watch import Place
from monitor.rules._likeness import spoken
from monitor.rules._sites import DID, RECRUITING, Site, site_news
from monitor.rules.words import count, shortened

SITES_MODULE = "protocolSection.contactsLocationsModule"

_LONGEST = 200
_BECAME = {
    **DID,
    "NOT_YET_RECRUITING": "is not yet recruiting",
    "SUSPENDED": "was suspended",
}
# What is said first where not all can be said.
_ORDER = ("began recruiting", "opened", "stopped recruiting", "closed")

# Countries that people, and the registry over the years, call by more than one name: each as `spoken` gives it.
_ALSO = {
    "usa": "united states",
    "us": "united states",
    "u s a": "united states",
    "united states of america": "united states",
    "uk": "united kingdom",
    "great britain": "united kingdom",
    "the netherlands": "netherlands",
    "holland": "netherlands",
    "korea republic of": "south korea",
    "republic of korea": "south korea",
    "turkiye": "turkey",
    "turkey turkiye": "turkey",
    "czech republic": "czechia",
    "russian federation": "russia",
    "viet nam": "vietnam",
    "ivory coast": "cote d ivoire",
    "iran islamic republic of": "iran",
    "moldova republic of": "moldova",
    "taiwan province of china": "taiwan",
}


def near_news(
    place: Place, trial: TrialId, facts: TrialFacts, changes: ChangeSet, sites: Json, now: datetime
) -> Verdict | None:
    """What happened to sites in a place, as one notable verdict on the changes that say it; None where nothing did.

    `facts` and `sites`, the registry's list, are those after the changes. The list knows the state of a site whose status changed,
    which the change itself does not say.
    """
    if not any(change.topic == "sites" and not change.housekeeping for change in changes):
        return None
    case = Case(trial, facts, facts, now, changes)
    states = _states(sites)
    found = sorted(
        (_ORDER.index(became) if became in _ORDER else len(_ORDER), _called(site), became, site.position)
        for became, site in _what_happened(case)
        if _is_in(place, site, states)
    )
    if not found:
        return None
    said = [f"{name} {became}" for _, name, became, _ in found]
    because = f"the subscriber's “near” is {in_words(place)}, where {count(len(found), 'site')} changed"
    positions = tuple(sorted({position for *_, position in found}))
    return Verdict("sites.near", "sites", Significance.NOTABLE, _line(place, said), because, positions)


def in_words(place: Place) -> str:
    """`Lyon, France`."""
    return ", ".join(part for part in (place.city, place.state, place.country) if part)


def listed_sites(modules: Mapping[str, Json]) -> Json:
    """The registry's list of sites out of a record's modules."""
    module = modules.get(SITES_MODULE)
    return module.get("locations") if isinstance(module, Mapping) else None


def _what_happened(case: Case) -> Iterator[tuple[str, Site]]:
    """Each site that came, went or has another status, with what became of it; a site that was only renamed did nothing."""
    news = site_news(case)
    recruits = case.after.status in RECRUITING
    for site in news.added:
        opened = site.status in RECRUITING or (recruits and not site.status)
        yield ("opened" if opened else "was added"), site
    for site in news.removed:
        yield ("closed" if site.status and site.status not in ENDED else "was removed"), site
    renamed = [
        replace(new, was=old.status)
        for old, new in (*news.renamed, *news.respelled)
        if old.status != new.status
    ]
    for site in (*news.flipped, *renamed):
        # Without a status: the registry dropped it with the trial's own. That is told of the trial.
        if site.status in _BECAME:
            yield _BECAME[site.status], site


def _called(site: Site) -> str:
    return shortened(site.facility, 80) or "a site without a name"


def _line(place: Place, said: list[str]) -> str:
    """As many sites as fit, the others counted."""
    lead = f"Near you ({shortened(in_words(place), 60)}): "
    for names in range(len(said), 0, -1):
        more = len(said) - names
        line = lead + "; ".join(said[:names]) + (f"; and {count(more, 'site')} more" if more else "")
        if len(line) <= _LONGEST or names == 1:
            break
    return shortened(line, _LONGEST)


def _is_in(place: Place, site: Site, states: Mapping[tuple[str, ...], frozenset[str]]) -> bool:
    if _country(site.country) != _country(place.country):
        return False
    if place.city and _town(site.city) != _town(place.city):
        return False
    known = (
        {_fold(site.state)}
        if site.state
        else states.get(_key(site.facility, site.city, site.country), frozenset())
    )
    return not place.state or _fold(place.state) in known


def _states(sites: Json) -> dict[tuple[str, ...], frozenset[str]]:
    """The states of the sites, by what a change names a site by."""
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for site in sites if isinstance(sites, list | tuple) else ():
        if isinstance(site, Mapping) and isinstance(state := site.get("state"), str):
            key = _key(*(site.get(name) for name in ("facility", "city", "country")))
            found[key] = found.get(key, frozenset()) | {_fold(state)}
    return found


def _key(*names: Json) -> tuple[str, ...]:
    return tuple(_fold(name) if isinstance(name, str) else "" for name in names)


def _fold(name: str) -> str:
    return " ".join(spoken(name))


def _country(name: str) -> str:
    folded = _fold(name)
    return _ALSO.get(folded, folded)


def _town(name: str) -> str:
    """A town without the postal district that some sites have in it: `Lyon Cedex 03`, `Paris 13` → `lyon`, `paris`."""
    words = list(spoken(name))
    while len(words) > 1 and (words[-1] == "cedex" or words[-1].isdigit()):
        words.pop()
    return " ".join(words)
