"""The burst test: which edits are the registry's because many trials have them on one day, and which never are."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.change import Change, FieldPath
from monitor.core.significance import Significance, assess
from monitor.rules._bursts import edits_of
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.builders import a_date_struct, a_document, a_location, an_outcome
from tests.rules.conftest import RULES
from tests.rules.judging import a_case, headlines, in_a_burst

KYIV, LVIV = {"lat": 50.45, "lon": 30.52}, {"lat": 49.84, "lon": 24.02}
LEADS = {
    "type": "PRINCIPAL_INVESTIGATOR",
    "investigatorFullName": "Ada Made",
    "investigatorAffiliation": "Made U",
}


def a_site(city: str, **more: Any) -> Any:
    return a_location("Research Site", city, "Ukraine", **{"status": "RECRUITING", **more})


def sites(*locations: Any) -> dict[str, Any]:
    return a_document(contactsLocationsModule={"locations": list(locations)})


def test_a_town_renamed_in_many_records_is_no_site_that_opened() -> None:
    case = a_case(sites(a_site("Kiev", geoPoint=LVIV)), sites(a_site("Kyiv", geoPoint=KYIV)))
    assert headlines(assess(case, RULES))[0].startswith("sites.changed: Site")
    (verdict,) = [one for one in assess(in_a_burst(case), RULES) if one.rule != "record.housekeeping"]
    assert verdict.significance is Significance.NOISE
    assert verdict.headline == "Contact details: 1 place or site name respelled"
    assert "three or more trials" in verdict.because


def test_a_site_with_another_status_or_postal_code_is_no_renamed_town() -> None:
    for more in ({"status": "WITHDRAWN"}, {"zip": "79000"}, {"contacts": [{"name": "Ada Made"}]}):
        case = a_case(sites(a_site("Kiev")), sites(a_site("Lviv", **more)))
        assert not edits_of(case.changes)


def test_where_more_sites_went_than_came_none_is_thought_renamed() -> None:
    case = a_case(sites(a_site("Kiev"), a_site("Odessa")), sites(a_site("Kyiv")))
    assert not edits_of(case.changes)


def test_two_towns_renamed_at_once_are_both_found() -> None:
    before, after = sites(a_site("Kiev"), a_site("Odessa")), sites(a_site("Kyiv"), a_site("Odesa"))
    assert frozenset().union(*edits_of(a_case(before, after).changes).values()) == {0, 1, 2, 3}


def test_another_investigator_is_told_even_where_the_institute_is_renamed_in_many_records() -> None:
    before = a_document(sponsorCollaboratorsModule={"responsibleParty": LEADS})
    party = LEADS | {"investigatorFullName": "Bo Other", "investigatorAffiliation": "University of Made"}
    after = a_document(sponsorCollaboratorsModule={"responsibleParty": party})
    assert headlines(assess(in_a_burst(a_case(before, after)), RULES)) == [
        "sponsor.responsible: Responsible party: Bo Other in place of Ada Made",
        "noise.burst: Held back: 1 name edited alike in several records",
    ]


STATES = st.builds(
    lambda status, date, count, outcome, criteria, city, institute: a_document(
        statusModule={"overallStatus": status, "primaryCompletionDateStruct": a_date_struct(date)},
        designModule={"enrollmentInfo": {"count": count, "type": "ESTIMATED"}},
        outcomesModule={"primaryOutcomes": [an_outcome(outcome)]},
        eligibilityModule={"eligibilityCriteria": criteria},
        contactsLocationsModule={"locations": [a_site(city)]},
        sponsorCollaboratorsModule={"responsibleParty": LEADS | {"investigatorAffiliation": institute}},
    ),
    st.sampled_from(["RECRUITING", "TERMINATED", "COMPLETED"]),
    st.sampled_from(["2026-10", "2027-04", "2028"]),
    st.sampled_from([30, 60, 120]),
    st.sampled_from(["Pain at rest", "Function", "Disc height"]),
    st.sampled_from(["Age over 18", "Age over 21"]),
    st.sampled_from(["Kiev", "Kyiv", "Lviv"]),
    st.sampled_from(["Made U", "University of Made"]),
)


@given(before=STATES, after=STATES)
def test_a_burst_holds_back_no_word_on_status_dates_enrolment_outcomes_or_eligibility(
    before: Any, after: Any
) -> None:
    case = a_case(before, after)

    def told(verdicts: Any) -> list[Any]:
        return [one for one in verdicts if one.topic not in ("sites", "sponsor", "record")]

    held = in_a_burst(case)
    assert told(assess(held, RULES)) == told(assess(case, RULES))
    assert {case.changes[n].topic for n in held.burst} <= {"sites", "sponsor"}


# What trialmon reads a meaning out of, but for the country of a site: that is a name of a place.
KNOWN = sorted(path for path in SHAPE.roles if not path.endswith("locations.country"))
PATHS = st.sampled_from(KNOWN) | st.lists(st.text(min_size=1), min_size=1).map(".".join)


@given(path=PATHS, before=st.text(), after=st.text())
def test_a_field_that_means_something_to_trialmon_is_never_part_of_a_burst(
    path: str, before: str, after: str
) -> None:
    change = Change(
        FieldPath(tuple(path.split("."))), "changed", before, after, "status", "A field", "a role"
    )
    assert edits_of([change]) == {}
