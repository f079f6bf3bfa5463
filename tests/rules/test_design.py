"""Phase, masking and the like; arms and interventions paired by what they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from tests.builders import a_document
from tests.core.made_json import shuffled
from tests.rules.conftest import RULES
from tests.rules.judging import judged


def an_arm(label: str, type_: str = "EXPERIMENTAL", **more: Any) -> Any:
    return {"label": label, "type": type_, **more}


def a_drug(name: str, **more: Any) -> Any:
    return {"type": "DRUG", "name": name, **more}


def a_trial_of(arms: Any = (), drugs: Any = (), **design: Any) -> dict[str, Any]:
    """A trial with these arms and drugs; keywords are fields of its design."""
    return a_document(
        armsInterventionsModule={"armGroups": list(arms), "interventions": list(drugs)}, designModule=design
    )


def of_design(before: Any, after: Any) -> list[Verdict]:
    return [verdict for verdict in judged(RULES, before, after) if verdict.topic == "design"]


def the_verdict(before: Any, after: Any) -> Verdict:
    [verdict] = of_design(before, after)
    return verdict


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"phases": ["PHASE2"]}, {"phases": ["PHASE2", "PHASE3"]}, "phase 2 → phase 2/3"),
        ({"phases": ["EARLY_PHASE1"]}, {"phases": ["PHASE1"]}, "early phase 1 → phase 1"),
        ({"phases": ["NA"]}, {"phases": ["PHASE2"]}, "not applicable → phase 2"),
        (
            {"designInfo": {"allocation": "RANDOMIZED"}},
            {"designInfo": {"allocation": "NON_RANDOMIZED"}},
            "allocation randomized → non-randomized",
        ),
        (
            {
                "designInfo": {
                    "maskingInfo": {"masking": "QUADRUPLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]}
                }
            },
            {"designInfo": {"maskingInfo": {"masking": "SINGLE", "whoMasked": ["PARTICIPANT"]}}},
            "masking quadruple → single",
        ),
        (
            {"studyType": "INTERVENTIONAL"},
            {"studyType": "OBSERVATIONAL"},
            "study type interventional → observational",
        ),
        (
            {"designInfo": {"primaryPurpose": "TREATMENT"}},
            {"designInfo": {"primaryPurpose": "BASIC_SCIENCE"}},
            "primary purpose treatment → basic science",
        ),
    ],
)
def test_another_design_is_notable(before: Any, after: Any, said: str) -> None:
    verdict = the_verdict(a_trial_of(**before), a_trial_of(**after))
    assert verdict.headline == f"Design changed: {said}"
    assert verdict.significance == Significance.NOTABLE


def test_who_is_masked_is_routine_where_the_masking_stays() -> None:
    before = a_trial_of(designInfo={"maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT"]}})
    after = a_trial_of(designInfo={"maskingInfo": {"masking": "DOUBLE", "whoMasked": ["OUTCOMES_ASSESSOR"]}})
    verdict = the_verdict(before, after)
    assert verdict.headline == "Design changed: masked: outcomes assessor now too, participant no longer"
    assert verdict.significance == Significance.ROUTINE


class TestArms:
    def test_an_intervention_that_is_dropped_takes_its_place_in_the_arms_along(self) -> None:
        before = a_trial_of(
            [an_arm("A", interventionNames=["Drug: Madeumab", "Drug: Placebo"])],
            [a_drug("Madeumab", armGroupLabels=["A"]), a_drug("Placebo", armGroupLabels=["A"])],
        )
        after = a_trial_of(
            [an_arm("A", interventionNames=["Drug: Madeumab"])], [a_drug("Madeumab", armGroupLabels=["A"])]
        )
        verdict = the_verdict(before, after)
        assert verdict.headline == "Intervention dropped: “Placebo”"
        assert verdict.significance == Significance.NOTABLE
        assert len(verdict.changes) == 2

    def test_a_renamed_arm_is_routine_and_the_interventions_follow_silently(self) -> None:
        before = a_trial_of(
            [an_arm("Cohort A 10 mg")], [a_drug("Madeumab", armGroupLabels=["Cohort A 10 mg"])]
        )
        after = a_trial_of(
            [an_arm("Cohort A, 10 mg daily")], [a_drug("Madeumab", armGroupLabels=["Cohort A, 10 mg daily"])]
        )
        verdict = the_verdict(before, after)
        assert verdict.headline == "Arm renamed: “Cohort A 10 mg” → “Cohort A, 10 mg daily”"
        assert verdict.significance == Significance.ROUTINE

    def test_an_intervention_under_its_other_name_is_renamed(self) -> None:
        before = a_trial_of(drugs=[a_drug("MK-0000")])
        after = a_trial_of(drugs=[a_drug("Madeumab", otherNames=["MK-0000"])])
        assert the_verdict(before, after).headline == "Intervention renamed: “MK-0000” → “Madeumab”"

    def test_another_dose_is_another_arm(self) -> None:
        verdict = the_verdict(a_trial_of([an_arm("Madeumab 5 mg")]), a_trial_of([an_arm("Madeumab 10 mg")]))
        assert verdict.headline == "Arms: 1 added (“Madeumab 10 mg”), 1 dropped (“Madeumab 5 mg”)"

    def test_an_arm_of_another_type_is_notable(self) -> None:
        verdict = the_verdict(a_trial_of([an_arm("A")]), a_trial_of([an_arm("A", "PLACEBO_COMPARATOR")]))
        assert verdict.headline == "Arm of another type: “A” experimental → placebo comparator"
        assert verdict.significance == Significance.NOTABLE

    def test_an_arm_that_gets_another_of_the_drugs_is_told_once(self) -> None:
        drugs = [a_drug("Madeumab", armGroupLabels=["A"]), a_drug("Otherumab", armGroupLabels=["A"])]
        before = a_trial_of(
            [
                an_arm("A", interventionNames=["Drug: Madeumab", "Drug: Otherumab"]),
                an_arm("B", interventionNames=[]),
            ],
            drugs,
        )
        after = a_trial_of(
            [
                an_arm("A", interventionNames=["Drug: Madeumab"]),
                an_arm("B", interventionNames=["Drug: Otherumab"]),
            ],
            [drugs[0], a_drug("Otherumab", armGroupLabels=["B"])],
        )
        verdict = the_verdict(before, after)
        assert verdict.headline == "Other interventions in 2 arms"
        assert verdict.significance == Significance.NOTABLE

    def test_long_names_are_told_where_they_differ(self) -> None:
        name = "Sub-study 3, investigate madeumab and otherumab with or without thirdumab in {} treatment of disease"
        before, after = (
            a_trial_of([an_arm(name.format(line))]) for line in ("second-line", "second- or third-line")
        )
        assert (
            the_verdict(before, after).headline
            == "Arm renamed: “thirdumab in second-line treatment of” → “thirdumab in second- or third-line treatment of”"
        )

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (an_arm("Placebo"), an_arm("PLACEBO")),
            (an_arm("A", description="Given once a day"), an_arm("A", description="given once a day.")),
            (an_arm("A", description="At \\>= 5 mg"), an_arm("A", description="At ≥5 mg")),
        ],
    )
    def test_typography_is_no_news(self, before: Any, after: Any) -> None:
        assert all(
            verdict.rule != "design.described"
            for verdict in of_design(a_trial_of([before]), a_trial_of([after]))
        )
        assert all(
            verdict.significance == Significance.NOISE
            for verdict in of_design(a_trial_of([before]), a_trial_of([after]))
            if verdict.rule.startswith("design.")
        )

    def test_what_the_same_edit_did_to_several_arms_is_quoted_once(self) -> None:
        text = "Until progression{}, unacceptable toxicity, withdrawal of consent, or any other criterion of the protocol"
        before = a_trial_of(
            [an_arm(arm, description=text.format(" as assessed by the investigator")) for arm in "AB"]
        )
        after = a_trial_of([an_arm(arm, description=text.format("")) for arm in "AB"])
        assert the_verdict(before, after).headline == (
            "Described anew: arm “A” and arm “B”: “as assessed by the investigator” taken out"
        )


NAMES = st.sampled_from(
    ["Low dose", "Low dose 5 mg", "LOW DOSE", "High dose", "Placebo", "Placebo comparator"]
)
ARMS = st.lists(
    st.builds(
        an_arm,
        NAMES,
        st.sampled_from(["EXPERIMENTAL", "PLACEBO_COMPARATOR"]),
        description=st.sampled_from(["Daily", "daily", "Weekly", ""]),
        interventionNames=st.lists(st.sampled_from(["Drug: Madeumab", "Drug: Placebo"]), max_size=2),
    ),
    max_size=4,
)
DRUGS = st.lists(st.builds(a_drug, NAMES, armGroupLabels=st.lists(NAMES, max_size=2)), max_size=3)


@given(st.tuples(ARMS, DRUGS), st.tuples(ARMS, DRUGS), st.randoms(use_true_random=False))
def test_the_order_of_arms_does_not_sway_what_is_said(before: Any, after: Any, chance: Any) -> None:
    old, new = a_trial_of(*before), a_trial_of(*after)
    assert of_design(shuffled(old, chance), shuffled(new, chance)) == of_design(old, new)


@given(st.tuples(ARMS, DRUGS), st.tuples(ARMS, DRUGS))
def test_a_rule_of_design_speaks_once_in_one_line(before: Any, after: Any) -> None:
    verdicts = of_design(a_trial_of(*before), a_trial_of(*after))
    assert len({verdict.rule for verdict in verdicts}) == len(verdicts)
    assert all(len(verdict.headline) <= 200 for verdict in verdicts)
