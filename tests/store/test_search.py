"""Search finds what is called so, and no words are an error."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.observation import Observation
from monitor.core.significance import Significance
from monitor.core.trial import Alias
from monitor.store.database import Database
from monitor.store.observations import record
from monitor.store.search import expression, search
from tests.builders import a_document, a_trial
from tests.builders import a_record as a_whole_record
from tests.store.builders import NOW, a_baseline, a_change, a_run, a_verdict, a_version

OTHER = "NCT09990002"


@pytest.fixture
def stocked(db: Database) -> Database:
    """Two trials: one of disc cells, where a status changed; one of Kréatin by another sponsor."""
    run = a_run(db)
    record(db, a_baseline(a_trial(), a_whole_record(a_document())), run)
    other = a_document(
        OTHER,
        identificationModule={"briefTitle": "Kréatin for Hearts", "acronym": "KRETA"},
        conditionsModule={"conditions": ["Heart Failure"], "keywords": None},
        armsInterventionsModule={"interventions": [{"name": "K-17", "otherNames": ["kreatinase"]}]},
        sponsorCollaboratorsModule={"leadSponsor": {"name": "Disc Pharma"}},
    )
    record(db, a_baseline(a_trial(OTHER), a_whole_record(other, OTHER)), run)
    verdict = a_verdict(Significance.CRITICAL, 0, headline="Terminated: lack of efficacy")
    changes = [a_change(before=None, after="Lack of efficacy at interim", label="Why stopped")]
    record(
        db,
        a_version(2, a_trial(), record=a_whole_record(a_document()), changes=changes, verdicts=[verdict]),
        run,
    )
    alias = Alias("2017-002092-25", "reader")
    record(db, Observation(a_trial(OTHER), "unchanged", NOW, 1, 1, aliases=(alias,)), run)
    return db


def found(db: Database, words: str, **asked: object) -> list[tuple[str, str]]:
    return [(row["found"], row["trial"]) for row in search(db, words, **asked)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "trials"),
    [
        ("kreatin", [OTHER]),
        ("KRÉATIN hearts", [OTHER]),
        ("k-17", [OTHER]),
        ("krea*", [OTHER]),
        ("kr*", []),
        ('"heart failure"', [OTHER]),
        ('"failure heart"', []),
        ("failure heart", [OTHER]),
        ("disc", [a_trial().number, OTHER]),  # in a title before in a sponsor's name
        (OTHER.lower(), [OTHER]),
        ("2017-002092-25", [OTHER]),
        ("nothing of the kind", []),
    ],
)
def test_trials_are_found_by_their_words(stocked: Database, words: str, trials: list[str]) -> None:
    assert found(stocked, words, kinds=["trials"]) == [("trial", number) for number in trials]


def test_events_and_changes_are_found_beside_trials(stocked: Database) -> None:
    number = a_trial().number
    assert found(stocked, "lack efficacy") == [("event", number), ("change", number)]
    assert found(stocked, "lack efficacy interim") == [("change", number)]
    assert found(stocked, "lack efficacy", kinds=["events"]) == [("event", number)]
    assert found(stocked, "disc", limit=1) == [("trial", number)]


def test_a_trial_that_is_found_says_where(stocked: Database) -> None:
    [row] = search(stocked, "kreatinase")
    assert row == {
        "found": "trial", "trial": OTHER, "registry": "clinicaltrials.gov", "acronym": "KRETA", "title": "Kréatin for Hearts",
        "sponsor": "Disc Pharma", "status": "RECRUITING", "excerpt": "K-17\nkreatinase",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("low back", '"low" AND "back"'),
        ('"low back" pain', '"low back" AND "pain"'),
        ("NEAR(a b) OR NOT x:y", '"NEAR(a" AND "b)" AND "OR" AND "NOT" AND "x:y"'),
        ('un"closed', '"un" AND "closed"'),
        ("- * ( ) ^ :", ""),
        ("", ""),
    ],
)
def test_words_are_never_syntax(words: str, asked: str) -> None:
    assert expression(words) == asked


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE found USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')"
    )
    yield connection
    connection.close()


@given(words=st.text(max_size=60) | st.text(alphabet='ab"*():^-+{} \0NEAROT', max_size=40))
def test_no_words_are_an_error_and_each_text_is_found_by_itself(
    index: sqlite3.Connection, words: str
) -> None:
    asked = expression(words)
    if asked:
        index.execute("DELETE FROM found")
        index.execute("INSERT INTO found VALUES (?)", (words.replace("\0", " "),))
        assert index.execute("SELECT COUNT(*) FROM found WHERE found MATCH ?", (asked,)).fetchone() == (1,)
