"""`explain`: from the registry's field to the destination, and why somebody was not told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.notification import Message, Notification
from monitor.core.observation import Observation
from monitor.core.significance import Significance
from monitor.core.source import Found, Missing
from monitor.store import observations, runs, sending
from monitor.store.folding import Fold, fold_deliveries
from tests.builders import NUMBER, a_change, a_date_struct, a_document, a_moment, a_record, a_trial
from tests.cli.archive import Archive
from tests.cli.conftest import EVIL

SLIP = {"primaryCompletionDateStruct": a_date_struct("2027-03")}
SUBMITTED = {"lastUpdateSubmitDate": "2026-02-27"}
SLIP_FIELD = "protocolSection.statusModule.primaryCompletionDateStruct.date"
SEEN = a_moment("2026-03-01T09:00")

READERS = """title: Backs
watch:
  - trial: NCT09990001
subscribers:
  - {name: me, to: [desk]}
  - {name: board, to: [desk], at_least: critical}
  - {name: sites, to: [desk], topics: [sites]}
  - {name: new, to: [desk]}
  - {name: patient, to: [desk], slip_of: 200d}
  - {name: tired, to: [desk], mute: [dates.slipped]}
"""


@pytest.fixture
def told(archive: Archive) -> Archive:
    """A slip that the sponsor submitted; `me` was told of it at the second try. `board`, `sites`, `new` and others read the list too."""
    (archive.folder / "watchlists" / "backs.yaml").write_text(READERS)
    archive.watch()
    archive.see(a_document(), "2026-02-09")
    changed = Found(a_record(a_document(statusModule=SLIP | SUBMITTED)))
    archive.read(changed, "2026-03-01T09:00", NUMBER, an_alert())
    with archive.database() as db:
        for minutes, settled in ((0, False), (5, True)):
            now = SEEN + timedelta(minutes=minutes)
            (delivery,) = sending.claim(db, now, timedelta(minutes=1), 10, "a process")
            if settled:
                sending.settle_sent(db, delivery, now)
            else:
                sending.settle_retry(db, delivery, now, now + timedelta(minutes=5), "the mailbox is full")
    return archive


def an_alert(key: str = "k1", **more: object) -> Notification:
    return Notification(
        key, "alert", "me", ("backs",), ("desk",), Message("Slipped", "", "", ""), Significance.NOTABLE,
        "Backs: you watch this trial", SEEN, trial=str(a_trial()), events=(0,), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def the_slip(archive: Archive) -> int:
    (row,) = [row for row in archive.ask("events", "--json").rows if row["rule"] == "dates.slipped"]
    identity: int = row["id"]
    return identity


def test_the_chain_is_one_object_from_the_field_to_the_destination(told: Archive) -> None:
    slip = the_slip(told)
    (row,) = told.ask("explain", str(slip), "--json").rows
    assert list(row) == ["asked", "delivery", "events"]
    assert (row["asked"], row["delivery"]) == (f"event:{slip}", None)
    (chain,) = row["events"]
    assert list(chain) == ["event", "changes", "papers", "made_by", "rule", "told", "not_told", "problem"]
    assert chain["event"]["headline"].startswith("Primary completion slipped")
    (change,) = chain["changes"]
    assert (change["field"], change["before"], change["after"]) == (SLIP_FIELD, "2026-10", "2027-03")
    assert chain["rule"]["id"] == "dates.slipped"
    assert chain["rule"]["title"]
    (telling,) = chain["told"]
    assert (telling["subscriber"], telling["watchlists"]) == ("me", ["backs"])
    (delivery,) = telling["deliveries"]
    assert (delivery["destination"], delivery["state"]) == ("desk", "sent")
    assert [(one["outcome"], one["error"]) for one in delivery["tries"]] == [
        ("retry", "the mailbox is full"),
        ("sent", ""),
    ]


def test_who_was_not_told_and_why(told: Archive) -> None:
    (chain,) = told.ask("explain", str(the_slip(told)), "--json").rows[0]["events"]
    why = {one["subscriber"]: one["why"] for one in chain["not_told"]}
    assert why == {
        "patient": "it is smaller than they ask for, and so is the way since the first promise",
        "tired": "they muted dates.slipped",
        "board": "this is notable, and they are told what is at least critical",
        "sites": "they do not ask for the topic dates",
        "new": "they ask for it as the list stands now; when it was seen, they or the trial were not in the list",
    }


def test_people_read_the_chain_from_top_to_bottom(told: Archive) -> None:
    shown = told.ask("explain", f"event:{the_slip(told)}").out
    in_order = (
        f"{NUMBER} Disc Cells for Chronic Low Back Pain · version 2 · seen 2026-03-01 09:00",
        "Primary completion slipped",
        f"  {SLIP_FIELD}\n      Primary completion date: October 2026 → March 2027",
        "sponsor-submitted: the last submission moved from 2026-01-08 to 2026-02-27",
        "dates.slipped · ",
        "notable, because ",
        "me (backs): Backs: you watch this trial",
        "→ desk: sent 2026-03-01 09:05 UTC (2 tries)",
        "try 1, 2026-03-01 09:00: retry 2026-03-01 09:00: the mailbox is full",
        "board (backs): this is notable",
    )
    places = [shown.index(part) for part in in_order]
    assert places[0] == 0
    assert places == sorted(places)


def test_what_the_registry_did_by_itself_is_said_to_be_its_act(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    archive.see(a_document(statusModule={"overallStatus": "UNKNOWN"}), "2026-03-01")
    event = archive.ask("events", "--json").rows[0]["id"]
    (chain,) = archive.ask("explain", str(event), "--json").rows[0]["events"]
    assert chain["made_by"] == {
        "by": "registry",
        "submitted_before": "2026-01-08",
        "submitted_after": "2026-01-08",
        "same_edit_in": 0,
    }
    assert "registry-made: the last submission is 2026-01-08" in archive.ask("explain", str(event)).out


def test_without_the_dates_of_submission_nobody_is_held_responsible(archive: Archive) -> None:
    archive.see(a_document(statusModule={"lastUpdateSubmitDate": None}), "2026-02-09")
    archive.see(a_document(statusModule=SLIP), "2026-03-01")
    (chain,) = archive.ask("explain", str(the_slip(archive)), "--json").rows[0]["events"]
    assert chain["made_by"]["by"] == "unknown"
    assert "(before: none, after: 2026-01-08)" in archive.ask("explain", str(the_slip(archive))).out


def test_an_event_without_a_version_is_nobody_s_edit(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    archive.read(Missing(NUMBER, certain=True), "2026-03-01")
    archive.read(Missing(NUMBER, certain=True), "2026-03-03")
    (gone,) = archive.ask("events", "--json").rows
    (chain,) = archive.ask("explain", str(gone["id"]), "--json").rows[0]["events"]
    assert chain["made_by"] == {
        "by": "",
        "submitted_before": None,
        "submitted_after": None,
        "same_edit_in": 0,
    }
    shown = archive.ask("explain", str(gone["id"])).out
    assert "no field of the record" in shown
    assert "no edit" in shown


def test_a_message_that_waits_for_its_digest_says_so(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    waiting = an_alert(slot=a_moment("2026-03-02T07:30"))
    archive.read(Found(a_record(a_document(statusModule=SLIP))), "2026-03-01T09:00", NUMBER, waiting)
    shown = archive.ask("explain", str(the_slip(archive))).out
    assert "waits for the digest of 2026-03-02 07:30 UTC" in shown
    assert archive.ask("outbox", "list").out == (
        "No such delivery.\n1 message waits for a digest; `trialmon explain event:ID` says until when.\n"
    )
    assert archive.ask("outbox", "list", "--state", "sent").out == "No such delivery.\n"


def test_why_a_message_was_never_sent_is_said(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    muted = an_alert(withheld="you muted dates.slipped", held_for="mute")
    archive.read(Found(a_record(a_document(statusModule=SLIP))), "2026-03-01T09:00", NUMBER, muted)
    assert (
        "→ desk: suppressed: you muted dates.slipped\n" in archive.ask("explain", str(the_slip(archive))).out
    )


def test_a_message_that_was_folded_into_another_says_which_and_when_that_was_sent(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    archive.read(Found(a_record(a_document(statusModule=SLIP))), "2026-03-01T09:00", NUMBER, an_alert())
    digest = replace(an_alert("d"), kind="digest", trial="", events=())
    with archive.database() as db:
        fold_deliveries(db, "desk", [Fold((1,), digest)], SEEN)
        (carrier,) = sending.claim(db, SEEN, timedelta(minutes=1), 10, "a process")
        sending.settle_sent(db, carrier, SEEN + timedelta(minutes=1))
    shown = archive.ask("explain", str(the_slip(archive))).out
    assert f"→ desk: suppressed: folded into {carrier.id}, which was sent 2026-03-01 09:01 UTC\n" in shown


def test_a_change_is_explained_by_the_events_that_rest_on_it(told: Archive) -> None:
    (change,) = [row for row in told.ask("changes", "--json").rows if row["field"] == SLIP_FIELD]
    (row,) = told.ask("explain", f"change:{change['id']}", "--json").rows
    assert [chain["event"]["id"] for chain in row["events"]] == [the_slip(told)]


def test_a_change_of_which_nothing_was_made_is_said_to_be_one(archive: Archive) -> None:
    archive.see(a_document(), "2026-02-09")
    silent = Observation(
        a_trial(), "version", SEEN, 1, 2, record=a_record(a_document(statusModule=SLIP)), changes=(a_change(),)
    )  # fmt: skip
    with archive.database() as db:
        observations.record(db, silent, runs.begin_run(db, "clinicaltrials.gov", SEEN, full=False))
    assert archive.ask("explain", "change:1").out == "No rule made anything of this change.\n"


def test_a_delivery_is_explained_by_what_it_carries(told: Archive) -> None:
    (row,) = told.ask("explain", "delivery:1", "--json").rows
    assert row["delivery"]["why"] == "Backs: you watch this trial"
    assert [chain["event"]["id"] for chain in row["events"]] == [the_slip(told)]
    assert (
        "Delivery  1, to desk: sent 2026-03-01 09:05 UTC (2 tries)" in told.ask("explain", "delivery:1").out
    )


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ("99", "there is no event 99 (`trialmon events --json` gives the ids of events)"),
        ("change:99", "there is no change 99 (`trialmon changes --json`"),
        ("delivery:99", "there is no delivery 99 (`trialmon outbox list`"),
        ("NCT09990001", "'NCT09990001' is no id (`trialmon events --json`"),
        ("9" * 30, "is no id"),
    ],
)
def test_an_unknown_id_is_wrong_usage_and_says_how_ids_are_found(
    told: Archive, identity: str, said: str
) -> None:
    answer = told.ask("explain", identity)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_watchlist_that_cannot_be_read_does_not_keep_the_chain_from_being_shown(told: Archive) -> None:
    (told.folder / "watchlists" / "broken.yaml").write_text("watch: 3\n")
    answer = told.ask("explain", str(the_slip(told)))
    assert "me (backs): Backs" in answer.out
    assert "not all watchlists can be read" in answer.err


def test_registry_text_cannot_act_on_the_reader(hostile: Archive) -> None:
    for row in hostile.ask("events", "--json").rows:
        shown = hostile.ask("explain", str(row["id"])).out
        assert not [harm for harm in "\x1b\x07\r\u202e" if harm in shown]
    assert EVIL in hostile.ask("changes", "--json").rows[0]["after"]
