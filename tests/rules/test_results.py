"""Results: posted, put off, revised table by table, withdrawn."""

import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from tests.builders import a_document
from tests.core.recorded import lines
from tests.rules.conftest import RULES
from tests.rules.judging import judged


def a_measure(title: str, value: str, type_: str = "PRIMARY", **more: Any) -> dict[str, Any]:
    """An outcome in posted results, in the usual form: one class and one category without titles, two groups."""
    measurements = [{"groupId": "OG000", "value": value}, {"groupId": "OG001", "value": "12"}]
    return {
        "type": type_,
        "title": title,
        "timeFrame": "12 months",
        "denoms": [{"units": "Participants", "counts": [{"groupId": "OG000", "value": "40"}]}],
        "classes": [{"categories": [{"measurements": measurements}]}],
        "analyses": [
            {
                "statisticalMethod": "ANCOVA",
                "groupIds": ["OG000", "OG001"],
                "pValue": "0.04",
                "paramValue": "1.2",
            }
        ],
        **more,
    }


def posted() -> dict[str, Any]:
    """A record with posted results."""
    document = a_document(
        statusModule={"resultsFirstPostDateStruct": {"date": "2026-01-20", "type": "ACTUAL"}}
    )

    def counts() -> list[dict[str, Any]]:
        return [{"groupId": "EG000", "numAffected": 2, "numAtRisk": 40}]

    document.update(
        hasResults=True,
        resultsSection={
            "participantFlowModule": {
                "recruitmentDetails": "From two clinics",
                "periods": [
                    {
                        "title": "Overall",
                        "milestones": [
                            {"type": "STARTED", "achievements": [{"groupId": "FG000", "numSubjects": "40"}]}
                        ],
                    }
                ],
            },
            "baselineCharacteristicsModule": {
                "denoms": [{"units": "Participants", "counts": [{"groupId": "BG000", "value": "40"}]}]
            },
            "outcomeMeasuresModule": {
                "outcomeMeasures": [
                    a_measure("ORR", "42"),
                    a_measure("Pain", "3.1"),
                    a_measure("Walking", "7", "SECONDARY"),
                ]
            },
            "adverseEventsModule": {
                "timeFrame": "12 months",
                "eventGroups": [{"id": "EG000", "deathsNumAffected": 1, "seriousNumAffected": 2}],
                "seriousEvents": [{"term": "Sepsis", "organSystem": "Infections", "stats": counts()}],
                "otherEvents": [{"term": "Nausea", "organSystem": "Gastrointestinal", "stats": counts()}],
            },
            "moreInfoModule": {
                "pointOfContact": {"title": "Head", "phone": "1"},
                "limitationsAndCaveats": {"description": "Small groups"},
            },
        },
    )
    return document


def at(document: Any, *steps: str | int) -> Any:
    for step in steps:
        document = document[step]
    return document


OUTCOMES = ("resultsSection", "outcomeMeasuresModule", "outcomeMeasures")
EVENTS = ("resultsSection", "adverseEventsModule")
VALUES = ("classes", 0, "categories", 0, "measurements")


def revised(*edits: tuple[tuple[str | int, ...], Any]) -> list[Verdict]:
    after = deepcopy(posted())
    for (*way, last), value in edits:
        at(after, *way)[last] = value
    return list(judged(RULES, posted(), after))


