"""One subscriber in two lists that hold the same numbers, with other wishes in each: one message, that tells what either asked for."""

from datetime import date
from typing import Any

from tests.builders import a_document
from tests.faults.desk import NUMBERS, Desk
from tests.journeys.collector import Got

UNKNOWN = "NCT09990009"
CALM = "{name: desk, to: [desk], at_least: routine, topics: [enrollment]}"
STATUS = "{name: desk, to: [desk], topics: [status, record]}"


def lists(desk: Desk, number: str, **subscribers: str) -> None:
    for name, subscriber in subscribers.items():
        (desk.office.folder / "watchlists" / f"{name}.yaml").write_text(
            f"title: {name.title()}\nwatch: [{{trial: {number}}}]\nsubscribers:\n  - {subscriber}\n",
            encoding="utf-8",
        )


def of_a_halt(desk: Desk, **more: Any) -> Got:
    """The one message that came when the trial was terminated, a day after it was first looked at."""
    desk.look("2026-02-09T16:00")
    desk.told()
    halted = a_document(NUMBERS[0], statusModule={"overallStatus": "TERMINATED"}, **more)
    desk.registry.put(NUMBERS[0], date(2026, 2, 10), halted)
    desk.look("2026-02-10T15:00")
    (halt,) = desk.arrived()
    return halt


def test_what_either_of_two_lists_asked_for_is_told_in_one_message(desk: Desk) -> None:
    lists(desk, NUMBERS[0], backs=CALM, hips=STATUS)
    halt = of_a_halt(desk, designModule={"enrollmentInfo": {"count": 7, "type": "ACTUAL"}})
    assert ("Terminated" in halt.title, "Enrolment is final: 7" in halt.text) == (True, True)
    assert ("Backs" in halt.text, "Hips" in halt.text) == (True, True)


def test_a_list_that_asked_for_none_of_it_is_not_named(desk: Desk) -> None:
    lists(desk, NUMBERS[0], backs=CALM, hips=STATUS)
    halt = of_a_halt(desk)
    assert ("Backs" in halt.text, "Hips" in halt.text) == (False, True)


def test_the_same_wishes_in_two_lists_are_one_message(desk: Desk) -> None:
    lists(desk, NUMBERS[0], backs=STATUS, hips=STATUS)
    halt = of_a_halt(desk)
    assert ("Backs" in halt.text, "Hips" in halt.text) == (True, True)


def test_an_unknown_number_is_told_once_for_two_lists(desk: Desk) -> None:
    everything = "{name: desk, to: [desk], at_least: routine}"
    lists(desk, UNKNOWN, backs=everything, hips=STATUS)
    desk.look("2026-02-09T16:00")
    assert ["In: Backs, Hips." in got.text for got in desk.arrived()] == [True]
