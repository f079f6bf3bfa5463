"""Old noise becomes smaller, and whatever can be asked is answered as before."""

import json
import lzma
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.json import Json
from monitor.core.notification import Payload
from monitor.core.record import Record
from monitor.core.shape import split
from monitor.core.significance import Significance
from monitor.jobs.upkeep import Done, thinning
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import outbox, queries, sending, told
from monitor.store.bodies import body_of, is_thinned, thin
from monitor.store.database import Database
from monitor.store.folding import Fold, fold_deliveries
from monitor.store.inspection import unreadable
from monitor.store.lock import instance_lock
from monitor.store.observations import record
from monitor.store.past import Past, write_past
from monitor.store.payloads import freeze
from monitor.store.snapshots import modules_of
from monitor.store.thinning import Thinned, thin_before
from monitor.store.upkeep import wrong_digests
from monitor.store.values import pack
from tests.builders import a_document, a_location, a_record, a_trial
from tests.store.builders import DAY, NOW, a_baseline, a_notification, a_run, a_verdict, a_version

SITES = "protocolSection.contactsLocationsModule"
LATER = NOW + 400 * DAY
LEASE = timedelta(minutes=5)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=40,
)


def a_record_with(telephone: str, summary: str = "Cells are injected into the disc.") -> Record:
    """A record with sixty sites, one of which has this telephone number: what a noise version changes."""
    sites = [a_location(f"Clinic {n} for spines", f"City {n * 7919}", "France") for n in range(60)]
    sites[30] = {**sites[30], "contacts": [{"phone": telephone}]}
    document = a_document(
        contactsLocationsModule={"locations": sites}, descriptionModule={"briefSummary": summary}
    )
    return a_record(document)


def see(
    db: Database,
    number: int,
    telephone: str,
    significance: Significance | None = Significance.NOISE,
    summary: str = "Cells are injected into the disc.",
) -> None:
    """Version `number` of the trial, seen so many days after the first."""
    seen = a_version(
        number,
        a_trial(),
        record=a_record_with(telephone, summary),
        verdicts=() if significance is None else (a_verdict(significance),),
        at=NOW + number * DAY,
    )
    record(db, seen, a_run(db))


@pytest.fixture
def stocked(db: Database) -> Database:
    """Nine versions: a baseline, noise, a notable change of the same module at 5, and noise again."""
    record(db, a_baseline(a_trial(), a_record_with("1"), NOW + DAY), a_run(db))
    for number in range(2, 10):
        see(db, number, f"{number}", Significance.NOTABLE if number == 5 else Significance.NOISE)
    return db


def nobody(_: int) -> None:
    """Nobody watches how far it is."""


def thinned(db: Database, before: datetime = LATER) -> Thinned:
    return thin_before(db, before, nobody, write=True)


