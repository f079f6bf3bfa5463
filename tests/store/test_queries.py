"""Answers in the contract's shapes."""

from pathlib import Path

import pytest

from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.observation import Observation
from monitor.core.shape import Shape
from monitor.core.significance import Significance
from monitor.core.trial import Alias
from monitor.core.watch import Watch, Watchlist
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.queries import (
    Filters,
    as_last_seen,
    changes,
    events,
    history,
    outbox,
    record_at_version,
    show,
)
from monitor.store.watches import sync_watchlists
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_change,
    a_notification,
    a_record,
    a_run,
    a_verdict,
    a_version,
    baseline_of,
    some_facts,
)

HOLDER = "derivedSection.miscInfoModule.versionHolder"
SHAPE = Shape("clinicaltrials.gov", frozenset({HOLDER}), {}, {}, {}, {}, facts=lambda _: TrialFacts())


@pytest.fixture
def told(db: Database) -> Database:
    """RESPINE with two versions after its baseline, and another trial with one."""
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    run = a_run(db)
    second = a_version(
        2,
        changes=[
            a_change(),
            a_change("protocolSection.x.date", topic="dates", label="Date", after="2026-09-30"),
        ],
        verdicts=[a_verdict(Significance.CRITICAL, 0), a_verdict(Significance.ROUTINE, 1, topic="dates")],
        record=a_record(facts=some_facts(status="COMPLETED", registry_date="2026-02-10")),
        notifications=[a_notification(events=[0])],
        at=NOW + DAY,
    )
    record(db, second, run)
    record(db, a_version(3, changes=[a_change(topic="sites")], at=NOW + 2 * DAY), run)
    record(
        db, a_version(2, REXLEMESTROCEL, verdicts=[a_verdict(Significance.NOTABLE, 0)], at=NOW + 3 * DAY), run
    )
    alias = Alias("2017-002092-25", "reader")
    record(db, Observation(RESPINE, "unchanged", NOW + 3 * DAY, 3, 3, aliases=(alias,)), run)
    return db


def test_a_change_is_told_in_the_contracts_words(told: Database) -> None:
    row = list(changes(told))[-1]
    assert row == {
        "id": 1,
        "trial": "NCT03737461",
        "registry": "clinicaltrials.gov",
        "version": 2,
        "seen_at": "2026-02-10T14:03:11Z",
        "registry_date": "2026-02-10",
        "topic": "status",
        "field": "protocolSection.statusModule.overallStatus",
        "label": "Overall status",
        "kind": "changed",
        "before": "RECRUITING",
        "after": "COMPLETED",
    }


def test_an_event_is_told_in_the_contracts_words(told: Database) -> None:
    row = list(events(told))[-1]
    assert row == {
        "id": 1,
        "trial": "NCT03737461",
        "registry": "clinicaltrials.gov",
        "version": 2,
        "seen_at": "2026-02-10T14:03:11Z",
        "registry_date": "2026-02-10",
        "rule": "status",
        "topic": "status",
        "significance": "critical",
        "headline": "Completed",
        "because": "it says so",
        "changes": [1],
    }


@pytest.mark.parametrize(
    ("filters", "found_changes", "found_events"),
    [
        (Filters(), [4, 3, 2, 1], [3, 2, 1]),
        (Filters(trial="NCT03737461"), [3, 2, 1], [2, 1]),
        (Filters(trial="clinicaltrials.gov:NCT03737461"), [3, 2, 1], [2, 1]),
        (Filters(trial="2017-002092-25"), [3, 2, 1], [2, 1]),
        (Filters(trial="NCT00000001"), [], []),
        (Filters(topic="dates"), [2], [2]),
        (Filters(at_least=Significance.NOTABLE), [4, 1], [3, 1]),
        (Filters(at_least=Significance.CRITICAL), [1], [1]),
        (Filters(since=NOW + 2 * DAY), [4, 3], [3]),
        (Filters(until=NOW + DAY), [2, 1], [2, 1]),
        (Filters(since=NOW + DAY, until=NOW + 2 * DAY), [3, 2, 1], [2, 1]),
        (Filters(limit=1), [4], [3]),
        (Filters(watchlist="backs"), [3, 2, 1], [2, 1]),
        (Filters(watchlist="nothing"), [], []),
        (Filters(trial="' OR 1=1 --"), [], []),
        (Filters(rule="status"), [4, 2, 1], [3, 2, 1]),
        (Filters(rule="dates.slipped"), [], []),
        (Filters(field="DATE"), [2], [2]),
        (Filters(field="overallstatus", topic="sites"), [3], []),
        (Filters(text="recruiting completed"), [4, 3, 1], []),
        (Filters(text="2026-09-30"), [2], []),
        (Filters(text="COMPLETED"), [4, 3, 1], [3, 2, 1]),
        (Filters(text="completed", trial="NCT02412735", limit=1), [4], [3]),
        (Filters(before=3), [2, 1], [2, 1]),
    ],
)
def test_filters_choose(
    told: Database, filters: Filters, found_changes: list[int], found_events: list[int]
) -> None:
    watch = Watch("trial", RESPINE.registry, number=RESPINE.number)
    sync_watchlists(told, [Watchlist("backs", "Backs", (watch,), ())], NOW)
    assert [row["id"] for row in changes(told, filters)] == found_changes
    assert [row["id"] for row in events(told, filters)] == found_events


