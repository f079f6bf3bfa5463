"""Sites, words and indexes are kept with what they are of, and can be made anew."""

from monitor.core.shape import Shape
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store.catching_up import behind, catch_up
from monitor.store.database import Database
from monitor.store.observations import record
from tests.builders import a_document, a_location, a_trial
from tests.builders import a_record as a_whole_record
from tests.store.builders import NOW, a_baseline, a_change, a_run, a_verdict, a_version

CATALOGUED = ("trial_words", "trial_sites", "long_values")


def _rows(db: Database) -> dict[str, list[tuple[object, ...]]]:
    with db.reading() as connection:
        tables = {
            name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in CATALOGUED
        }
        for index in ("trials_found", "changes_found", "events_found"):
            found = connection.execute(
                f"SELECT rowid FROM {index} WHERE {index} MATCH 'cells OR status OR completed'"
            )
            tables[index] = [tuple(row) for row in found]
    return tables


def _a_database_with_everything(db: Database) -> None:
    run = a_run(db)
    locations = [a_location(), a_location(city="Nancy")]
    seen = a_whole_record(a_document(contactsLocationsModule={"locations": locations}))
    record(db, a_baseline(a_trial(), seen), run)
    changes = [a_change(), a_change("long", before="cells " * 10_000), a_change(housekeeping=True)]
    record(db, a_version(2, a_trial(), record=seen, changes=changes, verdicts=[a_verdict()], at=NOW), run)


def _forget(db: Database) -> None:
    """As a database is that an older trialmon wrote."""
    with db.writing() as connection:
        for index in ("trials_found", "changes_found", "events_found"):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")
        for table in CATALOGUED:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE indexed SET up_to = 0")


def test_what_a_look_writes_is_catalogued_with_it(db: Database) -> None:
    _a_database_with_everything(db)
    kept = _rows(db)
    assert behind(db) == 0
    assert [len(kept[name]) for name in CATALOGUED] == [1, 2, 1]
    assert kept["trials_found"] == [(1,)]
    assert kept["changes_found"] == [(1,), (2,)]  # the registry's own bookkeeping is not searched
    assert kept["events_found"] == [(1,)]


def test_what_an_older_trialmon_left_is_caught_up_with(db: Database) -> None:
    _a_database_with_everything(db)
    before = _rows(db)
    _forget(db)
    assert behind(db) == 5
    ticks: list[int] = []
    assert catch_up(db, {SHAPE.registry: SHAPE}.get, ticks.append) == 5
    assert sum(ticks) == 5
    assert behind(db) == 0
    assert _rows(db) == before
    assert catch_up(db, {SHAPE.registry: SHAPE}.get, ticks.append) == 0


def test_a_trial_of_an_unknown_registry_is_left_as_it_is(db: Database) -> None:
    _a_database_with_everything(db)
    _forget(db)
    known: dict[str, Shape] = {}
    catch_up(db, known.get, lambda _: None)
    assert behind(db) == 1


def test_other_words_replace_those_before(db: Database) -> None:
    run = a_run(db)
    record(db, a_baseline(a_trial(), a_whole_record(a_document())), run)
    renamed = a_whole_record(a_document(identificationModule={"briefTitle": "Otherwise"}))
    record(db, a_version(2, a_trial(), record=renamed), run)
    with db.reading() as connection:
        for word, found in (("chronic", 0), ("otherwise", 1)):
            count = "SELECT COUNT(*) FROM trials_found WHERE trials_found MATCH ?"
            assert connection.execute(count, (f"titles : {word}",)).fetchone()[0] == found
