"""What lately befell the trials, and what was told of several of them."""

from datetime import date, timedelta

import pytest

from monitor.core.significance import Significance
from monitor.store.clock import on_the_day
from monitor.store.counts import newest_event
from monitor.store.database import Database
from monitor.store.observations import StaleSnapshot, record
from monitor.store.portfolio import (
    judged_until,
    news,
    note_judged,
    tells_together,
    told_together,
    turns,
)
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_change,
    a_record,
    a_run,
    a_verdict,
    a_version,
    baseline_of,
    some_facts,
)

SOURCE = RESPINE.registry


def test_changes_of_status_and_sponsor_are_found_with_the_registrys_day(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    facts = some_facts(status="TERMINATED", sponsor="Mesoblast", registry_date="2026-02-08")
    changes = [
        a_change(after="TERMINATED"),
        a_change("x.leadSponsor.name", before=None, after="Mesoblast", role="sponsor"),
        a_change("x.whyStopped", role="why_stopped"),
    ]
    record(db, a_version(2, record=a_record(facts=facts), changes=changes), a_run(db))
    status, sponsor = turns(db, SOURCE, NOW - DAY)
    assert (status.number, status.day, status.seen_at) == (RESPINE.number, date(2026, 2, 8), NOW)
    assert (status.before, status.after, status.sponsor) == ("RECRUITING", "TERMINATED", "Mesoblast")
    assert (sponsor.what, sponsor.before, sponsor.after) == ("sponsor", "", "Mesoblast")
    assert turns(db, SOURCE, NOW + timedelta(seconds=1)) == []
    assert turns(db, "elsewhere", NOW - DAY) == []


def test_without_a_date_of_the_registry_the_day_is_that_on_which_it_was_seen(db: Database) -> None:
    baseline_of(db, RESPINE)
    record(db, a_version(2, record=a_record(facts=some_facts(registry_date=""))), a_run(db))
    assert [one.day for one in turns(db, SOURCE, NOW)] == [NOW.date()]


def test_only_notable_news_of_a_record_counts_as_news(db: Database) -> None:
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    grave = [a_verdict(Significance.CRITICAL), a_verdict(Significance.NOTABLE)]
    record(db, a_version(2, verdicts=grave), a_run(db))
    record(db, a_version(2, REXLEMESTROCEL, verdicts=[a_verdict(Significance.ROUTINE)]), a_run(db))
    assert [(one.number, one.seen_at) for one in news(db, SOURCE, NOW)] == [(RESPINE.number, NOW)]


def test_how_far_was_judged_is_known_for_each_source(db: Database) -> None:
    assert (newest_event(db), judged_until(db, SOURCE)) == (0, 0)
    baseline_of(db, RESPINE)
    record(db, a_version(2, verdicts=[a_verdict()]), a_run(db))
    note_judged(db, SOURCE, newest_event(db))
    note_judged(db, SOURCE, newest_event(db))
    assert judged_until(db, SOURCE) == newest_event(db) == 1
    assert judged_until(db, "elsewhere") == 0


def test_what_was_told_of_several_trials_cannot_be_told_twice(db: Database) -> None:
    baseline_of(db, RESPINE)
    step = tells_together(RESPINE, "portfolio.stops", "A|B", NOW)
    record(db, a_version(2), a_run(db), [step])
    assert told_together(db, ["portfolio.stops", "portfolio.stirs"]) == {
        "portfolio.stops": ["A|B"],
        "portfolio.stirs": [],
    }
    with pytest.raises(StaleSnapshot):
        record(db, a_version(3), a_run(db), [step])
    assert [one.seen_at for one in turns(db, SOURCE, NOW)] == [NOW], "nothing of the third version is written"


def test_what_was_told_of_several_trials_is_no_first_judging_by_the_clock(db: Database) -> None:
    baseline_of(db, RESPINE)
    record(db, a_version(2), a_run(db), [tells_together(RESPINE, "portfolio.stops", "A|B", NOW)])
    assert on_the_day(db, [RESPINE])[RESPINE].first
