"""What is to be told: claimed in turn, under a lease, every attempt kept, nothing lost by a death."""

import multiprocessing
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.core.notification import Delivery, Notification, key_of
from monitor.store import outbox, queries, sending
from monitor.store.database import Database
from tests.store.builders import DAY, NOW, REXLEMESTROCEL, a_notification

LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def written(db: Database, *notifications: Notification) -> list[int]:
    return outbox.notify(db, notifications, NOW)


def claimed(db: Database, now: Any = NOW, limit: int = 10) -> list[Delivery]:
    return sending.claim(db, now, LEASE, limit, "me")


def state(db: Database, delivery: int) -> dict[str, Any]:
    [row] = [row for row in queries.outbox(db) if row["id"] == delivery]
    return row


def outcomes(db: Database, delivery: int) -> list[str]:
    return [row["outcome"] for row in queries.attempts(db, delivery)]


def test_a_delivery_is_claimed_sent_and_never_claimed_again(db: Database) -> None:
    [identity] = written(db, a_notification("k1"))
    [delivery] = claimed(db)
    assert delivery.id == identity
    assert delivery.key == key_of("k1", "desk")
    assert delivery.message == a_notification("k1").message
    assert (delivery.destination, delivery.attempts) == ("desk", 1)
    assert claimed(db) == []
    assert sending.settle_sent(db, delivery, NOW + SECOND)
    assert state(db, identity)["state"] == "sent"
    assert claimed(db, NOW + DAY) == []
    [attempt] = queries.attempts(db, identity)
    assert attempt == {
        "n": 1,
        "began_at": "2026-02-09T14:03:11Z",
        "ended_at": "2026-02-09T14:03:12Z",
        "outcome": "sent",
        "error": "",
    }


def test_the_same_key_is_written_once(db: Database) -> None:
    first = written(db, a_notification("k1", destinations=["desk", "mailbox", "desk"]))
    assert len(first) == 2
    assert written(db, a_notification("k1", destinations=["desk", "mailbox"])) == first


def test_a_destination_is_a_name_and_never_a_url(db: Database) -> None:
    with pytest.raises(ValueError, match="by its name") as refused:
        written(db, a_notification(destinations=["slack://T0KEN/secret"]))
    assert "T0KEN" not in str(refused.value)
    with db.reading() as connection:
        assert "T0KEN" not in "".join(connection.iterdump())


def test_what_is_not_due_waits(db: Database) -> None:
    written(db, a_notification(due=NOW + DAY))
    assert claimed(db) == []
    assert claimed(db, NOW + DAY - SECOND) == []
    assert len(claimed(db, NOW + DAY)) == 1


def test_what_waits_for_a_weekly_moment_waits_all_the_week(db: Database) -> None:
    written(db, a_notification(due=NOW + 7 * DAY))
    assert claimed(db) == []
    assert claimed(db, NOW + 6 * DAY) == []
    assert len(claimed(db, NOW + 7 * DAY)) == 1


def test_a_clock_that_went_back_a_year_holds_nothing_up(db: Database) -> None:
    year = timedelta(days=365)
    written(db, a_notification("a", due=NOW + year, trial=""))
    written(db, a_notification("b", trial="", due=NOW + year))
    [first, _] = claimed(db)
    assert sending.settle_retry(db, first, NOW, NOW + year, "refused")
    sending.recover(db, NOW - year)  # its lease lies a year ahead of this clock
    assert {delivery.id for delivery in claimed(db, NOW - year)} == {1, 2}


def test_a_failure_is_tried_again_later_with_the_same_key(db: Database) -> None:
    [identity] = written(db, a_notification())
    [first] = claimed(db)
    assert sending.settle_retry(db, first, NOW, NOW + DAY, "refused")
    assert (state(db, identity)["state"], state(db, identity)["error"]) == ("pending", "refused")
    assert claimed(db, NOW + SECOND) == []
    [second] = claimed(db, NOW + DAY)
    assert (second.key, second.attempts) == (first.key, 2)
    assert sending.settle_gave_up(db, second, NOW + DAY, "refused for good")
    assert state(db, identity)["state"] == "gave_up"
    assert outcomes(db, identity) == ["retry", "gave_up"]
    assert claimed(db, NOW + 10 * DAY) == []


