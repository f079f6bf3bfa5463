"""The noise firewall: what stays quiet, and what looks like it and must not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance
from tests.builders import NUMBER, a_document, a_location, an_outcome
from tests.rules.conftest import RULES
from tests.rules.judging import judged

Pair = tuple[dict[str, Any], dict[str, Any]]

NAPLES = {"lat": 40.85, "lon": 14.27}
A_SITE = a_location("Made Hospital", "Napoli", "Italy", status="RECRUITING", zip="80131", geoPoint=NAPLES)
DESK = {"name": "Study Desk", "role": "CONTACT", "phone": "+39 081 1", "email": "desk@example.org"}
PAPER = {
    "pmid": "99900001",
    "type": "DERIVED",
    "citation": "Made A. Cells. J Made. 2026 Jan 5. Online ahead of print.",
}


def module(name: str, before: dict[str, Any], after: dict[str, Any]) -> Pair:
    one, other = ({name: fields} for fields in (before, after))
    return a_document(NUMBER, **one), a_document(NUMBER, **other)


def sites(before: list[Any], after: list[Any]) -> Pair:
    return module("contactsLocationsModule", {"locations": before}, {"locations": after})


def text(before: str, after: str, name: str = "descriptionModule", key: str = "briefSummary") -> Pair:
    return module(name, {key: before}, {key: after})


def by_the_sponsor(pair: Pair) -> Pair:
    """The same edit in an update that the sponsor made."""
    pair[1]["protocolSection"]["statusModule"] |= {
        "lastUpdateSubmitDate": "2026-02-07",
        "lastUpdatePostDateStruct": {"date": "2026-02-09", "type": "ACTUAL"},
    }
    return pair


def derived(name: str, before: Any, after: Any) -> Pair:
    one, other = a_document(), a_document()
    one["derivedSection"][name], other["derivedSection"][name] = before, after
    return one, other


def with_contact(before: dict[str, Any], after: dict[str, Any]) -> Pair:
    one, other = a_document(), a_document()
    for document, contact in ((one, before), (other, after)):
        document.update(hasResults=True, resultsSection={"moreInfoModule": {"pointOfContact": contact}})
    return one, other


QUIET: dict[str, Pair] = {
    "a town's name in the registry's language": sites([A_SITE], [{**A_SITE, "city": "Naples"}]),
    "the same, by the sponsor, at the same coordinates": by_the_sponsor(
        sites([A_SITE], [{**A_SITE, "city": "Naples"}])
    ),
    "a country's new name": sites([{**A_SITE, "country": "Turkey"}], [{**A_SITE, "country": "Türkiye"}]),
    "coordinates computed anew": sites([A_SITE], [{**A_SITE, "geoPoint": {"lat": 40.86, "lon": 14.25}}]),
    "coordinates given": sites([a_location()], [a_location(geoPoint=NAPLES)]),
    "a postal code": sites([A_SITE], [{**A_SITE, "zip": "80138"}]),
    "sites in another order": sites([A_SITE, a_location()], [a_location(), A_SITE]),
    "an affiliation's place name": module(
        "contactsLocationsModule",
        {"overallOfficials": [{"name": "A Made", "affiliation": "University of Napoli"}]},
        {"overallOfficials": [{"name": "A Made", "affiliation": "University of Naples"}]},
    ),
    "a telephone number": module(
        "contactsLocationsModule",
        {"centralContacts": [DESK]},
        {"centralContacts": [{**DESK, "phone": "+39 081 2"}]},
    ),
    "an e-mail address, by the sponsor": by_the_sponsor(
        module(
            "contactsLocationsModule",
            {"centralContacts": [DESK]},
            {"centralContacts": [{**DESK, "email": "a@example.org"}]},
        )
    ),
    "an extension": module(
        "contactsLocationsModule",
        {"centralContacts": [DESK]},
        {"centralContacts": [{**DESK, "phoneExt": "12"}]},
    ),
    "a telephone number beside posted results": with_contact(
        {"phone": "1", "title": "Head"}, {"phone": "2", "title": "Head"}
    ),
    "a MeSH tree": derived(
        "conditionBrowseModule",
        {"ancestors": [{"id": "D1", "term": "Pain"}]},
        {"ancestors": [{"id": "D2", "term": "Signs"}]},
    ),
    "terms of an intervention": derived(
        "interventionBrowseModule", {}, {"meshes": [{"id": "D3", "term": "Cells"}]}
    ),
    "an administrative update": by_the_sponsor((a_document(), a_document())),
    "verified again": module(
        "statusModule", {"statusVerifiedDate": "2026-01"}, {"statusVerifiedDate": "2026-02"}
    ),
    "a posting date becomes actual": module(
        "statusModule",
        {"dispFirstPostDateStruct": {"date": "2026-01-20", "type": "ESTIMATED"}},
        {"dispFirstPostDateStruct": {"date": "2026-01-20", "type": "ACTUAL"}},
    ),
    "markup escapes": text(r"Age \>= 18 \& pain", "Age &gt;= 18 & pain"),
    "typographic quotes and dashes": text('The "made" trial - a pilot', "The “made” trial – a pilot"),
    "case": text("cells Are injected", "Cells are injected"),
    "white space": text("Cells are  injected.\n\nTwice.", "Cells are injected. Twice."),
    "a full stop": text("Cells are injected", "Cells are injected."),
    "a keyword's capital": module(
        "conditionsModule", {"keywords": ["Disc", "spine"]}, {"keywords": ["disc", "Spine"]}
    ),
    "a title's hyphen": text("Low-Back Pain", "Low back pain", "identificationModule", "briefTitle"),
    "an official title's full stop": text(
        "Slow accrual", "Slow accrual.", "identificationModule", "officialTitle"
    ),
    "a citation brought up to date": module(
        "referencesModule",
        {"references": [PAPER]},
        {"references": [{**PAPER, "citation": "Made A. Cells. J Made. 2026 Mar;1(3):1-9."}]},
    ),
}

LOUD: dict[str, Pair] = {
    "a number": text("Cells are injected 2 times", "Cells are injected 3 times"),
    "a decimal point": text("A dose of 1.5 mg", "A dose of 15 mg"),
    "a comparison turned round": text("Age ≥ 18", "Age ≤ 18"),
    "a percentage": text("A fall of 5", "A fall of 5%"),
    "a minus": text("A change of -5 points", "A change of 5 points"),
    "a receptor's sign": text("HER2- disease", "HER2+ disease"),
    "a word": text("Cells are injected", "Cells are not injected"),
    "a keyword": module("conditionsModule", {"keywords": ["disc"]}, {"keywords": ["disk"]}),
    "a site in another town": by_the_sponsor(
        sites([A_SITE], [{**A_SITE, "city": "Rome", "zip": "00100", "geoPoint": {"lat": 41.9, "lon": 12.5}}])
    ),
    "another sponsor, almost the same name": module(
        "sponsorCollaboratorsModule",
        {"leadSponsor": {"name": "Made University 1"}},
        {"leadSponsor": {"name": "Made University 2"}},
    ),
    "an outcome's time frame": module(
        "outcomesModule",
        {"primaryOutcomes": [an_outcome(time_frame="12 weeks")]},
        {"primaryOutcomes": [an_outcome(time_frame="24 weeks")]},
    ),
    "a minimum age": text("18 Years", "16 Years", "eligibilityModule", "minimumAge"),
    "a citation that the sponsor changed": by_the_sponsor(
        module(
            "referencesModule",
            {"references": [PAPER]},
            {"references": [{**PAPER, "citation": "Another paper. 2025."}]},
        )
    ),
    "another person answers for the results": with_contact({"title": "Head"}, {"title": "Director"}),
}


@pytest.mark.parametrize("pair", QUIET.values(), ids=QUIET)
def test_noise_stays_quiet(pair: Pair) -> None:
    verdicts = judged(RULES, *pair)
    told = [
        f"{verdict.rule}: {verdict.headline}"
        for verdict in verdicts
        if verdict.significance > Significance.NOISE
    ]
    assert told == []


@pytest.mark.parametrize("pair", LOUD.values(), ids=LOUD)
def test_what_looks_like_noise_and_is_none_is_told(pair: Pair) -> None:
    assert judged(RULES, *pair)[0].significance > Significance.NOISE


def test_a_receipt_says_what_was_held_back_and_why() -> None:
    [verdict] = judged(RULES, *QUIET["coordinates computed anew"])
    assert verdict.headline == "Held back: coordinates of 1 site"
    assert verdict.because == "registry-made: the date of the sponsor's last submission did not move"


def test_many_respelled_fields_are_one_line() -> None:
    before = a_document(
        descriptionModule={"briefSummary": "a b"}, conditionsModule={"keywords": ["Disc", "Spine"]}
    )
    after = a_document(
        descriptionModule={"briefSummary": "A b."}, conditionsModule={"keywords": ["disc", "spine"]}
    )
    [verdict] = judged(RULES, before, after)
    assert verdict.headline == "Held back: typography of 3 fields (Brief summary, Keyword)"
    assert len(verdict.changes) == 5


def test_a_respelled_keyword_hides_none_that_came() -> None:
    before = a_document(conditionsModule={"keywords": ["Disc"]})
    after = a_document(conditionsModule={"keywords": ["disc", "DISC", "spine"]})
    told = {verdict.rule: len(verdict.changes) for verdict in judged(RULES, before, after)}
    assert told["noise.typography"] == 2
    assert sum(told.values()) == 4


@given(st.text(max_size=40), st.text(max_size=40))
def test_typography_is_held_back_only_where_both_sides_read_the_same(before: str, after: str) -> None:
    def read_out(text: str) -> list[str]:
        return [letter for letter in text.casefold() if letter.isascii() and letter.isdigit()]

    verdicts = judged(RULES, *text(f"x {before}", f"x {after}"))
    if any(verdict.rule == "noise.typography" for verdict in verdicts) and "&" not in before + after:
        assert read_out(before) == read_out(after)
