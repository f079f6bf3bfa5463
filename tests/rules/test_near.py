"""Sites near a reader, in one line; nothing elsewhere."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.diff import diff
from monitor.core.shape import split
from monitor.core.significance import Significance, Verdict
from monitor.core.watch import Place
from monitor.rules.near import listed_sites, near_news
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import NOON, a_document, a_location, a_trial

LYON = Place("France", "Lyon")
FRANCE = Place("France")
OHIO = Place("USA", state="ohio")


def news(place: Place, before: list[Any], after: list[Any], status: str = "RECRUITING") -> Verdict | None:
    old, new = (
        a_document(
            statusModule={"overallStatus": status},
            contactsLocationsModule={"locations": sites},
        )
        for sites in (before, after)
    )
    changes = diff(split(old), split(new), SHAPE)
    return near_news(place, a_trial(), SHAPE.facts(new), changes, listed_sites(split(new)), NOON)


def line(place: Place, before: list[Any], after: list[Any], status: str = "RECRUITING") -> str:
    found = news(place, before, after, status)
    return found.headline if found is not None else ""


HOME = a_location("Home Clinic", "Lyon", "France", status="RECRUITING")
ROME = a_location("Roman Clinic", "Rome", "Italy", status="RECRUITING")


def test_a_site_that_opens_near_by_is_one_notable_line_about_its_own_change() -> None:
    found = news(LYON, [HOME], [HOME, ROME, a_location("New Clinic", "Lyon", "France", status="RECRUITING")])
    assert found is not None
    assert (found.rule, found.topic, found.significance) == ("sites.near", "sites", Significance.NOTABLE)
    assert found.headline == "Near you (Lyon, France): New Clinic opened"
    assert len(found.changes) == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("NOT_YET_RECRUITING", "RECRUITING", "began recruiting"),
        ("RECRUITING", "ACTIVE_NOT_RECRUITING", "stopped recruiting"),
        ("RECRUITING", "SUSPENDED", "was suspended"),
        ("RECRUITING", "WITHDRAWN", "closed"),
    ],
)
def test_a_site_near_by_that_changes_its_status_says_so(before: str, after: str, said: str) -> None:
    site = {"facility": "Home Clinic", "city": "Lyon", "country": "France"}
    assert line(LYON, [{**site, "status": before}], [{**site, "status": after}]) == (
        f"Near you (Lyon, France): Home Clinic {said}"
    )


def test_a_site_near_by_that_leaves_the_list_has_closed() -> None:
    assert line(FRANCE, [HOME, ROME], [ROME]) == "Near you (France): Home Clinic closed"


def test_what_happens_elsewhere_is_no_news_near_by() -> None:
    assert news(LYON, [HOME], [HOME, ROME]) is None
    assert news(LYON, [HOME], [HOME, a_location("Other", "Nice", "France")]) is None
    assert news(FRANCE, [HOME], [HOME]) is None


def test_a_site_near_by_that_is_only_renamed_neither_opened_nor_closed() -> None:
    renamed = a_location("Home Clinic, North Wing", "Lyon", "France", status="RECRUITING")
    assert news(LYON, [HOME], [renamed]) is None


def test_statuses_that_the_registry_drops_with_the_trials_own_are_no_news_near_by() -> None:
    without = a_location("Home Clinic", "Lyon", "France")
    assert news(LYON, [HOME], [without], "COMPLETED") is None


def test_a_state_is_known_of_a_site_whose_status_alone_changed() -> None:
    def sites(status: str) -> list[Any]:
        return [
            a_location("Spine Center", "Columbus", "United States", state="Ohio", status=status),
            a_location("Back Center", "Columbus", "United States", state="Georgia", status=status),
        ]

    told = line(OHIO, sites("NOT_YET_RECRUITING"), sites("RECRUITING"))
    assert told == "Near you (ohio, USA): Spine Center began recruiting"


@pytest.mark.parametrize("city", ["LYON", "Lyon Cedex 03", "Lyon 69008", "lyón"])
def test_a_town_is_known_by_any_spelling(city: str) -> None:
    assert line(LYON, [ROME], [ROME, a_location("New", city, "France")]) != ""


@pytest.mark.parametrize("city", ["Lyons", "Lyon Sud", "Villeurbanne", ""])
def test_another_town_is_another_town(city: str) -> None:
    assert line(LYON, [ROME], [ROME, a_location("New", city, "France")]) == ""


@pytest.mark.parametrize("country", ["Turkey", "Turkey (Türkiye)", "Türkiye"])
def test_a_country_is_known_by_each_of_its_names(country: str) -> None:
    assert line(Place("Turkey"), [ROME], [ROME, a_location("New", "Izmir", country)]) != ""


def test_of_many_sites_near_by_as_many_are_named_as_fit() -> None:
    many = [
        a_location(f"University Hospital of Made Town {n}", "Lyon", "France", status="RECRUITING")
        for n in range(40)
    ]
    said = line(LYON, [ROME], [ROME, *many])
    assert len(said) <= 200
    assert said.endswith(" sites more")


@given(
    st.lists(
        st.builds(
            a_location,
            st.sampled_from(["One", "Two", "Hôpital Trois"]),
            st.sampled_from(["Lyon", "Rome"]),
            st.sampled_from(["France", "Italy"]),
            status=st.sampled_from(["RECRUITING", "COMPLETED", "SUSPENDED"]),
        ),
        max_size=5,
    ),
    st.lists(st.builds(a_location, st.sampled_from(["One", "Two"]), st.sampled_from(["Lyon", "Rome"]))),
    st.randoms(use_true_random=False),
)
def test_the_order_of_sites_does_not_matter(before: list[Any], after: list[Any], chance: Any) -> None:
    mixed = [chance.sample(sites, len(sites)) for sites in (before, after)]
    assert line(LYON, *mixed) == line(LYON, before, after)
