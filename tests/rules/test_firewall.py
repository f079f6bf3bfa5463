"""What a reader is woken for and what not: made pairs of records, judged by all rules together.

Beside the rules' own examples, which are pairs of the same kind and are tried in test_examples.py.
"""

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from monitor.core.significance import Significance
from tests.builders import a_date_struct, a_document, a_location, an_outcome
from tests.core.made_json import shuffled
from tests.rules.conftest import RULES
from tests.rules.judging import judged

CRITICAL, NOTABLE = Significance.CRITICAL, Significance.NOTABLE
SUBMITTED = {
    "lastUpdateSubmitDate": "2026-02-05",
    "lastUpdatePostDateStruct": a_date_struct("2026-02-09", "ACTUAL"),
}


def a_pair(
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None, *, submitted: bool = True
) -> tuple[Any, Any]:
    """Two records that differ in these modules; the sponsor submitted the second, or the registry made it by itself."""
    left, right = dict(before or {}), dict(after or {})
    if submitted:
        right["statusModule"] = {**SUBMITTED, **right.get("statusModule", {})}
    return a_document(**left), a_document(**right)


def with_results(document: Any) -> Any:
    posted = copy.deepcopy(document)
    posted["hasResults"] = True
    posted["protocolSection"]["statusModule"]["resultsFirstPostDateStruct"] = a_date_struct(
        "2026-02-09", "ACTUAL"
    )
    posted["resultsSection"] = {"moreInfoModule": {"pointOfContact": {"title": "Director"}}}
    return posted


def status(word: str, **more: Any) -> dict[str, Any]:
    return {"statusModule": {"overallStatus": word, **more}}


def dates(**given: str) -> dict[str, Any]:
    return {"statusModule": {f"{name}DateStruct": a_date_struct(text) for name, text in given.items()}}


def outcomes(*measures: Any, secondary: tuple[Any, ...] = (an_outcome("Function"),)) -> dict[str, Any]:
    return {"outcomesModule": {"primaryOutcomes": list(measures), "secondaryOutcomes": list(secondary)}}


def sites(*places: Any) -> dict[str, Any]:
    return {"contactsLocationsModule": {"locations": list(places)}}


LYON = a_location(geoPoint={"lat": 45.75, "lon": 4.85}, zip="69003", status="RECRUITING")
NAPLES = {"geoPoint": {"lat": 40.85, "lon": 14.26}, "status": "RECRUITING"}
RAISES = {
    "terminated": (a_pair(None, status("TERMINATED", whyStopped="Futility")), "status.halted", CRITICAL),
    "suspended": (a_pair(None, status("SUSPENDED")), "status.halted", CRITICAL),
    "withdrawn": (a_pair(None, status("WITHDRAWN")), "status.halted", CRITICAL),
    "results posted": ((a_document(), with_results(a_document())), "results.posted", CRITICAL),
    "results withdrawn": ((with_results(a_document()), a_document()), "results.withdrawn", CRITICAL),
    "results submitted": (
        a_pair(None, {"statusModule": {"resultsFirstSubmitDate": "2026-02-05"}}),
        "submission.submitted",
        NOTABLE,
    ),
    "completed": (a_pair(None, status("COMPLETED")), "status.completed", NOTABLE),
    "back from the dead": (
        (a_document(statusModule={"overallStatus": "COMPLETED"}), a_document(statusModule=SUBMITTED)),
        "status.reopened",
        CRITICAL,
    ),
    "primary completion slips": (a_pair(None, dates(primaryCompletion="2027-06")), "dates.slipped", NOTABLE),
    "primary completion is pulled in": (
        a_pair(None, dates(primaryCompletion="2026-06")),
        "dates.pulled_in",
        NOTABLE,
    ),
    "primary endpoint replaced after the start": (
        a_pair(outcomes(an_outcome("Pain at rest")), outcomes(an_outcome("Disc height on MRI"))),
        "outcomes.replaced",
        CRITICAL,
    ),
    "primary endpoint demoted after the start": (
        a_pair(
            outcomes(an_outcome("Pain at rest"), an_outcome("Disability")),
            outcomes(
                an_outcome("Disability"), secondary=(an_outcome("Function"), an_outcome("Pain at rest"))
            ),
        ),
        "outcomes.demoted",
        CRITICAL,
    ),
    "enrolment cut": (
        a_pair(None, {"designModule": {"enrollmentInfo": {"count": 60, "type": "ESTIMATED"}}}),
        "enrollment.changed",
        NOTABLE,
    ),
    "a country leaves": (a_pair(None, sites(a_location())), "sites.changed", NOTABLE),
    "another sponsor": (
        a_pair(
            None,
            {
                "sponsorCollaboratorsModule": {
                    "leadSponsor": {"name": "Spinal Biotech Inc.", "class": "INDUSTRY"}
                }
            },
        ),
        "sponsor.lead",
        NOTABLE,
    ),
    "another phase": (a_pair(None, {"designModule": {"phases": ["PHASE2"]}}), "design.changed", NOTABLE),
}


