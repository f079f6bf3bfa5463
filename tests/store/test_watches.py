"""Watchlists as the files have them; what enters and leaves a search; who knows what is watched."""

from collections.abc import Sequence

import pytest

from monitor.core.observation import Observation
from monitor.core.trial import TrialId
from monitor.core.watch import Watch, Watchlist
from monitor.store.database import Database
from monitor.store.health import status
from monitor.store.observations import record
from monitor.store.queries import watched_by
from monitor.store.snapshots import snapshots
from monitor.store.standings import never_read
from monitor.store.trials import find_trial
from monitor.store.watches import (
    announce,
    members,
    sync_watchlists,
    to_be_told_of_entering,
    told_of_entering,
    told_of_leaving,
    unannounced,
    update_members,
)
from tests.store.builders import (
    DAY,
    NOW,
    RESPINE,
    REXLEMESTROCEL,
    a_notification,
    a_run,
    a_trial,
    a_verdict,
    baseline_of,
)

SEARCH = Watch(
    "search", "clinicaltrials.gov", query=(("query.cond", "low back pain"),), title="low back pain"
)
NAMED = Watch(
    "trial", RESPINE.registry, number=RESPINE.number, also=("EudraCT 2017-002092-25",), note="RESPINE"
)


def a_list(name: str = "backs", *watches: Watch) -> Watchlist:
    return Watchlist(name, f"All about {name}", watches, ())


def trials(*numbers: int) -> list[TrialId]:
    return [a_trial(number) for number in numbers]


@pytest.fixture
def search(db: Database) -> str:
    sync_watchlists(db, [a_list("backs", SEARCH)], NOW)
    return SEARCH.key


def rows(db: Database, sql: str) -> list[tuple[object, ...]]:
    with db.reading() as connection:
        return [tuple(row) for row in connection.execute(sql)]


def leaves(db: Database, watch: str, trial: TrialId) -> None:
    version = snapshots(db, [trial])[trial].version
    told = Observation(trial, "unchanged", NOW, version, version, verdicts=(a_verdict(),))
    record(db, told, a_run(db), also=[told_of_leaving(watch, trial, NOW)])


def test_the_database_follows_the_files(db: Database) -> None:
    sync_watchlists(db, [a_list("backs", NAMED, SEARCH), a_list("both", SEARCH)], NOW)
    assert rows(
        db, "SELECT watchlist, kind, note, removed_at FROM watchlist_watches JOIN watches ON key = watch"
    ) == [
        ("backs", "trial", "RESPINE", None),
        ("backs", "search", "", None),
        ("both", "search", "", None),
    ]
    assert find_trial(db, "EudraCT 2017-002092-25") == RESPINE
    sync_watchlists(db, [a_list("backs", NAMED)], NOW + DAY)
    assert rows(db, "SELECT name FROM watchlists WHERE removed_at IS NULL") == [("backs",)]
    assert rows(db, "SELECT COUNT(*) FROM watchlist_watches") == [(3,)]
    sync_watchlists(db, [a_list("backs", NAMED, SEARCH), a_list("both", SEARCH)], NOW + 2 * DAY)
    assert rows(db, "SELECT COUNT(*) FROM watchlist_watches WHERE removed_at IS NULL") == [(3,)]
    assert rows(db, "SELECT DISTINCT added_at FROM watchlist_watches") == [("2026-02-09T14:03:11Z",)]


def test_unchanged_files_write_nothing(db: Database) -> None:
    lists = [a_list("backs", NAMED, SEARCH)]
    sync_watchlists(db, lists, NOW)
    with db.reading() as connection:
        before = connection.execute("PRAGMA data_version").fetchone()[0]
        connection.execute("ROLLBACK")
        sync_watchlists(db, lists, NOW + DAY)
        connection.execute("BEGIN")
        assert connection.execute("PRAGMA data_version").fetchone()[0] == before


def test_the_first_reading_of_a_search_is_a_baseline(db: Database, search: str) -> None:
    read = update_members(db, search, trials(1, 2, 3), NOW)
    assert (read.first, read.entered, read.missing, read.leaving) == (True, (), (), ())
    assert members(db, search) == tuple(trials(1, 2, 3))
    assert to_be_told_of_entering(db) == {}


