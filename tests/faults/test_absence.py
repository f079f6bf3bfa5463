"""What becomes of a number: gone only when it is certain, followed when it was merged, unknown told once."""

from datetime import UTC, date, datetime

from monitor.core.trial import TrialId
from monitor.core.watch import Holding
from monitor.jobs.dispatch import dispatch
from monitor.jobs.unknown import tell_unknown
from monitor.store.runs import begin_run
from tests.builders import a_document
from tests.faults.desk import MONDAY, NUMBERS, Desk

FIRST, SECOND, THIRD = NUMBERS
TUESDAY, WEDNESDAY = date(2026, 2, 10), date(2026, 2, 11)
UNKNOWN = ["NCT09990091", "NCT09990092"]


def test_a_trial_is_gone_after_two_looks_a_day_apart(desk: Desk) -> None:
    desk.registry.put(FIRST, TUESDAY, None)
    assert desk.look("2026-02-10T15:00").failed == []
    assert desk.told() == []
    desk.look("2026-02-11T14:59")
    assert desk.told() == [], "not a day later yet"
    desk.look("2026-02-12T15:00")
    assert desk.rules() == [(FIRST, "record.gone")]
    (title,) = desk.told()
    assert "Gone from the registry" in title
    desk.look("2026-02-13T15:00")
    desk.look("2026-02-16T15:00")
    assert desk.told() == []
    assert desk.rules() == [(FIRST, "record.gone")]


def test_a_trial_that_does_not_come_once_is_no_news(desk: Desk) -> None:
    desk.registry.put(FIRST, TUESDAY, None)
    desk.registry.put(FIRST, WEDNESDAY, a_document(FIRST))
    for day in (10, 11, 12, 13):
        assert desk.look(f"2026-02-{day}T15:00").failed == []
    assert desk.told() == []
    assert desk.rules() == []


def test_two_absences_with_a_sight_between_them_are_no_confirmation(desk: Desk) -> None:
    desk.registry.put(FIRST, TUESDAY, None)
    desk.registry.put(FIRST, WEDNESDAY, a_document(FIRST))
    desk.registry.put(FIRST, date(2026, 2, 12), None)
    for day in (10, 11, 12):
        desk.look(f"2026-02-{day}T15:00")
    assert desk.rules() == []
    desk.look("2026-02-13T15:00")
    assert desk.rules() == [(FIRST, "record.gone")]


def test_a_trial_that_comes_back_is_told_with_what_changed_meanwhile(desk: Desk) -> None:
    desk.registry.put(FIRST, TUESDAY, None)
    back = a_document(FIRST, statusModule={"overallStatus": "TERMINATED"})
    desk.registry.put(FIRST, date(2026, 2, 16), back)
    for day in (10, 11, 12, 16, 17):
        desk.look(f"2026-02-{day}T15:00")
    assert desk.rules()[0] == (FIRST, "record.gone")
    assert set(desk.rules()[1:]) == {(FIRST, "status.halted"), (FIRST, "record.back")}
    assert len(desk.told()) == 2


def test_half_a_page_missing_hides_no_change_and_makes_nothing_gone(desk: Desk) -> None:
    """Few trials, so that half of them missing is not seen as such: each that is missing is asked for alone."""
    for number in NUMBERS:
        desk.registry.put(number, TUESDAY, a_document(number, statusModule={"overallStatus": "COMPLETED"}))
    desk.registry.misbehave("missing_half", times=None)
    report = desk.look("2026-02-10T15:00")
    assert (report.failed, report.changed) == ([], 3)
    for day in (11, 12, 13):
        desk.look(f"2026-02-{day}T15:00")
    assert {rule for _, rule in desk.rules()} == {"status.completed"}


def test_half_a_page_missing_makes_no_new_number_unknown(desk: Desk) -> None:
    more = [f"NCT0999005{n}" for n in range(1, 6)]
    for number in more:
        desk.registry.put(number, MONDAY, a_document(number))
    desk.watch(*NUMBERS, *more)
    desk.registry.misbehave("missing_half", times=None)
    assert desk.look("2026-02-09T16:00").failed == []
    assert desk.rules() == []
    assert desk.told() == ["Now watching 5 trials for Backs"]


def test_where_the_registry_cannot_be_asked_alone_nothing_is_noted(desk: Desk) -> None:
    desk.registry.put(FIRST, TUESDAY, None)
    desk.registry.misbehave("status_500", times=None, path=f"/api/v2/studies/{FIRST}")
    report = desk.look("2026-02-10T15:00")
    assert [set(failure) for failure in report.failed] == [{"source", "why"}]
    desk.registry.behave()
    desk.look("2026-02-11T15:00")
    assert desk.rules() == [], "the first certain answer is of today"
    desk.look("2026-02-12T15:00")
    assert desk.rules() == [(FIRST, "record.gone")]


