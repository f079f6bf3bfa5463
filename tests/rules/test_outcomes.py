"""Endpoints: what became of them, when, and how much that matters."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from tests.builders import a_date_struct, a_document, an_outcome
from tests.core.made_json import shuffled
from tests.core.recorded import lines, successive
from tests.rules.conftest import FAMILIES, RULES
from tests.rules.judging import judged

NOISE, ROUTINE, NOTABLE, CRITICAL = Significance
OUTCOME_RULES = FAMILIES["outcomes"]
Lists = dict[str, Any]


def with_endpoints(primary: list[Any], secondary: list[Any] | None = None, **status: Any) -> dict[str, Any]:
    """A trial under way with these endpoints: measures, or whole outcomes."""
    return a_document(
        outcomesModule={
            "primaryOutcomes": [an_outcome(one) if isinstance(one, str) else one for one in primary],
            "secondaryOutcomes": [
                an_outcome(one) if isinstance(one, str) else one for one in secondary or []
            ],
        },
        statusModule=status,
    )


def of_outcomes(before: Any, after: Any) -> list[Verdict]:
    """The verdicts on outcomes; none is left to the rules of last resort."""
    verdicts = [verdict for verdict in judged(RULES, before, after) if verdict.topic == "outcomes"]
    assert all(verdict.rule.startswith("outcomes.") for verdict in verdicts)
    assert all(len(verdict.headline) <= 200 for verdict in verdicts)
    return verdicts


def said(before: Any, after: Any) -> list[tuple[str, Significance]]:
    return [
        (verdict.rule.removeprefix("outcomes."), verdict.significance)
        for verdict in of_outcomes(before, after)
    ]


def the_verdict(before: Any, after: Any) -> Verdict:
    [verdict] = of_outcomes(before, after)
    return verdict


REWORDED = [
    # before, after, verdict, significance: as the one primary endpoint of a trial under way
    ("Pain at rest", "PAIN AT REST", "cosmetic", NOISE),
    ("Pain at rest", "Pain, at rest.", "cosmetic", NOISE),
    ("Patient's global assessment", "Patient’s global assessment", "cosmetic", NOISE),
    ("Pain \\> 5 points", "Pain &gt; 5 points", "cosmetic", NOISE),
    ("H2O intake", "H<sub>2</sub>O intake", "cosmetic", NOISE),
    ("Follow-up visits", "Follow–up visits", "cosmetic", NOISE),
    ("Cost of 1,000 visits", "Cost of 1000 visits", "cosmetic", NOISE),
    ("Tumour response", "Tumor response", "cosmetic", ROUTINE),
    ("Haemoglobin at randomisation", "Hemoglobin at randomization", "cosmetic", ROUTINE),
    ("Follow-up visits", "Followup visits", "cosmetic", ROUTINE),
    ("Six-minute walk distance", "6-minute walk distance", "cosmetic", ROUTINE),
    ("PFS", "Progression-free survival (PFS)", "cosmetic", ROUTINE),
    ("Number of adverse event(s)", "Number of adverse events", "cosmetic", ROUTINE),
    ("Relapse within 12 months", "Relapse within 1 year", "cosmetic", ROUTINE),
    ("Paediatric diarrhoea", "Pediatric diarrhea", "cosmetic", ROUTINE),
    ("Non-response", "Nonresponse", "cosmetic", ROUTINE),
    ("Progresison-free survival", "Progression-free survival", "cosmetic", ROUTINE),
    ("Pain", "Pain on a visual analogue scale", "clarified", NOTABLE),
    ("Survival", "Overall survival", "clarified", NOTABLE),
    ("Serious adverse events, CTCAE v4.0", "Serious adverse events, CTCAE v5.0", "clarified", NOTABLE),
    ("Response by the investigator", "Response by independent central review", "clarified", NOTABLE),
    ("28-day mortality", "90-day mortality", "clarified", NOTABLE),
    ("Overall survival", "Progression-free survival", "replaced", CRITICAL),
    ("Disease-free survival", "Disease-specific survival", "replaced", CRITICAL),
    ("ACR20 response", "ACR50 response", "replaced", CRITICAL),
    ("Pain reduced by ≥ 50%", "Pain reduced by ≥ 30%", "replaced", CRITICAL),
    ("Pain (VAS)", "Pain (NRS)", "replaced", CRITICAL),
    ("Systolic blood pressure", "Diastolic blood pressure", "replaced", CRITICAL),
    ("Objective response rate", "Duration of response", "replaced", CRITICAL),
    ("Complete response rate", "Partial response rate", "replaced", CRITICAL),
    ("Adverse events", "Serious adverse events", "replaced", CRITICAL),
    ("Patients with relapse", "Patients without relapse", "replaced", CRITICAL),
    ("Death or stroke", "Death", "replaced", CRITICAL),
    ("Temperature on day 1", "Temperature on day -1", "clarified", NOTABLE),
    (
        "Symptomatic relapse within one year of the operation",
        "Asymptomatic relapse within one year of the operation",
        "replaced",
        CRITICAL,
    ),
    (
        "Change in serum levels of peanut-specific IgE",
        "Change in serum levels of peanut-specific IgG4",
        "replaced",
        CRITICAL,
    ),
    ("Maximal abduction of the shoulder", "Maximal adduction of the shoulder", "replaced", CRITICAL),
    ("Dose of .5 mg", "Dose of 5 mg", "replaced", CRITICAL),
    ("HER2- tumours", "HER2 tumours", "clarified", NOTABLE),
    ("Notable response", "Not able to respond", "replaced", CRITICAL),
    ("Scores < median", "Scores > median", "clarified", NOTABLE),
    ("10<sup>6</sup> copies of the virus", "106 copies of the virus", "replaced", CRITICAL),
]


@pytest.mark.parametrize(("old", "new", "rule", "significance"), REWORDED)
def test_a_primary_endpoint_that_reads_otherwise(
    old: str, new: str, rule: str, significance: Significance
) -> None:
    assert said(with_endpoints([old]), with_endpoints([new])) == [(rule, significance)]


@pytest.mark.parametrize(("old", "new", "rule", "significance"), REWORDED)
def test_the_same_edit_of_a_secondary_endpoint_never_alarms(
    old: str, new: str, rule: str, significance: Significance
) -> None:
    [(told, weight)] = said(with_endpoints(["Sleep"], [old]), with_endpoints(["Sleep"], [new]))
    assert told == {"replaced": "secondary"}.get(rule, rule)
    assert weight <= NOTABLE if rule == "replaced" else weight <= ROUTINE


# When.

PLANNED: dict[str, Any] = {
    "overallStatus": "NOT_YET_RECRUITING",
    "startDateStruct": a_date_struct("2026-05"),
    "primaryCompletionDateStruct": a_date_struct("2027-05"),
}
REACHED = {"primaryCompletionDateStruct": a_date_struct("2025-12-20", "ACTUAL")}


@pytest.mark.parametrize(
    ("status", "when", "significance"),
    [
        (PLANNED, "before the trial started", NOTABLE),
        ({"overallStatus": "WITHDRAWN"}, "before the trial started", NOTABLE),
        ({}, "after the trial started", CRITICAL),
        (
            {"overallStatus": "UNKNOWN", "startDateStruct": a_date_struct("2025-11")},
            "after the expected start",
            CRITICAL,
        ),
        (
            {"primaryCompletionDateStruct": a_date_struct("2025-12")},
            "after the expected primary completion",
            CRITICAL,
        ),
        (REACHED, "after primary completion", CRITICAL),
        ({"overallStatus": "COMPLETED"}, "after primary completion", CRITICAL),
        ({"overallStatus": None, "startDateStruct": None, "primaryCompletionDateStruct": None}, "", NOTABLE),
    ],
)
def test_a_headline_says_when_an_endpoint_was_replaced(
    status: dict[str, Any], when: str, significance: Significance
) -> None:
    verdict = the_verdict(with_endpoints(["Pain"], **status), with_endpoints(["Sleep"], **status))
    assert verdict.significance == significance
    assert verdict.headline == " ".join(f"Primary endpoint replaced {when}".split()) + ": “Pain” → “Sleep”"


def test_the_day_of_submission_counts_not_the_day_we_looked() -> None:
    ends_soon = {
        "primaryCompletionDateStruct": a_date_struct("2026-01-20"),
        "lastUpdateSubmitDate": "2026-01-15",
    }
    verdict = the_verdict(with_endpoints(["Pain"], **ends_soon), with_endpoints(["Sleep"], **ends_soon))
    assert "after the trial started" in verdict.headline


def test_an_endpoint_that_changes_as_the_trial_starts_changed_after_the_start() -> None:
    started = {"overallStatus": "RECRUITING", "startDateStruct": a_date_struct("2026-01-05", "ACTUAL")}
    verdict = the_verdict(with_endpoints(["Pain"], **PLANNED), with_endpoints(["Sleep"], **started))
    assert "after the trial started" in verdict.headline


def test_results_tell_most() -> None:
    before, after = (
        with_endpoints(["Pain"], **REACHED),
        with_endpoints(["Sleep"], **REACHED) | {"hasResults": True},
    )
    assert "as its results were posted" in the_verdict(before, after).headline
    already = the_verdict(before | {"hasResults": True}, after)
    assert "with results posted" in already.headline
    assert "31.7 %" in already.because


# What came, what went, and where to.


def test_an_endpoint_that_moves_between_lists_is_neither_dropped_nor_added() -> None:
    both, one = with_endpoints(["Pain", "Sleep"], []), with_endpoints(["Sleep"], ["Pain."])
    assert said(both, one) == [("demoted", CRITICAL)]
    assert said(one, both) == [("promoted", CRITICAL)]


def test_a_demoted_endpoint_that_is_reworded_says_its_new_name() -> None:
    verdict = the_verdict(
        with_endpoints(["Pain", "Sleep"]), with_endpoints(["Sleep"], ["Pain on a visual analogue scale"])
    )
    assert verdict.headline == (
        "Primary endpoint demoted to secondary after the trial started: “Pain”, now “Pain on a visual analogue scale”"
    )


def test_a_demotion_to_the_other_outcomes_says_so() -> None:
    after = with_endpoints(["Sleep"])
    after["protocolSection"]["outcomesModule"]["otherOutcomes"] = [an_outcome("Pain")]
    verdict = the_verdict(with_endpoints(["Pain", "Sleep"]), after)
    assert verdict.headline == "Primary endpoint demoted to other after the trial started: “Pain”"


def test_endpoints_that_were_switched_are_one_replacement() -> None:
    verdict = the_verdict(with_endpoints(["Pain"], ["Sleep"]), with_endpoints(["Sleep"], ["Pain"]))
    assert verdict.rule == "outcomes.replaced"
    assert verdict.headline.endswith(": “Pain” (now secondary) → “Sleep” (was secondary)")
    assert len(verdict.changes) == 4


def test_several_replaced_endpoints_are_counted() -> None:
    before, after = ["Pain", "Sleep", "Gait"], ["Mood", "Appetite"]
    headline = the_verdict(with_endpoints(before), with_endpoints(after)).headline
    assert headline == (
        "3 primary endpoints replaced by 2 after the trial started: “Gait”, “Pain”, “Sleep” → “Appetite”, “Mood”"
    )


def test_all_endpoints_of_a_record_may_come_at_once() -> None:
    nothing = a_document(outcomesModule={"primaryOutcomes": None, "secondaryOutcomes": None})
    assert said(nothing, with_endpoints(["Pain"], ["Sleep"])) == [("added", NOTABLE), ("secondary", ROUTINE)]
    assert said(with_endpoints(["Pain"], ["Sleep"]), nothing) == [
        ("dropped", CRITICAL),
        ("secondary", NOTABLE),
    ]


def test_many_secondary_edits_are_few_lines() -> None:
    before = with_endpoints(["Pain"], [f"Marker {name}" for name in "ABCDEF"])
    after = with_endpoints(["Pain"], [f"Enzyme {name}" for name in "GHIJ"] + ["marker A"])
    headlines = [verdict.headline for verdict in of_outcomes(before, after)]
    assert headlines == [
        "Secondary endpoints changed after the trial started: 4 added, 5 dropped",
        "Secondary endpoint edited, typography only: “Marker A”",
    ]


def test_a_reworded_endpoint_finds_its_likeness_among_many() -> None:
    before = ["Leg pain at night", "Back pain at night", "Neck pain at night"]
    after = ["Neck pain at night (0-100)", "Back pain at night (0-10)", "Leg pain at night"]
    verdict = the_verdict(with_endpoints(before), with_endpoints(after))
    assert verdict.headline == (
        "2 primary endpoints reworded after the trial started: “Back pain at night”, “Neck pain at night”"
    )


def test_an_equal_description_finds_an_endpoint_whose_name_is_new() -> None:
    meant = "Mean of three ratings of the pain in the last week, as the participant wrote them down."
    verdict = the_verdict(
        with_endpoints([an_outcome("Efficacy", description=meant)]),
        with_endpoints([an_outcome("Weekly pain", description=meant)]),
    )
    assert verdict.rule == "outcomes.clarified"


def test_a_reordered_outcome_list_is_no_change() -> None:
    assert said(with_endpoints(["Pain", "Sleep"]), with_endpoints(["Sleep", "Pain"])) == []


def test_of_very_many_endpoints_those_are_paired_that_read_alike_but_for_typography() -> None:
    before = [f"Serum marker {number}" for number in range(60)]
    after = [name.upper() for name in before]
    assert said(with_endpoints(["Pain"], before), with_endpoints(["Pain"], after)) == [("cosmetic", NOISE)]


# Time frames and descriptions.


def test_a_time_frame_that_says_the_same_span_is_cosmetic() -> None:
    before, after = [an_outcome("Pain", "52 Weeks")], [an_outcome("Pain", "week 52")]
    assert said(with_endpoints(before), with_endpoints(after)) == [("cosmetic", ROUTINE)]


def test_the_time_frame_of_a_primary_endpoint_is_notable_and_of_a_secondary_one_routine() -> None:
    before, after = [an_outcome("Pain", "6 months")], [an_outcome("Pain", "12 months")]
    assert said(with_endpoints(before), with_endpoints(after)) == [("clarified", NOTABLE)]
    assert said(with_endpoints(["Sleep"], before), with_endpoints(["Sleep"], after)) == [
        ("clarified", ROUTINE)
    ]


@pytest.mark.parametrize(
    ("old", "new", "status", "significance"),
    [
        ("Asked twice.", "Asked twice, at home.", {}, ROUTINE),
        ("Asked twice, at home.", "Asked twice.", {}, NOTABLE),
        ("Asked twice, at home.", "Asked twice.", PLANNED, ROUTINE),
        (None, "Asked twice.", {}, ROUTINE),
        ("Asked twice.", None, {}, NOTABLE),
    ],
)
def test_a_description_from_which_something_is_taken_after_the_start_is_notable(
    old: str | None, new: str | None, status: dict[str, Any], significance: Significance
) -> None:
    before = with_endpoints([an_outcome("Pain", **({"description": old} if old else {}))], **status)
    after = with_endpoints([an_outcome("Pain", **({"description": new} if new else {}))], **status)
    assert said(before, after) == [("clarified", significance)]


def test_one_endpoint_with_another_time_and_description_is_told_once() -> None:
    before = with_endpoints([an_outcome("Pain", "6 months", description="Asked once.")])
    after = with_endpoints([an_outcome("Pain", "9 months", description="Asked twice.")])
    assert the_verdict(before, after).headline == (
        "Time frame and description of the primary endpoint “Pain” changed after the trial started: “6 months” → “9 months”"
    )


# Laws.

MEASURES = st.one_of(
    st.sampled_from([pair for row in REWORDED for pair in row[:2]]), st.text(min_size=1, max_size=40)
)
OUTCOMES = st.lists(
    st.builds(
        an_outcome,
        MEASURES,
        st.sampled_from(["12 weeks", "1 year", "12 months"]),
        description=st.sampled_from(["Asked once.", "asked once", "Measured by two of the staff."]),
    ),
    max_size=4,
)
RECORDS = st.builds(with_endpoints, OUTCOMES, OUTCOMES)


@given(before=RECORDS, after=RECORDS, seed=st.integers(0, 99))
def test_the_order_of_endpoints_does_not_sway_a_judgement(before: Any, after: Any, seed: int) -> None:
    chance = random.Random(seed)
    again = judged(OUTCOME_RULES, shuffled(before, chance), shuffled(after, chance))
    assert again == judged(OUTCOME_RULES, before, after)


@given(before=RECORDS, after=RECORDS)
def test_every_edit_of_an_outcome_is_told_once(before: Any, after: Any) -> None:
    claimed = [position for verdict in of_outcomes(before, after) for position in verdict.changes]
    assert len(set(claimed)) == len(claimed)


@given(text=st.text("abc XYZ-'.,;:\"", min_size=1, max_size=60))
def test_capital_letters_are_never_more_than_noise(text: str) -> None:
    verdicts = said(with_endpoints([f"Pain {text}"]), with_endpoints([f"PAIN {text.upper()}"]))
    assert verdicts == [("cosmetic", NOISE)]


def test_what_is_no_outcome_at_all_is_left_to_others() -> None:
    before, after = a_document(outcomesModule={"primaryOutcomes": "soon"}), a_document()
    rules = {verdict.rule for verdict in judged(RULES, before, after) if verdict.topic == "outcomes"}
    assert "record.edited" in rules


# Real endpoints, edited.


@pytest.fixture(scope="module")
def studies(registry_data: Path) -> dict[str, Any]:
    """Real records by number, those that the edits below begin with."""
    wanted = {edit[0] for edit in REAL_EDITS}
    found = {}
    for study in lines(registry_data / "corpus.jsonl.xz"):
        number = study["protocolSection"]["identificationModule"]["nctId"]
        if number in wanted:
            found[number] = study
    return found


def _measures(change: Callable[[str], str], field: str = "measure") -> Callable[[Lists], None]:
    def edit(outcomes: Lists) -> None:
        for outcome in outcomes["primaryOutcomes"]:
            outcome[field] = change(outcome[field])

    return edit


def _replacing(old: str, new: str, field: str = "measure") -> Callable[[Lists], None]:
    return _measures(lambda text: text.replace(old, new), field)


def _demoted(outcomes: Lists) -> None:
    outcomes.setdefault("secondaryOutcomes", []).append(outcomes["primaryOutcomes"].pop())


def _promoted(outcomes: Lists) -> None:
    outcomes["primaryOutcomes"].append(outcomes["secondaryOutcomes"].pop(0))


def _switched(outcomes: Lists) -> None:
    _promoted(outcomes)
    outcomes["secondaryOutcomes"].append(outcomes["primaryOutcomes"].pop(0))


def _dropped(outcomes: Lists) -> None:
    outcomes["primaryOutcomes"].pop()


def _added(outcomes: Lists) -> None:
    outcomes["primaryOutcomes"].append(an_outcome("Days in hospital"))


REAL_EDITS: list[tuple[str, Callable[[Lists], None], str, Significance, str]] = [
    ("NCT05378763", _measures(str.upper), "cosmetic", NOISE, "typography only"),
    ("NCT05161130", _measures(str.lower), "cosmetic", NOISE, "3 primary endpoints"),
    ("NCT05014815", _replacing("-", "–"), "cosmetic", NOISE, "typography only"),
    ("NCT02149719", _replacing(">", "\\>"), "cosmetic", NOISE, "typography only"),
    ("NCT05695261", _replacing("<=", "≤"), "cosmetic", NOISE, "typography only"),
    (
        "NCT05818137",
        _measures(lambda text: text + " .", "timeFrame"),
        "cosmetic",
        NOISE,
        "3 primary endpoints",
    ),
    ("NCT04761198", _replacing("Tumours", "Tumors"), "cosmetic", ROUTINE, "spelling only"),
    ("NCT05444946", _replacing("Favourable", "Favorable"), "cosmetic", ROUTINE, "spelling only"),
    ("NCT03318939", _replacing(" (ORR)", ""), "cosmetic", ROUTINE, "spelling only"),
    ("NCT04077866", _replacing("Overall survival (OS)", "OS"), "cosmetic", ROUTINE, "spelling only"),
    ("NCT05818137", _replacing("Week 24", "24 weeks", "timeFrame"), "cosmetic", ROUTINE, "spelling only"),
    ("NCT03462030", _replacing("v4.0", "v5.0"), "clarified", NOTABLE, "with results posted"),
    ("NCT06346197", _replacing("Survival", "Overall survival"), "clarified", NOTABLE, "said more precisely"),
    ("NCT05830045", _replacing("96", "48", "timeFrame"), "clarified", NOTABLE, "“96 weeks” → “48 weeks”"),
    (
        "NCT03986528",
        _replacing("12 months", "18 months", "timeFrame"),
        "clarified",
        NOTABLE,
        "Time frame of the primary",
    ),
    (
        "NCT06620835",
        _replacing("centrally", "locally"),
        "clarified",
        NOTABLE,
        "reworded after the trial started",
    ),
    ("NCT04544683", _replacing("≥50%", "≥30%"), "replaced", CRITICAL, "with results posted"),
    (
        "NCT03236753",
        _replacing("Visual Analogue Scale (VAS)", "Numeric Rating Scale (NRS)"),
        "replaced",
        CRITICAL,
        "after primary completion",
    ),
    ("NCT06317558", _replacing("Complete", "Partial"), "replaced", CRITICAL, "after the trial started"),
    (
        "NCT06776198",
        _replacing("Event-free Survival (EFS)", "Overall survival"),
        "replaced",
        NOTABLE,
        "before the trial started",
    ),
    ("NCT05378763", _switched, "replaced", CRITICAL, "(was secondary)"),
    ("NCT05394337", _demoted, "demoted", CRITICAL, "“To evaluate overall survival (OS).”"),
    ("NCT05161130", _demoted, "demoted", CRITICAL, "after primary completion"),
    ("NCT06620835", _promoted, "promoted", CRITICAL, "Secondary endpoint promoted to primary"),
    ("NCT07386002", _dropped, "dropped", NOTABLE, "before the trial started"),
    ("NCT05161130", _dropped, "dropped", CRITICAL, "“Oswestry Disability Index”"),
    ("NCT04305041", _added, "added", NOTABLE, "after primary completion: “Days in hospital”"),
]


@pytest.mark.parametrize(("number", "edit", "rule", "significance", "words"), REAL_EDITS)
def test_a_real_endpoint_that_is_edited(
    number: str,
    edit: Callable[[Lists], None],
    rule: str,
    significance: Significance,
    words: str,
    studies: dict[str, Any],
) -> None:
    before = studies[number]
    after = deepcopy(before)
    edit(after["protocolSection"]["outcomesModule"])
    verdict = the_verdict(before, after)
    assert (verdict.rule, verdict.significance) == (f"outcomes.{rule}", significance)
    assert words in verdict.headline


def test_the_edits_that_sponsors_really_made(registry_data: Path) -> None:
    told = {}
    for before, after in successive(registry_data):
        headlines = [f"[{verdict.significance}] {verdict.headline}" for verdict in of_outcomes(before, after)]
        if headlines:
            told[after["protocolSection"]["identificationModule"]["nctId"]] = headlines
    assert told == {
        "NCT07098338": [
            "[notable] Description of the primary endpoint “Objective response rate (ORR)” changed after the trial started: "
            "“determined by the Investigator at local site” taken out",
            "[routine] Description of the secondary endpoint “Progression free survival (PFS)” changed after the trial started: "
            "“as assessed by Investigator” taken out",
        ],
        "NCT07227597": [
            "[notable] Time frame of 3 primary endpoints changed after the trial started: “59 months” → “58 months”",
            "[routine] Time frame of 22 secondary endpoints changed after the trial started: “59 months” → “58 months”",
        ],
    }


def test_upper_case_makes_no_real_endpoint_another(registry_data: Path) -> None:
    for number, study in enumerate(lines(registry_data / "corpus.jsonl.xz")):
        if number % 10 or len(json.dumps(study)) > 60_000:
            continue
        loud = deepcopy(study)
        for outcomes in loud["protocolSection"].get("outcomesModule", {}).values():
            for outcome in outcomes:
                outcome["measure"] = outcome["measure"].upper()
        assert {weight for _, weight in said(study, loud)} <= {NOISE}
