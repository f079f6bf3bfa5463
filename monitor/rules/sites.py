"""Sites in one line: what opened, closed, began or stopped recruiting, and which countries came and went.

When a trial stops recruiting the registry drops every site's status and contacts, and lists them again when it opens: that is one
line, not one for each site. A renamed site is neither closed nor opened, and a new phone number is no news.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.core.upcoming import ENDED
from monitor.rules._sites import DID, RECRUITING, Site, SiteNews, site_news, swept_sites
from monitor.rules.words import count, listed, shortened, status_words

_LONGEST = 200
_BECAME = {
    **DID,
    "SUSPENDED": "suspended",
    "": "without a status now",
}
# What is said first; whatever a registry newly coins comes last.
_ORDER = (
    "opened",
    "added, not yet recruiting",
    "added",
    "closed",
    "stopped recruiting",
    "suspended",
    "began recruiting",
    "removed",
)
_REMOVED_COUNTRIES_EDITED = "sites: the registry's list of countries that have no site any more was edited"
Groups = dict[str, list[Site]]


def _changed(case: Case) -> Iterable[Verdict]:
    news = site_news(case)
    swept = swept_sites(case, news)
    groups = _groups(case, news, swept)
    told = [*swept, *(site for group in groups.values() for site in group)]
    told += [site for pair in news.renamed for site in pair]
    positions = {site.position for site in told} | set(news.removed_countries)
    if swept:
        positions |= {n for n in news.details if case.changes[n].kind != "changed"}
    if positions:
        lead = _lead(case, *_countries(case, news))
        # The first sites of all come with the beginning of recruitment, which is told anyway.
        significance = Significance.NOTABLE if lead and case.before.sites else Significance.ROUTINE
        headline = _line(case, lead, swept, groups, news.renamed)
        because = _because(news, swept)
        yield Verdict("sites.changed", "sites", significance, headline, because, tuple(sorted(positions)))


def _groups(case: Case, news: SiteNews, swept: Sequence[Site]) -> Groups:
    """The sites that came, went or changed, by what became of them."""
    groups: Groups = {}
    recruits = case.after.status in RECRUITING
    for site in news.added:
        if site.status in RECRUITING or (recruits and not site.status):
            what = "opened"
        else:
            what = "added, not yet recruiting" if site.status == "NOT_YET_RECRUITING" else "added"
        groups.setdefault(what, []).append(site)
    for site in news.removed:
        what = "closed" if site.status and site.status not in ENDED else "removed"
        groups.setdefault(what, []).append(site)
    followed = {site.position for site in swept}
    for site in news.flipped:
        if site.position not in followed:
            what = _BECAME.get(site.status) or f"now {status_words(site.status)}"
            groups.setdefault(what, []).append(site)
    rank = {what: place for place, what in enumerate(_ORDER)}
    return dict(sorted(groups.items(), key=lambda entry: (rank.get(entry[0], len(rank)), entry[0])))


def _countries(case: Case, news: SiteNews) -> tuple[list[str], list[str]]:
    """The countries that came and went; one that the registry only renamed did neither."""
    renamed = [pair for pair in (*news.respelled, *news.renamed) if pair[0].country != pair[1].country]
    before = {_tidy(country) for country in case.before.countries}
    after = {_tidy(country) for country in case.after.countries}
    come = after - before - {site.country for _, site in renamed}
    gone = before - after - {site.country for site, _ in renamed}
    for n in news.removed_countries:
        country = case.changes[n].after
        if isinstance(country, str) and _tidy(country) not in after:
            gone.add(_tidy(country))
    return sorted(come), sorted(gone)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _lead(case: Case, come: Sequence[str], gone: Sequence[str]) -> str:
    """What makes it notable; empty where nothing does."""
    if case.before.sites and case.after.sites == 0:
        return f"No site is listed any more (there {'was' if case.before.sites == 1 else 'were'} {case.before.sites:,})"
    said = []
    if gone:
        said.append(f"no site left in {listed(gone, 4)}")
    if come and case.before.sites:
        said.append(f"first sites in {listed(come, 4)}")
    elif come:
        said.append("first site listed" if case.after.sites == 1 else "first sites listed")
    if case.before.sites_recruiting and case.after.sites_recruiting == 0 and case.after.status in RECRUITING:
        said.append("no site is recruiting any more although the trial is")
    line = "; ".join(said)
    return line[:1].upper() + line[1:]


def _swept_words(case: Case, swept: Sequence[Site]) -> str:
    sites = count(len(swept), "site")
    if case.after.status not in RECRUITING:
        return f"the registry dropped the status of {sites}, as recruitment closed"
    counted = Counter(site.status for site in swept).most_common(3)
    parts = [
        f"{number:,} {status_words(status)}"
        for status, number in sorted(counted, key=lambda entry: (-entry[1], entry[0]))
    ]
    return f"the registry lists the status of {sites} again ({', '.join(parts)})"


def _line(
    case: Case, lead: str, swept: Sequence[Site], groups: Groups, renamed: Sequence[tuple[Site, Site]]
) -> str:
    """The headline, with as many names as fit."""
    moved = [(what, site) for what, sites in groups.items() for site in sites]
    total = _total(case) if moved or swept else ""
    line = ""
    for names in (3, 2, 1, 0):
        parts = [_swept_words(case, swept)] if swept else []
        parts += [_group_words(what, sites, names) for what, sites in groups.items()]
        parts += [_renamed_words(renamed, names)] if renamed else []
        body = f"sites: {', '.join(parts)}" if parts else ""
        if len(moved) == 1 and len(parts) == 1 and names:
            [(what, site)] = moved
            body = f"site {what}: {shortened(site.in_full, 50 + 30 * names)}"
        line = "; ".join(part for part in (lead, body, total) if part) or _REMOVED_COUNTRIES_EDITED
        if len(line) <= _LONGEST:
            break
    return shortened(line[:1].upper() + line[1:], _LONGEST)


def _group_words(what: str, sites: Sequence[Site], names: int) -> str:
    towns = sorted({shortened(site.town, 30) for site in sites})
    if not names or not towns:
        return f"{len(sites)} {what}"
    more = ", …" if len(towns) > names else ""
    return f"{len(sites)} {what} ({', '.join(towns[:names])}{more})"


def _renamed_words(renamed: Sequence[tuple[Site, Site]], names: int) -> str:
    if len(renamed) == 1 and names:
        [(old, new)] = renamed
        longest = 20 + 15 * names
        return f"1 renamed (“{shortened(old.facility, longest)}” → “{shortened(new.facility, longest)}”)"
    return f"{len(renamed)} renamed"


def _total(case: Case) -> str:
    sites, recruiting = case.after.sites, case.after.sites_recruiting
    if not sites:
        return ""
    if not case.before.sites:
        return ""
    if case.after.status not in RECRUITING or not recruiting or sites == 1:
        return f"{sites:,} in all"
    return f"{sites:,} in all, {'all' if sites == recruiting > 1 else f'{recruiting:,}'} recruiting"


def _because(news: SiteNews, swept: Sequence[Site]) -> str:
    counted = {
        "added": len(news.added),
        "removed": len(news.removed),
        "renamed": len(news.renamed),
        "with another status": len(news.flipped) - len(swept),
        "whose status follows the trial's": len(swept),
        "named as removed countries": len(news.removed_countries),
    }
    return "in the list of sites: " + ", ".join(
        f"{number:,} {what}" for what, number in counted.items() if number
    )


def _sites(status: str, *sites: str) -> dict[str, Json]:
    """A trial of that status; a site is `town, country, its status`."""
    locations: list[Json] = []
    for site in sites:
        town, country, its_status = site.split(", ")
        name = f"Made Hospital of {town}"
        locations.append(
            {
                "facility": name,
                "city": town,
                "country": country,
                **({"status": its_status} if its_status else {}),
            }
        )
    return {
        "protocolSection": {
            "statusModule": {"overallStatus": status},
            "contactsLocationsModule": {"locations": locations},
        }
    }


def _named(*facilities: str) -> dict[str, Json]:
    sites: list[Json] = [{"facility": name, "city": "Nice", "country": "France"} for name in facilities]
    return {"protocolSection": {"contactsLocationsModule": {"locations": sites}}}


_TOWNS = ("Bonn", "Kiel", "Jena", "Ulm")

RULES = (
    Rule(
        "sites.changed",
        "What became of the sites",
        "All that happened to the sites of a trial, in one line: what, where, and how many there are now. Notable where a country comes"
        " or goes, where none is left, or where none recruits although the trial does.",
        "sites",
        _changed,
        (
            Example(
                "one site opens",
                _sites("RECRUITING", "Lyon, France, RECRUITING"),
                _sites("RECRUITING", "Lyon, France, RECRUITING", "Nice, France, RECRUITING"),
                Significance.ROUTINE,
                "Site opened: Made Hospital of Nice, Nice, France; 2 in all, all recruiting",
            ),
            Example(
                "several things at once",
                _sites(
                    "RECRUITING",
                    "Bonn, Germany, NOT_YET_RECRUITING",
                    "Kiel, Germany, RECRUITING",
                    "Jena, Germany, RECRUITING",
                ),
                _sites(
                    "RECRUITING",
                    "Bonn, Germany, RECRUITING",
                    "Ulm, Germany, RECRUITING",
                    "Jena, Germany, SUSPENDED",
                ),
                Significance.ROUTINE,
                "Sites: 1 opened (Ulm), 1 closed (Kiel), 1 suspended (Jena), 1 began recruiting (Bonn); 3 in all, 2 recruiting",
            ),
            Example(
                "the last site of a country goes, another country comes",
                _sites("RECRUITING", "Lyon, France, RECRUITING", "Rome, Italy, RECRUITING"),
                _sites("RECRUITING", "Lyon, France, RECRUITING", "Kyoto, Japan, RECRUITING"),
                Significance.NOTABLE,
                "No site left in Italy; first sites in Japan; sites: 1 opened (Kyoto), 1 closed (Rome); 2 in all, all recruiting",
            ),
            Example(
                "recruitment closes",
                _sites("RECRUITING", *(f"{town}, Germany, RECRUITING" for town in _TOWNS)),
                _sites("ACTIVE_NOT_RECRUITING", *(f"{town}, Germany, " for town in _TOWNS)),
                Significance.ROUTINE,
                "Sites: the registry dropped the status of 4 sites, as recruitment closed; 4 in all",
            ),
            Example(
                "recruitment opens again",
                _sites("ACTIVE_NOT_RECRUITING", *(f"{town}, Germany, " for town in _TOWNS)),
                _sites(
                    "RECRUITING",
                    "Bonn, Germany, NOT_YET_RECRUITING",
                    *(f"{town}, Germany, RECRUITING" for town in _TOWNS[1:]),
                ),
                Significance.ROUTINE,
                "Sites: the registry lists the status of 4 sites again (3 recruiting, 1 not yet recruiting); 4 in all, 3 recruiting",
            ),
            Example(
                "a site under another name",
                _named("Made Hospital Two"),
                _named("Made Hospital Two, North Wing"),
                Significance.ROUTINE,
                "Sites: 1 renamed (“Made Hospital Two” → “Made Hospital Two, North Wing”)",
            ),
            Example(
                "every site is gone",
                _sites("TERMINATED", "Lyon, France, "),
                _sites("TERMINATED"),
                Significance.NOTABLE,
                "No site is listed any more (there was 1); site removed: Made Hospital of Lyon, Lyon, France",
            ),
            Example("a name in capitals", _named("Made Hospital Two"), _named("MADE HOSPITAL TWO"), None),
        ),
    ),
)
