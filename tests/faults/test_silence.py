"""Silence is not health: a registry that cannot be read for a day and a destination that keeps refusing are told, once each."""

from datetime import date, datetime, timedelta

import pytest

from tests.builders import a_document
from tests.faults.desk import KNEES, NUMBERS, Desk
from tests.journeys.collector import Got

TUESDAY, WEDNESDAY = date(2026, 2, 10), date(2026, 2, 11)


def halt(desk: Desk, day: date, number: str = NUMBERS[0], status: str = "TERMINATED") -> None:
    desk.registry.put(number, day, a_document(number, statusModule={"overallStatus": status}))


def test_a_registry_that_cannot_be_read_for_a_day_is_told_once_and_once_when_it_is_over(desk: Desk) -> None:
    desk.registry.misbehave("status_500", times=None)
    for hour in (16, 20):
        assert desk.look(f"2026-02-09T{hour}:00").failed
    assert desk.look("2026-02-10T14:59").failed
    assert desk.told() == [], "not a day yet"
    assert desk.look("2026-02-10T15:00").failed
    assert desk.told() == ["ClinicalTrials.gov cannot be read: silence is not news"]
    for moment in ("2026-02-10T15:30", "2026-02-11T15:00", "2026-02-14T15:00"):
        assert desk.look(moment).failed
    assert desk.told() == []
    desk.registry.behave()
    assert desk.look("2026-02-14T16:00").failed == []
    assert desk.told() == ["ClinicalTrials.gov is read again"]
    assert desk.look("2026-02-16T15:00").failed == []
    assert desk.told() == []


def test_a_registry_that_fails_for_less_than_a_day_is_told_to_nobody(desk: Desk) -> None:
    desk.registry.misbehave("html_with_200", times=None)
    assert desk.look("2026-02-10T14:00").failed
    desk.registry.behave()
    assert desk.look("2026-02-10T14:30").failed == []
    desk.registry.misbehave("html_with_200", times=None)
    assert desk.look("2026-02-11T14:00").failed
    assert desk.told() == []


def test_a_second_silence_is_told_again(desk: Desk) -> None:
    for day in (10, 17):
        desk.registry.misbehave("drop", times=None)
        desk.look(f"2026-02-{day}T16:00")
        desk.look(f"2026-02-{day + 1}T16:00")
        desk.registry.behave()
        desk.look(f"2026-02-{day + 2}T16:00")
    titles = desk.told()
    assert titles.count("ClinicalTrials.gov cannot be read: silence is not news") == 2
    assert titles.count("ClinicalTrials.gov is read again") == 2


def test_what_changed_during_the_silence_is_found_after_it(desk: Desk) -> None:
    halt(desk, TUESDAY)
    desk.registry.misbehave("status_503", times=None)
    for day in (10, 11, 12):
        desk.look(f"2026-02-{day}T16:00")
    desk.registry.behave()
    desk.look("2026-02-13T15:00")
    assert desk.rules() == [(NUMBERS[0], "status.halted")]


def test_records_that_cannot_be_read_are_silence_too(desk: Desk) -> None:
    """The version is well, and the records are not."""
    desk.registry.misbehave("garbage", times=None, path="/api/v2/studies")
    desk.look("2026-02-10T16:00")
    desk.look("2026-02-11T16:00")
    assert desk.told() == ["ClinicalTrials.gov cannot be read: silence is not news"]
    assert not desk.status("2026-02-11T16:00+00:00")["ok"]


def test_a_part_that_could_not_be_read_is_no_success(desk: Desk) -> None:
    """The second of two batches fails, look after look: whoever watches those trials must hear of it."""
    many = [f"NCT07{n:06}" for n in range(120)]
    for number in many:
        desk.registry.put(number, date(2026, 2, 9), a_document(number))
    desk.watch(*many)
    assert desk.look("2026-02-09T16:00").failed == []
    desk.told()
    for day in (10, 11):
        desk.registry.misbehave("garbage", times=None, path="/api/v2/studies", after=1)
        report = desk.look(f"2026-02-{day}T16:00")
        assert [set(failure) for failure in report.failed] == [{"source", "why"}]
        assert report.looked == 100
        desk.registry.behave()
    assert desk.told() == ["ClinicalTrials.gov cannot be read: silence is not news"]


