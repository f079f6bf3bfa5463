"""`deliveries`: who has been told what, when, and under which key."""

from datetime import timedelta

from monitor.core.notification import Payload, key_of
from monitor.store import sending
from monitor.store.payloads import freeze
from tests.builders import NUMBER, a_moment
from tests.cli.archive import Archive

NOW = a_moment("2026-02-09T10:00")
LEASE = timedelta(minutes=5)


def send_all(archive: Archive, *bodies: str) -> None:
    """What is due is sent, in so many parts."""
    parts = [Payload("A title", body, "text", part=n, parts=len(bodies)) for n, body in enumerate(bodies, 1)]
    with archive.database() as db:
        while claimed := sending.claim(db, NOW, LEASE, 1, "a daemon"):
            (delivery,) = claimed
            if delivery.payload is None:
                delivery = freeze(db, delivery, parts, NOW)
            sending.settle_sent(db, delivery, NOW + timedelta(seconds=3))


def test_what_was_sent_is_told_with_its_proof(known: Archive) -> None:
    identity = known.tell("k1")
    known.tell("k2")
    assert known.ask("deliveries").out == "Nothing was sent.\n", "what waits was told to nobody"
    send_all(known, "It is completed.")
    rows = known.ask("deliveries", "--json").rows
    assert [row["id"] for row in rows] == [identity + 1, identity]
    assert rows[1] == {
        "id": identity,
        "key": key_of("k1", "desk"),
        "destination": "desk",
        "subscriber": "me",
        "kind": "alert",
        "trial": NUMBER,
        "title": "A title",
        "part": 1,
        "parts": 1,
        "events": [],
        "registry_date": None,
        "seen_at": "2026-02-09T00:00:00Z",
        "first_sent_at": "2026-02-09T10:00:00Z",
        "sent_at": "2026-02-09T10:00:03Z",
    }
    head, line, _ = known.ask("deliveries").out.splitlines()
    assert head.split()[0] == "sent"
    assert "2026-02-09 10:00" in line
    assert "me" in line.split()


def test_it_can_be_narrowed_down(known: Archive) -> None:
    known.tell()
    send_all(known, "It is completed.")
    for option, hit, miss in (
        ("--since", "2026-02-09", "2026-02-10"),
        ("--subscriber", "me", "you"),
        ("--destination", "desk", "mailbox"),
    ):
        assert len(known.ask("deliveries", "--json", option, hit).rows) == 1
        assert known.ask("deliveries", "--json", option, miss).rows == []


def test_the_outbox_shows_what_was_really_handed_over_and_which_part_it_is(known: Archive) -> None:
    identity = known.tell(text="The message\nin full.")
    send_all(known, "one of two", "two of two")
    first, second = known.ask("outbox", "list").out.splitlines()[:0:-1]
    assert "(part 1/2)" in first
    assert "(part 2/2)" in second
    shown = known.ask("outbox", "show", str(identity + 1)).out
    assert "two of two" in shown
    assert "2 of 2" in shown
    assert "in full" not in shown
    (row,) = known.ask("outbox", "show", str(identity), "--json").rows
    assert (row["payload"]["body"], row["part"], row["parts"]) == ("one of two", 1, 2)
    keys = [row["key"] for row in known.ask("deliveries", "--json").rows]
    assert len(set(keys)) == 2
