"""`outbox`: what waits, what failed, and what a person can do about it."""

from datetime import timedelta

import pytest

from monitor.store import sending
from tests.builders import NUMBER, a_moment
from tests.cli.archive import Archive

NOW = a_moment("2026-02-09T10:00")
KEYS = "id key destination subscriber trial state attempts due error".split()


def claimed(archive: Archive, *, gave_up: str = "") -> None:
    """What is due is being sent; or was given up, for that reason."""
    with archive.database() as db:
        for delivery in sending.claim(db, NOW, timedelta(minutes=5), 10, "a daemon"):
            if gave_up:
                sending.settle_gave_up(db, delivery, NOW + timedelta(seconds=3), gave_up)


def sent(archive: Archive) -> None:
    with archive.database() as db:
        for delivery in sending.claim(db, NOW, timedelta(minutes=5), 10, "a daemon"):
            sending.settle_sent(db, delivery, NOW)


def test_deliveries_have_the_keys_of_the_contract_newest_first(known: Archive) -> None:
    one, two = known.tell("k1"), known.tell("k2")
    rows = known.ask("outbox", "list", "--json").rows
    assert [row["id"] for row in rows] == [two, one]
    assert all(list(row) == KEYS for row in rows)
    assert (rows[0]["trial"], rows[0]["state"], rows[0]["attempts"]) == (NUMBER, "pending", 0)


def test_people_read_them_as_a_table(known: Archive) -> None:
    known.tell()
    claimed(known, gave_up="the receiver answered 401")
    head, line = known.ask("outbox", "list").out.splitlines()
    assert head.split()[:3] == ["id", "state", "to"]
    assert "gave_up" in line
    assert "the receiver answered 401 · Completed" in line


def test_states_and_destinations_narrow_down(known: Archive) -> None:
    known.tell("k1")
    claimed(known, gave_up="no")
    waiting = known.tell("k2")
    assert [row["id"] for row in known.ask("outbox", "list", "--json", "--state", "pending").rows] == [
        waiting
    ]
    both = known.ask("outbox", "list", "--json", "--state", "pending", "--state", "gave_up").rows
    assert len(both) == 2
    assert known.ask("outbox", "list", "--destination", "mailbox").out == "No such delivery.\n"
    assert known.ask("outbox", "list", "--state", "lost").code == 2


def test_a_delivery_is_shown_with_its_message_and_every_attempt(known: Archive) -> None:
    identity = known.tell(title="A title", text="The message\nin full.")
    claimed(known, gave_up="the receiver answered 401")
    shown = known.ask("outbox", "show", str(identity)).out
    for part in ("A title", "The message\nin full.", "desk, for me", "gave up", "2026-02-09 10:00", "401"):
        assert part in shown
    (row,) = known.ask("outbox", "show", str(identity), "--json").rows
    assert row["text"] == "The message\nin full."
    assert [(one["n"], one["outcome"]) for one in row["tries"]] == [(1, "gave_up")]


def test_a_delivery_that_is_not_there_is_wrong_usage(known: Archive) -> None:
    assert known.ask("outbox", "show", "7").code == 2


def test_what_was_given_up_is_due_again(known: Archive) -> None:
    identity = known.tell(title="A title")
    claimed(known, gave_up="no")
    answer = known.ask("outbox", "retry", str(identity))
    assert (answer.code, answer.out) == (0, f"{identity}: “A title” to desk is due now.\n")
    (row,) = known.ask("outbox", "list", "--json").rows
    assert (row["state"], row["attempts"]) == ("pending", 0)


def test_all_that_was_given_up_is_due_again_at_once(known: Archive) -> None:
    assert known.ask("outbox", "retry", "--all-given-up").out == "Nothing was given up.\n"
    ids = {known.tell("k1", title="One"), known.tell("k2", title="Two")}
    claimed(known, gave_up="no")
    claimed(known, gave_up="no")
    answer = known.ask("outbox", "retry", "--all-given-up", "--json")
    assert {row["id"] for row in answer.rows if row["done"]} == ids
    assert {row["state"] for row in known.ask("outbox", "list", "--json").rows} == {"pending"}


def test_what_is_dropped_is_never_sent_until_it_is_retried(known: Archive) -> None:
    identity = known.tell()
    assert known.ask("outbox", "drop", str(identity)).code == 0
    with known.database() as db:
        assert sending.claim(db, NOW, timedelta(minutes=5), 10, "a daemon") == []
    assert known.ask("outbox", "drop", str(identity)).err.endswith("it was dropped already\n")
    assert known.ask("outbox", "retry", str(identity)).code == 0
    with known.database() as db:
        assert len(sending.claim(db, NOW + timedelta(days=3650), timedelta(minutes=5), 10, "a daemon")) == 1


def test_what_was_sent_stays_sent_and_what_is_being_sent_is_left_alone(known: Archive) -> None:
    first = known.tell("k1")
    sent(known)
    second = known.tell("k2")
    claimed(known)
    third = known.tell("k3")
    answer = known.ask("outbox", "drop", str(first), str(second), str(third), "99")
    assert answer.code == 1
    assert f"delivery {first}: it was sent already" in answer.err
    assert f"delivery {second}: it is being sent at this moment" in answer.err
    assert "delivery 99: there is none of this id" in answer.err
    states = {row["id"]: row["state"] for row in known.ask("outbox", "list", "--json").rows}
    assert states == {first: "sent", second: "sending", third: "suppressed"}
    assert known.ask("outbox", "retry", str(first)).code == 3


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "1", "--all-given-up"], ["drop"], ["drop", "x"]])
def test_which_deliveries_are_meant_must_be_said(known: Archive, arguments: list[str]) -> None:
    assert known.ask("outbox", *arguments).code == 2


@pytest.mark.parametrize("arguments", [["list"], ["show", "1"], ["retry", "1"], ["drop", "1"]])
def test_no_database_is_made_by_asking_for_its_outbox(archive: Archive, arguments: list[str]) -> None:
    assert archive.ask("outbox", *arguments).code == 3
    assert not archive.path.exists()
