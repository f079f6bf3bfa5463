"""Where an event comes from, what became of it, and the steps of a period."""

from datetime import datetime, timedelta

import pytest

from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.store import lineage
from monitor.store.database import Database
from monitor.store.digests import fold
from monitor.store.observations import record
from monitor.store.sending import claim, settle_sent
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_change,
    a_notification,
    a_record,
    a_run,
    a_trial,
    a_verdict,
    a_version,
    baseline_of,
    some_facts,
)


def a_step(
    db: Database,
    version: int,
    at: datetime = NOW,
    trial: TrialId = RESPINE,
    status: str = "COMPLETED",
    submitted: str = "2026-02-01",
    **more: object,
) -> int:
    """The trial goes on to this version, with one event; gives its id."""
    modules = {"protocolSection.statusModule": {"overallStatus": f"{status} {version}"}}
    seen = a_record(trial, modules, some_facts(status=status, submitted_date=submitted))  # type: ignore[arg-type]
    verdicts = [a_verdict(Significance.NOTABLE, 0)]
    step = a_version(version, trial, record=seen, verdicts=verdicts, at=at, **more)  # type: ignore[arg-type]
    return record(db, step, a_run(db, at)).events[0]


def test_an_event_is_given_with_its_changes_and_the_submissions_on_both_sides(db: Database) -> None:
    baseline_of(db, RESPINE)
    a_step(db, 2, submitted="2026-02-01")
    found = lineage.event(db, a_step(db, 3, submitted="2026-03-01"))
    assert found is not None
    assert (found["submitted_before"], found["submitted_after"]) == ("2026-02-01", "2026-03-01")
    assert [change["field"] for change in found["changes"]] == ["protocolSection.statusModule.overallStatus"]
    assert (found["trial"], found["version"], found["rule"]) == (RESPINE.number, 3, "status")


def test_what_the_registry_does_not_date_is_none(db: Database) -> None:
    baseline_of(db, RESPINE)  # its facts have no date of submission
    found = lineage.event(db, a_step(db, 2))
    assert found is not None
    assert found["submitted_before"] is None


def test_what_is_not_there_is_none(db: Database) -> None:
    assert lineage.event(db, 1) is None
    assert lineage.events_of_change(db, 1) is None
    assert lineage.events_of_delivery(db, 1) is None
    assert lineage.tellings(db, 1) == []


def test_a_telling_has_its_deliveries_and_their_tries(db: Database) -> None:
    baseline_of(db, RESPINE)
    event = a_step(db, 2, notifications=[a_notification(events=(0,), destinations=("desk", "mailbox"))])
    (first, _) = claim(db, NOW, timedelta(minutes=1), 2, "a process")
    settle_sent(db, first, NOW)
    (telling,) = lineage.tellings(db, event)
    assert (telling["subscriber"], telling["watchlists"], telling["digest"]) == ("desk", ["backs"], None)
    assert [(one["destination"], one["state"]) for one in telling["deliveries"]] == [
        ("desk", "sent"),
        ("mailbox", "sending"),
    ]
    assert [one["outcome"] for one in telling["deliveries"][0]["tries"]] == ["sent"]
    assert lineage.events_of_delivery(db, telling["deliveries"][1]["id"]) == [event]


def test_what_was_folded_is_told_by_the_deliveries_of_its_digest(db: Database) -> None:
    baseline_of(db, RESPINE)
    event = a_step(db, 2, notifications=[a_notification(events=(0,), slot=NOW)])
    (waiting,) = lineage.tellings(db, event)
    assert (waiting["digest"], waiting["deliveries"]) == (None, [])
    (delivery,) = fold(
        db, [waiting["notification"]], a_notification("digest", kind="digest", events=[event]), NOW
    )
    (told,) = lineage.tellings(db, event)
    assert told["digest"] is not None
    assert [one["id"] for one in told["deliveries"]] == [delivery]


