"""Who is told what and when, from the watchlist's file to the reader: sizes, mute, snooze, flapping; and what an edit of a list does."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.embedded import EmbeddedRegistry
from monitor.jobs.dispatch import dispatch
from monitor.store.silence import overdue
from tests.journeys.collector import Collector, Got
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

ONE, OTHER = "NCT99900001", "NCT99900002"


class Reading:
    """Readers with an inbox each, at a registry of made trials."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack, self.trials = folder, stack, MadeTrials(ONE, OTHER)
        self.post = stack.enter_context(Collector().listening())

    def begin(self, *subscribers: str, **lists: str) -> None:
        """Serve what was made, write the lists and look for the first time."""
        self.registry = self.stack.enter_context(EmbeddedRegistry(self.trials.history).serving())
        self.office = Office(self.folder, self.registry, more={name: self.post.url(name) for name in "abc"})
        self.write(*subscribers, **lists)
        self.look(0)
        self.arrived()

    def write(
        self, *subscribers: str, watch: str = f"{{trial: {ONE}}}, {{trial: {OTHER}}}", more: str = ""
    ) -> None:
        lines = "".join(f"  - {one}\n" for one in subscribers)
        text = f"title: Made\nwatch: [{watch}]\n{more}subscribers:\n{lines}"
        (self.folder / "watchlists" / "all.yaml").write_text(text, encoding="utf-8")

    def look(self, ahead: int, hour: int = 15) -> None:
        self.office.check_on(day_of(ahead), hour=hour)

    def look_at(self, moment: datetime, ahead: int) -> None:
        """With the registry as of that day, at a moment of our own."""
        self.registry.go_to(day_of(ahead))
        self.office.check_at(moment)

    def deliver(self, moment: str) -> None:
        with self.office.context(datetime.fromisoformat(moment).replace(tzinfo=UTC)) as context:
            dispatch(context)

    def arrived(self) -> dict[str, list[Got]]:
        by_inbox: dict[str, list[Got]] = {name: [] for name in "abc"}
        for got in self.post.taken():
            by_inbox[got.inbox].append(got)
        return by_inbox

    def outbox(self) -> list[dict[str, Any]]:
        database = self.office.database()
        try:
            with database.reading() as connection:
                sql = "SELECT state, error, destination FROM deliveries ORDER BY id"
                return [dict(row) for row in connection.execute(sql)]
        finally:
            database.close()


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    with ExitStack() as stack:
        yield Reading(tmp_path, stack)


def a_completion(day: str) -> dict[str, Any]:
    return {"primaryCompletionDateStruct": {"date": day, "type": "ESTIMATED"}}


def a_target(count: int) -> dict[str, Any]:
    return {"enrollmentInfo": {"count": count, "type": "ESTIMATED"}}


def a_status(status: str) -> dict[str, Any]:
    return {"overallStatus": status}


def test_small_slips_are_told_when_they_have_come_to_the_asked_for_size(reading: Reading) -> None:
    days = ["2028-06-30", "2028-07-20", "2028-08-09", "2028-08-29", "2028-09-18"]
    for ahead, day in enumerate(days, start=1):
        reading.trials.edit(ahead, ONE, statusModule=a_completion(day))
    reading.begin(
        "{name: a, to: [a], slip_of: 30d}",
        "{name: b, to: [b]}",
        "{name: c, to: [c], at_least: routine, slip_of: 90d, when: daily 18:00}",
    )
    told: dict[str, list[int]] = {name: [] for name in "abc"}
    for ahead in range(1, len(days) + 1):
        reading.look(ahead)
        reading.look(ahead, hour=19)
        for inbox, got in reading.arrived().items():
            told[inbox] += [ahead for one in got if "slipped" in one.text]
    # 20 days each: 20, 40, 60 and 80 days in all.
    assert told == {"a": [3, 4], "b": [], "c": []}


def test_a_digest_calls_a_change_as_grave_as_whoever_asked_for_its_size(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_completion("2028-07-20"))
    reading.begin(
        "{name: a, to: [a], slip_of: 15d, when: daily 18:00}",
        "{name: b, to: [b], at_least: routine, when: daily 18:00}",
    )
    reading.look(1)
    reading.look(1, hour=19)
    digests = {inbox: got[-1].text for inbox, got in reading.arrived().items() if got}
    assert "NOTABLE · Primary completion slipped" in digests["a"]
    assert "ROUTINE · Primary completion slipped" in digests["b"]


def test_a_receipt_says_what_was_smaller_than_asked_for_and_what_was_muted(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_completion("2028-09-30"))
    reading.trials.edit(1, OTHER, designModule=a_target(999))
    reading.trials.edit(2, ONE, statusModule=a_status("TERMINATED"))
    reading.begin(f"{{name: a, to: [a], slip_of: 200d, mute: [{OTHER}], when: daily 18:00}}")
    for ahead in (1, 2):
        reading.look(ahead)
    reading.look(2, hour=19)
    *_, digest = reading.arrived()["a"]
    assert "1 edit smaller than you asked for (date 1)" in digest.text
    assert "that you muted" in digest.text
    assert OTHER not in digest.text


