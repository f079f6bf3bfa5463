"""Which trials match, which fields come back, in which order."""

from datetime import date

import httpx
import pytest

from monitor.embedded import EmbeddedRegistry
from tests.embedded.conftest import MONDAY, a_study, ids_of, numbers

STUDIES = "/api/v2/studies"


@pytest.fixture
def varied(registry: EmbeddedRegistry) -> EmbeddedRegistry:
    """Four trials beside the usual twelve that differ from them in one thing or another."""
    registry.put(
        "NCT00000101",
        MONDAY,
        a_study(
            "NCT00000101",
            condition="Migraine",
            title="Triptans",
            country="Spain",
            point={"lat": 40.42, "lon": -3.7},
        ),
    )
    registry.put(
        "NCT00000102", MONDAY, a_study("NCT00000102", status="COMPLETED", results=True, phases=["PHASE4"])
    )
    registry.put(
        "NCT00000103", MONDAY, a_study("NCT00000103", sponsor="Mesoblast, Ltd.", start="2020", count=7)
    )
    registry.put(
        "NCT00000104",
        MONDAY,
        a_study("NCT00000104", updated="2026-02-01", country="United States", phases=[]),
    )
    return registry


USUAL = numbers(*range(1, 13))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"query.cond": "migraine"}, numbers(101)),
        ({"query.cond": "low back pain"}, [*USUAL, *numbers(102, 103, 104)]),
        ({"query.cond": "low back pain", "query.spons": "mesoblast"}, numbers(103)),
        ({"query.cond": "migraine OR (pain AND NOT back)"}, numbers(101)),
        ({"query.cond": '"pain back low" OR migraines'}, numbers(101)),
        ({"query.term": "triptan"}, numbers(101)),
        ({"query.titles": "triptans"}, numbers(101)),
        ({"query.lead": "mesoblast ltd"}, numbers(103)),
        ({"query.lead": "meso"}, []),
        ({"query.id": "ORG-104"}, numbers(104)),
        ({"query.locn": "spain"}, numbers(101)),
        ({"query.locn": "united states"}, numbers(104)),
        (
            {"query.intr": "rexlemestrocel-L", "query.outc": "pain at rest", "query.cond": "migraine"},
            numbers(101),
        ),
        ({"filter.overallStatus": "COMPLETED"}, numbers(102)),
        ({"filter.overallStatus": "COMPLETED,RECRUITING", "query.cond": "migraine"}, numbers(101)),
        ({"aggFilters": "status:com ter"}, numbers(102)),
        ({"aggFilters": "results:with"}, numbers(102)),
        ({"aggFilters": "phase:4"}, numbers(102)),
        (
            {"aggFilters": "phase:2 4,studyType:int,results:without,status:rec", "query.locn": "Spain"},
            numbers(101),
        ),
        ({"aggFilters": "studyType:obs"}, []),
        ({"aggFilters": "funderType:other", "query.cond": "migraine"}, numbers(101)),
        ({"aggFilters": "docs:sap,violation:y"}, []),
        ({"filter.geo": "distance(40.4,-3.7,5km)"}, numbers(101)),
        ({"filter.geo": "distance(48.85,2.35,653mi)", "query.cond": "migraine"}, []),
        ({"filter.geo": "distance(48.85,2.35,660mi)", "query.cond": "migraine"}, numbers(101)),
        ({"filter.advanced": "AREA[LastUpdatePostDate]RANGE[2026-01-15,MAX]"}, numbers(104)),
        ({"filter.advanced": "AREA[StartDate]RANGE[MIN,2020-12] AND AREA[Phase]PHASE2"}, numbers(103)),
        (
            {
                "filter.advanced": 'SEARCH[Location](AREA[LocationCity]"Paris" AND AREA[LocationCountry]"Spain")'
            },
            numbers(101),
        ),
        (
            {
                "filter.advanced": 'SEARCH[Location](AREA[LocationCity]"Rome" AND AREA[LocationCountry]"Spain")'
            },
            [],
        ),
        ({"filter.advanced": "AREA[StartDate]2020"}, numbers(103)),
        ({"filter.advanced": "AREA[LocationCountry]United States"}, numbers(104)),
        (
            {"filter.advanced": 'NOT AREA[LocationCountry]"France" AND AREA[OverallStatus]RECRUITING'},
            numbers(101, 104),
        ),
        ({"query.term": "AREA[LeadSponsorName]mesoblast AND pain"}, numbers(103)),
        ({"filter.ids": "NCT00000103,NCT00000104", "postFilter.ids": "NCT00000104"}, numbers(104)),
    ],
)
def test_a_query_finds_what_its_words_say(
    client: httpx.Client, varied: EmbeddedRegistry, query: dict[str, str], expected: list[str]
) -> None:
    assert sorted(ids_of(client.get(STUDIES, params={"pageSize": "100", **query}))) == expected


