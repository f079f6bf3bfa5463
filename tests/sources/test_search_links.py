"""Searches: from terms, from the site's links, and what is refused."""

import re
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.embedded.queries import listing
from monitor.sources.clinicaltrials_gov.search import (
    NotUnderstood,
    describe,
    query_for_sponsor,
    query_from_link,
    query_from_terms,
)
from monitor.sources.clinicaltrials_gov.search_words import LINK_TEXTS, TERMS

SITE = "https://clinicaltrials.gov/search?"


def parts_of(refused: pytest.ExceptionInfo[NotUnderstood]) -> list[str]:
    return [part.name for part in refused.value.parts]


def test_a_link_and_terms_for_the_same_search_are_the_same_search() -> None:
    pasted = query_from_link(SITE + "intr=stem%20cells&cond=Low+Back++Pain&rank=4&viewType=Table&page=2")
    spelt = query_from_terms({"condition": " low back\npain", "intervention": "Stem Cells"})
    assert pasted == spelt == (("query.cond", "low back pain"), ("query.intr", "stem cells"))


def test_every_check_box_of_a_link_is_carried_over() -> None:
    query = query_from_link(
        SITE
        + "cond=pain&aggFilters=status:rec%20not,phase:3%202,results:with,studyType:int%20obs_patreg,sex:f"
    )
    assert dict(query) == {
        "query.cond": "pain",
        "filter.overallStatus": "NOT_YET_RECRUITING|RECRUITING",
        "aggFilters": "phase:2 3,results:with,sex:f,studyType:int obs_patreg",
    }


def test_dates_become_ranges_that_may_be_open_on_either_side() -> None:
    query = query_from_link(
        SITE + "cond=pain&start=2020-01-01_2021-12-31&primComp=_2022-06&lastUpdPost=2026-01-01_"
    )
    assert dict(query)["filter.advanced"] == (
        "AREA[LastUpdatePostDate]RANGE[2026-01-01, MAX] AND AREA[PrimaryCompletionDate]RANGE[MIN, 2022-06]"
        " AND AREA[StartDate]RANGE[2020-01-01, 2021-12-31]"
    )
    assert query == query_from_terms(
        {
            "condition": "pain",
            "started": "2020-01-01..2021-12-31",
            "primary_completion": "..2022-06",
            "updated": "2026-01-01..",
        }
    )


def test_a_place_with_coordinates_is_a_distance() -> None:
    query = query_from_link(
        SITE + "cond=pain&locStr=Paris,%20France&country=France&lat=48.8566&lng=2.3522&distance=100"
    )
    assert dict(query) == {"query.cond": "pain", "filter.geo": "distance(48.8566,2.3522,100mi)"}


def test_a_place_without_coordinates_is_one_site_that_is_all_of_it() -> None:
    query = query_from_link(
        SITE + "cond=pain&locStr=Halle&country=Germany&state=Saxony-Anhalt&city=Halle&distance=50"
    )
    assert dict(query)["filter.advanced"] == (
        'SEARCH[Location](AREA[LocationCity]"Halle" AND AREA[LocationState]"Saxony-Anhalt" AND AREA[LocationCountry]"Germany")'
    )


def test_a_city_state_is_named_once() -> None:
    query = query_from_link(SITE + "cond=pain&country=Germany&state=Berlin&city=Berlin")
    assert "LocationState" not in dict(query)["filter.advanced"]


def test_a_country_in_terms_is_the_country_of_a_link() -> None:
    assert query_from_terms({"condition": "pain", "country": "France"}) == query_from_link(
        SITE + "cond=pain&locStr=France&country=France&distance=50"
    )


def test_a_distance_without_a_place_says_nothing() -> None:
    assert query_from_link(SITE + "cond=pain&distance=50") == query_from_link(SITE + "cond=pain")


def test_every_part_of_a_link_that_is_not_understood_is_named() -> None:
    with pytest.raises(NotUnderstood) as refused:
        query_from_link(
            SITE
            + "cond=pain&ageRange=18y_64y&colour=red&aggFilters=status:rec%20zzz,moon:full&start=soon&locStr=X"
        )
    assert parts_of(refused) == [
        "ageRange",
        "colour",
        "aggFilters status",
        "aggFilters “moon”",
        "start",
        "locStr",
    ]


def test_a_parameter_that_comes_twice_is_not_guessed_at() -> None:
    with pytest.raises(NotUnderstood, match="cond: is in the link twice"):
        query_from_link(SITE + "cond=pain&cond=hope")


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://example.org/search?cond=pain", "not a link to clinicaltrials.gov"),
        ("https://clinicaltrials.gov.example.org/search?cond=pain", "not a link to clinicaltrials.gov"),
        ("slack://SECRETTOKEN/search?cond=pain", "not a link to clinicaltrials.gov"),
        ("https://clinicaltrials.gov/study/NCT03737461", "trial: NCT03737461"),
        ("https://clinicaltrials.gov/ct2/results?cond=pain", "search page"),
        ("https://[::1/search?cond=pain", "not a link"),
        ("low back pain", "not a link"),
        (SITE + "&".join(f"x{n}=1" for n in range(101)), "not a link"),
        (SITE + "cond=" + "a" * 9000, "longer than"),
        (SITE + "aggFilters=status:rec", "most of the registry"),
        (SITE, "most of the registry"),
    ],
)
def test_what_is_no_search_link_is_refused(link: str, says: str) -> None:
    with pytest.raises(NotUnderstood, match=re.escape(says)) as refused:
        query_from_link(link)
    assert "SECRETTOKEN" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("recruiting", "RECRUITING"),
        ("Not yet recruiting", "NOT_YET_RECRUITING"),
        ("ACTIVE, NOT RECRUITING", "ACTIVE_NOT_RECRUITING"),
    ],
)
def test_a_status_is_read_as_people_write_it(written: str, status: str) -> None:
    assert dict(query_from_terms({"condition": "pain", "status": written}))["filter.overallStatus"] == status


