"""How far a source has come, and that it never goes back."""

import os
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.breaker import Breaker
from monitor.store import queries
from monitor.store.database import Database
from monitor.store.health import last_runs, refusing_destinations, status
from monitor.store.outbox import notify
from monitor.store.runs import (
    Failure,
    SourceState,
    begin_run,
    end_run,
    note_applied,
    note_failure,
    note_success,
    raise_mark,
    set_next_look,
    source_state,
)
from monitor.store.sending import claim, settle_retry, settle_sent
from tests.store.builders import DAY, NOW, a_notification

CTG = "clinicaltrials.gov"


def test_a_source_never_looked_at_has_no_state(db: Database) -> None:
    assert source_state(db, CTG) == SourceState(CTG)


def test_the_mark_never_goes_back(db: Database) -> None:
    raise_mark(db, CTG, "2026-02-09T09:00:05", "2026-02-09")
    raise_mark(db, CTG, "2026-02-08T09:00:05", "2026-02-08")
    raise_mark(db, CTG)
    raise_mark(db, CTG, "", "2026-02-10")
    state = source_state(db, CTG)
    assert (state.mark_stamp, state.mark_data_date) == ("2026-02-09T09:00:05", "2026-02-10")
    with pytest.raises(sqlite3.IntegrityError, match="never goes back"), db.writing() as connection:
        connection.execute("UPDATE sources SET mark_data_date = '2020-01-01'")


dates = st.dates().map(str)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(marks=st.lists(st.tuples(dates, dates), min_size=1, max_size=6))
def test_the_mark_is_the_highest_ever_seen(db: Database, marks: list[tuple[str, str]]) -> None:
    name = os.urandom(8).hex()
    for registry_stamp, data_date in marks:
        raise_mark(db, name, registry_stamp, data_date)
    state = source_state(db, name)
    assert state.mark_stamp == max(mark for mark, _ in marks)
    assert state.mark_data_date == max(mark for _, mark in marks)


def test_a_complete_look_is_remembered(db: Database) -> None:
    note_applied(db, CTG, "s1", full=True, now=NOW)
    note_applied(db, CTG, "s2", full=False, now=NOW + DAY)
    set_next_look(db, CTG, NOW + 2 * DAY)
    state = source_state(db, CTG)
    assert (state.applied_stamp, state.last_full_read_at, state.next_look_at) == ("s2", NOW, NOW + 2 * DAY)


def test_a_failure_is_told_once_and_once_when_it_ends(db: Database) -> None:
    assert note_success(db, CTG, NOW) is False
    assert note_failure(db, CTG, "refused", NOW + DAY) is True
    assert note_failure(db, CTG, "still refused", NOW + 2 * DAY) is False
    state = source_state(db, CTG)
    assert (state.failing_since, state.last_ok_at, state.why) == (NOW + DAY, NOW, "still refused")
    assert not state.failing_told
    assert (
        note_failure(db, CTG, "refused", NOW + 3 * DAY, notices=[a_notification("down", trial="")]) is False
    )
    assert source_state(db, CTG).failing_told
    assert note_failure(db, CTG, "refused", NOW + 4 * DAY) is False
    assert source_state(db, CTG).failing_told
    assert note_success(db, CTG, NOW + 5 * DAY, notices=[a_notification("back", trial="")]) is True
    assert note_success(db, CTG, NOW + 6 * DAY) is False
    state = source_state(db, CTG)
    assert (state.failing_since, state.failing_told, state.why) == (None, False, "")
    assert len(list(queries.outbox(db))) == 2


def test_a_run_keeps_what_failed_in_it(db: Database) -> None:
    cut_short = begin_run(db, CTG, NOW, full=True)
    run = begin_run(db, CTG, NOW, full=False)
    failure = Failure("trial", "NCT03737461", "its record was cut")
    end_run(
        db, run, NOW, complete=False, looked=200, changed=3, events=5, failures=[failure], registry_stamp="s1"
    )
    newest, older = last_runs(db)
    assert (newest["id"], newest["looked"], newest["failed"]) == (run, 200, 1)
    assert newest["failures"] == [{"kind": "trial", "name": "NCT03737461", "why": "its record was cut"}]
    assert (older["id"], older["ended_at"]) == (cut_short, None)


def test_silence_is_not_health(db: Database) -> None:
    report = status(db, NOW, [CTG])
    assert (report["ok"], report["sources"][0]["why"]) == (False, "never looked at")
    raise_mark(db, CTG, "2026-02-09T09:00:05")
    note_success(db, CTG, NOW)
    report = status(db, NOW, [CTG])
    assert report["ok"] is True
    assert report["sources"] == [
        {
            "source": CTG,
            "registry_date": "2026-02-09",
            "last_look": "2026-02-09T14:03:11Z",
            "ok": True,
            "why": "",
        }
    ]
    assert report["database"]["bytes"] > 0
    assert status(db, NOW + 2 * DAY)["ok"] is False
    note_failure(db, CTG, "refused", NOW)
    assert status(db, NOW)["ok"] is False


def test_a_given_up_message_is_not_health_until_somebody_cares(db: Database) -> None:
    from monitor.store.outbox import drop
    from monitor.store.sending import settle_gave_up

    [identity] = notify(db, [a_notification()], NOW)
    assert status(db, NOW)["outbox"] == {"pending": 1, "gave_up": 0}
    [delivery] = claim(db, NOW, DAY, 1, "me")
    settle_gave_up(db, delivery, NOW, "refused")
    assert status(db, NOW)["outbox"] == {"pending": 0, "gave_up": 1}
    assert not status(db, NOW)["ok"]
    drop(db, [identity])
    assert status(db, NOW)["ok"]


def test_a_destination_that_refuses_for_an_hour_is_known_until_it_works_again(db: Database) -> None:
    notify(db, [a_notification("a", trial=""), a_notification("b", trial="", destinations=["mailbox"])], NOW)
    broken, why = Breaker(), "the receiver answered 401"
    for delivery in claim(db, NOW, DAY, 2, "me"):
        broken = Breaker().failed(NOW, why, NOW, plainly=True)
        settle_retry(db, delivery, NOW, NOW, why, breaker=broken, excused=True)
    assert refusing_destinations(db, NOW) == {}
    later = NOW + DAY / 24
    [desk, _] = claim(db, later, DAY, 2, "me")
    assert desk.destination == "desk"
    settle_sent(db, desk, later, broken.worked(later))
    assert refusing_destinations(db, later) == {
        "mailbox": {"since": "2026-02-09T14:03:11Z", "waiting": 1, "why": "the receiver answered 401"}
    }
