"""What happened to a trial's sites, read out of the changes: came, went, renamed, another status, details."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from monitor.core.change import Change, Item
from monitor.core.json import Json
from monitor.core.significance import Case
from monitor.core.upcoming import ENDED
from monitor.rules._likeness import letters_alike, likeness, pairs_of, same_but_typography, spoken

# No news of a site. What identifies it is among them, for the registry may only have left out what was empty before.
_DETAILS = frozenset({"contacts", "zip", "state", "facility", "city", "country"})

_MODULE = "contactsLocationsModule"
_IN_AN_ITEM = 4  # section, module, list, item: the steps of a path that lead to one site or person

# What a trial or a site says of itself that takes participants.
RECRUITING = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "AVAILABLE"})
# What a site did that now has this status.
DID = {
    **dict.fromkeys(RECRUITING, "began recruiting"),
    **dict.fromkeys(ENDED, "closed"),
    "ACTIVE_NOT_RECRUITING": "stopped recruiting",
}

# Words that say what a place is, not which one; a name of nothing else ("Research Site") tells no site from another.
_COMMON = frozenset(
    "research investigational investigative clinical trial study site sites number no local institution facility"
    " hospital hopital ospedale krankenhaus klinik klinikum clinic clinica clinique hospitalier centre center centro"
    " medical university universitario universitaire universitatsklinikum universita general st saint s of de la du"
    " di the and y et for institute".split()
)

# Coordinates that differ by less are the same town (in degrees).
_SAME_TOWN = 0.25

# How alike two towns' names must be to be one town's in two spellings (Napoli, Naples), and how alike two sites' names to be
# one site’s: where one name contains the other, in one town, and with one postal code besides.
_TOWN_RESPELLED = 0.35
_ONE_IN_THE_OTHER = 0.7
_ALIKE_IN_TOWN, _ALIKE_AT_POSTCODE = 0.6, 0.45


@dataclass(frozen=True, slots=True)
class Site:
    """One site that came, went or has another status, and where in the changes that stands."""

    position: int
    facility: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    status: str = ""
    was: str = ""
    point: tuple[float, float] | None = None

    @property
    def distinctive(self) -> tuple[str, ...]:
        """The words of its name that tell it from others."""
        return tuple(word for word in spoken(self.facility) if word not in _COMMON)

    @property
    def in_full(self) -> str:
        """`Hôpital Cochin, Paris, France`."""
        return ", ".join(part for part in (self.facility, self.city, self.country) if part) or "unnamed site"

    @property
    def town(self) -> str:
        """What to call it in a list."""
        return self.city or self.facility or self.country or "unnamed"


@dataclass(slots=True)
class SiteNews:
    """All that the changes say of sites. `details` are positions of what is no news: contacts, phone numbers, postal codes, spelling."""

    added: list[Site] = field(default_factory=list)
    removed: list[Site] = field(default_factory=list)
    renamed: list[tuple[Site, Site]] = field(default_factory=list)
    respelled: list[tuple[Site, Site]] = field(default_factory=list)
    flipped: list[Site] = field(default_factory=list)
    details: list[int] = field(default_factory=list)
    officials: list[int] = field(default_factory=list)
    removed_countries: list[int] = field(default_factory=list)


# What was read last, for every rule of the family asks the same of the same case. It only spares work.
_read: tuple[Case, SiteNews] | None = None


def site_news(case: Case) -> SiteNews:
    """What the changes of the topic `sites` say; not to be written to. What is in no list of it is nothing that is known of a site."""
    global _read
    remembered = _read
    if remembered is None or remembered[0] is not case:
        _read = remembered = (case, _news_in(case))
    return remembered[1]


def _news_in(case: Case) -> SiteNews:
    news = SiteNews()
    for position, change in enumerate(case.changes):
        if change.topic == "sites" and not change.housekeeping:
            _file(news, position, change)
    _pair(news, case.burst)
    return news


def swept_sites(case: Case, news: SiteNews) -> list[Site]:
    """The sites whose status the registry dropped because the whole trial stopped recruiting, or lists again because it resumed."""
    was, now = case.before.status in RECRUITING, case.after.status in RECRUITING
    if was == now or case.before.status == "NOT_YET_RECRUITING":
        return []
    return [site for site in news.flipped if not (site.was if now else site.status)]


def _file(news: SiteNews, position: int, change: Change) -> None:
    """File one change where it belongs. By its steps, not by its dotted path: a record may have hundreds of sites."""
    steps = change.path.steps
    if len(steps) < _IN_AN_ITEM or steps[1] != _MODULE:
        if "removedCountries" in steps:
            news.removed_countries.append(position)
        return
    of, item, inner = steps[2], steps[3], steps[4:]
    if of == "overallOfficials":
        (news.details if inner or change.kind == "changed" else news.officials).append(position)
    elif of == "centralContacts":
        news.details.append(position)
    elif of != "locations":
        return
    elif not inner and isinstance(item, Item) and change.kind != "changed":
        sites = news.removed if change.after is None else news.added
        sites.append(_site(position, change.before if change.after is None else change.after))
    elif inner == ("status",) and isinstance(item, Item):
        news.flipped.append(_flipped(position, item.name, change))
    elif inner and inner[0] in _DETAILS:
        news.details.append(position)


def _text(value: Json) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _site(position: int, value: Json) -> Site:
    body: Mapping[str, Json] = value if isinstance(value, Mapping) else {}
    given = {key: _text(body.get(key)) for key in ("facility", "city", "state", "country", "status")}
    return Site(position, postcode=_text(body.get("zip")), point=_point(body.get("geoPoint")), **given)


def _point(value: Json) -> tuple[float, float] | None:
    if not isinstance(value, Mapping):
        return None
    latitude, longitude = value.get("lat"), value.get("lon")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return (float(latitude), float(longitude))
    return None


def _flipped(position: int, name: str, change: Change) -> Site:
    """A site by the name that its path gives it: facility, city and country, as far as the registry has them."""
    parts = name.split(" | ")
    country = parts.pop() if len(parts) > 1 else ""
    city = parts.pop() if len(parts) > 1 else ""
    status, was = _text(change.after), _text(change.before)
    return Site(position, " | ".join(parts), city, country=country, status=status, was=was)


def _pair(news: SiteNews, burst: frozenset[int]) -> None:
    """Take out of the removed and the added what is one and the same site, its place respelled or its name changed."""
    _take_out(news, news.respelled, lambda site: spoken(site.facility), _same_site)
    if burst:
        _take_out(
            news,
            news.respelled,
            lambda site: (site.facility, site.status, site.postcode),
            lambda one, other: float(one.position in burst and other.position in burst),
        )
    _take_out(news, news.renamed, lambda site: site.country, _other_name)
    # Under its other spelling or name the site may also have opened or closed.
    news.flipped += [
        replace(now, was=before.status)
        for before, now in (*news.respelled, *news.renamed)
        if before.status and now.status and before.status != now.status
    ]


def _take_out(
    news: SiteNews,
    found: list[tuple[Site, Site]],
    place: Callable[[Site], object],
    alike: Callable[[Site, Site], float],
) -> None:
    """Move pairs of sites that share a `place` and are `alike` from the removed and the added to `found`."""
    if not (news.added and news.removed):
        return
    come: dict[object, list[Site]] = {}
    for site in news.added:
        come.setdefault(place(site), []).append(site)
    gone: dict[object, list[Site]] = {}
    for site in news.removed:
        gone.setdefault(place(site), []).append(site)
    for key, lefts in gone.items():
        rights = come.get(key, [])
        found.extend((lefts[n], rights[m]) for n, m in pairs_of(lefts, rights, alike, 0.01))
    paired = {site.position for pair in found for site in pair}
    news.removed = [site for site in news.removed if site.position not in paired]
    news.added = [site for site in news.added if site.position not in paired]


def _near(one: Site, other: Site) -> bool:
    if one.point is None or other.point is None:
        return False
    return all(abs(here - there) < _SAME_TOWN for here, there in zip(one.point, other.point, strict=True))


def _same_postcode(one: Site, other: Site) -> bool:
    return bool(one.postcode) and spoken(one.postcode) == spoken(other.postcode)


def _same_site(one: Site, other: Site) -> float:
    """Whether two sites of one name are the same, its town or country spelled differently: 1 in one country, less across two, or 0."""
    same_town = same_but_typography(one.city, other.city)
    same_country = one.country == other.country
    if same_town and same_country:
        return 1.0
    if _same_postcode(one, other) or _near(one, other):
        return 0.9 if same_country else 0.8
    if (one.point and other.point) or not one.distinctive:
        return 0.0
    if same_town or letters_alike(spoken(one.city), spoken(other.city)) >= _TOWN_RESPELLED:
        return 0.7 if same_country else 0.6
    return 0.0


def _other_name(one: Site, other: Site) -> float:
    """How sure it is that two sites of one country are the same under another name; 0 where it is not."""
    at_postcode = _same_postcode(one, other)
    if not at_postcode and not same_but_typography(one.city, other.city):
        return 0.0
    left, right = one.distinctive or spoken(one.facility), other.distinctive or spoken(other.facility)
    score = max(likeness(left, right), letters_alike(left, right))
    if left and right and (set(left) <= set(right) or set(right) <= set(left)):
        score = max(score, _ONE_IN_THE_OTHER)
    least = _ALIKE_AT_POSTCODE if at_postcode else _ALIKE_IN_TOWN
    return score + (0.1 if at_postcode else 0.0) if score >= least else 0.0
