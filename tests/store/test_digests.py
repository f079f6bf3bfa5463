"""Messages that wait for a digest are told in exactly one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.significance import Significance
from monitor.store import outbox, sending
from monitor.store.database import Database
from monitor.store.digests import digests_due, fold, stored
from monitor.store.folding import Fold, fold_deliveries
from monitor.store.observations import record
from tests.store.builders import DAY, NOW, RESPINE, a_notification, a_run, a_verdict, a_version, baseline_of

SLOT = NOW + timedelta(hours=10)


def test_a_message_with_a_slot_is_not_sent_by_itself(db: Database) -> None:
    assert outbox.notify(db, [a_notification(slot=SLOT)], NOW) == []
    assert digests_due(db, SLOT - timedelta(seconds=1)) == []
    assert sending.claim(db, SLOT, timedelta(minutes=5), 10, "me") == []


def test_a_digest_gathers_what_one_subscriber_waits_for(db: Database) -> None:
    baseline_of(db, RESPINE)
    alert = a_notification("with an event", slot=SLOT, events=[0])
    critical = a_verdict(Significance.CRITICAL)
    record(db, a_version(2, verdicts=[critical], notifications=[alert]), a_run(db))
    outbox.notify(
        db, [a_notification("a", slot=SLOT), a_notification("b", slot=SLOT, subscriber="other")], NOW
    )
    outbox.notify(
        db, [a_notification("c", slot=SLOT + DAY), a_notification("d", slot=SLOT, destinations=["x"])], NOW
    )
    due = digests_due(db, SLOT)
    assert [(digest.subscriber, digest.destinations, len(digest.members)) for digest in due] == [
        ("desk", ("desk",), 2),
        ("other", ("desk",), 1),
        ("desk", ("x",), 1),
    ]
    member = due[0].members[0]
    assert (member.trial, member.watchlists, due[0].slot) == (str(RESPINE), ("backs",), SLOT)
    [event] = member.events
    assert (event.headline, event.significance) == (critical.headline, Significance.CRITICAL)


def test_folded_messages_are_told_once(db: Database) -> None:
    outbox.notify(db, [a_notification("a", slot=SLOT), a_notification("b", slot=SLOT)], NOW)
    [due] = digests_due(db, SLOT)
    ids = [member.id for member in due.members]
    [delivery] = fold(db, ids, a_notification("digest", kind="digest", trial=""), SLOT)
    assert digests_due(db, SLOT) == []
    assert fold(db, ids[:1], a_notification("another digest", kind="digest", trial=""), SLOT) == []
    [sent] = sending.claim(db, SLOT, timedelta(minutes=5), 10, "me")
    assert (sent.id, sent.message.title) == (delivery, "title digest")


def test_a_digest_cannot_wait_for_a_digest(db: Database) -> None:
    with pytest.raises(ValueError, match="waits for no digest"):
        fold(db, [], a_notification(slot=SLOT), NOW)


def test_a_slot_from_before_the_clock_went_back_is_due(db: Database) -> None:
    outbox.notify(db, [a_notification(slot=NOW + 300 * DAY)], NOW + 299 * DAY)
    assert len(digests_due(db, NOW)) == 1


def test_the_end_of_a_snooze_may_be_far_ahead(db: Database) -> None:
    outbox.notify(db, [replace(a_notification(slot=NOW + 300 * DAY), held_for="snooze")], NOW)
    assert digests_due(db, NOW + 299 * DAY) == []
    assert len(digests_due(db, NOW + 300 * DAY)) == 1


def test_what_was_folded_twice_is_still_known_one_by_one(db: Database) -> None:
    notice = a_notification("notice", kind="notice", trial="", subscriber="")
    ids = outbox.notify(db, [a_notification("alert", destinations=["desk", "hall"]), notice], NOW)
    digest = a_notification("digest", kind="digest", trial="")
    assert fold_deliveries(db, "desk", [Fold((ids[0], ids[2]), digest)], NOW)
    with db.reading() as connection:
        (folded,) = connection.execute("SELECT id FROM notifications WHERE key = 'digest'").fetchone()
    assert [one.title for one in stored(db, [folded])] == ["title alert", "title notice"]