def test_a_single_trial_and_a_search_that_cannot_be_read_for_a_day_are_named_once(desk: Desk) -> None:
    desk.watch(*NUMBERS, searches=("knee pain",))
    assert desk.look("2026-02-09T16:00").failed == []
    desk.told()
    for day, hour in ((9, 18), (10, 15), (10, 17), (11, 15)):
        desk.registry.misbehave("garbage", path="/api/v2/studies")  # the search comes first
        desk.registry.misbehave(
            "string_instead_of_object", path="/api/v2/studies"
        )  # then the numbers, and of these the first
        report = desk.look(f"2026-02-{day:02}T{hour}:00")
        desk.registry.behave()
        if day > 9:
            assert {kind for failure in report.failed for kind in failure} == {"search", "trial", "why"}
    notice, *over = desk.arrived()
    assert notice.title.startswith("Not read for a day: the search “knee pain” and 1 more")
    assert all(one.title.startswith("Read again: NCT") for one in over), "the last day it was another trial"
    assert any(number in notice.text for number in (*NUMBERS, *KNEES))
    assert desk.status("2026-02-11T15:00+00:00")["ok"], "the registry as such is read"


def test_a_refusal_is_called_a_refusal_and_makes_nothing_gone(desk: Desk) -> None:
    desk.registry.misbehave("status_403", times=None)
    for day in (10, 11, 12, 13):
        (failure,) = desk.look(f"2026-02-{day}T15:00").failed
        assert "refuses this client" in failure["why"]
        assert "HTTP 403" in failure["why"]
    assert desk.rules() == []
    assert "refuses" in desk.arrived()[0].text
    assert desk.status("2026-02-13T15:00+00:00")["sources"][0]["ok"] is False


@pytest.mark.parametrize(
    "fault", ["status_403", "status_503_retry_after", "status_429_date", "status_500", "drop"]
)
def test_a_host_that_was_left_alone_is_asked_by_the_next_process(desk: Desk, fault: str) -> None:
    """Rests and the circuit breaker belong to a process: `trialmon check` by hand is a person's wish."""
    halt(desk, TUESDAY)
    desk.registry.retry_after = 7200
    desk.registry.misbehave(fault, times=None)
    for minute in (0, 1, 2):
        assert desk.look(f"2026-02-10T15:0{minute}").failed
    desk.registry.behave()
    assert desk.look("2026-02-10T15:03").failed == []
    assert desk.rules() == [(NUMBERS[0], "status.halted")]


def test_a_wish_to_be_asked_later_is_not_waited_out_within_a_look(desk: Desk) -> None:
    desk.registry.retry_after = 7200
    desk.registry.misbehave("status_503_retry_after", times=None)
    asked = len(desk.registry.requests)
    (failure,) = desk.look("2026-02-10T15:00").failed
    assert "7200 s" in failure["why"]
    assert len(desk.registry.requests) == asked + 1


def test_data_from_before_what_was_seen_are_refused(desk: Desk) -> None:
    halt(desk, TUESDAY)
    assert desk.look("2026-02-10T15:00").changed == 1
    desk.told()
    now = datetime.fromisoformat("2026-02-11T14:00+00:00")
    desk.registry.go_to(date(2026, 2, 9))
    (failure,) = desk.office.check_at(now, full=True).failed
    assert "was seen before" in failure["why"]
    assert desk.rules() == [(NUMBERS[0], "status.halted")]
    assert desk.look("2026-02-11T14:30").failed == []
    assert desk.told() == []


def test_records_older_than_what_was_seen_are_never_applied(desk: Desk) -> None:
    halt(desk, TUESDAY)
    assert desk.look("2026-02-10T15:00").changed == 1
    desk.registry.misbehave("stale_records", times=None)
    now = datetime.fromisoformat("2026-02-10T16:00+00:00")
    report = desk.office.check_at(now, full=True)
    assert (report.changed, report.looked) == (0, 0)
    assert "already seen" in report.failed[0]["why"]
    assert desk.rules() == [(NUMBERS[0], "status.halted")]


def test_records_that_lag_behind_the_version_are_read_again(desk: Desk) -> None:
    halt(desk, TUESDAY)
    desk.registry.misbehave("stale_records", times=None)
    assert desk.look("2026-02-10T15:00").changed == 0
    desk.registry.behave()
    assert desk.look("2026-02-10T15:15").changed == 1


def test_a_version_without_a_date_does_not_keep_the_records_from_being_read(desk: Desk) -> None:
    halt(desk, TUESDAY)
    desk.registry.misbehave("no_data_timestamp", times=None)
    assert desk.look("2026-02-10T15:00").failed == []
    assert desk.rules() == [(NUMBERS[0], "status.halted")]