def edited(*path: str, to: Any) -> Callable[[Any], Any]:
    def edit(document: Any) -> Any:
        place = document
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = to
        return document

    return edit


def derived(name: str, body: Any) -> Callable[[Any], Any]:
    return edited("derivedSection", name, to=body)


def registry_made(edit: Callable[[Any], Any], **modules: Any) -> tuple[Any, Any]:
    document = a_document(**modules)
    return document, edit(copy.deepcopy(document))


TREE = {
    "ancestors": [{"id": "D001416", "term": "Back Pain"}],
    "meshes": [{"id": "D017116", "term": "Low Back Pain"}],
}
HELD_BACK = {
    "a place name that the registry respells": (
        a_document(**sites(a_location("Hospital", "Napoli", "Italy", **NAPLES))),
        a_document(**sites(a_location("Hospital", "Naples", "Italy", **NAPLES))),
    ),
    "a geocode": (
        a_document(**sites(LYON)),
        a_document(**sites({**LYON, "geoPoint": {"lat": 45.7485, "lon": 4.84671}})),
    ),
    "MeSH trees": registry_made(derived("conditionBrowseModule", TREE)),
    "the data date": registry_made(
        edited("derivedSection", "miscInfoModule", "versionHolder", to="2026-02-10")
    ),
    "a phone number": a_pair(
        sites({**LYON, "contacts": [{"name": "Desk", "role": "CONTACT", "phone": "1"}]}),
        sites({**LYON, "contacts": [{"name": "Desk", "role": "CONTACT", "phone": "2"}]}),
    ),
    "a postal code": a_pair(sites(LYON), sites({**LYON, "zip": "69008"})),
    "a capital letter in a primary endpoint": a_pair(
        outcomes(an_outcome("Pain at rest")), outcomes(an_outcome("Pain at Rest"))
    ),
    "markup in a primary endpoint": a_pair(
        outcomes(an_outcome("Pain > 3 points")), outcomes(an_outcome("Pain \\> 3 points"))
    ),
    "white space in the summary": a_pair(
        {"descriptionModule": {"briefSummary": "Cells are  injected."}},
        {"descriptionModule": {"briefSummary": "Cells are injected."}},
    ),
    "an entity in the title": a_pair(
        {"identificationModule": {"briefTitle": "Pain & Disc"}},
        {"identificationModule": {"briefTitle": "Pain &amp; Disc"}},
    ),
    "only dates of the update": a_pair(),
    "verified again": a_pair(None, {"statusModule": {"statusVerifiedDate": "2026-02"}}),
    "a date said more precisely": a_pair(None, dates(primaryCompletion="2026-10-31")),
    "a completion two weeks later": a_pair(None, dates(completion="2027-04-14")),
    "a target finely tuned": a_pair(
        None, {"designModule": {"enrollmentInfo": {"count": 124, "type": "ESTIMATED"}}}
    ),
}


@pytest.mark.parametrize("name", RAISES)
def test_what_matters_is_told_as_what_it_is(name: str) -> None:
    (before, after), rule, significance = RAISES[name]
    verdicts = judged(RULES, before, after)
    found = {verdict.rule: verdict.significance for verdict in verdicts}
    assert found.get(rule) == significance, [
        f"{one.significance} {one.rule}: {one.headline}" for one in verdicts
    ]


@pytest.mark.parametrize("name", HELD_BACK)
def test_what_says_nothing_new_wakes_nobody(name: str) -> None:
    before, after = HELD_BACK[name]
    loud = [verdict for verdict in judged(RULES, before, after) if verdict.significance >= NOTABLE]
    assert loud == []


@pytest.mark.parametrize("name", RAISES)
def test_another_order_of_every_list_wakes_nobody_and_hides_nothing(name: str) -> None:
    (before, after), rule, significance = RAISES[name]
    chance = random.Random(7)
    assert judged(RULES, before, shuffled(before, chance)) == ()
    verdicts = judged(RULES, shuffled(before, chance), shuffled(after, chance))
    assert {verdict.rule: verdict.significance for verdict in verdicts}.get(rule) == significance


def test_the_made_set_is_as_large_as_promised() -> None:
    pairs = sum(len(rule.examples) for rule in RULES) + len(RAISES) + len(HELD_BACK)
    assert pairs >= 60
    assert len(RAISES) >= 12
