"""Sites in one line, and what of them is no news."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from tests.builders import a_document, a_location
from tests.core.made_json import shuffled
from tests.core.recorded import successive
from tests.rules.conftest import RULES
from tests.rules.judging import judged

TOWNS = ("Bonn", "Kiel", "Jena", "Ulm", "Hof")


def a_trial_at(*sites: Any, status: str = "RECRUITING", **module: Any) -> dict[str, Any]:
    """A trial of that status with these sites and nothing else unusual."""
    return a_document(
        statusModule={"overallStatus": status}, contactsLocationsModule={"locations": list(sites), **module}
    )


def a_site(town: str = "Bonn", status: str | None = "RECRUITING", **more: Any) -> Any:
    return a_location(f"{town} Spine Clinic", town, "Germany", status=status, **more)


def of_sites(before: Any, after: Any) -> list[Verdict]:
    """What is said of the topic, the housekeeping apart."""
    return [verdict for verdict in judged(RULES, before, after) if verdict.topic == "sites"]


def the_line(before: Any, after: Any) -> str:
    [verdict] = of_sites(before, after)
    return verdict.headline


class TestOneLine:
    def test_forty_sites_that_lose_their_status_as_recruitment_closes_are_one_line(self) -> None:
        contacts = [{"name": "Ada Made", "role": "CONTACT"}]
        before = a_trial_at(*(a_site(f"Town {n}", contacts=contacts) for n in range(40)))
        after = a_trial_at(*(a_site(f"Town {n}", None) for n in range(40)), status="ACTIVE_NOT_RECRUITING")
        [verdict] = of_sites(before, after)
        assert (
            verdict.headline
            == "Sites: the registry dropped the status of 40 sites, as recruitment closed; 40 in all"
        )
        assert verdict.significance == Significance.ROUTINE
        assert len(verdict.changes) == 80

    def test_sites_that_get_their_status_back_as_a_trial_resumes_are_one_line(self) -> None:
        before = a_trial_at(*(a_site(town, None) for town in TOWNS), status="SUSPENDED")
        after = a_trial_at(*map(a_site, TOWNS))
        assert the_line(before, after) == (
            "Sites: the registry lists the status of 5 sites again (5 recruiting); 5 in all, all recruiting"
        )

    def test_a_site_that_opens_with_the_trial_began_recruiting(self) -> None:
        before = a_trial_at(a_site("Bonn", None), a_site("Kiel", None), status="NOT_YET_RECRUITING")
        after = a_trial_at(a_site("Bonn"), a_site("Kiel", None))
        assert the_line(before, after) == (
            "Site began recruiting: Bonn Spine Clinic, Bonn, Germany; 2 in all, 1 recruiting"
        )

    def test_many_movements_name_a_few_towns_and_count_all(self) -> None:
        before = a_trial_at(*(a_site(town, "NOT_YET_RECRUITING") for town in TOWNS), a_site("Trier"))
        after = a_trial_at(*map(a_site, TOWNS), a_site("Celle", "NOT_YET_RECRUITING"))
        assert the_line(before, after) == (
            "Sites: 1 added, not yet recruiting (Celle), 1 closed (Trier), 5 began recruiting (Bonn, Hof, Jena, …);"
            " 6 in all, 5 recruiting"
        )

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ("COMPLETED", "Site closed"),
            ("WITHDRAWN", "Site closed"),
            ("TERMINATED", "Site closed"),
            ("SUSPENDED", "Site suspended"),
            ("ACTIVE_NOT_RECRUITING", "Site stopped recruiting"),
            ("BRAND_NEW_WORD", "Site now brand new word"),
        ],
    )
    def test_what_a_site_became(self, status: str, words: str) -> None:
        before = a_trial_at(a_site("Bonn"), a_site("Kiel"))
        line = the_line(before, a_trial_at(a_site("Bonn", status), a_site("Kiel")))
        assert line == f"{words}: Bonn Spine Clinic, Bonn, Germany; 2 in all, 1 recruiting"

    def test_a_site_that_had_ended_before_it_left_the_list_is_not_told_as_closed(self) -> None:
        before = a_trial_at(a_site("Bonn"), a_site("Kiel", "WITHDRAWN"))
        assert the_line(before, a_trial_at(a_site("Bonn"))).startswith("Site removed: Kiel Spine Clinic")

    def test_the_first_sites_of_all_are_routine(self) -> None:
        [verdict] = of_sites(a_trial_at(), a_trial_at(a_site("Bonn"), a_site("Kiel")))
        assert verdict.significance == Significance.ROUTINE
        assert verdict.headline == "First sites listed; sites: 2 opened (Bonn, Kiel)"

    def test_however_long_the_names_the_line_fits(self) -> None:
        sites = [
            a_location("Very long name " * 20, f"Long town {n} " * 9, f"Land {n} " * 9) for n in range(30)
        ]
        before = a_trial_at(a_site("Bonn", "NOT_YET_RECRUITING"))
        assert len(the_line(before, a_trial_at(a_site("Bonn"), *sites))) <= 200


class TestCountries:
    def test_the_last_site_of_a_country_is_notable(self) -> None:
        before = a_trial_at(a_site("Bonn"), a_location("Spine Clinic", "Rome", "Italy", status="RECRUITING"))
        [verdict] = of_sites(before, a_trial_at(a_site("Bonn")))
        assert verdict.significance == Significance.NOTABLE
        assert verdict.headline == "No site left in Italy; site closed: Spine Clinic, Rome, Italy; 1 in all"

    def test_a_country_that_the_registry_lists_as_removed_is_told_once(self) -> None:
        before = a_trial_at(a_site("Bonn"), a_location("Spine Clinic", "Rome", "Italy", status="RECRUITING"))
        after = a_trial_at(a_site("Bonn"))
        after["derivedSection"]["miscInfoModule"]["removedCountries"] = ["Italy"]
        [verdict] = of_sites(before, after)
        assert verdict.headline.count("Italy") == 2  # the country, and the place of its site
        assert len(verdict.changes) == 2

    def test_a_removed_country_that_the_registry_lists_only_later_is_told_then(self) -> None:
        before, after = a_trial_at(a_site("Bonn")), a_trial_at(a_site("Bonn"))
        after["derivedSection"]["miscInfoModule"]["removedCountries"] = ["Italy"]
        [verdict] = of_sites(before, after)
        assert (verdict.headline, verdict.significance) == ("No site left in Italy", Significance.NOTABLE)

    def test_a_country_that_is_removed_no_more_is_routine(self) -> None:
        before, after = a_trial_at(a_site("Bonn")), a_trial_at(a_site("Bonn"))
        before["derivedSection"]["miscInfoModule"]["removedCountries"] = ["Germany"]
        [verdict] = of_sites(before, after)
        assert verdict.significance == Significance.ROUTINE

    def test_a_country_whose_name_the_registry_changed_neither_came_nor_went(self) -> None:
        before = a_trial_at(a_location("City Hospital Bilkent", "Ankara", "Turkey"))
        after = a_trial_at(a_location("City Hospital Bilkent", "Ankara", "Turkey (Türkiye)"))
        [verdict] = of_sites(before, after)
        assert (verdict.rule, verdict.significance) == ("contacts.details", Significance.NOISE)

    def test_a_trial_that_recruits_while_none_of_its_sites_does_is_notable(self) -> None:
        before = a_trial_at(a_site("Bonn"), a_site("Kiel", "COMPLETED"))
        after = a_trial_at(a_site("Bonn", "COMPLETED"), a_site("Kiel", "COMPLETED"))
        [verdict] = of_sites(before, after)
        assert verdict.significance == Significance.NOTABLE
        assert verdict.headline.startswith(
            "No site is recruiting any more although the trial is; site closed"
        )

    def test_no_site_at_all_is_notable(self) -> None:
        [verdict] = of_sites(a_trial_at(a_site("Bonn"), a_site("Kiel")), a_trial_at())
        assert verdict.significance == Significance.NOTABLE
        assert verdict.headline == "No site is listed any more (there were 2); sites: 2 closed (Bonn, Kiel)"


class TestOneAndTheSameSite:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (a_location("Hôpital Cochin", "Paris"), a_location("HOPITAL COCHIN", "Paris")),
            (a_location("St. Made's Clinic", "Hof"), a_location("St Made’s Clinic", "Hof")),
            (a_location("Federico II", "Napoli", "Italy"), a_location("Federico II", "Naples", "Italy")),
            (
                a_location("Research Site", "Lichtenberg", "Germany", zip="10365"),
                a_location("Research Site", "Berlin", "Germany", zip="10365"),
            ),
            (
                a_location("Research Site", "Lichtenberg", "Germany", geoPoint={"lat": 52.51, "lon": 13.5}),
                a_location("Research Site", "Berlin", "Germany", geoPoint={"lat": 52.52, "lon": 13.41}),
            ),
        ],
    )
    def test_a_place_name_spelled_anew_is_noise(self, before: Any, after: Any) -> None:
        [verdict] = of_sites(a_trial_at(before), a_trial_at(after))
        assert verdict.significance == Significance.NOISE
        assert verdict.headline == "Contact details: 1 place or site name respelled"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Made Hospital Two", "Made Hospital Two, North Wing"),
            ('Hă"Pital Foch', "Hôpital Foch"),
            ("Investigational Site 0602", "Rambam Health Campus (Investigational Site 0602)"),
        ],
    )
    def test_a_renamed_site_is_neither_closed_nor_opened(self, old: str, new: str) -> None:
        before = a_trial_at(a_location(old, "Nice", zip="06000", status="RECRUITING"))
        after = a_trial_at(a_location(new, "Nice", zip="06000", status="RECRUITING"))
        assert the_line(before, after).startswith("Sites: 1 renamed (“")

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (a_location("St Mary's Hospital", "Leeds"), a_location("St Joseph's Hospital", "Leeds")),
            (a_location("Research Site", "Dallas"), a_location("Research Site", "Austin")),
            (a_location("Texas Oncology", "Dallas"), a_location("Texas Oncology", "Austin")),
            (
                a_location("Research Site", "Birmingham", "United Kingdom"),
                a_location("Research Site", "Birmingham", "United States"),
            ),
        ],
    )
    def test_another_site_is_not_taken_for_a_renamed_one(self, before: Any, after: Any) -> None:
        line = the_line(a_trial_at(before), a_trial_at(after))
        assert "1 opened" in line
        assert "1 removed" in line

    def test_of_several_renamed_sites_each_finds_its_own(self) -> None:
        before = a_trial_at(*(a_location(f"{name} Hospital", "Lyon") for name in ("Herriot", "Laennec")))
        after = a_trial_at(*(a_location(f"{name} Hospital, HCL", "Lyon") for name in ("Laennec", "Herriot")))
        assert the_line(before, after) == "Sites: 2 renamed"


class TestNoNews:
    @pytest.mark.parametrize(
        "detail",
        [
            {"zip": ("10115", "10117")},
            {"state": (None, "Saxony")},
            {"contacts": ([{"name": "A. Made", "phone": "1"}], [{"name": "A. Made", "phone": "2"}])},
            {"contacts": ([{"name": "A. Made"}], [{"name": "B. Made", "role": "CONTACT"}])},
            {"geoPoint": ({"lat": 50.0, "lon": 7.0}, {"lat": 51.0, "lon": 7.0})},
        ],
        ids=str,
    )
    def test_a_detail_of_a_site_is_noise(self, detail: dict[str, Any]) -> None:
        before = a_trial_at(a_site(**{key: old for key, (old, _) in detail.items()}))
        after = a_trial_at(a_site(**{key: new for key, (_, new) in detail.items()}))
        verdicts = judged(RULES, before, after)
        assert verdicts
        assert {verdict.significance for verdict in verdicts} == {Significance.NOISE}

    def test_another_central_contact_is_noise(self) -> None:
        before = a_trial_at(a_site(), centralContacts=[{"name": "A. Made", "phone": "1"}])
        after = a_trial_at(a_site(), centralContacts=[{"name": "B. Made", "phone": "1"}])
        [verdict] = of_sites(before, after)
        assert verdict.significance == Significance.NOISE

    def test_a_new_principal_investigator_is_routine(self) -> None:
        before = a_trial_at(a_site(), overallOfficials=[{"name": "Ada Made, MD"}])
        after = a_trial_at(a_site(), overallOfficials=[{"name": "Bo Other, MD"}])
        assert the_line(before, after) == "Study official: Bo Other, MD in place of Ada Made, MD"

    def test_what_the_registry_newly_tells_of_a_site_is_not_swallowed(self) -> None:
        [verdict] = of_sites(a_trial_at(a_site(capacity=3)), a_trial_at(a_site(capacity=4)))
        assert verdict.rule == "record.edited"


PLACES = st.builds(
    a_location,
    st.sampled_from(["Research Site", "Spine Clinic", "Spine Clinic North", "", None]),
    st.sampled_from(["Naples", "Napoli", "Bonn", ""]),
    st.sampled_from(["Italy", "Germany"]),
    status=st.sampled_from([None, "RECRUITING", "COMPLETED", "NOT_YET_RECRUITING"]),
    zip=st.sampled_from([None, "1", "2"]),
    contacts=st.sampled_from([None, [{"name": "A"}], [{"name": "A", "phone": "1"}]]),
)
STATUSES = st.sampled_from(["RECRUITING", "ACTIVE_NOT_RECRUITING", "NOT_YET_RECRUITING"])
TRIALS = st.builds(
    lambda sites, status: a_trial_at(*sites, status=status), st.lists(PLACES, max_size=6), STATUSES
)


@given(before=TRIALS, after=TRIALS, chance=st.randoms(use_true_random=False))
def test_the_order_of_sites_does_not_sway_what_is_said(before: Any, after: Any, chance: Any) -> None:
    assert of_sites(shuffled(before, chance), shuffled(after, chance)) == of_sites(before, after)


@given(before=TRIALS, after=TRIALS)
def test_sites_are_one_line_and_at_most_one_of_details(before: Any, after: Any) -> None:
    said = [verdict.rule for verdict in of_sites(before, after)]
    assert sorted(said) in (
        [],
        ["contacts.details"],
        ["contacts.details", "sites.changed"],
        ["sites.changed"],
    )


def test_real_transitions_of_hundreds_of_sites_are_one_line(registry_data: Path) -> None:
    lines = {}
    for before, after in successive(registry_data):
        said = [verdict for verdict in of_sites(before, after) if verdict.significance > Significance.NOISE]
        assert len(said) <= 1
        number = after["protocolSection"]["identificationModule"]["nctId"]
        day = after["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"]
        lines[number, day] = said[0].headline if said else ""
    assert lines["NCT06203210", "2026-02-09"] == (
        "Sites: the registry lists the status of 221 sites again (170 recruiting, 51 not yet recruiting), 9 renamed;"
        " 230 in all, 176 recruiting"
    )
    assert lines["NCT06346197", "2026-03-02"] == (
        "Site opened: CHU de Poitiers, Poitiers, France; 3 in all, all recruiting"
    )


def test_a_site_that_is_respelled_and_closes_in_one_update_is_told_as_closing() -> None:
    place = {"geoPoint": {"lat": 40.85, "lon": 14.26}}
    naples = a_location("Made Hospital", "Napoli", "Italy", status="RECRUITING", **place)
    closed = a_location("Made Hospital", "Naples", "Italy", status="COMPLETED", **place)
    other = a_location("Made Clinic", "Rome", "Italy", status="RECRUITING")
    verdicts = judged(RULES, a_trial_at(naples, other), a_trial_at(closed, other))
    told = [verdict for verdict in verdicts if verdict.rule == "sites.changed"]
    assert [verdict.headline for verdict in told] == [
        "Site closed: Made Hospital, Naples, Italy; 2 in all, 1 recruiting"
    ]
    assert any(verdict.rule == "contacts.details" for verdict in verdicts)