def test_a_change_leads_to_the_events_that_rest_on_it(db: Database) -> None:
    baseline_of(db, RESPINE)
    event = a_step(db, 2)
    found = lineage.event(db, event)
    assert found is not None
    assert lineage.events_of_change(db, found["changes"][0]["id"]) == [event]


def test_a_field_s_ledger_has_its_newest_change_and_how_many_there_were(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    a_step(db, 2, changes=[a_change(before=1, after=2), a_change("protocolSection.other")])
    a_step(db, 3, NOW + DAY, changes=[a_change(before=2, after=3)])
    a_step(db, 2, trial=REXLEMESTROCEL)
    status, other = lineage.field_ledgers(db, RESPINE)
    assert (status.before, status.after, status.version, status.times) == (2, 3, 3, 2)
    assert status.seen_at == "2026-02-10T14:03:11Z"
    assert (other.field, other.version, other.times) == ("protocolSection.other", 2, 1)


def test_the_steps_of_a_period_come_in_the_order_in_which_they_were_seen(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    a_step(db, 2, NOW + DAY)
    a_step(db, 2, NOW + 2 * DAY, REXLEMESTROCEL)
    a_step(db, 3, NOW + 3 * DAY)
    both = [RESPINE, REXLEMESTROCEL]
    found = list(lineage.steps(db, both, NOW, None))
    assert [(one.trial, one.version) for one in found] == [(RESPINE, 2), (REXLEMESTROCEL, 2), (RESPINE, 3)]
    assert lineage.span(db, both, NOW, None) == (3, NOW + DAY, NOW + 3 * DAY)
    within = list(lineage.steps(db, both, NOW + 2 * DAY, NOW + 3 * DAY - timedelta(seconds=1)))
    assert [(one.trial, one.version) for one in within] == [(REXLEMESTROCEL, 2)]
    assert lineage.span(db, [a_trial(7)], NOW, None) is None


def test_no_step_is_lost_or_repeated_where_a_page_ends(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "_PAGE", 2)
    trials = [a_trial(n) for n in range(1, 6)]
    baseline_of(db, *trials)
    for trial in trials:  # all seen in one second, as one look sees them
        a_step(db, 2, NOW, trial)
    assert [one.trial for one in lineage.steps(db, trials, NOW, NOW)] == trials


def test_no_telling_is_lost_or_repeated_where_a_page_ends(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "_PAGE", 2)
    trials = [a_trial(n) for n in range(1, 6)]
    baseline_of(db, *trials)
    for trial in trials:
        a_step(db, 2, NOW, trial, notifications=[a_notification(trial.number, events=(0,))])
    told = list(lineage.was_told(db, "backs", [], [], NOW, None))
    assert [one.trial for one in told] == trials


def test_both_sides_of_a_step_are_as_they_were_then(db: Database) -> None:
    baseline_of(db, RESPINE)
    for version in (2, 3, 4):
        a_step(db, version, status=f"S{version}")
    sides = lineage.sides_of(db, lineage.Step(RESPINE, 3, NOW))
    assert sides.before["protocolSection.statusModule"] == {"overallStatus": "S2 2"}
    assert sides.after["protocolSection.statusModule"] == {"overallStatus": "S3 3"}
    assert [facts.status for facts in sides.past] == ["RECRUITING"]


def test_what_was_told_of_versions_is_found_by_the_list_or_by_reader_and_trial(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    a_step(db, 2, notifications=[a_notification("k1", events=(0,))])
    a_step(db, 2, NOW + DAY, REXLEMESTROCEL, notifications=[a_notification("k2", events=(0,))])

    def told(watchlist: str, readers: list[str], until: datetime | None = None) -> list[str]:
        rows = lineage.was_told(db, watchlist, readers, [RESPINE], NOW, until)
        return [row.title for row in rows]

    assert told("backs", []) == ["title k1", "title k2"]
    assert told("backs", [], NOW) == ["title k1"]
    assert told("an edited copy", ["desk"]) == ["title k1"]
    assert told("an edited copy", ["somebody else"]) == []
