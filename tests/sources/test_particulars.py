"""What a trial is looked up by, read out of its record."""

import pytest

from monitor.core.json import JsonObject
from monitor.core.particulars import Particulars, Site
from monitor.sources.clinicaltrials_gov.particulars import particulars
from tests.builders import a_document, a_location

POINT = {"lat": 45.75, "lon": 4.85}


def test_sites_and_words_are_read_under_all_their_names() -> None:
    document = a_document(
        identificationModule={
            "briefTitle": "Cells",
            "officialTitle": "A Trial of Cells",
            "acronym": "RESPINE",
        },
        conditionsModule={"conditions": ["Low Back Pain", "Low Back Pain"], "keywords": ["disc"]},
        armsInterventionsModule={
            "interventions": [{"name": "MSC", "otherNames": ["stem cells"]}, {"name": "Saline"}]
        },
        sponsorCollaboratorsModule={
            "leadSponsor": {"name": "Montpellier"},
            "collaborators": [{"name": "Cytori"}],
        },
        contactsLocationsModule={"locations": [a_location(zip="69000", status="RECRUITING", geoPoint=POINT)]},
    )
    assert particulars(document) == Particulars(
        sites=(Site("Spine Clinic", "Lyon", "", "69000", "France", "RECRUITING", 45.75, 4.85),),
        titles=("RESPINE", "Cells", "A Trial of Cells", "disc"),
        conditions=("Low Back Pain",),
        interventions=("MSC", "stem cells", "Saline"),
        sponsors=("Montpellier", "Cytori"),
    )


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"protocolSection": None},
        {
            "protocolSection": {
                "conditionsModule": {"conditions": [1, None]},
                "contactsLocationsModule": {"locations": "x"},
            }
        },
        {"protocolSection": {"armsInterventionsModule": {"interventions": [{"name": 7, "otherNames": {}}]}}},
    ],
)
def test_what_is_absent_or_of_another_form_is_left_empty(document: JsonObject) -> None:
    assert particulars(document) == Particulars()


@pytest.mark.parametrize(
    "point", [{}, {"lat": True, "lon": "4"}, {"lat": 91, "lon": 181}, {"lat": 1e308, "lon": None}]
)
def test_a_point_that_is_none_on_earth_is_no_point(point: JsonObject) -> None:
    document = a_document(contactsLocationsModule={"locations": [a_location(geoPoint=point)]})
    [site] = particulars(document).sites
    assert (site.latitude, site.longitude) == (None, None)