class Refusing:
    """Looks on, while one destination refuses."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.watch(*NUMBERS, to=("desk", "other"))
        desk.look("2026-02-09T16:00")
        desk.told()
        desk.inbox.refusing.add("desk")

    def days(self, first: str, days: float) -> list[str]:
        """The titles of what arrives while deliveries are tried every hour."""
        return [one.title for one in self.came(first, days)]

    def came(self, first: str, days: float) -> list[Got]:
        """What arrives then."""
        moment, end = datetime.fromisoformat(first), datetime.fromisoformat(first) + timedelta(days=days)
        while moment < end:
            self.desk.deliver(moment.isoformat())
            moment += timedelta(hours=1)
        return self.desk.arrived()


def test_a_destination_that_refuses_is_told_to_the_others_once_and_once_when_it_is_back(desk: Desk) -> None:
    refusing = Refusing(desk)
    halt(desk, TUESDAY)
    halt(desk, TUESDAY, NUMBERS[1], "COMPLETED")
    report = desk.look("2026-02-10T15:00")
    assert [failure["destination"] for failure in report.failed] == ["desk"], "once, though two wait"
    assert len(desk.told()) == 2, "the other destination has both"
    assert refusing.days("2026-02-10T16:00", 9) == ["Messages to desk do not arrive"]
    status = desk.status("2026-02-19T15:00+00:00")
    assert status["outbox"] == {"pending": 2, "gave_up": 0}, "nothing expires"
    desk.inbox.refusing.clear()
    back = [(one.inbox, one.title) for one in refusing.came("2026-02-19T16:00", 1)]
    assert [title for inbox, title in back if inbox == "other"] == ["Messages to desk arrive again"]
    assert len([title for inbox, title in back if inbox == "desk"]) == 2
    assert desk.status("2026-02-20T16:00+00:00")["outbox"] == {"pending": 0, "gave_up": 0}


def test_what_waited_for_more_than_a_day_comes_as_one_digest(desk: Desk) -> None:
    refusing = Refusing(desk)
    for number, status in zip(NUMBERS, ("TERMINATED", "COMPLETED", "SUSPENDED"), strict=True):
        halt(desk, TUESDAY, number, status)
    desk.look("2026-02-10T15:00")
    refusing.days("2026-02-10T16:00", 5)
    desk.inbox.refusing.clear()
    first, digest = [one for one in refusing.came("2026-02-15T16:00", 1) if one.inbox == "desk"]
    assert "Folded into one message: desk could not be reached from 2026-02-10 15:00 to" in digest.text
    told = [number for number in NUMBERS if number in first.text], [n for n in NUMBERS if n in digest.text]
    assert sorted(told[0] + told[1]) == NUMBERS, "each is told once: one message tried whether it works again"


def test_a_destination_that_recovers_within_a_day_gets_everything_once_and_in_order(desk: Desk) -> None:
    refusing = Refusing(desk)
    halt(desk, TUESDAY)
    halt(desk, WEDNESDAY, status="WITHDRAWN")
    desk.look("2026-02-10T23:00")
    desk.look("2026-02-11T01:00")
    refusing.days("2026-02-11T02:00", 0.5)
    desk.inbox.refusing.clear()
    came = [one.title for one in refusing.came("2026-02-11T14:00", 1) if one.inbox == "desk"]
    assert ["Terminated" in came[0], "Withdrawn" in came[1], len(came)] == [True, True, 2]
    assert desk.status("2026-02-13T16:00+00:00")["outbox"] == {"pending": 0, "gave_up": 0}


def test_a_message_that_a_working_destination_refuses_is_given_up_and_the_others_go_on(
    desk: Desk,
) -> None:
    halt(desk, TUESDAY)
    halt(desk, TUESDAY, NUMBERS[1], "COMPLETED")
    desk.watch(*NUMBERS, to=("desk", "other"))
    desk.look("2026-02-09T16:00")
    desk.told()
    desk.inbox.choking_on, desk.inbox.choked_status = "Terminated", 422
    desk.look("2026-02-10T15:00")
    came = [(one.inbox, one.title) for one in desk.arrived()]
    titles = [title for _, title in came]
    assert sum("Completed" in title for title in titles) == 2, "the others go on"
    assert {inbox for inbox, title in came if "was given up" in title} == {"desk", "other"}, (
        "each is told of the other's"
    )
    assert desk.inbox.asked["Terminated"] == 2, "nothing is plainer than plain text"
    assert desk.status("2026-02-10T15:00+00:00")["outbox"] == {"pending": 0, "gave_up": 2}


def test_a_message_that_a_destination_chokes_on_does_not_hold_up_the_others(desk: Desk) -> None:
    halt(desk, TUESDAY)
    halt(desk, WEDNESDAY, NUMBERS[1], "COMPLETED")
    desk.inbox.choking_on = "Terminated"
    desk.look("2026-02-10T15:00")
    desk.look("2026-02-11T15:00")
    moment = datetime.fromisoformat("2026-02-11T16:00")
    came: list[str] = []
    for _ in range(24):
        desk.deliver(moment.isoformat())
        came += desk.told()
        moment += timedelta(hours=1)
    assert len(came) == 1
    assert "Completed" in came[0]