EDITS: list[tuple[tuple[str | int, ...], Any, str]] = [
    ((*OUTCOMES, 0, *VALUES, 0, "value"), "45", "a primary outcome's value (“ORR”: 42 → 45)"),
    ((*OUTCOMES, 2, *VALUES, 0, "value"), "8", "1 secondary or other outcome value (“Walking”: 7 → 8)"),
    ((*OUTCOMES, 0, "analyses", 0, "pValue"), "0.06", "1 p-value (0.04 → 0.06)"),
    ((*OUTCOMES, 0, "analyses", 0, "paramValue"), "1.4", "1 statistical figure (1.2 → 1.4)"),
    ((*OUTCOMES, 0, "denoms", 0, "counts", 0, "value"), "41", "participants analysed"),
    ((*OUTCOMES, 0, "timeFrame"), "24 months", "how an outcome was measured"),
    ((*OUTCOMES, 0, "type"), "SECONDARY", "how an outcome was measured"),
    ((*EVENTS, "eventGroups", 0, "deathsNumAffected"), 3, "deaths"),
    ((*EVENTS, "eventGroups", 0, "seriousNumAffected"), 3, "1 serious adverse event count (2 → 3)"),
    ((*EVENTS, "seriousEvents", 0, "stats", 0, "numAffected"), 3, "1 serious adverse event count (2 → 3)"),
    ((*EVENTS, "otherEvents", 0, "stats", 0, "numAffected"), 3, "1 other adverse event count (2 → 3)"),
    (
        ("resultsSection", "baselineCharacteristicsModule", "denoms", 0, "counts", 0, "value"),
        "41",
        "baseline characteristics",
    ),
    (
        (
            "resultsSection",
            "participantFlowModule",
            "periods",
            0,
            "milestones",
            0,
            "achievements",
            0,
            "numSubjects",
        ),
        "39",
        "participant flow",
    ),
]
WORDS: list[tuple[tuple[str | int, ...], Any, str]] = [
    (
        ("resultsSection", "moreInfoModule", "limitationsAndCaveats", "description"),
        "Very small groups",
        "notes",
    ),
    (("resultsSection", "participantFlowModule", "recruitmentDetails"), "From three clinics", "notes"),
    (("resultsSection", "moreInfoModule", "pointOfContact", "title"), "Director", "the point of contact"),
]


@pytest.mark.parametrize(("way", "value", "said"), EDITS, ids=[said for *_, said in EDITS])
def test_a_revised_figure_is_notable_and_names_its_table(
    way: tuple[str | int, ...], value: Any, said: str
) -> None:
    [verdict] = revised((way, value))
    assert verdict.headline == f"Posted results revised: {said}"
    assert verdict.significance == Significance.NOTABLE


@pytest.mark.parametrize(("way", "value", "said"), WORDS, ids=["caveats", "recruitment details", "contact"])
def test_revised_words_are_routine(way: tuple[str | int, ...], value: Any, said: str) -> None:
    [verdict] = revised((way, value))
    assert verdict.headline == f"Posted results revised: {said}"
    assert verdict.significance == Significance.ROUTINE


def test_many_revisions_are_one_line_the_gravest_first() -> None:
    [verdict] = revised(*((way, value) for way, value, _ in EDITS + WORDS))
    assert verdict.headline == (
        "Posted results revised: a primary outcome's value (“ORR”: 42 → 45), 1 p-value (0.04 → 0.06), deaths, "
        "2 serious adverse event counts and 9 more"
    )
    assert len(verdict.headline) <= 200


def test_two_primary_outcomes_are_both_named() -> None:
    [verdict] = revised(
        ((*OUTCOMES, 0, *VALUES, 0, "value"), "45"), ((*OUTCOMES, 1, *VALUES, 1, "value"), "13")
    )
    assert verdict.headline == "Posted results revised: values of 2 primary outcomes (“ORR”, “Pain”)"


def test_an_outcome_that_came_or_went_is_named() -> None:
    after = posted()
    at(after, *OUTCOMES)[1] = a_measure("Survival", "9")
    [verdict] = judged(RULES, posted(), after)
    assert verdict.headline == "Posted results revised: outcome added (“Survival”), outcome removed (“Pain”)"