def test_a_range_of_months_ends_with_the_last_day_of_the_last(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    registry.put("NCT00000200", MONDAY, a_study("NCT00000200", updated="2024-02-29"))
    query = {"filter.advanced": "AREA[LastUpdatePostDate]RANGE[2024-02,2024-02]"}
    assert ids_of(client.get(STUDIES, params=query)) == ["NCT00000200"]


def test_dates_sort_newest_first_and_numbers_smallest_first(
    client: httpx.Client, varied: EmbeddedRegistry
) -> None:
    wanted = {"filter.ids": "NCT00000102,NCT00000103,NCT00000104"}

    def order(sort: str) -> list[str]:
        return ids_of(client.get(STUDIES, params={**wanted, "sort": sort}))

    assert order("LastUpdatePostDate")[0] == "NCT00000104"
    assert order("LastUpdatePostDate:asc")[-1] == "NCT00000104"
    assert order("EnrollmentCount")[0] == "NCT00000103"
    assert order("StartDate:asc,LastUpdatePostDate:desc") == numbers(103, 104, 102)
    assert sorted(order("@relevance")) == numbers(102, 103, 104)


def test_studies_without_the_field_come_last_either_way(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    undated = a_study("NCT00000300")
    del undated["protocolSection"]["statusModule"]["startDateStruct"]
    registry.put("NCT00000300", date(2026, 2, 1), undated)
    for direction in ("asc", "desc"):
        query = {"filter.ids": "NCT00000001,NCT00000300", "sort": f"StartDate:{direction}"}
        assert ids_of(client.get(STUDIES, params=query)) == ["NCT00000001", "NCT00000300"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("NCTId", {"protocolSection": {"identificationModule": {"nctId": "NCT00000005"}}}),
        (
            "protocolSection.identificationModule.nctId|HasResults",
            {"protocolSection": {"identificationModule": {"nctId": "NCT00000005"}}, "hasResults": False},
        ),
        (
            "LocationCountry",
            {"protocolSection": {"contactsLocationsModule": {"locations": [{"country": "France"}]}}},
        ),
        (
            "DesignModule,Phase",
            {"protocolSection": {"designModule": a_study("NCT00000005")["protocolSection"]["designModule"]}},
        ),
        ("DerivedSection", {"derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-02"}}}),
        ("resultsSection.moreInfoModule", {}),
    ],
)
def test_fields_cut_a_record_down_to_what_was_asked(
    client: httpx.Client, fields: str, expected: object
) -> None:
    assert client.get(f"{STUDIES}/NCT00000005", params={"fields": fields}).json() == expected
    listed = client.get(STUDIES, params={"filter.ids": "NCT00000005", "fields": fields}).json()
    assert listed["studies"] == [expected]


def test_a_city_and_a_country_may_be_those_of_two_sites_unless_one_site_is_asked_for(
    client: httpx.Client, registry: EmbeddedRegistry
) -> None:
    study = a_study("NCT00000400", country="Spain")
    study["protocolSection"]["contactsLocationsModule"]["locations"].append(
        {"city": "Rome", "country": "Italy"}
    )
    registry.put("NCT00000400", MONDAY, study)
    places = 'AREA[LocationCity]"Rome" AND AREA[LocationCountry]"Spain"'
    assert ids_of(client.get(STUDIES, params={"filter.advanced": places})) == ["NCT00000400"]
    assert ids_of(client.get(STUDIES, params={"filter.advanced": f"SEARCH[Location]({places})"})) == []
