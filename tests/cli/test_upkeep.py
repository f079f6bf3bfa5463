"""`upkeep` as a timer calls it, and as a person does who wants old noise made smaller."""

import sqlite3
from datetime import timedelta
from hashlib import blake2b

import pytest

from monitor.core.notification import Payload
from monitor.store import sending
from monitor.store.lock import instance_lock
from monitor.store.payloads import freeze
from tests.builders import a_document, a_location, a_moment
from tests.cli.archive import Archive


def test_upkeep_says_what_it_did_and_status_how_large_the_parts_are(known: Archive) -> None:
    known.config.write_text(
        known.config.read_text() + "backups: {folder: copies, keep_daily: 1, keep_weekly: 0}\n"
    )
    said = known.ask("upkeep", "--now", "2026-05-07T09:00")
    assert said.code == 0, said.err
    assert "every page is sound" in said.out
    assert [file.name for file in (known.folder / "copies").iterdir()] == ["trialmon-2026-05-07.db"]
    rows = known.ask("upkeep", "--json", "--now", "2026-05-08T09:00").rows
    assert [(row["task"], row["ok"]) for row in rows] == [
        ("integrity", True),
        ("optimise", True),
        ("backup", True),
    ]
    assert [file.name for file in (known.folder / "copies").iterdir()] == ["trialmon-2026-05-08.db"]
    [status] = known.ask("status", "--json").rows
    assert status["database"]["parts"]["records"] > 0
    assert "of which" in known.ask("status").out


def test_a_database_that_lacks_its_newest_writes_is_gone_on_with_only_if_that_is_accepted(
    known: Archive,
) -> None:
    older = known.path.read_bytes()
    known.tell()
    known.path.write_bytes(older)
    for _ in range(2):
        said = known.ask("upkeep")
        assert said.code == 3
        assert "lacks its newest write" in said.err
    accepted = known.ask("upkeep", "--accept-loss")
    assert (accepted.code, "1 write is gone, and that is accepted" in accepted.out) == (0, True)
    assert known.ask("upkeep").code == 0


def test_upkeep_makes_no_database(archive: Archive) -> None:
    said = archive.ask("upkeep")
    assert said.code == 3
    assert not archive.path.exists()


def test_backups_that_cannot_be_are_refused_with_their_line(known: Archive) -> None:
    known.config.write_text(known.config.read_text() + "backups:\n  keep_daily: many\n")
    said = known.ask("upkeep")
    assert said.code == 2
    assert "trialmon.yaml:5: " in said.err
    assert "folder" in said.err


@pytest.fixture
def noisy(archive: Archive) -> Archive:
    """A trial whose contact's telephone number changed twice, and then its status."""
    archive.watch()
    for day, telephone in enumerate(("1", "22", "333"), 1):
        sites = [a_location(f"Clinic {n * 7919}", f"City {n}") for n in range(40)]
        sites[7] = {**sites[7], "contacts": [{"role": "CONTACT", "name": "Office", "phone": telephone}]}
        archive.see(a_document(contactsLocationsModule={"locations": sites}), f"2026-02-0{day}")
    archive.see(
        a_document(contactsLocationsModule={"locations": sites}, statusModule={"overallStatus": "COMPLETED"}),
        "2026-02-09",
    )
    return archive


def test_what_would_be_thinned_is_said_and_done_only_on_a_yes(noisy: Archive) -> None:
    versions = [
        noisy.ask("show", "NCT09990001", "--json", "--at", f"2026-02-0{day}").out for day in (1, 2, 3, 9)
    ]
    words = ("upkeep", "--thin-older-than", "365d", "--now", "2027-05-07T09:00", "--json")
    for _ in range(2):
        said = noisy.ask(*words).rows[-1]
        assert said["task"] == "thin"
        assert (
            said["message"]
            == "1 part of noise versions and 0 messages from before 2026-05-07 would become smaller"
        )
        assert said["sizes"]["to save"] > 0
    saved = said["sizes"]["to save"]
    thin, shrink = noisy.ask(*words, "--yes").rows[-2:]
    assert (thin["task"], thin["sizes"], shrink["task"]) == ("thin", {"saved": saved}, "shrink")
    assert shrink["sizes"]["after"] <= shrink["sizes"]["before"]
    assert noisy.ask(*words, "--yes").rows[-1]["sizes"] == {"saved": 0}
    assert versions == [
        noisy.ask("show", "NCT09990001", "--json", "--at", f"2026-02-0{day}").out for day in (1, 2, 3, 9)
    ]


def test_a_thinned_message_is_shown_with_its_text_and_the_digest_of_what_was_handed_over(
    noisy: Archive,
) -> None:
    identity, now = noisy.tell(text="It is completed."), a_moment("2026-02-09T10:00")
    with noisy.database() as db:
        [delivery] = sending.claim(db, now, timedelta(minutes=5), 1, "a daemon")
        sending.settle_sent(
            db, freeze(db, delivery, [Payload("Completed", "<p>handed over</p>", "html")], now), now
        )
    assert "handed over</p>" in noisy.ask("outbox", "show", str(identity)).out
    assert noisy.ask("upkeep", "--thin-older-than", "365d", "--yes", "--now", "2027-05-07T09:00").code == 0
    shown = noisy.ask("outbox", "show", str(identity)).out
    assert "handed over</p>" not in shown
    assert "It is completed." in shown
    assert f"blake2b {blake2b(b'<p>handed over</p>', digest_size=16).hexdigest()}" in shown


def test_while_a_daemon_is_at_work_the_file_keeps_its_size_and_a_person_is_told(noisy: Archive) -> None:
    with instance_lock(noisy.path):
        said = noisy.ask("upkeep", "--thin-older-than", "365d", "--yes", "--now", "2027-05-07T09:00")
    assert said.code == 0
    assert "became smaller" in said.out
    assert "since a daemon is at work" in said.out
    assert "once, with the daemon stopped" in said.out


def test_nothing_is_thinned_in_a_damaged_database(noisy: Archive) -> None:
    with sqlite3.connect(noisy.path) as connection:
        connection.execute("DROP TRIGGER module_versions_are_final")
        connection.execute("UPDATE module_versions SET body = x'00' WHERE id = 1")
    said = noisy.ask("upkeep", "--thin-older-than", "365d", "--yes", "--now", "2027-05-07T09:00", "--json")
    assert said.code == 1
    assert [row["task"] for row in said.rows] == ["integrity", "backup"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--yes"], "yes to nothing"),
        (["--thin-older-than", "a year"], "a number of days"),
        (["--thin-older-than", "0d"], "a number of days"),
        (["--thin-older-than", "99999d", "--now", "0100-01-01"], "a number of days"),
    ],
)
def test_what_cannot_be_meant_is_refused(known: Archive, words: list[str], why: str) -> None:
    said = known.ask("upkeep", *words)
    assert said.code == 2
    assert why in said.err
