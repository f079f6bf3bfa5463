"""The same edit in many trials on one day: the first two are told, the others are thought the registry's."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.embedded import EmbeddedRegistry
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

NUMBERS = [f"NCT9990000{n}" for n in range(1, 6)]
PARTY = {"type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": "Ada Made"}


def of_institute(name: str, **more: Any) -> dict[str, Any]:
    return {
        "sponsorCollaboratorsModule": {"responsibleParty": {**PARTY, "investigatorAffiliation": name}},
        **more,
    }


@pytest.fixture
def renamed(tmp_path: Path) -> Office:
    """On one day an institute is renamed in four trials whose sponsors submitted something that day, on the next in the fifth. The first
    of them is looked at in the morning, and the fourth stops on top of it."""
    trials = MadeTrials(*NUMBERS)
    for number in NUMBERS:
        trials.edit(1, number, **of_institute("Made U"))
    for number in NUMBERS[:3]:
        trials.edit(2, number, **of_institute("University of Made"))
    trials.edit(
        2, NUMBERS[3], **of_institute("University of Made", statusModule={"overallStatus": "TERMINATED"})
    )
    trials.edit(3, NUMBERS[4], **of_institute("University of Made"))
    with EmbeddedRegistry(trials.history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(NUMBERS, at_least="routine")
        office.check_on(day_of(0))
        office.check_on(day_of(1))
        office.watch(NUMBERS[:1], at_least="routine")
        office.check_on(day_of(2), hour=9)
        office.watch(NUMBERS, at_least="routine")
        office.check_on(day_of(2), hour=15, full=True)
        office.check_on(day_of(3))
    return office


def spoken_by(office: Office, number: str) -> list[str]:
    """The rules that spoke of the renaming or of a status since."""
    since = day_of(2).isoformat()
    rules = [e["rule"] for e in office.events() if e["trial"] == number and e["seen_at"] >= since]
    return sorted(rule for rule in rules if rule.startswith(("noise.", "sponsor.", "status.")))


def test_from_the_third_trial_on_the_same_renaming_is_held_back(renamed: Office) -> None:
    spoken = [spoken_by(renamed, number) for number in NUMBERS]
    assert spoken[:3] == [["sponsor.responsible"], ["sponsor.responsible"], ["noise.burst"]]
    assert spoken[3][0] == "noise.burst"
    assert any(rule.startswith("status.") for rule in spoken[3])
    assert spoken[4] == ["sponsor.responsible"], "another day is another edit"


def test_explain_says_in_how_many_trials_it_was_made(renamed: Office) -> None:
    [first, *_] = [e for e in renamed.events() if e["rule"] == "noise.burst"]
    shown = renamed.command("explain", str(first["id"])).stdout
    assert (
        "registry-made: the same edit in 4 trials on one day, though the last submission moved"
        in " ".join(shown.split())
    )
    asked = json.loads(renamed.command("explain", str(first["id"]), "--json").stdout)
    made_by = asked["events"][0]["made_by"]
    assert (made_by["by"], made_by["same_edit_in"]) == ("registry", 4)
    [stopped, *_] = [e for e in renamed.events() if e["rule"].startswith("status.")]
    assert "sponsor-submitted" in renamed.command("explain", str(stopped["id"])).stdout


def test_a_backtest_holds_back_what_the_look_held_back(renamed: Office) -> None:
    ran = renamed.command("backtest", "all", "--since", day_of(2).isoformat())
    assert "would be told now: 4; the same ones" in ran.stdout, ran.stdout + ran.stderr