def test_an_outcome_under_another_title_with_the_same_figures_is_words_only() -> None:
    [verdict] = revised(((*OUTCOMES, 0, "title"), "Overall response rate"))
    assert (verdict.headline, verdict.significance) == ("Posted results revised: notes", Significance.ROUTINE)


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("resultsSection", "moreInfoModule", "pointOfContact", "phone"), "2"),
        (("resultsSection", "moreInfoModule", "limitationsAndCaveats", "description"), "small groups."),
    ],
    ids=["a telephone number", "a capital letter"],
)
def test_a_telephone_number_or_a_capital_letter_is_no_revision(
    way: tuple[str | int, ...], value: str
) -> None:
    [verdict] = revised((way, value))
    assert verdict.significance == Significance.NOISE


@given(st.permutations(range(3)), st.sampled_from(EDITS + WORDS))
def test_the_order_of_outcomes_and_groups_says_nothing(
    order: list[int], edit: tuple[tuple[str | int, ...], Any, str]
) -> None:
    way, value, _ = edit
    after = posted()
    at(after, *way[:-1])[way[-1]] = value
    expected = judged(RULES, posted(), after)
    measures = at(after, *OUTCOMES)
    for measure in measures:
        at(measure, *VALUES).reverse()
    measures[:] = [measures[n] for n in order]
    assert judged(RULES, posted(), after) == expected


def test_a_posting_says_how_long_after_the_primary_completion_it_came() -> None:
    before = a_document(
        statusModule={"primaryCompletionDateStruct": {"date": "2024-10-20", "type": "ACTUAL"}}
    )
    after = posted()
    after["protocolSection"]["statusModule"]["primaryCompletionDateStruct"] = {
        "date": "2024-10-20",
        "type": "ACTUAL",
    }
    [verdict] = judged(RULES, before, after)
    assert verdict.because == (
        "the record now has a results section, 15 months after the primary completion (20 October 2024)"
    )


def test_a_certificate_shown_before_the_records_own_update_is_the_registrys_telling() -> None:
    [verdict] = judged(RULES, a_document(), a_document(statusModule={"dispFirstSubmitDate": "2026-01-20"}))
    assert verdict.rule == "results.delayed"
    assert verdict.headline.endswith("results may be due up to three years after primary completion")
    assert verdict.because.endswith("told before the record's own update moved")


def test_a_certificate_then_posted_is_told_as_posted() -> None:
    submitted = {"dispFirstSubmitDate": "2026-01-20"}
    dated = {"date": "2026-02-03", "type": "ACTUAL"}
    after = a_document(statusModule={**submitted, "dispFirstPostDateStruct": dated})
    [verdict] = judged(RULES, a_document(statusModule=submitted), after)
    assert verdict.headline.startswith("Certificate of delay posted on 3 February 2026: ")


def test_results_that_vanish_are_critical() -> None:
    [verdict] = [v for v in judged(RULES, posted(), a_document()) if v.rule.startswith("results")]
    assert (verdict.rule, verdict.significance) == ("results.withdrawn", Significance.CRITICAL)


def figures_of(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every text of digits in a document."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from figures_of(inner, (*way, step))
    elif (
        isinstance(value, str)
        and value.isdigit()
        and way[-1] in ("value", "numSubjects", "pValue", "lowerLimit")
    ):
        yield way


def test_any_figure_of_results_really_posted_is_told_when_it_changes(registry_data: Path) -> None:
    chance = random.Random(3)
    records = [study for study in lines(registry_data / "corpus.jsonl.xz") if study.get("hasResults")]
    for before in chance.sample(records, 40):
        ways = list(figures_of(before["resultsSection"], ("resultsSection",)))
        if not ways:
            continue
        way = chance.choice(ways)
        after = deepcopy(before)
        at(after, *way[:-1])[way[-1]] = f"{at(before, *way)}1"
        [verdict] = judged(RULES, before, after)
        assert (verdict.rule, verdict.significance) == ("results.revised", Significance.NOTABLE)
        assert len(verdict.headline) <= 200
        assert "other figures" not in verdict.headline
