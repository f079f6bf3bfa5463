"""What happened in a subscriber's lists and was not told to that subscriber."""

from datetime import timedelta

from monitor.core.significance import Significance
from monitor.core.watch import Watch
from monitor.store.database import Database
from monitor.store.digests import digests_due, fold
from monitor.store.observations import record
from monitor.store.outbox import notify
from monitor.store.receipts import previous_slot, untold
from monitor.store.watches import sync_watchlists
from tests.builders import a_subscriber, a_watchlist
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_notification,
    a_run,
    a_verdict,
    a_version,
    baseline_of,
)

SLOT = NOW + timedelta(hours=10)
NOISE = Significance.NOISE


def watch(db: Database, **lists: str) -> None:
    """Lists by name, each of one number."""
    watchlists = [
        a_watchlist(name, a_subscriber(), watches=[Watch("trial", RESPINE.registry, number)])
        for name, number in lists.items()
    ]
    sync_watchlists(db, watchlists, NOW)


def test_events_of_watched_trials_that_were_not_told_are_counted_by_rule(db: Database) -> None:
    watch(db, backs=RESPINE.number)
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    noise, grave = a_verdict(NOISE, rule="noise.place_names"), a_verdict(Significance.CRITICAL)
    told = a_notification("k", slot=SLOT, events=[1])
    record(db, a_version(2, verdicts=[noise, grave, noise], notifications=[told]), a_run(db))
    record(db, a_version(2, REXLEMESTROCEL, verdicts=[noise]), a_run(db))
    [one] = untold(db, "desk", ["desk"], ["backs"], NOW - DAY, SLOT)
    assert (one.rule, one.significance, one.lists, one.events) == ("noise.place_names", NOISE, ("backs",), 2)
    assert len(untold(db, "somebody else", ["desk"], ["backs"], NOW - DAY, SLOT)) == 2
    assert untold(db, "desk", ["desk"], ["knees"], NOW - DAY, SLOT) == []


def test_a_trial_in_two_lists_is_counted_once(db: Database) -> None:
    watch(db, backs=RESPINE.number, cells=RESPINE.number)
    baseline_of(db, RESPINE)
    record(db, a_version(2, verdicts=[a_verdict(NOISE)]), a_run(db))
    [one] = untold(db, "desk", ["desk"], ["backs", "cells"], NOW - DAY, SLOT)
    assert (one.lists, one.events) == (("backs", "cells"), 1)


def test_only_what_came_between_two_digests_counts(db: Database) -> None:
    watch(db, backs=RESPINE.number)
    baseline_of(db, RESPINE)
    for version, hours in ((2, 0), (3, 10), (4, 11)):
        at = NOW + timedelta(hours=hours)
        record(db, a_version(version, verdicts=[a_verdict(NOISE)], at=at), a_run(db))
    counted = [
        sum(one.events for one in untold(db, "desk", ["desk"], ["backs"], since, until))
        for since, until in ((NOW - DAY, SLOT), (SLOT, SLOT + DAY), (SLOT + DAY, SLOT + 2 * DAY))
    ]
    assert counted == [2, 1, 0]


def test_the_digest_before_is_the_last_one_that_was_written(db: Database) -> None:
    assert previous_slot(db, "desk", ["desk"], SLOT) == SLOT - 7 * DAY
    notify(db, [a_notification("a", slot=SLOT)], NOW)
    [due] = digests_due(db, SLOT)
    fold(db, [due.members[0].id], a_notification("digest", kind="digest", trial=""), SLOT)
    assert previous_slot(db, "desk", ["desk"], SLOT + 3 * DAY) == SLOT
    assert previous_slot(db, "desk", ["elsewhere"], SLOT + 3 * DAY) == SLOT - 4 * DAY
