"""What befalls several trials is one message a subscriber, beside what is told of each."""

from pathlib import Path
from typing import Any

import pytest

from monitor.embedded import EmbeddedRegistry
from tests.journeys.collector import Collector
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

NUMBERS = [f"NCT9990000{n}" for n in range(1, 9)]
SEARCH = "  - search: {condition: Made Condition}\n"


def told(office: Office, rule: str) -> list[tuple[str, str, str, str]]:
    """(day, trial, significance, headline) of every event of that rule, oldest first."""
    return [
        (event["seen_at"][:10], event["trial"], event["significance"], event["headline"])
        for event in office.events()
        if event["rule"] == rule
    ]


def test_a_sponsor_that_stops_two_trials_in_a_week_is_told_once_and_again_of_the_third(
    tmp_path: Path,
) -> None:
    trials = MadeTrials(*NUMBERS[:4], sponsor="Mesoblast")
    stopped: dict[str, Any] = {"statusModule": {"overallStatus": "TERMINATED", "whyStopped": "Funding"}}
    trials.edit(1, NUMBERS[0], **stopped)
    trials.edit(4, NUMBERS[1], **stopped)
    trials.edit(6, NUMBERS[2], **stopped)
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as post:
        office = Office(tmp_path, registry, more={"one": post.url("one"), "all": post.url("all")})
        for name, numbers in (("one", NUMBERS[:1]), ("all", NUMBERS)):
            watches = "".join(f"  - trial: {number}\n" for number in numbers[:4])
            (tmp_path / "watchlists" / f"{name}.yaml").write_text(
                f"title: List {name}\nwatch:\n{watches}subscribers:\n  - {{name: {name}, to: [{name}]}}\n",
                encoding="utf-8",
            )
        for ahead in range(12):
            office.check_on(day_of(ahead))
            office.check_on(day_of(ahead), hour=20, full=True)
    two, three = told(office, "portfolio.stops")
    assert two == (
        "2026-03-06",
        NUMBERS[1],
        "critical",
        f"Mesoblast has stopped 2 trials within 7 days: {NUMBERS[0]} and {NUMBERS[1]}",
    )
    assert (three[0], three[1]) == ("2026-03-08", NUMBERS[2])
    assert "3 trials" in three[3]
    for inbox in ("one", "all"):
        messages = [got for got in post.got if got.inbox == inbox and "has stopped" in got.title]
        assert len(messages) == 2, "one message a subscriber"
    to_one = next(got.text for got in post.got if got.inbox == "one" and "has stopped" in got.title)
    assert f"you watch this trial: {NUMBERS[0]}" in to_one, "why: because of the trial that this list holds"


def test_an_organisation_renamed_in_many_trials_is_told_once(tmp_path: Path) -> None:
    trials = MadeTrials(*NUMBERS, sponsor="Made Pharma")
    for number in NUMBERS[:5]:
        trials.edit(
            1, number, sponsorCollaboratorsModule={"leadSponsor": {"name": "Maker", "class": "OTHER"}}
        )
    with EmbeddedRegistry(trials.history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(NUMBERS)
        for ahead in range(4):
            office.check_on(day_of(ahead))
    [(day, trial, significance, headline)] = told(office, "portfolio.renamed")
    assert (day, trial, significance) == ("2026-03-03", NUMBERS[4], "notable")
    assert headline.startswith("The lead sponsor of 5 trials is now “Maker”, not “Made Pharma”: ")


@pytest.mark.parametrize(("stirred", "expected"), [(5, 1), (4, 0)])
def test_a_search_of_which_a_quarter_moves_at_once_is_told_as_one(
    tmp_path: Path, stirred: int, expected: int
) -> None:
    trials = MadeTrials(*NUMBERS)
    for number in NUMBERS[:stirred]:
        trials.edit(1, number, statusModule={"overallStatus": "ACTIVE_NOT_RECRUITING"})
    with EmbeddedRegistry(trials.history).serving() as registry, Collector().listening() as post:
        office = Office(tmp_path, registry, destination=post.url())
        office.watch(NUMBERS[:1], more=SEARCH)
        for ahead in range(3):
            office.check_on(day_of(ahead))
            office.check_on(day_of(ahead), hour=20, full=True)
    found = told(office, "portfolio.stirs")
    assert len(found) == expected
    assert len([got for got in post.got if "Much is moving" in got.title]) == expected
    if found:
        assert "notable news of 5 of its 8 trials on one day" in found[0][3]
        assert found[0][:3] == ("2026-03-03", NUMBERS[4], "notable")
