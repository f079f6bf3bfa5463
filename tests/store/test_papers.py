"""Papers in the store: one row for one paper, a version for each record that differs, and numbers with who said so."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.core.dates import PartialDate
from monitor.core.observation import Observation
from monitor.core.paper import Named, Paper, Tie
from monitor.core.significance import Verdict
from monitor.core.trial import Alias
from monitor.store.database import Database
from monitor.store.observations import StaleSnapshot, record
from monitor.store.paper_links import Telling, links_of, note_silent, propose_aliases, tells_of_papers, told
from monitor.store.papers import Kept, by_keys, keep, preprints_of
from monitor.store.publications import numbers_with_sayers, publications
from tests.store.builders import NOW, RESPINE, a_run, a_verdict, baseline_of


def a_paper(source: str = "pubmed", identity: str = "90000001", **more: object) -> Paper:
    paper = Paper(
        source, identity, "Disc cells", "J Made Med", PartialDate(2026, 2), entered=date(2026, 2, 9)
    )
    return replace(paper, **more)  # type: ignore[arg-type]


def kept(db: Database, *papers: Paper) -> list[Kept]:
    return keep(db, papers, NOW)


def test_a_paper_of_two_sources_is_one(db: Database) -> None:
    [first] = kept(db, a_paper(pmid="90000001", doi="10.1/made"))
    [second] = kept(db, a_paper("europepmc", "MED:90000001", pmid="90000001"))
    assert first.id == second.id
    assert by_keys(db, ["doi:10.1/made"]).keys() == {"doi:10.1/made"}


def test_two_rows_that_turn_out_to_be_one_paper_become_one_and_what_was_told_stays_told(db: Database) -> None:
    [by_pmid] = kept(db, a_paper(pmid="90000001"))
    [by_doi] = kept(db, a_paper("europepmc", "PMC:1", doi="10.1/made"))
    assert by_pmid.id != by_doi.id
    note_silent(db, RESPINE, {by_doi.id: "mention"}, [Telling(by_doi.id, "mention")], NOW)
    [both] = kept(db, a_paper(pmid="90000001", doi="10.1/made"))
    assert both.id == by_pmid.id
    assert told(db, [both.id]) == {(RESPINE, both.id): {"mention": None}}
    assert links_of(db, [both.id]) == {both.id: {RESPINE: "mention"}}
    assert [one["id"] for one in publications(db)] == [both.id]


def test_a_shared_doi_does_not_join_papers_of_different_numbers(db: Database) -> None:
    article, erratum = kept(
        db,
        a_paper(pmid="90000001", doi="10.1/made"),
        a_paper(identity="90000002", pmid="90000002", doi="10.1/made"),
    )
    assert article.id != erratum.id


def test_the_same_record_makes_no_version_and_a_correction_makes_one_that_says_what(db: Database) -> None:
    kept(db, a_paper(pmid="90000001"))
    [again] = kept(db, a_paper(pmid="90000001", named=(Named("NCT09990001", "mention"),)))
    assert (again.version, again.correction) == (1, "")
    [other] = kept(db, a_paper(pmid="90000001", title="Disc cells, corrected"))
    assert other.version == 2
    assert other.correction == "title: “Disc cells” → “Disc cells, corrected”"
    [aside] = kept(db, a_paper(pmid="90000001", title="Disc cells, corrected", authors="Made A"))
    assert (aside.version, aside.correction) == (3, "")


def test_what_any_source_calls_a_paper_it_is(db: Database) -> None:
    kept(db, a_paper(pmid="90000001", kinds=frozenset({"article"})))
    [both] = kept(db, a_paper("europepmc", "MED:1", pmid="90000001", kinds=frozenset({"retracted"})))
    assert both.paper.kinds == {"article", "retracted"}


@pytest.mark.parametrize("said_by", ["article", "preprint"])
def test_an_article_knows_its_preprint_whichever_record_says_so(db: Database, said_by: str) -> None:
    ties = (Tie("article of", "doi:10.1/pre"),) if said_by == "article" else ()
    back = (Tie("preprint of", "pmid:90000001"),) if said_by == "preprint" else ()
    [preprint] = kept(db, a_paper("europepmc", "PPR:PPR1", doi="10.1/pre", ties=back))
    [article] = kept(db, a_paper(pmid="90000001", ties=ties))
    assert [one.id for one in preprints_of(db, article)] == [preprint.id]
    assert preprints_of(db, preprint) == ()


def test_a_surer_link_stays(db: Database) -> None:
    [paper] = kept(db, a_paper(pmid="90000001"))
    for link in ("mention", "number", "mention"):
        note_silent(db, RESPINE, {paper.id: link}, [], NOW)
    assert links_of(db, [paper.id]) == {paper.id: {RESPINE: "number"}}


def beside(at: datetime = NOW, *verdicts: Verdict) -> Observation:
    """What comes from elsewhere about a trial of one version."""
    return Observation(RESPINE, "beside", at, 1, 1, verdicts=verdicts)


def test_what_another_process_told_is_not_told_again(db: Database) -> None:
    baseline_of(db, RESPINE)
    [paper] = kept(db, a_paper(pmid="90000001"))
    step = tells_of_papers(RESPINE, {paper.id: "number"}, [Telling(paper.id, "number")], [], "", NOW)
    run = a_run(db)
    record(db, beside(NOW, a_verdict()), run, [step])
    with pytest.raises(StaleSnapshot):
        record(db, beside(NOW, a_verdict()), run, [step])
    assert told(db, [paper.id]) == {(RESPINE, paper.id): {"number": "notable"}}


def test_what_comes_from_elsewhere_does_not_say_that_the_record_was_seen(db: Database) -> None:
    baseline_of(db, RESPINE)
    record(db, beside(NOW + timedelta(days=3)), a_run(db))
    with db.reading() as connection:
        (looked,) = connection.execute("SELECT MAX(last_looked_at) FROM trials").fetchone()
    assert looked == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


def test_numbers_of_one_kind_that_differ_are_shown_as_that(db: Database) -> None:
    said = [Alias("2017-002092-25", "reader"), Alias("2018-000001-11", "publication", "pmid:90000001")]
    propose_aliases(db, RESPINE, [*said, Alias("ISRCTN12345679", "reader"), Alias("NCT00000102", "registry")])
    shown = {one["number"]: (one["said_by"], one["conflict"]) for one in numbers_with_sayers(db, RESPINE)}
    assert shown == {
        "2017-002092-25": (["reader"], True),
        "2018-000001-11": (["publication pmid:90000001"], True),
        "ISRCTN12345679": (["reader"], False),
        "NCT00000102": (["registry"], False),
    }