@pytest.mark.parametrize(
    ("written", "key"),
    [("2", "2"), (2, "2"), ("PHASE2", "2"), ("phase 2", "2"), ("EARLY_PHASE1", "0"), ("early phase 1", "0")],
)
def test_a_phase_is_read_as_people_and_the_registry_write_it(written: object, key: str) -> None:
    assert dict(query_from_terms({"condition": "pain", "phase": [written]}))["aggFilters"] == f"phase:{key}"


@pytest.mark.parametrize(
    ("terms", "part"),
    [
        ({"condition": "pain", "colour": "red"}, "colour"),
        ({"condition": ""}, "condition"),
        ({"condition": []}, "condition"),
        ({"condition": ["a", "b"]}, "condition"),
        ({"condition": "a" * 2001}, "condition"),
        ({"condition": "pain", "phase": "7"}, "phase"),
        ({"condition": "pain", "status": "sleeping"}, "status"),
        ({"condition": "pain", "results": "maybe"}, "results"),
        ({"condition": "pain", "near": "Paris"}, "near"),
        ({"condition": "pain", "near": "95,2,50km"}, "near"),
        ({"condition": "pain", "started": "2020-13-01.."}, "started"),
        ({"condition": "pain", "started": ".."}, "started"),
    ],
)
def test_a_term_that_means_nothing_is_named(terms: dict[str, object], part: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        query_from_terms(terms)
    assert parts_of(refused) == [part]


def test_operators_of_the_registry_keep_their_capitals() -> None:
    expression = "AREA[LeadSponsorName]Mesoblast AND (spine OR Disc)"
    assert dict(query_from_terms({"terms": expression}))["query.term"] == expression


def test_a_sponsor_is_sought_among_collaborators_too() -> None:
    assert query_for_sponsor("Mesoblast,  Ltd.") == (("query.spons", "mesoblast, ltd."),)


def test_a_search_is_described_in_a_few_words() -> None:
    query = query_from_terms(
        {
            "condition": "Low back pain",
            "intervention": "stem cells",
            "phase": [3, 2],
            "status": "recruiting",
            "results": "with",
        },
        as_written=True,
    )
    assert describe(query) == "Low back pain · stem cells · recruiting · phase 2, 3 · results with"
    assert len(describe((("query.cond", "pain " * 200),))) <= 160


def test_every_parameter_is_one_that_the_registry_specifies() -> None:
    known = {
        f"query.{name}" for name in ("cond", "term", "locn", "titles", "intr", "outc", "spons", "lead", "id")
    }
    known |= {"filter.overallStatus", "filter.geo", "filter.advanced", "aggFilters"}
    sample = {"near": "1,2,3km", "phase": "1", "status": "recruiting"}
    for name, term in TERMS.items():
        value = term.choices[0] if term.choices else sample.get(name, "2020")
        assert {parameter for parameter, _ in query_from_terms({"condition": "x", name: value})} <= known, (
            name
        )


@given(
    st.dictionaries(st.sampled_from(sorted(LINK_TEXTS)), st.text(max_size=40).filter(str.strip), min_size=1),
    st.randoms(use_true_random=False),
)
def test_order_and_white_space_do_not_make_another_search(texts: dict[str, str], random: Random) -> None:
    def link(items: list[tuple[str, str]]) -> str:
        return SITE + "&".join(f"{name}={quote(value, safe='')}" for name, value in items)

    items = [(name, value.replace("\x00", " ") or "x") for name, value in texts.items()]
    try:
        query = query_from_link(link(items))
    except NotUnderstood:
        assert not any(value.split() for _, value in items)  # nothing but white space was asked for
        return
    shuffled = [(name, "  " + value.replace(" ", "\t") + "\n") for name, value in items]
    random.shuffle(shuffled)
    assert query_from_link(link(shuffled)) == query
    assert query == tuple(sorted(query))
    assert query_from_link(link([(LINK_BACK[name], value) for name, value in query])) == query


LINK_BACK = {parameter: name for name, parameter in LINK_TEXTS.items()}


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_search_or_is_refused(text: str) -> None:
    for attempt in (text, SITE + text):
        found: object
        try:
            found = query_from_link(attempt)
        except NotUnderstood as refused:
            found = refused.parts
        assert found


@pytest.mark.parametrize("name", sorted(TERMS))
def test_a_registry_that_speaks_the_api_understands_every_term(name: str) -> None:
    sample = {"near": "1,2,3km"}
    value = list(TERMS[name].choices) or [
        sample.get(name, "AREA[StartDate]2020" if name == "advanced" else "2020")
    ]
    listing(dict(query_from_terms({"condition": "pain", name: value})))
