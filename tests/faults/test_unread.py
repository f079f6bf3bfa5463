"""A trial or a search that cannot be read although the rest can: told once, and once when it is over."""

from datetime import date
from typing import Any

from tests.builders import a_document
from tests.faults.desk import NUMBERS, Desk

NEW = "NCT09990009"


def spoil(desk: Desk, number: str, day: int) -> None:
    broken: dict[str, Any] = a_document(number)
    broken["protocolSection"]["statusModule"]["overallStatus"] = ["no", "status"]
    desk.registry.history.put(number, date(2026, 2, day), broken)


def mend(desk: Desk, number: str, day: int) -> None:
    desk.registry.history.put(number, date(2026, 2, day), a_document(number))


def test_what_could_not_be_read_is_told_once_and_once_when_it_is_over(desk: Desk) -> None:
    spoil(desk, NUMBERS[0], 10)
    mend(desk, NUMBERS[0], 14)
    told = {day: (desk.look(f"2026-02-{day}T16:00"), desk.told())[1] for day in range(10, 17)}
    assert {day: titles for day, titles in told.items() if titles} == {
        10: [f"Not read for a day: {NUMBERS[0]}"],
        14: [f"Read again: {NUMBERS[0]}"],
    }


def test_what_fails_from_the_first_look_on_is_told_too(desk: Desk) -> None:
    spoil(desk, NEW, 9)
    desk.watch(*NUMBERS, NEW)
    told = {day: (desk.look(f"2026-02-{day}T16:00"), desk.told())[1] for day in (10, 11, 12)}
    assert {day: titles for day, titles in told.items() if titles} == {11: [f"Not read for a day: {NEW}"]}


def test_what_is_watched_no_longer_is_not_called_read_again(desk: Desk) -> None:
    spoil(desk, NUMBERS[0], 10)
    for day in (10, 11):
        desk.look(f"2026-02-{day}T16:00")
    assert desk.told() == [f"Not read for a day: {NUMBERS[0]}"]
    desk.watch(*NUMBERS[1:])
    desk.look("2026-02-12T16:00")
    assert desk.told() == []
