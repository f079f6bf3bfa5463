"""What is held, and that two processes that hold the same are not in each other's way."""

from datetime import datetime, timedelta

from monitor.core.mass import Edit, MassChange
from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.holds import (
    HeldRecord,
    Hold,
    accept,
    end_hold,
    fingerprints,
    held_now,
    held_since,
    hold_back,
    open_hold,
)
from monitor.store.values import pack
from tests.store.builders import NOW

CTG = "clinicaltrials.gov"
TRIAL = TrialId(CTG, "NCT09990001")
GONE = Edit("removed", "statusModule.completionDateStruct.date", "Study completion date")
CHANGE = MassChange(40, 100, True, frozenset({GONE}), frozenset({GONE}), ((GONE, 38),))
LATER = NOW + timedelta(minutes=15)


def holding(db: Database, now: datetime = NOW, before: Hold | None = None, fingerprint: str = "f") -> Hold:
    record = HeldRecord(TRIAL, fingerprint, pack({"protocolSection": {}}))
    hold_back(db, CTG, CHANGE, [record], now, now + timedelta(minutes=15), before)
    hold = open_hold(db, CTG)
    assert hold is not None
    return hold


def outcomes(db: Database) -> list[str]:
    with db.reading() as connection:
        return [row["outcome"] for row in connection.execute("SELECT outcome FROM holds ORDER BY id")]


def test_what_is_held_is_read_back_as_it_was(db: Database) -> None:
    hold = holding(db)
    assert (hold.change, hold.since, hold.held_at, hold.read_again_at) == (CHANGE, NOW, NOW, LATER)
    assert fingerprints(db, hold) == {TRIAL: "f"}
    assert held_since(db, CTG) == NOW
    (said,) = held_now(db)
    assert (said["source"], said["trials"], said["of"]) == (CTG, 40, 100)


def test_where_nothing_is_held_nothing_is_said(db: Database) -> None:
    assert open_hold(db, CTG) is None
    assert held_since(db, CTG) is None
    assert held_now(db) == []


def test_what_another_process_holds_already_is_held_once(db: Database) -> None:
    first = holding(db)
    assert holding(db, LATER, fingerprint="other") == first
    assert fingerprints(db, first) == {TRIAL: "f"}


def test_what_was_read_otherwise_takes_the_place_of_what_was_held_and_keeps_since_when(db: Database) -> None:
    second = holding(db, LATER, holding(db), "other")
    assert (second.since, second.held_at) == (NOW, LATER)
    assert fingerprints(db, second) == {TRIAL: "other"}
    assert outcomes(db) == ["read otherwise", ""]


def test_what_is_accepted_is_no_longer_held_and_ends_once(db: Database) -> None:
    hold = holding(db)
    assert accept(db, hold, CHANGE, LATER)
    assert held_now(db) == []
    assert accept(db, hold, CHANGE, LATER), "the other process that read the same"
    end_hold(db, hold, "accepted", LATER)
    end_hold(db, hold, "back to normal", LATER)
    assert outcomes(db) == ["accepted"]
    assert fingerprints(db, hold) == {}


def test_what_another_process_found_to_be_over_cannot_be_accepted(db: Database) -> None:
    hold = holding(db)
    end_hold(db, hold, "back to normal", LATER)
    assert not accept(db, hold, CHANGE, LATER)
    assert open_hold(db, CTG) is None


def test_what_came_to_nothing_can_be_looked_at_until_something_is_held_again(db: Database) -> None:
    hold = holding(db)
    end_hold(db, hold, "back to normal", LATER)
    assert fingerprints(db, hold) == {TRIAL: "f"}
    holding(db, LATER)
    assert fingerprints(db, hold) == {}
