"""What is thought the registry's own doing, and what is news of trials however many they are."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from monitor.core.facts import TrialFacts
from monitor.core.mass import FEWEST, Edit, Touched, edit_of, edits_in, mass_change, submitter
from monitor.core.observation import Observation
from monitor.core.significance import Significance
from tests.builders import NOON, a_change, a_trial, a_verdict

GONE = Edit("removed", "statusModule.completionDateStruct.date", "Study completion date")
RESPELLED = Edit("changed", "designModule.phases", "Phase")
MOVED = Edit("changed", "statusModule.overallStatus", "Overall status")


def touched(number: int, *edits: Edit, sponsors: Iterable[str] = ("",)) -> list[Touched]:
    """So many trials with these edits; the sponsors take turns."""
    names = list(sponsors)
    return [Touched(frozenset(edits), names[n % len(names)]) for n in range(number)]


def test_what_touches_a_third_of_the_trials_without_a_submission_is_the_registrys() -> None:
    change = mass_change(touched(34, RESPELLED), 100)
    assert change is not None
    assert (change.trials, change.read, change.unsubmitted) == (34, 100, True)
    assert str(change) == (
        "34 of 100 trials changed at once although their sponsors submitted nothing (Phase changed in 34)"
    )


def test_so_is_what_touches_them_in_different_places() -> None:
    everywhere = [Touched(frozenset({Edit("changed", f"field{n}", f"Field {n}")})) for n in range(34)]
    change = mass_change(everywhere, 100)
    assert change is not None
    assert change.explains([MOVED])


def test_three_in_ten_are_not_too_many() -> None:
    assert mass_change(touched(30, RESPELLED), 100) is None


def test_a_field_that_goes_from_more_than_a_tenth_is_gone_by_the_registrys_doing() -> None:
    assert mass_change(touched(30, GONE), 290) is not None
    assert mass_change(touched(29, GONE), 290) is None
    item = replace(GONE, field="contactsLocationsModule.locations[]")
    assert mass_change(touched(30, item), 290) is None, "sites come and go"


@pytest.mark.parametrize("read", [1, FEWEST - 1])
def test_in_a_short_list_nothing_is_ever_held(read: int) -> None:
    assert mass_change(touched(read, GONE), read) is None


def test_a_sponsor_may_edit_all_its_trials_on_one_day() -> None:
    assert mass_change(touched(25, MOVED, sponsors=["Made University"]), 25) is None


def test_many_sponsors_do_not_make_the_same_edit_on_one_day() -> None:
    change = mass_change(touched(40, MOVED, sponsors=[f"Sponsor {n}" for n in range(31)]), 100)
    assert change is not None
    assert change.submitted == {MOVED}
    assert not change.unsubmitted
    assert change.trials == 40, "whoever submitted it"


def test_many_sponsors_may_well_make_different_edits() -> None:
    """As after weeks in which nobody looked."""
    different = [
        Touched(frozenset({Edit("changed", f"field{n % 4}", "Field")}), f"Sponsor {n}") for n in range(60)
    ]
    assert mass_change(different, 100) is None


def test_what_a_sponsor_submitted_is_no_part_of_what_the_registry_did_by_itself() -> None:
    change = mass_change([*touched(40, RESPELLED), *touched(3, MOVED, sponsors=["Made University"])], 100)
    assert change is not None
    assert change.trials == 40
    assert change.includes(Touched(frozenset({MOVED})))
    assert not change.includes(Touched(frozenset({MOVED}), "Made University"))
    assert not change.includes(Touched(frozenset({RESPELLED}), "Made University")), "whatever it is like"
    assert not change.includes(Touched(frozenset()))


def test_the_most_frequent_edits_are_named_first_and_those_of_a_few_trials_not_at_all() -> None:
    change = mass_change([*touched(30, RESPELLED, GONE), *touched(10, MOVED, GONE)], 50)
    assert change is not None
    assert [(edit.label, n) for edit, n in change.edits] == [
        ("Study completion date", 40),
        ("Phase", 30),
        ("Overall status", 10),
    ]
    assert str(change).endswith("(Study completion date gone from 40, Phase changed in 30)")
    assert change.explains([GONE, MOVED])
    assert not change.explains([MOVED])


def test_noise_is_no_edit() -> None:
    changes = (a_change(), a_change("protocolSection.statusModule.whyStopped", None, "No funds"))
    observation = Observation(
        a_trial(),
        "version",
        NOON,
        1,
        2,
        changes=changes,
        verdicts=(a_verdict(), replace(a_verdict(Significance.NOISE), changes=(1,))),
    )
    assert edits_in(observation) == {0: edit_of(changes[0])}


def test_an_item_that_comes_is_told_from_a_field_that_comes() -> None:
    place = "protocolSection.contactsLocationsModule.locations[Spine Clinic | Lyon | France]"
    assert edit_of(a_change(place, None, {"city": "Lyon"})).field.endswith(".locations[]")
    assert not edit_of(a_change(place, None, {"city": "Lyon"})).is_field
    assert edit_of(a_change(f"{place}.zip", None, "69000")).is_field


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2026-01-08", "2026-01-08", ""),
        ("2026-01-08", "", ""),
        ("2026-01-08", "2026-01-07", ""),
        ("2026-01-08", "2026-01-09", "Made University"),
        ("", "2026-01-09", "Made University"),
        ("", "", "Made University"),
    ],
)
def test_a_sponsor_submits_where_the_registry_does_not_say_otherwise(
    before: str, after: str, said: str
) -> None:
    facts = TrialFacts(sponsor="Made University")
    assert (
        submitter(replace(facts, submitted_date=before), replace(facts, submitted_date=after, sponsor="New"))
        == said
    )


def test_a_sponsor_without_a_name_is_one_sponsor() -> None:
    assert (
        submitter(TrialFacts(), TrialFacts()) == submitter(TrialFacts(title="A"), TrialFacts(title="B")) != ""
    )