def test_a_merged_number_is_followed_and_told_once(desk: Desk) -> None:
    target = "NCT09990041"
    desk.registry.put(target, MONDAY, a_document(target))
    desk.registry.put(FIRST, TUESDAY, None, moved_to=target)
    desk.look("2026-02-10T15:00")
    assert desk.rules() == [(FIRST, "record.moved")]
    (title,) = desk.told()
    assert f"Merged into {target}" in title
    halted = a_document(target, statusModule={"overallStatus": "TERMINATED"})
    desk.registry.put(target, WEDNESDAY, halted)
    for day in (11, 12, 13):
        assert desk.look(f"2026-02-{day}T15:00").failed == []
    assert desk.rules() == [(FIRST, "record.moved"), (target, "status.halted")]
    (alert,) = desk.arrived()
    assert "Terminated" in alert.title
    assert FIRST in alert.text, "the reader watched the old number"


def test_numbers_that_the_registry_does_not_know_are_told_once_and_together(desk: Desk) -> None:
    desk.watch(*NUMBERS, *UNKNOWN)
    desk.look("2026-02-09T16:00")
    (notice,) = desk.arrived()
    assert "2 numbers" in notice.title
    assert all(number in notice.text for number in UNKNOWN)
    for day in (10, 11, 12):
        desk.look(f"2026-02-{day}T15:00")
    assert desk.told() == []
    assert [rule for _, rule in desk.rules()] == ["record.unknown_number"] * 2


def test_a_digest_names_every_number_that_the_registry_does_not_know(desk: Desk) -> None:
    desk.watch(*NUMBERS, *UNKNOWN)
    file = desk.office.folder / "watchlists" / "backs.yaml"
    file.write_text(file.read_text().replace("to: [desk]", "to: [desk], when: daily 18:00"))
    desk.look("2026-02-09T16:00")
    desk.look("2026-02-09T18:00")
    (digest,) = desk.arrived()
    assert [number in digest.text for number in UNKNOWN] == [True, True]


def test_a_number_that_is_muted_is_not_told_to_be_unknown(desk: Desk) -> None:
    desk.watch(*NUMBERS, *UNKNOWN)
    file = desk.office.folder / "watchlists" / "backs.yaml"
    file.write_text(file.read_text().replace("to: [desk]", f"to: [desk], mute: [{UNKNOWN[0]}]"))
    desk.look("2026-02-09T16:00")
    (notice,) = desk.arrived()
    assert [number in notice.text for number in UNKNOWN] == [False, True]


def test_a_number_that_another_process_told_of_takes_no_message_with_it(desk: Desk) -> None:
    desk.watch(*NUMBERS, *UNKNOWN)
    first, second = (TrialId("clinicaltrials.gov", number) for number in UNKNOWN)
    why = {"backs": Holding("you watch this trial")}
    with desk.office.context(datetime(2026, 2, 9, 16, tzinfo=UTC)) as context:
        door = context.doors["clinicaltrials.gov"]
        run = begin_run(context.database, door.source.id, context.clock.now(), full=False)
        assert len(list(tell_unknown(context, door, {first: why}, run))) == 1, "the other process"
        assert len(list(tell_unknown(context, door, {first: why, second: why}, run))) == 1
        dispatch(context)
    assert [number in title for number, title in zip(UNKNOWN, desk.told(), strict=True)] == [True, True]


def test_a_long_list_of_mistyped_numbers_is_told_over_several_looks(desk: Desk) -> None:
    mistyped = [f"NCT0999{number:04d}" for number in range(100, 170)]
    desk.watch(*NUMBERS, *mistyped)
    desk.look("2026-02-09T16:00")
    (first,) = desk.told()
    desk.look("2026-02-10T15:00")
    (second,) = desk.told()
    desk.look("2026-02-11T15:00")
    assert ("60 numbers" in first, "10 numbers" in second, desk.told()) == (True, True, [])
    assert len([rule for _, rule in desk.rules() if rule == "record.unknown_number"]) == len(mistyped)


def test_a_number_that_becomes_known_gets_its_baseline(desk: Desk) -> None:
    desk.watch(*NUMBERS, UNKNOWN[0])
    desk.look("2026-02-09T16:00")
    desk.told()
    desk.registry.put(UNKNOWN[0], WEDNESDAY, a_document(UNKNOWN[0]))
    desk.look("2026-02-10T15:00")
    desk.look("2026-02-11T15:00")
    assert desk.told() == ["Now watching 1 trial for Backs"]
    assert [rule for _, rule in desk.rules()] == ["record.unknown_number"]
