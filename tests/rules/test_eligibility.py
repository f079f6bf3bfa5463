"""Eligibility criteria as a list, and who may take part at all."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from monitor.rules._criteria import Criterion, compare, criteria
from tests.builders import a_document
from tests.core.recorded import lines
from tests.rules.conftest import RULES
from tests.rules.judging import judged


def a_text(inclusion: Any = (), exclusion: Any = (), mark: str = "*") -> str:
    """Criteria as the registry keeps them; `mark` may be `1.` to have them numbered."""

    def points(ones: Any) -> str:
        return "\n".join(f"{f'{n}.' if mark == '1.' else mark} {one}" for n, one in enumerate(ones, 1))

    return f"Inclusion Criteria:\n\n{points(inclusion)}\n\nExclusion Criteria:\n\n{points(exclusion)}"


def a_trial_for(text: str | None = None, **fields: Any) -> dict[str, Any]:
    return a_document(eligibilityModule={"eligibilityCriteria": text, **fields})


def of_eligibility(before: Any, after: Any) -> list[Verdict]:
    return [verdict for verdict in judged(RULES, before, after) if verdict.topic == "eligibility"]


def the_verdict(before: Any, after: Any) -> Verdict:
    [verdict] = of_eligibility(before, after)
    return verdict


class TestReading:
    def test_points_are_read_below_their_headings(self) -> None:
        assert criteria(a_text(["Adults", "Back pain"], ["Pregnancy"])) == [
            Criterion("inclusion", "Adults"),
            Criterion("inclusion", "Back pain"),
            Criterion("exclusion", "Pregnancy"),
        ]

    @pytest.mark.parametrize(
        "heading",
        [
            "Exclusion Criteria:",
            "EXCLUSION CRITERIA",
            "Key Exclusion Criteria:",
            "* EXCLUSION CRITERIA:",
            "**Exclusion:**",
        ],
    )
    def test_a_heading_in_any_dress(self, heading: str) -> None:
        assert criteria(f"{heading}\n\n* Pregnancy") == [Criterion("exclusion", "Pregnancy")]

    def test_what_follows_the_colon_of_a_heading_is_a_criterion(self) -> None:
        assert criteria("Inclusion criteria: age over 18") == [Criterion("inclusion", "age over 18")]

    def test_a_point_that_speaks_of_exclusion_is_no_heading(self) -> None:
        text = "Inclusion Criteria:\n\n* Does not meet any of the exclusion criteria: see below\n* Adults"
        assert [one.side for one in criteria(text)] == ["inclusion", "inclusion"]

    def test_a_line_that_goes_on_belongs_to_its_point_and_a_nested_point_is_its_own(self) -> None:
        text = "Inclusion Criteria:\n\n1. Back pain\n   for a year\n\n   * in the lower back\n2. Adults"
        assert [one.text for one in criteria(text)] == ["Back pain for a year", "in the lower back", "Adults"]

    def test_a_text_without_lists_is_read_by_paragraphs(self) -> None:
        assert [one.text for one in criteria("Adults with\nback pain.\n\nNo surgery.")] == [
            "Adults with back pain.",
            "No surgery.",
        ]

    @given(
        st.lists(
            st.from_regex(r"[A-Z][a-z]{2,9} [<>≥]?[0-9]{1,3} ?[a-z%/()-]{0,9}", fullmatch=True).map(str.strip)
        ),
        st.sampled_from(["*", "1.", "-", "•", "* (1)"]),
    )
    def test_every_point_is_read_whatever_its_mark(self, points: list[str], mark: str) -> None:
        assert [one.text for one in criteria(a_text(points, (), mark))] == [
            " ".join(one.split()) for one in points
        ]

    def test_nearly_every_recorded_text_has_both_lists(self, registry_data: Path) -> None:
        texts = [
            study["protocolSection"].get("eligibilityModule", {}).get("eligibilityCriteria", "")
            for study in lines(registry_data / "corpus.jsonl.xz")
        ]
        both = [text for text in texts if {"inclusion", "exclusion"} <= {one.side for one in criteria(text)}]
        assert len(both) > 0.95 * len(texts)


class TestCriteria:
    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            (
                a_text(["Adults", "BMI over 30"], ["Pregnancy"]),
                a_text(["Adults"], ["Pregnancy"]),
                "1 inclusion criterion removed: “BMI over 30”",
            ),
            (
                a_text(["Adults"], ["Pregnancy"], "1."),
                a_text(["Adults"], ["Active cancer", "Prior surgery", "Pregnancy"], "1."),
                "2 exclusion criteria added; “Active cancer”",
            ),
            (
                a_text(["Haemoglobin ≥ 9 g/dL at screening", "ECOG performance status of zero or one"]),
                a_text(["Haemoglobin ≥ 10 g/dL at screening", "ECOG performance status zero or one, stable"]),
                "2 inclusion criteria reworded; “Haemoglobin ≥ 9 g/dL at screening” → “Haemoglobin ≥ 10 g/dL at screening”",
            ),
            (
                a_text(["Adults", "Prior radiotherapy of the spine"], []),
                a_text(["Adults"], ["Prior radiotherapy of the spine"]),
                "1 criterion moved from inclusion to exclusion: “Prior radiotherapy of the spine”",
            ),
            (
                "Adults with back pain.\n\nNo surgery.",
                "Adults with back pain.\n\nNo surgery.\n\nNo cancer.",
                "1 criterion added: “No cancer.”",
            ),
        ],
    )
    def test_what_became_of_the_criteria(self, before: str, after: str, said: str) -> None:
        verdict = the_verdict(a_trial_for(before), a_trial_for(after))
        assert verdict.headline == f"Eligibility: {said}"
        assert verdict.significance == Significance.ROUTINE

    def test_many_criteria_at_once_are_notable(self) -> None:
        words = ["heart", "liver", "kidney", "lung", "brain", "bone", "skin", "blood", "eye"]
        before = a_trial_for(a_text(["Adults"], [f"Disease of the {word}" for word in words]))
        verdict = the_verdict(before, a_trial_for(a_text(["Adults"], [])))
        assert verdict.significance == Significance.NOTABLE
        assert verdict.headline.startswith("Eligibility: 9 exclusion criteria removed; “")

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (a_text(["Adults", "Back pain"]), a_text(["Back pain", "Adults"])),
            (a_text(["Adults", "Back pain"]), a_text(["Adults", "Back pain"], mark="1.")),
            (a_text(["Age \\>= 18 years"]), a_text(["Age ≥18 years"])),
            (a_text(["ADULTS"]), a_text(["adults."])),
            (a_text(["Adults"]), a_text(["Adults"]).upper()),
        ],
        ids=["order", "numbering", "markup", "case", "headings"],
    )
    def test_the_same_criteria_give_nothing_above_noise(self, before: str, after: str) -> None:
        assert the_verdict(a_trial_for(before), a_trial_for(after)).significance == Significance.NOISE

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("Age ≥ 18", "Age > 18"),
            ("HER2+ disease", "HER2- disease"),
            ("Score of 1.5", "Score of 15"),
            ("0-1", "0-2"),
        ],
    )
    def test_a_number_or_a_sign_is_no_typography(self, before: str, after: str) -> None:
        verdict = the_verdict(a_trial_for(a_text([before])), a_trial_for(a_text([after])))
        assert verdict.significance > Significance.NOISE

    @given(
        st.lists(
            st.sampled_from(["Adults", "Back pain", "ECOG 0-1", "ECOG 0-2", "No prior surgery of the spine"]),
            max_size=5,
        ),
        st.lists(
            st.sampled_from(["Adults", "Pregnancy", "ECOG 0-1", "Prior surgery of the spine"]), max_size=5
        ),
        st.randoms(use_true_random=False),
    )
    def test_every_criterion_is_accounted_for_and_order_does_not_matter(
        self, before: Any, after: Any, chance: Any
    ) -> None:
        news = compare(a_text(before), a_text(after))
        assert len(after) - len(before) == len(news.added) - len(news.removed)
        chance.shuffle(before)
        chance.shuffle(after)
        assert compare(a_text(before), a_text(after)) == news

    @given(st.text(max_size=300))
    def test_no_edit_is_no_news(self, text: str) -> None:
        assert compare(text, text).count == 0


class TestWhoMayTakePart:
    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            ({"minimumAge": "18 Years"}, {"minimumAge": "16 Years"}, "minimum age 18 years → 16 years"),
            ({"maximumAge": "70 Years"}, {}, "maximum age 70 years → no upper age limit"),
            ({"sex": "FEMALE"}, {"sex": "ALL"}, "sex female only → all"),
            ({"healthyVolunteers": False}, {"healthyVolunteers": True}, "healthy volunteers now accepted"),
        ],
    )
    def test_another_kind_of_participant_is_notable(self, before: Any, after: Any, said: str) -> None:
        verdict = the_verdict(a_trial_for(**before), a_trial_for(**after))
        assert verdict.headline == f"Eligibility: {said}"
        assert verdict.significance == Significance.NOTABLE

    def test_the_registry_s_age_groups_follow_the_ages_silently(self) -> None:
        before = a_trial_for(minimumAge="18 Years", stdAges=["ADULT"])
        after = a_trial_for(minimumAge="12 Years", stdAges=["CHILD", "ADULT"])
        assert len(the_verdict(before, after).changes) == 2

    def test_ages_come_before_criteria(self) -> None:
        before = a_trial_for(a_text(["Adults"]), maximumAge="70 Years")
        after = a_trial_for(a_text(["Adults", "Back pain"]), maximumAge="80 Years")
        assert the_verdict(before, after).headline == (
            "Eligibility: maximum age 70 years → 80 years; 1 inclusion criterion added: “Back pain”"
        )

    def test_what_no_rule_knows_of_eligibility_is_still_told(self) -> None:
        [verdict] = of_eligibility(a_trial_for(samplingMethod="PROBABILITY_SAMPLE"), a_trial_for())
        assert verdict.rule == "record.edited"

    @given(st.text(max_size=2000), st.text(max_size=2000))
    def test_whatever_the_text_the_line_fits(self, before: str, after: str) -> None:
        for verdict in of_eligibility(a_trial_for(before), a_trial_for(after)):
            assert verdict.rule == "record.edited" or len(verdict.headline) <= 200