def test_a_lease_that_ended_is_taken_over_and_its_attempt_unknown(db: Database) -> None:
    [identity] = written(db, a_notification())
    [lost] = claimed(db)
    assert claimed(db, NOW + LEASE - SECOND) == []
    [taken] = claimed(db, NOW + LEASE)
    assert (taken.key, taken.attempts) == (lost.key, 2)
    assert outcomes(db, identity) == ["unknown", ""]
    assert not sending.settle_sent(db, lost, NOW + LEASE)  # its time was over
    assert not sending.settle_gave_up(db, lost, NOW + LEASE, "no")
    assert state(db, identity)["state"] == "sending"
    assert sending.settle_sent(db, taken, NOW + LEASE)
    assert outcomes(db, identity) == ["unknown", "sent"]


def test_what_was_accepted_though_its_lease_had_ended_is_not_sent_again(db: Database) -> None:
    [identity] = written(db, a_notification())
    [slept] = claimed(db)
    assert sending.recover(db, NOW + DAY) == 1  # the machine slept in the middle of the attempt, and wakes
    assert not sending.settle_retry(db, slept, NOW + DAY, NOW + DAY, "503")
    assert sending.settle_sent(db, slept, NOW + DAY)
    assert (state(db, identity)["state"], claimed(db, NOW + DAY)) == ("sent", [])
    assert outcomes(db, identity) == ["unknown"]


def test_a_clock_that_is_set_right_in_the_middle_of_an_attempt_ends_no_lease(db: Database) -> None:
    written(db, a_notification())
    [ours] = sending.claim(db, NOW, timedelta(hours=1), 1, "me")
    assert sending.recover(db, NOW - 2 * SECOND) == 0
    assert claimed(db, NOW - 2 * SECOND) == []
    assert sending.settle_sent(db, ours, NOW)


def test_a_dead_owner_is_not_waited_for(db: Database) -> None:
    [identity] = written(db, a_notification())
    claimed(db)
    assert sending.recover(db, NOW) == 0
    assert sending.recover(db, NOW, is_dead=lambda owner: owner == "me") == 1
    assert sending.recover(db, NOW, is_dead=lambda owner: owner == "me") == 0
    assert outcomes(db, identity) == ["unknown"]
    assert len(claimed(db)) == 1


def test_messages_about_a_trial_reach_a_destination_in_order(db: Database) -> None:
    written(
        db,
        a_notification("first"),
        a_notification("second"),
        a_notification("other", trial=str(REXLEMESTROCEL)),
    )
    written(db, a_notification("elsewhere", destinations=["mailbox"]))
    now = claimed(db)
    assert [delivery.message.title for delivery in now] == ["title first", "title other", "title elsewhere"]
    assert sending.settle_retry(db, now[0], NOW, NOW + DAY, "refused")
    assert all(sending.settle_sent(db, other, NOW) for other in now[1:])
    assert claimed(db) == []
    [first] = claimed(db, NOW + DAY)
    sending.settle_gave_up(db, first, NOW + DAY, "refused")
    [second] = claimed(db, NOW + DAY)
    assert second.message.title == "title second"


def test_what_is_held_back_for_quiet_hours_does_not_hold_up_what_passes_them(db: Database) -> None:
    written(db, a_notification("routine", due=NOW + DAY / 3), a_notification("critical"))
    [delivery] = claimed(db)
    assert delivery.message.title == "title critical"


def test_messages_about_no_trial_do_not_wait_for_each_other(db: Database) -> None:
    written(db, a_notification("a", trial=""), a_notification("b", trial=""))
    assert len(claimed(db)) == 2


def test_the_oldest_come_first_and_no_more_than_asked_for(db: Database) -> None:
    written(db, *(a_notification(str(n), trial="", due=NOW - n * SECOND) for n in range(1, 6)))
    assert [delivery.message.title for delivery in claimed(db, limit=2)] == ["title 5", "title 4"]