def smaller(db: Database) -> list[tuple[str, int]]:
    """The stored modules that are thinned, and the version since which each holds."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT module, since_version, body FROM module_versions WHERE body IS NOT NULL"
        )
        return sorted((row["module"], row["since_version"]) for row in rows if is_thinned(row["body"]))


def answers(db: Database) -> list[Any]:
    """All that is said of the trial: each record (its keys in their order), the history, changes, events."""
    versions = [row["version"] for row in queries.history(db, a_trial())]
    return [
        [json.dumps(queries.record_at_version(db, a_trial(), version)) for version in versions],
        list(queries.history(db, a_trial())),
        list(queries.changes(db)),
        list(queries.events(db)),
    ]


def wrong(db: Database) -> list[str]:
    return [*wrong_digests(db, {SHAPE.registry: SHAPE}.get, lambda: 0.0, 10_000), *unreadable(db, nobody)]


def test_what_only_old_noise_uses_becomes_smaller_and_every_answer_stays(stocked: Database) -> None:
    before = answers(stocked)
    done = thinned(stocked)
    assert smaller(stocked) == [(SITES, number) for number in (2, 3, 4, 6, 7, 8)]
    assert done.modules == 6
    assert answers(stocked) == before
    assert wrong(stocked) == []


def test_what_is_said_first_is_what_is_done_and_saying_it_does_nothing(stocked: Database) -> None:
    said = thin_before(stocked, LATER, nobody, write=False)
    assert smaller(stocked) == []
    before = _bytes(stocked)
    assert thinned(stocked) == said
    assert before - _bytes(stocked) == said.saved > 0
    assert thinned(stocked) == Thinned()


def _bytes(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute("SELECT SUM(LENGTH(body)) FROM module_versions").fetchone()[0])


def test_only_what_was_seen_before_the_limit_is_thinned(stocked: Database) -> None:
    thinned(stocked, NOW + 4 * DAY)
    assert smaller(stocked) == [(SITES, 2), (SITES, 3)]
    thinned(stocked)
    assert len(smaller(stocked)) == 6


def test_what_a_version_that_says_something_still_uses_stays_whole(db: Database) -> None:
    record(db, a_baseline(a_trial(), a_record_with("1"), NOW), a_run(db))
    see(db, 2, "2")
    see(db, 3, "2", Significance.ROUTINE, summary="Other words.")
    see(db, 4, "4")
    see(db, 5, "5")
    thinned(db)
    assert smaller(db) == [(SITES, 4)]


def test_a_version_that_nobody_judged_is_no_noise(db: Database) -> None:
    record(db, a_baseline(a_trial(), a_record_with("1"), NOW), a_run(db))
    see(db, 2, "2", None)
    see(db, 3, "3")
    assert thinned(db) == Thinned()


def test_what_comes_afterwards_above_and_below_finds_all_as_it_was(stocked: Database) -> None:
    thinned(stocked)
    before = answers(stocked)[0]
    see(stocked, 10, "ten")
    past = [Past(a_record_with("nought"), (), NOW)]
    assert write_past(stocked, a_trial(), past, (), NOW) == 1
    assert answers(stocked)[0][1:-1] == before
    assert modules_of(stocked, a_trial()) == a_record_with("ten").modules
    assert thinned(stocked).modules == 1, "what was the newest is not any more"
    assert answers(stocked)[0][1:-1] == before
    assert wrong(stocked) == []


def test_a_module_that_others_are_rebuilt_from_stays_whole_whatever_is_asked_later(db: Database) -> None:
    record(db, a_baseline(a_trial(), a_record_with("1"), NOW), a_run(db))
    record(
        db,
        a_version(2, a_trial(), record=a_record(a_document()), verdicts=[a_verdict(Significance.NOISE)]),
        a_run(db),
    )
    for number in (3, 4, 5):
        see(db, number, str(number))
    thinned(db)
    with db.reading() as connection:
        bases = {row[0] for row in connection.execute("SELECT base FROM thinned")}
    assert bases
    for attack in (
        "INSERT INTO thinned SELECT base, id FROM thinned",
        "UPDATE module_versions SET body = x'00' WHERE id IN (SELECT base FROM thinned)",
        "UPDATE module_versions SET body = x'00' WHERE id IN (SELECT id FROM thinned)",
        "UPDATE module_versions SET digest = 'd' WHERE id IN (SELECT id FROM thinned)",
        "UPDATE module_versions SET body = x'00'",
        "UPDATE module_versions SET body = NULL, digest = NULL",
        "UPDATE thinned SET base = id",
        "DELETE FROM thinned",
    ):
        with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
            connection.execute(attack)


def test_damage_to_what_a_thinned_module_is_rebuilt_from_is_found(stocked: Database) -> None:
    thinned(stocked)
    with sqlite3.connect(stocked.path) as connection:
        connection.execute("DROP TRIGGER module_versions_are_final")
        forged = pack({"locations": [{"facility": "Another"}]})
        connection.execute("UPDATE module_versions SET body = ? WHERE since_version = 5", (forged,))
    found = wrong(stocked)
    assert len([line for line in found if "is not what was stored" in line]) == 4
    assert len([line for line in found if "cannot be read" in line]) == 3


@given(JSON, JSON)
def test_a_thinned_body_comes_back_and_is_smaller_by_half_or_it_is_not_thinned(old: Json, new: Json) -> None:
    base, body = pack(old), pack([old, new, old])
    made = thin(body, base)
    if made is not None:
        assert body_of(made, base) == [old, new, old]
        assert 2 * len(made) <= len(body)


@given(st.integers(0, 3000), st.text(max_size=40), st.integers(0, 200))
def test_an_edit_anywhere_costs_little_and_another_base_is_refused(at: int, added: str, gone: int) -> None:
    old = " ".join(str(n * 7919 % 10007) for n in range(800))
    new = old[:at] + added + old[at + gone :]
    base, body = pack(old), pack(new)
    made = thin(body, base)
    assert made is not None
    assert len(made) < 60 + 6 * len(added)
    assert body_of(made, base) == new
    with pytest.raises(ValueError, match="does not belong"):
        body_of(made, pack(old[::-1]))
    with pytest.raises(ValueError, match="not there"):
        body_of(made, None)


def test_an_edit_in_a_large_module_costs_a_few_bytes() -> None:
    sites = [
        {"facility": f"Clinic {n * 7919 % 10007}", "zip": f"{n * 104729 % 99991}"} for n in range(20_000)
    ]
    edited: list[Any] = [*sites[:5], {"facility": "New"}, *sites[5:11_000], *sites[11_001:]]
    made = thin(pack(edited), pack(sites))
    assert made is not None
    assert len(made) < 120


def test_the_real_changes_of_modules_come_back_byte_for_byte(registry_data: Path) -> None:
    last: dict[tuple[str, str], Json] = {}
    tried = kept = 0
    with lzma.open(registry_data / "replay.jsonl.xz") as lines:
        for line in lines:
            study = json.loads(line)["study"]
            for module, body in split(study).items():
                key = (study["protocolSection"]["identificationModule"]["nctId"], module)
                before = last.get(key)
                if before is not None and before != body:
                    tried += 1
                    made = thin(pack(body), pack(before))
                    kept += made is None
                    assert made is None or json.dumps(body_of(made, pack(before))) == json.dumps(body)
                last[key] = body
    assert tried > 50
    assert kept < tried / 2


def a_payload(body: str = "<p>what was handed over</p>") -> Payload:
    return Payload("A title", body, "html", "plain")


def send(db: Database, key: str, *, settle: bool = True) -> int:
    """A message to the desk, taken or still under way; gives the delivery's id."""
    [identity] = outbox.notify(db, [a_notification(key, trial="")], NOW)
    [claimed] = [one for one in sending.claim(db, NOW, LEASE, 9, "me") if one.id == identity]
    freeze(db, claimed, [a_payload()], NOW)
    if settle:
        sending.settle_sent(db, claimed, NOW)
    return identity


