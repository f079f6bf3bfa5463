"""What a digest needs to know of a quiet day."""

from datetime import timedelta

from monitor.store.database import Database
from monitor.store.digests import fold
from monitor.store.slots import begin_slots, last_look, told_up_to, watched_facts
from tests.store.builders import NOW, RESPINE, a_notification, baseline_of


def test_a_reader_was_told_up_to_the_moment_that_was_noted_last(db: Database) -> None:
    assert told_up_to(db, "desk", ["desk"]) is None
    begin_slots(db, "desk", ["desk"], NOW)
    begin_slots(db, "desk", ["desk"], NOW - timedelta(days=1))
    assert told_up_to(db, "desk", ["desk"]) == NOW, "it never goes back"
    assert told_up_to(db, "desk", ["mailbox"]) is None, "elsewhere is another reader"


def test_a_digest_and_the_moment_that_it_settles_are_written_together(db: Database) -> None:
    quiet = a_notification("quiet", kind="digest", trial="")
    assert len(fold(db, [], quiet, NOW, told_up_to=NOW)) == 1
    assert told_up_to(db, "desk", ["desk"]) == NOW
    fold(db, [], quiet, NOW, told_up_to=NOW)
    with db.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM deliveries").fetchone()[0] == 1, "once, by its key"


def test_nobody_has_looked_before_every_source_was_looked_at(db: Database) -> None:
    assert last_look(db, ["clinicaltrials.gov"]) is None
    assert last_look(db, []) is None


def test_a_trial_that_nobody_watches_is_not_spoken_of(db: Database) -> None:
    baseline_of(db, RESPINE)
    assert watched_facts(db, ["backs"]) == []