def test_the_notice_of_giving_up_is_written_with_it_or_not_at_all(db: Database) -> None:
    (identity,) = written(db, a_notification())
    (delivery,) = claimed(db)
    notice = a_notification("notice", kind="notice", trial="", destinations=["mailbox"])
    assert sending.settle_gave_up(db, delivery, NOW, "no", [notice])
    assert (state(db, identity)["state"], [one.destination for one in claimed(db)]) == (
        "gave_up",
        ["mailbox"],
    )
    late = a_notification("late", kind="notice", trial="", destinations=["mailbox"])
    assert not sending.settle_gave_up(db, delivery, NOW, "no", [late]), "it is settled already"
    assert claimed(db) == []


def test_a_person_may_retry_and_drop_but_not_what_was_sent(db: Database) -> None:
    sent, given_up, pending = written(
        db, *(a_notification(key, trial="") for key in ("sent", "gave up", "pending"))
    )
    for delivery in claimed(db, limit=2):
        if delivery.id == sent:
            sending.settle_sent(db, delivery, NOW)
        else:
            sending.settle_gave_up(db, delivery, NOW, "refused")
    assert outbox.drop(db, [sent, given_up, pending, 99]) == [given_up, pending]
    assert [row["state"] for row in queries.outbox(db)] == ["suppressed", "suppressed", "sent"]
    assert claimed(db, NOW + DAY) == []
    assert outbox.retry(db, [sent, given_up, 99], NOW + DAY) == [given_up]
    [delivery] = claimed(db, NOW + DAY)
    assert (delivery.id, delivery.attempts) == (given_up, 1)
    assert [attempt["n"] for attempt in queries.attempts(db, given_up)] == [1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE deliveries SET state = 'pending', sent_at = NULL",
        "UPDATE attempts SET outcome = 'retry'",
        "DELETE FROM attempts",
    ],
)
def test_what_was_sent_cannot_be_unsaid(db: Database, statement: str) -> None:
    written(db, a_notification())
    [delivery] = claimed(db)
    sending.settle_sent(db, delivery, NOW)
    with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
        connection.execute(statement)


DIES = """
import os, sys
from datetime import timedelta
from pathlib import Path
from monitor.store import outbox, sending
from monitor.store.database import Database
from tests.store.builders import NOW
db = Database.open(Path(sys.argv[1]), at=lambda name: os._exit(9) if name == sys.argv[2] else None)
[delivery] = sending.claim(db, NOW, timedelta(minutes=5), 10, "the dead")
sending.settle_sent(db, delivery, NOW)
"""


@pytest.mark.parametrize(
    ("point", "sent"),
    [("claim:after-commit", False), ("settle:before-commit", False), ("settle:after-commit", True)],
)
def test_a_death_while_sending_is_found_and_repeated_with_the_same_key(
    path: Path, point: str, sent: bool
) -> None:
    db = Database.open(path)
    [identity] = written(db, a_notification("k1"))
    root = Path(__file__).parents[2]
    died = subprocess.run([sys.executable, "-c", DIES, str(path), point], check=False, cwd=root)
    assert died.returncode == 9
    assert sending.recover(db, NOW, is_dead=lambda owner: owner == "the dead") == (0 if sent else 1)
    assert [delivery.key for delivery in claimed(db)] == ([] if sent else [key_of("k1", "desk")])
    assert outcomes(db, identity) == (["sent"] if sent else ["unknown", ""])
    db.close()


def _send_all(path: Path, worker: int) -> None:
    db = Database.open(path)
    while deliveries := sending.claim(db, NOW, LEASE, 3, f"worker {worker}"):
        for delivery in deliveries:
            assert sending.settle_sent(db, delivery, NOW)
    db.close()


def test_two_dispatchers_send_everything_once(db: Database, path: Path) -> None:
    written(db, *(a_notification(str(n), trial="" if n % 2 else f"trial {n % 5}") for n in range(60)))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_send_all, args=(path, worker)) for worker in range(2)]
    for process in workers:
        process.start()
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0, 0]
    _send_all(path, 3)  # one worker may have stopped while the other still held a trial's turn
    assert {row["state"] for row in queries.outbox(db)} == {"sent"}
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM attempts").fetchone()[0] == 60
