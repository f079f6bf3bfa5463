"""Who runs the trial: a change of hands, a new name, collaborators, the responsible party."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from tests.builders import a_document
from tests.core.made_json import shuffled
from tests.rules.conftest import RULES
from tests.rules.judging import judged


def a_trial_by(
    name: str = "Madeup Therapeutics", class_: str = "INDUSTRY", *collaborators: str, **more: Any
) -> Any:
    """A trial of that lead sponsor, which also keeps its record, with these collaborators."""
    others = [{"name": other, "class": "OTHER"} for other in collaborators]
    return a_document(
        identificationModule={"organization": {"fullName": name, "class": class_}},
        sponsorCollaboratorsModule={
            "leadSponsor": {"name": name, "class": class_},
            "collaborators": others,
            **more,
        },
    )


def of_sponsor(before: Any, after: Any) -> list[Verdict]:
    return [verdict for verdict in judged(RULES, before, after) if verdict.topic == "sponsor"]


def the_verdict(before: Any, after: Any) -> Verdict:
    [verdict] = of_sponsor(before, after)
    return verdict


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Madeup Therapeutics", "Otherwise Pharma"),
        ("University of Lyon", "University of Pisa"),
        ("Made Hospital, Department of Surgery", "Otherwise Pharma Inc."),
    ],
)
def test_a_trial_that_changes_hands_is_notable(before: str, after: str) -> None:
    verdict = the_verdict(a_trial_by(before), a_trial_by(after))
    assert verdict.headline == f"Lead sponsor changed: “{before}” → “{after}”"
    assert verdict.significance == Significance.NOTABLE
    assert len(verdict.changes) == 2, "the organization that keeps the record is told along"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Merck Sharp & Dohme Corp.", "Merck Sharp & Dohme LLC"),
        ("Allermade", "Allermade, a Bigco company"),
        ("Assistance Publique - Hôpitaux de Paris", "Assistance Publique Hopitaux De Paris"),
        ("Novomade Ltd", "Novo-Made Limited"),
    ],
)
def test_another_name_for_the_same_sponsor_is_routine(before: str, after: str) -> None:
    verdict = the_verdict(a_trial_by(before), a_trial_by(after))
    assert verdict.headline == f"Lead sponsor renamed: “{before}” → “{after}”"
    assert verdict.significance == Significance.ROUTINE


@pytest.mark.parametrize(("before", "after"), [("Madeup", "MADEUP"), ("Made Co., Ltd.", "Made Co Ltd")])
def test_a_sponsor_s_name_in_other_typography_is_noise(before: str, after: str) -> None:
    assert {verdict.significance for verdict in of_sponsor(a_trial_by(before), a_trial_by(after))} == {
        Significance.NOISE
    }


def test_an_organization_renamed_beside_the_same_sponsor_is_routine() -> None:
    before, after = a_trial_by("Madeup Therapeutics"), a_trial_by("Madeup Therapeutics")
    after["protocolSection"]["identificationModule"]["organization"]["fullName"] = (
        "Madeup Therapeutics Europe"
    )
    verdict = the_verdict(before, after)
    assert verdict.significance == Significance.ROUTINE
    assert verdict.headline == (
        "Organization that keeps the record renamed: “Madeup Therapeutics” → “Madeup Therapeutics Europe”"
    )


class TestCollaborators:
    def test_who_joins_and_who_leaves_is_routine(self) -> None:
        before = a_trial_by("Madeup", "INDUSTRY", "Made Fund", "Old Fund")
        after = a_trial_by("Madeup", "INDUSTRY", "Made Fund", "Big Pharma")
        verdict = the_verdict(before, after)
        assert verdict.headline == "Collaborators: “Big Pharma” joined; “Old Fund” left"
        assert verdict.significance == Significance.ROUTINE

    def test_a_renamed_one_neither_joined_nor_left(self) -> None:
        before = a_trial_by("Madeup", "INDUSTRY", "Otherwise Pharma Inc.")
        after = a_trial_by("Madeup", "INDUSTRY", "Otherwise Pharma Corp.")
        assert the_verdict(before, after).headline == (
            "Collaborators: “Otherwise Pharma Inc.” renamed “Otherwise Pharma Corp.”"
        )

    def test_one_in_other_typography_is_noise(self) -> None:
        before = a_trial_by("Madeup", "INDUSTRY", "Otherwise-Pharma, Inc.")
        after = a_trial_by("Madeup", "INDUSTRY", "Otherwise Pharma Inc")
        assert the_verdict(before, after).significance == Significance.NOISE

    @given(
        st.lists(
            st.sampled_from(["Made Fund", "Made Fund Inc.", "MADE FUND", "Old Fund", "Big Pharma"]),
            max_size=4,
        ),
        st.lists(
            st.sampled_from(["Made Fund", "Made Fund Ltd", "Big Pharma", "Big Pharma Japan"]), max_size=4
        ),
        st.randoms(use_true_random=False),
    )
    def test_their_order_does_not_matter(self, before: Any, after: Any, chance: Any) -> None:
        old, new = a_trial_by("Madeup", "INDUSTRY", *before), a_trial_by("Madeup", "INDUSTRY", *after)
        assert of_sponsor(shuffled(old, chance), shuffled(new, chance)) == of_sponsor(old, new)


class TestResponsibleParty:
    def test_an_investigator_s_new_title_is_routine_and_short(self) -> None:
        before = a_trial_by(
            responsibleParty={"type": "PRINCIPAL_INVESTIGATOR", "investigatorTitle": "Professor"}
        )
        after = a_trial_by(responsibleParty={"type": "PRINCIPAL_INVESTIGATOR", "investigatorTitle": "Chair"})
        verdict = the_verdict(before, after)
        assert verdict.headline == "Responsible party: title or affiliation changed"
        assert verdict.significance == Significance.ROUTINE

    def test_an_investigator_who_takes_over_is_named(self) -> None:
        before = a_trial_by(responsibleParty={"type": "SPONSOR"})
        after = a_trial_by(
            responsibleParty={"type": "SPONSOR_INVESTIGATOR", "investigatorFullName": "Ada Made, MD"}
        )
        assert the_verdict(before, after).headline == (
            "Responsible party: the sponsor → the sponsor-investigator, Ada Made, MD"
        )
