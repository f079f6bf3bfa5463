"""Who answers for a trial and whom to call: people responsible for the whole trial are told, phone numbers and postal codes are not."""

from collections import Counter
from collections.abc import Iterable

from monitor.core.change import Change
from monitor.core.json import Json
from monitor.core.significance import Case, Example, Rule, Significance, Verdict
from monitor.rules._bursts import IN_A_BURST
from monitor.rules._likeness import likeness, pairs_of, spoken
from monitor.rules._sites import SiteNews, site_news, swept_sites
from monitor.rules.words import count, listed, shortened

# Two names are one person's where they share so much: a degree or a middle name comes and goes.
_ONE_PERSON = 0.6

_RESPELLED = ("place or site name respelled", "place or site names respelled")
_OFFICIAL = ("detail of a study official", "details of study officials")
_OTHER = ("contact detail", "contact details")
_DETAILS = {
    "contacts": ("contact person", "contact people"),
    "centralContacts": ("contact person", "contact people"),
    "phone": ("phone number", "phone numbers"),
    "phoneExt": ("phone number", "phone numbers"),
    "email": ("e-mail address", "e-mail addresses"),
    "zip": ("postal code", "postal codes"),
    "state": ("state or province", "states or provinces"),
}


def _name(value: Json) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return " ".join(name.split()) if isinstance(name, str) else ""


def _people(case: Case, news: SiteNews) -> tuple[list[int], list[int], list[int]]:
    """Positions of the officials that came, that went, and that are only named differently now."""
    come = [n for n in news.officials if case.changes[n].kind == "added"]
    gone = [n for n in news.officials if case.changes[n].kind == "removed"]
    pairs = pairs_of(
        [spoken(_name(case.changes[n].before)) for n in gone],
        [spoken(_name(case.changes[n].after)) for n in come],
        likeness,
        _ONE_PERSON,
    )
    same = {gone[n] for n, _ in pairs} | {come[m] for _, m in pairs} | set(news.officials) - {*come, *gone}
    return [n for n in come if n not in same], [n for n in gone if n not in same], sorted(same)


def _officials(case: Case) -> Iterable[Verdict]:
    news = site_news(case)
    if not news.officials:
        return
    come, gone, _ = _people(case, news)
    if not come and not gone:
        return
    named = [_name(case.changes[n].after) or "someone unnamed" for n in come]
    dropped = [_name(case.changes[n].before) or "someone unnamed" for n in gone]
    if len(named) == len(dropped) == 1:
        headline = f"Study official: {shortened(named[0], 80)} in place of {shortened(dropped[0], 80)}"
    else:
        parts = [f"{listed(named)} named"] if named else []
        parts += [f"{listed(dropped)} no longer named"] if dropped else []
        headline = f"Study officials: {'; '.join(parts)}"
    because = "the list of people responsible for the whole trial changed"
    positions = tuple(sorted(come + gone))
    yield Verdict("contacts.officials", "sites", Significance.ROUTINE, headline, because, positions)


def _details(case: Case) -> Iterable[Verdict]:
    news = site_news(case)
    swept = bool(swept_sites(case, news))
    # What came and went with the sites' statuses is told with them.
    positions = [n for n in news.details if not swept or case.changes[n].kind == "changed"]
    positions += _people(case, news)[2]
    counted = Counter(_what(case.changes[n]) for n in positions)
    counted[_RESPELLED] += len(news.respelled)
    positions += [site.position for pair in news.respelled for site in pair]
    if positions:
        parts = [count(number, *what) for what, number in sorted(counted.items()) if number]
        same_day = f"; {IN_A_BURST}" if case.burst.intersection(positions) else ""
        yield Verdict(
            "contacts.details",
            "sites",
            Significance.NOISE,
            f"Contact details: {', '.join(parts)}",
            "contact persons, phone numbers, postal codes and spellings: no site opened, closed or moved"
            + same_day,
            tuple(sorted(positions)),
        )


def _what(change: Change) -> tuple[str, str]:
    keys = change.path.plain.split(".")
    return _OFFICIAL if "overallOfficials" in keys else _DETAILS.get(keys[-1], _OTHER)


def _officials_named(*people: Json) -> dict[str, Json]:
    return {"protocolSection": {"contactsLocationsModule": {"overallOfficials": list(people)}}}


def _site(**more: Json) -> dict[str, Json]:
    site: dict[str, Json] = {"facility": "Made Hospital", "city": "Naples", "country": "Italy", **more}
    return {"protocolSection": {"contactsLocationsModule": {"locations": [site]}}}


RULES = (
    Rule(
        "contacts.officials",
        "Another study official",
        "The people responsible for the whole trial: a principal investigator who goes may be a sign. A degree added to a name is none.",
        "sites",
        _officials,
        (
            Example(
                "another principal investigator",
                _officials_named({"name": "Ada Made, MD", "role": "PRINCIPAL_INVESTIGATOR"}),
                _officials_named({"name": "Bo Other, MD", "role": "PRINCIPAL_INVESTIGATOR"}),
                Significance.ROUTINE,
                "Study official: Bo Other, MD in place of Ada Made, MD",
            ),
            Example(
                "a second one",
                _officials_named({"name": "Ada Made, MD"}),
                _officials_named({"name": "Ada Made, MD"}, {"name": "Cy Third, PhD"}),
                Significance.ROUTINE,
                "Study officials: Cy Third, PhD named",
            ),
            Example(
                "a degree added to a name",
                _officials_named({"name": "Ada Made"}),
                _officials_named({"name": "Ada Made, MD"}),
                None,
            ),
        ),
    ),
    Rule(
        "contacts.details",
        "Contact details and spellings",
        "Contact persons, phone numbers, postal codes, and place names that are spelled anew, mostly by the registry itself: no news.",
        "sites",
        _details,
        (
            Example(
                "another postal code and contact person",
                _site(zip="80131", contacts=[{"name": "Ada Made", "role": "CONTACT"}]),
                _site(zip="80138", contacts=[{"name": "Bo Other", "role": "CONTACT"}]),
                Significance.NOISE,
                "Contact details: 2 contact people, 1 postal code",
            ),
            Example(
                "Napoli becomes Naples",
                _site(city="Napoli"),
                _site(city="Naples"),
                Significance.NOISE,
                "Contact details: 1 place or site name respelled",
            ),
            Example(
                "a site begins to recruit",
                _site(status="NOT_YET_RECRUITING"),
                _site(status="RECRUITING"),
                None,
            ),
        ),
    ),
)
