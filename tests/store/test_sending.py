"""What is really sent, in parts and in turn; destinations that rest; what is folded into another message, or never sent at all."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.breaker import Breaker
from monitor.core.notification import Delivery, Payload, key_of
from monitor.store import outbox, queries, sending
from monitor.store.database import Database
from monitor.store.destinations import breaker_of, broken_destinations
from monitor.store.folding import Fold, crowd, fold_deliveries
from monitor.store.observations import record
from monitor.store.payloads import freeze, was_made_plainer
from monitor.store.turns import due_destinations
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_change,
    a_notification,
    a_run,
    a_verdict,
    a_version,
    baseline_of,
)

LEASE, MINUTE = timedelta(minutes=5), timedelta(minutes=1)


def a_payload(body: str = "the bytes", part: int = 1, parts: int = 1) -> Payload:
    return Payload("A title", body, "html", "plain", (("Message-ID", "<key@host>"),), part, parts)


def claimed(db: Database, now: timedelta = timedelta(), to: str | None = None) -> list[Delivery]:
    return sending.claim(db, NOW + now, LEASE, 9, "me", to)


def bodies(deliveries: list[Delivery]) -> list[str]:
    return [one.payload.body if one.payload is not None else "" for one in deliveries]


def test_every_attempt_sends_what_was_fixed_at_the_first(db: Database) -> None:
    outbox.notify(db, [a_notification()], NOW)
    [first] = claimed(db)
    assert first.payload is None
    assert freeze(db, first, [a_payload()], NOW).payload == a_payload()
    sending.settle_retry(db, first, NOW, NOW + MINUTE, "503")
    [again] = claimed(db, MINUTE)
    assert again.payload == a_payload()
    with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
        connection.execute("UPDATE payloads SET body = 'other'")


def test_what_was_refused_goes_once_more_in_plainer_words_and_both_are_kept(db: Database) -> None:
    outbox.notify(db, [a_notification()], NOW)
    [first] = claimed(db)
    freeze(db, first, [a_payload()], NOW)
    assert not was_made_plainer(db, first.id)
    sending.settle_plainer(db, first, NOW, "400", replace(a_payload(), body="short", form="text"))
    [again] = claimed(db)
    assert bodies([again]) == ["short"]
    assert was_made_plainer(db, first.id)
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM payloads").fetchone()[0] == 2


def test_parts_have_keys_of_their_own_and_go_one_after_the_other(db: Database) -> None:
    outbox.notify(db, [a_notification("long", trial=""), a_notification("next", trial="")], NOW)
    long, other = claimed(db)
    sending.settle_retry(db, other, NOW, NOW + DAY, "later")
    freeze(db, long, [a_payload(f"part {n}", n, 3) for n in (1, 2, 3)], NOW)
    assert claimed(db) == [], "the second waits for the first"
    sending.settle_sent(db, long, NOW)
    [second] = claimed(db)
    assert (second.key, bodies([second])) == (key_of(long.key, "part 2"), ["part 2"])
    sending.settle_retry(db, second, NOW, NOW + MINUTE, "503")
    assert claimed(db) == [], "the third waits for the second"
    assert bodies(claimed(db, MINUTE)) == ["part 2"], "only what failed is sent again"


def test_what_is_dropped_is_dropped_with_all_parts_that_still_wait_and_comes_back_with_them(
    db: Database,
) -> None:
    outbox.notify(db, [a_notification("long", trial=""), a_notification("other", trial="")], NOW)
    long, other = claimed(db)
    freeze(db, long, [a_payload(f"part {n}", n, 4) for n in (1, 2, 3, 4)], NOW)
    sending.settle_sent(db, long, NOW)
    sending.settle_retry(db, other, NOW, NOW + DAY, "later")
    [second] = claimed(db)
    sending.settle_retry(db, second, NOW, NOW + DAY, "503")
    dropped = outbox.drop(db, [second.id])
    assert dropped[0] == second.id
    assert len(dropped) == 3
    assert bodies(claimed(db, DAY / 2)) == [], "half a message is of no use to anybody"
    assert outbox.retry(db, [second.id], NOW) == dropped
    for n in (2, 3, 4):
        [part] = claimed(db)
        assert bodies([part]) == [f"part {n}"]
        sending.settle_sent(db, part, NOW)
    assert [one.id for one in claimed(db, DAY)] == [other.id]


def test_the_next_message_about_a_trial_waits_for_all_parts_of_the_one_before(db: Database) -> None:
    outbox.notify(db, [a_notification("long"), a_notification("next")], NOW)
    [long] = claimed(db)
    freeze(db, long, [a_payload("1", 1, 2), a_payload("2", 2, 2)], NOW)
    sending.settle_sent(db, long, NOW)
    [second] = claimed(db)
    sending.settle_retry(db, second, NOW, NOW + DAY, "503")
    assert claimed(db) == []
    [second] = claimed(db, DAY)
    sending.settle_gave_up(db, second, NOW + DAY, "no")
    assert [one.message.title for one in claimed(db, DAY)] == ["title next"]


def test_a_digest_waits_its_turn_for_each_trial_that_it_tells_of(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    run = a_run(db)
    told = record(db, a_version(2, changes=[a_change()], verdicts=[a_verdict()]), run)
    alert = a_notification("alert")
    digest = a_notification("digest", trial="", kind="digest", events=told.events)
    other = a_notification("other", trial=str(REXLEMESTROCEL))
    outbox.notify(db, [alert, digest, other, a_notification("after")], NOW)
    now = claimed(db)
    assert [one.message.title for one in now] == ["title alert", "title other"]
    sending.settle_sent(db, now[0], NOW)
    [then] = claimed(db)
    assert then.message.title == "title digest"
    sending.settle_sent(db, then, NOW)
    assert [one.message.title for one in claimed(db)] == ["title after"]


def test_a_broken_destination_gets_one_message_at_a_time_that_which_was_tried_least(db: Database) -> None:
    outbox.notify(db, [a_notification(name, trial="") for name in "abc"], NOW)
    [first] = sending.claim(db, NOW, LEASE, 1, "me", "desk")
    broken = Breaker().failed(NOW, "401", NOW, plainly=True)
    sending.settle_retry(db, first, NOW, NOW + 5 * MINUTE, "401", breaker=broken, excused=True)
    assert breaker_of(db, "desk") == broken
    assert due_destinations(db, NOW + 4 * MINUTE) == []
    assert claimed(db, 4 * MINUTE) == []
    assert due_destinations(db, NOW + 5 * MINUTE) == ["desk"]
    [probe] = claimed(db, 5 * MINUTE)
    assert probe.message.title == "title b"
    assert claimed(db, 5 * MINUTE) == [], "one at a time"
    sending.settle_sent(db, probe, NOW + 5 * MINUTE, broken.worked(NOW + 5 * MINUTE))
    assert [(one.attempts, one.excused) for one in claimed(db, 5 * MINUTE)] == [(1, 0), (2, 1)]


def test_a_destination_that_rests_holds_up_no_other(db: Database) -> None:
    outbox.notify(db, [a_notification("a", destinations=["desk", "hall"])], NOW)
    [desk] = claimed(db, to="desk")
    broken = Breaker().failed(NOW, "401", NOW, plainly=True)
    sending.settle_retry(db, desk, NOW, NOW, "401", breaker=broken)
    assert [one.destination for one in claimed(db)] == ["hall"]


def test_a_rest_that_lies_further_ahead_than_it_can_is_over(db: Database) -> None:
    outbox.notify(db, [a_notification()], NOW - 30 * DAY)
    [one] = claimed(db)
    far = Breaker().failed(NOW, "401", NOW, plainly=True)
    sending.settle_retry(db, one, NOW, NOW, "401", breaker=far)
    assert len(claimed(db, -30 * DAY)) == 1, "the clock went back"


def test_a_person_who_retries_closes_the_breaker(db: Database) -> None:
    a, _ = outbox.notify(db, [a_notification(name, trial="") for name in "ab"], NOW)
    [first] = sending.claim(db, NOW, LEASE, 1, "me")
    broken = Breaker().failed(NOW, "401", NOW, plainly=True)
    sending.settle_retry(db, first, NOW, NOW + DAY, "401", breaker=broken, excused=True)
    assert broken_destinations(db, NOW + DAY / 24) == ["desk"]
    assert outbox.retry(db, [a], NOW + MINUTE) == [a]
    assert broken_destinations(db, NOW + DAY / 24) == []
    assert len(claimed(db, MINUTE)) == 2


def test_what_was_folded_is_told_by_the_digest_and_never_again(db: Database) -> None:
    ids = outbox.notify(db, [a_notification(name) for name in "ab"], NOW)
    digest = a_notification("digest", kind="digest", trial="")
    assert fold_deliveries(db, "desk", [Fold(tuple(ids), digest)], NOW)
    rows = {row["id"]: (row["state"], row["error"]) for row in queries.outbox(db)}
    assert [rows[one] for one in ids] == [("suppressed", "folded into 3")] * 2
    assert [one.message.title for one in claimed(db)] == ["title digest"]
    assert outbox.retry(db, ids, NOW) == []
    with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
        connection.execute("UPDATE deliveries SET state = 'pending' WHERE id = ?", (ids[0],))


def test_a_digest_of_what_was_folded_takes_its_place_in_turn(db: Database) -> None:
    ids = outbox.notify(db, [a_notification(name) for name in "ab"], NOW)
    assert fold_deliveries(
        db, "desk", [Fold(tuple(ids), a_notification("digest", kind="digest", trial=""))], NOW
    )
    outbox.notify(db, [a_notification("after")], NOW)
    [digest] = claimed(db)
    assert digest.message.title == "title digest"


def test_nothing_is_folded_that_another_process_has_taken_up(db: Database) -> None:
    ids = outbox.notify(db, [a_notification(name, trial="") for name in "ab"], NOW)
    sending.claim(db, NOW, LEASE, 1, "another")
    assert not fold_deliveries(db, "desk", [Fold(tuple(ids), a_notification("digest", kind="digest"))], NOW)
    assert [row["state"] for row in queries.outbox(db)] == ["pending", "sending"]


def test_only_what_surely_did_not_arrive_is_loose(db: Database) -> None:
    outbox.notify(db, [a_notification(name, trial="") for name in "abc"], NOW)
    unknown, failed = sending.claim(db, NOW, LEASE, 2, "me")
    sending.settle_retry(db, unknown, NOW, NOW + DAY, "no answer", "unknown")
    sending.settle_retry(db, failed, NOW, NOW + DAY, "503")
    waiting = crowd(db, "desk", NOW, NOW).waiting
    assert [(one.fresh, one.loose) for one in waiting] == [(False, False), (False, True), (True, True)]


def test_in_a_storm_what_comes_after_it_began_waits_but_not_what_is_no_alert(db: Database) -> None:
    [_, late] = outbox.notify(db, [a_notification(name, trial="") for name in ("a", "late")], NOW)
    until = NOW + 10 * MINUTE
    assert fold_deliveries(db, "desk", [], NOW, put_off=[late], storm_until=until, storm_after=late)
    after = [a_notification("after", trial=""), a_notification("notice", trial="", kind="notice")]
    outbox.notify(db, after, NOW)
    now = claimed(db)
    assert [one.message.title for one in now] == ["title a", "title notice"]
    assert all(sending.settle_sent(db, one, NOW) for one in now)
    assert [one.message.title for one in claimed(db, 10 * MINUTE)] == ["title after", "title late"]


def test_what_is_withheld_is_on_record_and_never_sent(db: Database) -> None:
    muted = replace(a_notification(slot=NOW + DAY), withheld="the reader muted it")
    [identity] = outbox.notify(db, [muted], NOW)
    assert claimed(db, 2 * DAY) == []
    found = queries.delivery(db, identity)
    assert found is not None
    assert (found["state"], found["error"]) == ("suppressed", "the reader muted it")


def test_a_storm_that_ends_further_ahead_than_it_can_is_none(db: Database) -> None:
    assert fold_deliveries(db, "desk", [], NOW, storm_until=NOW + 10 * MINUTE)
    outbox.notify(db, [a_notification(due=NOW - DAY)], NOW - DAY)
    assert claimed(db, MINUTE) == []
    assert len(claimed(db, -30 * MINUTE)) == 1, "the clock went back"