def test_what_is_muted_is_written_down_as_suppressed_and_not_sent(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_status("SUSPENDED"))
    reading.begin("{name: a, to: [a], mute: [status]}", "{name: b, to: [b]}")
    reading.look(1)
    assert {inbox: len(got) for inbox, got in reading.arrived().items()} == {"a": 0, "b": 1, "c": 0}
    kept = [row for row in reading.outbox() if row["destination"] == "a"][-1]
    assert (kept["state"], kept["error"]) == ("suppressed", "you muted status")


def test_a_snoozed_trial_is_told_in_one_digest_when_its_day_begins(reading: Reading) -> None:
    # Day 0 is 2 March 2026.
    reading.trials.edit(1, ONE, statusModule=a_status("SUSPENDED"))
    reading.trials.edit(2, ONE, statusModule=a_status("TERMINATED"))
    reading.trials.edit(2, OTHER, designModule=a_target(999))
    reading.begin(f"{{name: a, to: [a], snooze: {{{ONE}: 2026-04-01}}, timezone: Europe/Paris}}")
    reading.look(1)
    reading.look(2)
    [at_once] = reading.arrived()["a"]
    assert OTHER in at_once.text
    reading.deliver("2026-03-31T21:59")
    assert reading.arrived()["a"] == []
    reading.deliver("2026-03-31T22:00")
    [digest] = reading.arrived()["a"]
    assert digest.text.count("→ Suspended") + digest.text.count("→ Terminated") >= 2
    assert "snoozed until 2026-04-01" in digest.text
    reading.deliver("2026-04-02T12:00")
    assert reading.arrived()["a"] == []


def test_a_snooze_that_is_ended_early_ends_the_waiting(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_status("SUSPENDED"))
    reading.begin(f"{{name: a, to: [a], snooze: {{{ONE}: 2026-04-01}}}}")
    reading.look(1)
    reading.deliver("2026-03-04T12:00")
    assert reading.arrived()["a"] == []
    reading.write(f"{{name: a, to: [a], snooze: {{{ONE}: 2026-05-01}}}}")
    reading.deliver("2026-04-02T12:00")
    assert reading.arrived()["a"] == [], "a snooze that is moved moves what waits for it"
    reading.write("{name: a, to: [a]}")
    reading.deliver("2026-04-03T12:00")
    [digest] = reading.arrived()["a"]
    assert ONE in digest.text


def test_a_field_that_goes_to_and_fro_is_told_three_times_and_then_once_a_day(reading: Reading) -> None:
    statuses = ["SUSPENDED", "RECRUITING"] * 5
    for ahead, status in enumerate(statuses, start=1):
        reading.trials.edit(ahead, ONE, statusModule=a_status(status))
    reading.begin("{name: a, to: [a]}")
    start = datetime(2026, 4, 1, 8, tzinfo=UTC)
    told = []
    for ahead in range(1, len(statuses) + 1):
        reading.look_at(start + timedelta(hours=2 * ahead), ahead)
        told.append([got.title for got in reading.arrived()["a"]])
    assert [len(titles) for titles in told] == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    # The fourth change was seen at 16:00.
    reading.deliver("2026-04-02T15:59")
    assert reading.arrived()["a"] == []
    reading.deliver("2026-04-02T16:00")
    [summary] = reading.arrived()["a"]
    assert (
        "flapping: changed 4 times in 24 hours; from now on one summary a day until it rests" in summary.text
    )
    assert reading.outbox()[-1]["state"] == "sent"


def test_a_field_that_rests_is_told_at_once_again(reading: Reading) -> None:
    for ahead, status in enumerate(["SUSPENDED", "RECRUITING"] * 3, start=1):
        reading.trials.edit(ahead, ONE, statusModule=a_status(status))
    reading.begin("{name: a, to: [a]}")
    for ahead in range(1, 7):
        reading.look_at(datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=9 * ahead), ahead)
    assert len(reading.arrived()["a"]) == 6, "three in a day are no flapping"


def test_another_field_of_a_flapping_trial_is_told_at_once(reading: Reading) -> None:
    for ahead, status in enumerate(["SUSPENDED", "RECRUITING"] * 2, start=1):
        reading.trials.edit(ahead, ONE, statusModule=a_status(status))
    reading.trials.edit(5, ONE, statusModule=a_completion("2029-06"))
    reading.begin("{name: a, to: [a]}")
    for ahead in range(1, 6):
        reading.look_at(datetime(2026, 4, 1, 8 + ahead, tzinfo=UTC), ahead)
    *_, last = reading.arrived()["a"]
    assert "slipped" in last.title


def test_other_news_in_the_same_edit_as_what_flaps_is_told_at_once(reading: Reading) -> None:
    for ahead, status in enumerate(["SUSPENDED", "RECRUITING"] * 2, start=1):
        reading.trials.edit(ahead, ONE, statusModule=a_status(status))
    reading.trials.edit(5, ONE, statusModule={**a_status("SUSPENDED"), **a_completion("2029-06")})
    reading.begin("{name: a, to: [a]}")
    for ahead in range(1, 6):
        reading.look_at(datetime(2026, 4, 1, 8 + ahead, tzinfo=UTC), ahead)
    *_, last = reading.arrived()["a"]
    assert "slipped" in last.text
    assert "Suspended" in last.text