def test_a_search_is_unread_until_it_was_read_to_its_end(db: Database, search: str) -> None:
    assert never_read(db, [search, "in no list yet"]) == {search, "in no list yet"}
    update_members(db, search, [], NOW)
    assert never_read(db, [search]) == set()


def test_an_empty_search_that_finds_something_later_tells_it(db: Database, search: str) -> None:
    assert update_members(db, search, [], NOW).first
    assert update_members(db, search, trials(1), NOW).entered == (a_trial(1),)


def test_what_enters_a_search_is_told_until_it_was_told(db: Database, search: str) -> None:
    update_members(db, search, trials(1), NOW)
    assert update_members(db, search, trials(1, 2), NOW).entered == (a_trial(2),)
    assert update_members(db, search, trials(1, 2), NOW).entered == ()
    assert to_be_told_of_entering(db) == {a_trial(2): (search,)}
    baseline_of(db, a_trial(2))
    told = Observation(a_trial(2), "unchanged", NOW, 1, 1, verdicts=(a_verdict(),))
    record(db, told, a_run(db), also=[told_of_entering(search, a_trial(2), NOW)])
    assert to_be_told_of_entering(db) == {}
    assert unannounced(db, "backs") == ()


def test_what_leaves_a_search_leaves_at_the_second_look(db: Database, search: str) -> None:
    update_members(db, search, trials(1, 2), NOW)
    baseline_of(db, a_trial(1), a_trial(2))
    first = update_members(db, search, trials(1), NOW)
    assert (first.missing, first.leaving) == ((a_trial(2),), ())
    assert members(db, search) == tuple(trials(1, 2))
    again = update_members(db, search, trials(1), NOW + DAY)
    assert (again.missing, again.leaving) == ((), (a_trial(2),))
    assert update_members(db, search, trials(1), NOW + DAY).leaving == (a_trial(2),)  # until it was told
    leaves(db, search, a_trial(2))
    assert update_members(db, search, trials(1), NOW + DAY).leaving == ()
    assert members(db, search) == (a_trial(1),)


def test_what_leaves_may_leave_at_the_first_look_if_its_record_says_so(db: Database, search: str) -> None:
    update_members(db, search, trials(1, 2), NOW)
    baseline_of(db, a_trial(1), a_trial(2))
    assert update_members(db, search, trials(1), NOW).missing == (a_trial(2),)
    leaves(db, search, a_trial(2))
    assert members(db, search) == (a_trial(1),)
    assert update_members(db, search, trials(1, 2), NOW).entered == (a_trial(2),)
    assert rows(db, "SELECT COUNT(*) FROM search_members") == [(3,)]


def test_a_blip_of_one_look_is_no_leaving(db: Database, search: str) -> None:
    update_members(db, search, trials(1, 2), NOW)
    update_members(db, search, trials(1), NOW)
    blip = update_members(db, search, trials(1, 2), NOW)
    assert (blip.entered, blip.missing, blip.leaving) == ((), (), ())
    assert update_members(db, search, trials(1), NOW).missing == (a_trial(2),)


def test_a_search_that_lost_most_of_its_trials_is_believed_the_second_time(db: Database, search: str) -> None:
    update_members(db, search, trials(*range(1, 11)), NOW)
    held = update_members(db, search, trials(1, 99), NOW)
    assert "lacks 9 of its 10" in held.held
    assert (held.entered, held.missing, held.leaving) == ((), (), ())
    assert len(members(db, search)) == 10
    other = update_members(db, search, trials(2), NOW)
    assert other.held
    assert update_members(db, search, trials(1, 99), NOW).held  # not what it said the time before
    believed = update_members(db, search, trials(1, 99), NOW)
    assert (believed.held, believed.entered) == ("", (a_trial(99),))
    assert believed.leaving == tuple(trials(*range(2, 11)))


@pytest.mark.parametrize("result", [[], [1], [1, 2, 3, 4, 5]])
def test_a_held_result_is_forgotten_when_the_search_recovers(
    db: Database, search: str, result: Sequence[int]
) -> None:
    known = trials(*range(1, 13))
    update_members(db, search, known, NOW)
    assert update_members(db, search, trials(*result), NOW).held
    assert update_members(db, search, known, NOW).held == ""
    assert update_members(db, search, trials(*result), NOW).held