def test_of_a_message_that_was_taken_the_body_goes_and_the_proof_stays(db: Database) -> None:
    identity = send(db, "k1")
    before = list(told.deliveries(db))
    done = thinned(db)
    assert (done.messages, done.saved) == (1, len(b"**markdown**<p>html</p><p>what was handed over</p>"))
    assert list(told.deliveries(db)) == before
    found = queries.delivery(db, identity)
    assert found is not None
    assert (found["title"], found["text"]) == ("title k1", "text")
    assert found["payload"]["title"] == "A title"
    assert found["payload"]["body"] == ""
    assert found["payload"]["body_digest"] == "b6dda537929b2c841130b5c553dc6a8e"
    assert len(queries.attempts(db, identity)) == 1
    assert thinned(db) == Thinned()


def test_a_message_that_is_still_to_be_sent_or_was_sent_later_stays_whole(db: Database) -> None:
    send(db, "k1", settle=False)
    assert thinned(db) == Thinned()
    send(db, "k2")
    assert thinned(db, NOW) == Thinned()
    assert thinned(db).messages == 1
    for attack in (
        "UPDATE payloads SET body = '', body_digest = NULL",
        "UPDATE payloads SET body = '', body_digest = 'd', title = 'x'",
        f"UPDATE payloads SET body = '', body_digest = '{32 * 'd'}'",
    ):
        with pytest.raises(sqlite3.IntegrityError), db.writing() as connection:
            connection.execute(attack)


def test_what_was_folded_goes_with_the_digest_that_told_it_and_not_before(db: Database) -> None:
    ids = outbox.notify(db, [a_notification(key, trial="") for key in "ab"], NOW)
    assert fold_deliveries(
        db, "desk", [Fold(tuple(ids), a_notification("digest", trial="", kind="digest"))], NOW
    )
    assert thinned(db) == Thinned()
    [digest] = sending.claim(db, NOW, LEASE, 9, "me")
    sending.settle_sent(db, digest, NOW)
    assert thinned(db).messages == 3


def done_by(db: Database, *, write: bool = True) -> list[Done]:
    return list(thinning(db, LATER, nobody, write=write))


def test_the_disk_gets_the_room_back_unless_a_daemon_is_at_work(stocked: Database) -> None:
    with instance_lock(stocked.path):
        [thin, shrink] = done_by(stocked)
        assert (thin.task, thin.ok, shrink.task, shrink.ok) == ("thin", True, "shrink", True)
        assert "a daemon is at work" in shrink.message
    with stocked.writing() as connection:
        connection.execute("CREATE TABLE ballast AS SELECT RANDOMBLOB(2000000) AS heavy")
        connection.execute("DROP TABLE ballast")
    before = answers(stocked)
    [thin, shrink] = done_by(stocked)
    assert thin.sizes == {"saved": 0}
    assert shrink.sizes is not None
    assert shrink.sizes["before"] - shrink.sizes["after"] > 1_000_000
    assert (answers(stocked), wrong(stocked)) == (before, [])
    assert [one.task for one in done_by(stocked)] == ["thin"], "there is nothing to do any more"