def test_who_joins_a_list_hears_only_of_what_happens_from_then_on(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_status("SUSPENDED"))
    reading.trials.edit(3, ONE, statusModule=a_status("TERMINATED"))
    reading.begin("{name: a, to: [a]}")
    reading.look(1)
    assert len(reading.arrived()["a"]) == 1
    # Another reader, and another destination of the first.
    reading.write("{name: a, to: [a, c]}", "{name: b, to: [b]}")
    reading.look(2)
    assert {inbox: len(got) for inbox, got in reading.arrived().items()} == {"a": 0, "b": 0, "c": 0}
    reading.look(3)
    arrived = reading.arrived()
    assert {inbox: len(got) for inbox, got in arrived.items()} == {"a": 1, "b": 1, "c": 1}
    assert all("Suspended →" in got.text or "Terminated" in got.title for [got] in arrived.values())


def test_a_trial_that_joins_a_list_brings_nothing_of_its_past(reading: Reading) -> None:
    reading.trials.edit(1, OTHER, statusModule=a_status("SUSPENDED"))
    reading.trials.edit(3, OTHER, statusModule=a_status("TERMINATED"))
    reading.begin("{name: a, to: [a]}", watch=f"{{trial: {ONE}}}")
    reading.look(1)
    reading.write("{name: a, to: [a]}")
    reading.look(2)
    [watching] = reading.arrived()["a"]
    assert watching.title.startswith("Now watching 1 trial")
    reading.look(3)
    [halted] = reading.arrived()["a"]
    assert "Terminated" in halted.title


def test_a_trial_that_left_a_list_and_came_back_is_no_flood(reading: Reading) -> None:
    for ahead, status in enumerate(["SUSPENDED", "RECRUITING", "SUSPENDED", "TERMINATED"], start=1):
        reading.trials.edit(ahead, ONE, statusModule=a_status(status))
    reading.begin("{name: a, to: [a]}")
    reading.write("{name: a, to: [a]}", watch=f"{{trial: {OTHER}}}")
    for ahead in (1, 2, 3):
        reading.look(ahead)
    assert reading.arrived()["a"] == [], "what is not watched is not told"
    reading.write("{name: a, to: [a]}")
    reading.look(4)
    [since] = reading.arrived()["a"]
    assert "Terminated" in since.text
    reading.look(4, hour=16)
    assert reading.arrived()["a"] == []


def test_a_list_that_is_renamed_or_moved_to_another_file_sends_nothing_again(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_status("SUSPENDED"))
    reading.begin("{name: a, to: [a]}")
    reading.look(1)
    assert len(reading.arrived()["a"]) == 1
    lists = reading.folder / "watchlists"
    (lists / "all.yaml").rename(lists / "renamed.yaml")
    reading.look(2)
    assert all(got.title.startswith("Now watching") for got in reading.arrived()["a"])


def test_what_is_late_wakes_nobody_and_holds_up_nothing_critical(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_completion("2029-06"))
    reading.trials.edit(1, OTHER, statusModule=a_completion("2029-06"))
    reading.trials.edit(2, ONE, statusModule={**a_completion("2029-06"), **a_status("TERMINATED")})
    reading.begin("{name: a, to: [a], quiet: '22:00-07:00'}", "{name: b, to: [b]}")
    reading.post.refusing |= {"a", "b"}
    reading.look_at(datetime(2026, 4, 1, 21, 30, tzinfo=UTC), 1)
    reading.post.refusing.clear()
    reading.deliver("2026-04-01T22:30")
    assert {inbox: len(got) for inbox, got in reading.arrived().items()} == {"a": 0, "b": 2, "c": 0}
    reading.look_at(datetime(2026, 4, 2, 3, 0, tzinfo=UTC), 2)
    [critical] = reading.arrived()["a"]
    assert "Terminated" in critical.title
    with reading.office.context(datetime(2026, 4, 2, 6, tzinfo=UTC)) as context:
        assert overdue(context.database, context.clock.now()) == [], "it is meant to wait"
    reading.deliver("2026-04-02T06:59")
    assert reading.arrived()["a"] == []
    reading.deliver("2026-04-02T07:00")
    assert len(reading.arrived()["a"]) == 2


def test_quiet_hours_that_are_no_longer_wished_hold_nothing(reading: Reading) -> None:
    reading.trials.edit(1, ONE, statusModule=a_completion("2029-06"))
    reading.begin("{name: a, to: [a], quiet: '22:00-07:00'}")
    reading.post.refusing.add("a")
    reading.look_at(datetime(2026, 4, 1, 21, 30, tzinfo=UTC), 1)
    reading.post.refusing.clear()
    reading.deliver("2026-04-01T22:30")
    assert reading.arrived()["a"] == []
    reading.write("{name: a, to: [a]}")
    reading.deliver("2026-04-01T22:40")
    assert len(reading.arrived()["a"]) == 1
