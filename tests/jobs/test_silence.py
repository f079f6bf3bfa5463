"""Silence means that nothing changed only while there is no doubt; the heartbeat is heard as long."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from monitor.jobs import silence
from monitor.jobs.silence import Doubt, doubts
from monitor.jobs.tending import Tending
from monitor.store.outbox import notify
from tests import canary
from tests.builders import a_document, a_moment
from tests.faults.desk import NUMBERS, Desk
from tests.loopback import say, serving
from tests.store.builders import a_notification


class Ear:
    """Hears heartbeats; answers with `status`."""

    def __init__(self) -> None:
        self.heard, self.status, self.port = 0, 200, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{canary.PATH}"

    @contextmanager
    def listening(self) -> Iterator["Ear"]:
        with serving(self._hear) as self.port:
            yield self

    def _hear(self, request: BaseHTTPRequestHandler, _: bytes) -> None:
        self.heard += 1
        say(request, self.status)


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear().listening() as listening:
        yield listening


@pytest.fixture
def beating(desk: Desk, ear: Ear) -> Desk:
    """A desk with two subscribers, whose heartbeat is expected every quarter of an hour."""
    with desk.office.config.open("a", encoding="utf-8") as config:
        config.write(f"heartbeat: {{url: '{ear.url}', private: true}}\n")
    desk.watch(*NUMBERS, to=("desk", "other"))
    desk.look("2026-02-09T15:30")
    desk.told()
    return desk


def found(desk: Desk, moment: str) -> list[Doubt]:
    with desk.office.context(a_moment(moment)) as context:
        return doubts(context.database, context.settings, context.clock.now())


def tend(desk: Desk, moment: str, tending: Tending | None = None) -> None:
    with desk.office.context(a_moment(moment)) as context:
        (tending or Tending())(context)


def halt(desk: Desk, day: int) -> None:
    ended = a_document(NUMBERS[0], statusModule={"overallStatus": "TERMINATED"})
    desk.registry.history.put(NUMBERS[0], date(2026, 2, day), ended)


# --- doubts


def test_after_a_look_that_read_everything_there_is_none(beating: Desk) -> None:
    assert found(beating, "2026-02-09T15:45") == []


def test_a_look_that_is_long_overdue_is_a_doubt(beating: Desk) -> None:
    assert found(beating, "2026-02-09T15:59") == []
    (doubt,) = found(beating, "2026-02-09T16:01")
    assert doubt.what == "looks"
    assert str(doubt).startswith(
        "source clinicaltrials.gov: no look has read everything since 2026-02-09 15:30 UTC (does the daemon run?"
    )


def test_how_long_depends_on_how_often_it_should_be(beating: Desk) -> None:
    text = beating.office.config.read_text()
    beating.office.config.write_text(text.replace("    pause: 0s", "    pause: 0s\n    check_every: 12h"))
    assert found(beating, "2026-02-10T15:00") == []
    assert [doubt.what for doubt in found(beating, "2026-02-10T15:31")] == ["looks"]


def test_a_trial_that_cannot_be_read_is_a_doubt_though_the_rest_is(beating: Desk) -> None:
    broken = a_document(NUMBERS[1])
    broken["protocolSection"]["identificationModule"]["nctId"] = "nonsense"
    beating.registry.history.put(NUMBERS[1], date(2026, 2, 10), broken)
    for moment in ("2026-02-10T15:00", "2026-02-10T15:30"):
        assert beating.look(moment).failed
    assert [doubt.what for doubt in found(beating, "2026-02-10T15:31")] == ["looks"]


def test_a_clock_that_went_back_is_a_doubt(beating: Desk) -> None:
    assert [doubt.what for doubt in found(beating, "2026-02-09T15:20")] == ["clock"]


def test_what_should_have_been_sent_an_hour_ago_is_a_doubt(
    beating: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    halt(beating, 10)
    beating.inbox.refusing.update(("desk", "other"))
    beating.look("2026-02-10T15:00")
    assert found(beating, "2026-02-10T15:10") == []
    beating.look("2026-02-10T17:00")
    late = found(beating, "2026-02-10T17:01")
    assert {doubt.what for doubt in late} == {"deliveries"}
    assert {doubt.told for doubt in late} == {False}
    assert all(doubt.hint.startswith("the last attempt: ") for doubt in late)


def test_what_nobody_tried_to_send_is_a_doubt_about_the_daemon(beating: Desk) -> None:
    with beating.office.context(a_moment("2026-02-09T15:31")) as context:
        now = context.clock.now()
        notify(context.database, [a_notification(destinations=("desk",), trial="", due=now)], now)
    (doubt,) = found(beating, "2026-02-09T16:35")[-1:]
    assert doubt.hint == "does the daemon run? `trialmon deliver` sends what is due"


def test_a_disk_that_is_nearly_full_is_a_doubt(beating: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "LEAST_FREE", 2**62)
    (doubt,) = found(beating, "2026-02-09T15:45")
    assert doubt.what == "disk"


# --- the heartbeat


def test_it_is_heard_once_in_its_time(beating: Desk, ear: Ear) -> None:
    tend(beating, "2026-02-09T15:31")
    tend(beating, "2026-02-09T15:45")
    assert ear.heard == 1
    tend(beating, "2026-02-09T15:46")
    assert ear.heard == 2


def test_it_is_kept_back_while_there_is_a_doubt_and_heard_soon_after(
    beating: Desk, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "trialmon.heartbeat")
    tend(beating, "2026-02-09T19:00")
    tend(beating, "2026-02-09T19:02")
    assert ear.heard == 0
    beating.look("2026-02-09T19:03")
    tend(beating, "2026-02-09T19:04")
    assert ear.heard == 1
    said = [record.getMessage() for record in caplog.records if record.name == "trialmon.heartbeat"]
    assert len(said) == 2, "once when it begins, once when it is over"
    assert said[0].startswith(
        "the heartbeat is kept back: source clinicaltrials.gov: no look has read everything"
    )
    assert said[1] == "the heartbeat is heard again"


def test_a_receiver_that_fails_changes_nothing_but_the_log(
    beating: Desk, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    ear.status = 500
    for minute in range(31, 40):
        tend(beating, f"2026-02-09T15:{minute}")
    assert ear.heard == 9, "after one that failed the next is not long in coming"
    said = [record.getMessage() for record in caplog.records if record.name.startswith("trialmon")]
    assert len([one for one in said if "the heartbeat failed" in one]) == 1
    halt(beating, 10)
    report = beating.look("2026-02-10T15:00")
    assert (report.failed, report.changed, len(beating.told())) == ([], 1, 2)


def test_it_goes_on_when_somebody_was_told_of_the_doubt(beating: Desk, ear: Ear) -> None:
    halt(beating, 10)
    beating.inbox.refusing.add("desk")
    beating.look("2026-02-10T15:00")
    moment = a_moment("2026-02-10T15:00")
    while moment < a_moment("2026-02-10T21:00"):
        moment += timedelta(minutes=20)
        beating.deliver(moment.replace(tzinfo=None).isoformat())
    beating.look("2026-02-10T21:01")
    assert any("Messages to desk do not arrive" in title for title in beating.told())
    (doubt,) = found(beating, "2026-02-10T21:02")
    assert (doubt.what, doubt.told) == ("deliveries", True)
    tend(beating, "2026-02-10T21:02")
    assert ear.heard == 1


def test_a_doubt_says_what_to_do(beating: Desk) -> None:
    doubt = Doubt("disk", "it is full", "make room")
    assert str(doubt) == "it is full (make room)"
    assert not replace(doubt, told=False).told