def test_a_reader_may_stop_early(told: Database, path: Path) -> None:
    rows = changes(told)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    a_run(told)
    assert len(list(changes(told))) == 4


def test_history_tells_each_version(told: Database) -> None:
    rows = list(history(told, RESPINE))
    assert [row["version"] for row in rows] == [1, 2, 3]
    assert rows[1] == {
        "trial": "NCT03737461",
        "version": 2,
        "seen_at": "2026-02-10T14:03:11Z",
        "registry_date": "2026-02-10",
        "origin": "poll",
        "status": "COMPLETED",
        "primary_completion": "2026-03",
        "completion": "2027",
        "enrollment": 112,
        "has_results": False,
        "changes": 2,
    }


def test_show_gives_the_record_of_that_day(db: Database) -> None:
    baseline_of(db, RESPINE)
    modules: dict[str, Json] = {"protocolSection.statusModule": {"overallStatus": "COMPLETED"}}
    record(db, a_version(2, record=a_record(modules=modules), at=NOW + DAY), a_run(db))
    assert show(db, RESPINE, NOW - DAY) is None
    assert show(db, REXLEMESTROCEL) is None
    then = show(db, RESPINE, NOW)
    now = show(db, RESPINE)
    assert then is not None
    assert now is not None
    assert then == record_at_version(db, RESPINE, 1)
    assert now == {
        "trial": "NCT03737461",
        "version": 2,
        "seen_at": "2026-02-10T14:03:11Z",
        "record": {"protocolSection": {"statusModule": {"overallStatus": "COMPLETED"}}},
    }
    assert then["record"]["hasResults"] is False
    assert record_at_version(db, RESPINE, 3) is None


def test_the_shown_record_has_the_date_it_was_last_seen_with(db: Database) -> None:
    from monitor.store.observations import seen_unchanged

    baseline_of(db, RESPINE)
    seen_unchanged(db, [(RESPINE, "2026-02-12", "")], NOW + 3 * DAY, a_run(db))
    shown = show(db, RESPINE, refresh=as_last_seen(SHAPE))
    assert shown is not None
    assert shown["record"]["derivedSection"]["miscInfoModule"] == {"versionHolder": "2026-02-12"}
    as_stored = show(db, RESPINE)
    assert as_stored is not None
    assert as_stored["record"]["derivedSection"]["miscInfoModule"] == {"versionHolder": "2026-02-09"}


def test_a_record_without_the_volatile_field_does_not_get_one(db: Database) -> None:
    refresh = as_last_seen(SHAPE)
    assert refresh({"derivedSection": {"miscInfoModule": {}}}, "2026-02-12") == {
        "derivedSection": {"miscInfoModule": {}}
    }
    assert refresh({"derivedSection": "text"}, "2026-02-12") == {"derivedSection": "text"}


def test_the_outbox_is_listed_newest_first(told: Database) -> None:
    from monitor.store.outbox import notify

    notify(told, [a_notification("k2", destinations=["mailbox"], trial="")], NOW)
    rows = list(outbox(told))
    assert [row["id"] for row in rows] == [2, 1]
    assert {key: value for key, value in rows[1].items() if key != "key"} == {
        "id": 1,
        "destination": "desk",
        "subscriber": "desk",
        "trial": "NCT03737461",
        "state": "pending",
        "attempts": 0,
        "due": "2026-02-09T14:03:11Z",
        "error": "",
    }
    assert [row["id"] for row in outbox(told, ["pending"], "mailbox")] == [2]
    assert [row["id"] for row in outbox(told, limit=1)] == [2]
    assert list(outbox(told, ["sent", "gave_up"])) == []