def test_small_searches_may_lose_all_their_trials(db: Database, search: str) -> None:
    update_members(db, search, trials(1, 2, 3), NOW)
    assert update_members(db, search, [], NOW).missing == tuple(trials(1, 2, 3))


def test_a_search_that_nobody_knows_is_a_mistake(db: Database) -> None:
    with pytest.raises(ValueError, match="sync_watchlists comes first"):
        update_members(db, "clinicaltrials.gov?query.cond=x", [], NOW)


def test_now_watching_is_told_once_for_each_list(db: Database) -> None:
    sync_watchlists(db, [a_list("backs", NAMED, SEARCH), a_list("both", SEARCH)], NOW)
    update_members(db, SEARCH.key, trials(1, 2), NOW)
    assert unannounced(db, "backs") == ()  # no baselines yet
    baseline_of(db, RESPINE, a_trial(1))
    assert unannounced(db, "backs") == (a_trial(1), RESPINE)
    assert unannounced(db, "both") == (a_trial(1),)
    message = a_notification("watching", kind="watching", trial="")
    assert len(announce(db, "backs", unannounced(db, "backs"), [message], NOW)) == 1
    assert unannounced(db, "backs") == ()
    assert unannounced(db, "both") == (a_trial(1),)
    baseline_of(db, a_trial(2))
    assert unannounced(db, "backs") == (a_trial(2),)
    late = a_notification("late", kind="watching", trial="")
    assert (
        announce(db, "backs", [RESPINE, a_trial(2)], [late], NOW) == []
    )  # another process was faster with one of them
    assert unannounced(db, "backs") == (a_trial(2),)


def test_a_trial_that_entered_later_is_no_part_of_now_watching(db: Database, search: str) -> None:
    update_members(db, search, trials(1), NOW)
    update_members(db, search, trials(1, 2), NOW)
    baseline_of(db, a_trial(1), a_trial(2))
    assert unannounced(db, "backs") == (a_trial(1),)


def test_what_a_watched_number_was_merged_into_is_watched(db: Database) -> None:
    sync_watchlists(db, [a_list("backs", NAMED)], NOW)
    baseline_of(db, RESPINE, REXLEMESTROCEL)
    assert status(db, NOW)["watched"] == 1
    record(db, Observation(RESPINE, "moved", NOW, 1, 1, moved_to=REXLEMESTROCEL.number), a_run(db))
    assert status(db, NOW)["watched"] == 2
    assert unannounced(db, "backs") == (REXLEMESTROCEL, RESPINE)


def test_who_watches_a_trial_is_what_each_list_watches_asked_from_the_other_end(
    db: Database, search: str
) -> None:
    successor = Watch("trial", REXLEMESTROCEL.registry, number=REXLEMESTROCEL.number, note="pivotal")
    lists = [
        a_list("backs", SEARCH),
        a_list("named", NAMED, SEARCH),
        a_list("next", NAMED, successor),
        a_list("past", NAMED),
    ]
    sync_watchlists(db, lists, NOW)
    sync_watchlists(db, lists[:-1], NOW + DAY)
    update_members(db, search, [RESPINE, a_trial(1), a_trial(2)], NOW)
    baseline_of(db, RESPINE, REXLEMESTROCEL, a_trial(1), a_trial(2), a_trial(3))
    update_members(db, search, [RESPINE, a_trial(1)], NOW)
    leaves(db, search, a_trial(2))
    merged = Observation(RESPINE, "moved", NOW + DAY, 1, 1, moved_to=REXLEMESTROCEL.number)
    record(db, merged, a_run(db))
    known = [RESPINE, REXLEMESTROCEL, *trials(1, 2, 3)]
    assert {str(trial): [one["watchlist"] for one in watched_by(db, trial)] for trial in known} == {
        str(trial): [
            name
            for (name,) in rows(
                db,
                "SELECT w.watchlist FROM watched AS w JOIN trials AS t ON t.id = w.trial"
                f" WHERE t.number = '{trial.number}' ORDER BY 1",
            )
        ]
        for trial in known
    }
    assert [(one["watchlist"], one["note"]) for one in watched_by(db, REXLEMESTROCEL)] == [
        ("backs", ""),
        ("named", ""),
        ("next", "pivotal"),
    ]
    assert watched_by(db, a_trial(3)) == []
