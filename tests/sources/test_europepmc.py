"""Europe PMC: its real answers are read, preprints and mentions in full texts are found and put to the right trial."""

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.errors import CouldNotFindOut, Overloaded, Rejected, Unreadable
from monitor.core.paper import Hit, Literature, Named, Paper, Searchable, Tie
from monitor.core.source import Request, Response, answered
from monitor.discovery import named
from monitor.sources.europepmc.records import id_of, paper_of, read_page
from monitor.sources.europepmc.source import LITERATURE, EuropePmc
from tests.sources.papers import EARLIER, TODAY, FakeServices, a_paper, a_shelf
from tests.sources.registry import ok, one_after_another

EUROPE_PMC = EuropePmc()
YESTERDAY = date(2026, 3, 12)
NUMBERS = [f"NCT0000{n}" for n in range(1001, 1151)]


@pytest.fixture
def recorded(registry_data: Path) -> Path:
    return registry_data.parent / "europepmc"


def a_record(**more: Any) -> dict[str, Any]:
    return {"id": "1", "source": "MED", "pmid": "1", "title": "Title.", **more}


def a_page(*records: dict[str, Any], total: int | None = None, mark: str = "") -> Response:
    more = {"nextCursorMark": mark} if mark else {}
    count = len(records) if total is None else total
    return ok(orjson.dumps({"version": "6.9", "hitCount": count, **more, "resultList": {"result": records}}))


def paper(**more: Any) -> Paper:
    return paper_of(a_record(**more), [], [])


def preprint(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"epmc": f"PPR:PPR{number}", "title": f"Preprint {number}", "types": ["Preprint"], **more}


class TestRecordedAnswers:
    def test_every_recorded_answer_is_read_and_every_record_is_a_paper(self, recorded: Path) -> None:
        papers = {}
        for path in sorted(recorded.glob("*.json")):
            page = read_page(path.read_bytes())
            assert page.total == orjson.loads(path.read_bytes())["hitCount"]
            for record in page.records:
                one = paper_of(record, [], [])
                assert one.id == f"{record['source']}:{record['id']}"
                assert one.title
                assert "<" not in one.title
                assert one.published is not None
                assert one.pmid == (record["id"] if record["source"] == "MED" else "")
                papers[one.id] = one
        assert len(papers) > 60

    def test_a_record_in_full_is_read_to_the_day_that_the_journal_gave(self, recorded: Path) -> None:
        page = read_page((recorded / "search_cancer_core.json").read_bytes())
        papers = {one.id: one for one in (paper_of(record, [], []) for record in page.records)}
        erratum = papers["MED:39709208"]
        assert erratum.kinds == {"erratum"}
        assert erratum.types == ("Published Erratum", "correction")
        assert erratum.ties == (Tie("erratum of", "pmid:39293462"),)
        # Printed in "2025 Dec", of which Europe PMC makes the first of that month.
        assert str(papers["MED:39709209"].published) == "2025-12"
        assert papers["MED:39709209"].entered == date(2024, 12, 22)
        assert papers["MED:39709209"].journal == "Lancet"

    def test_a_recorded_search_without_hits_finds_none(self, recorded: Path) -> None:
        body = (recorded / "search_no_results.json").read_bytes()
        assert answered(EUROPE_PMC.naming(["NCT03737461"], None), one_after_another(ok(body))).hits == ()

    def test_the_same_paper_has_the_same_key_at_both_sources(self, recorded: Path) -> None:
        (record,) = read_page((recorded / "search_pmid_22663011.json").read_bytes()).records
        one = paper_of(record, [], [])
        assert one.keys == ("pmid:22663011", "doi:10.1056/nejmoa1203421", "europepmc:MED:22663011")
        assert "report" in one.kinds


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            ({"errCode": 404, "errMsg": "Invalid query"}, Rejected),
            ({"errCode": 500, "errMsg": "Internal error"}, Overloaded),
            ({"errCode": 429, "errMsg": "Too many requests from 198.51.100.23"}, Overloaded),
            ({"error": {}}, Overloaded),
        ],
    )
    def test_an_error_object_is_told_apart(self, error: dict[str, Any], kind: type[CouldNotFindOut]) -> None:
        with pytest.raises(kind) as failed:
            answered(EUROPE_PMC.naming(["NCT03737461"], None), one_after_another(ok(orjson.dumps(error))))
        assert "198.51" not in str(failed.value)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"<html></html>",
            b'{"hitCount":"1","resultList":{"result":[]}}',
            b'{"hitCount":1}',
            b'{"hitCount":1,"resultList":[]}',
            b'{"hitCount":1,"resultList":{"result":[1]}}',
            b'{"hitCount":1,"resultList":{"result":[{}]}}',
            b'{"hitCount":1,"resultList":{"result":[{"id":"1","source":"x"}]}}',
            b'{"hitCount":1,"resultList":{"result":[]}}',
            b'{"hitCount":1,"nextCursorMark":7,"resultList":{"result":[]}}',
            b'{"hitCount":-1,"resultList":{"result":[]}}',
        ],
    )
    def test_what_is_no_list_of_papers_is_unreadable(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            answered(EUROPE_PMC.naming(["NCT03737461"], None), one_after_another(ok(body)))

    @pytest.mark.parametrize(
        "body",
        [b'{"errCode":400,"errMsg":"Bad field"}', b'{"api-key":"198.51.100.23"}', b"<html>198.51.100.23"],
    )
    def test_a_refused_question_is_told_without_who_asked(self, body: bytes) -> None:
        with pytest.raises(Rejected, match="does not accept the question") as failed:
            answered(EUROPE_PMC.naming(["NCT03737461"], None), one_after_another(Response(400, {}, body)))
        assert "198.51" not in str(failed.value)

    def test_pages_that_go_round_in_circles_are_left(self) -> None:
        page = a_page({"id": "1", "source": "MED"}, total=3, mark="a")
        with pytest.raises(Unreadable, match="should find 3 papers"):
            answered(EUROPE_PMC.naming(["NCT03737461"], None), one_after_another(page, page))

    def test_a_record_that_was_not_asked_for_or_most_that_do_not_come_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="MED:1, which was not asked for"):
            answered(EUROPE_PMC.read([Hit("MED:2")], []), one_after_another(a_page(a_record())))
        with pytest.raises(Unreadable, match="3 records of Europe PMC were asked for, 1 came"):
            answered(
                EUROPE_PMC.read([Hit("MED:1"), Hit("MED:2"), Hit("MED:3")], []),
                one_after_another(a_page(a_record())),
            )

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_any_json_is_an_answer_or_an_error(self, value: Any) -> None:
        try:
            body = orjson.dumps(value)
        except TypeError:
            return
        with pytest.raises(CouldNotFindOut):
            answered(EUROPE_PMC.read([Hit("MED:1")], []), one_after_another(ok(body)))

    @given(
        st.dictionaries(
            st.sampled_from(
                sorted(
                    [
                        "title",
                        "pubType",
                        "pubTypeList",
                        "journalInfo",
                        "commentCorrectionList",
                        "doi",
                        "pmid",
                        "firstIndexDate",
                        "keywordList",
                        "abstractText",
                    ]
                )
            ),
            st.none()
            | st.integers()
            | st.text()
            | st.lists(st.integers())
            | st.dictionaries(st.text(), st.text()),
        )
    )
    def test_a_record_whose_fields_are_of_another_kind_is_read_as_if_it_had_none(
        self, fields: dict[str, Any]
    ) -> None:
        assert paper(**fields).id == "MED:1"


class TestRecords:
    def test_a_preprint_and_its_article_know_each_other(self) -> None:
        entry = {"type": "Preprint of", "source": "MED", "id": "39000001"}
        one = paper(id="PPR77", source="PPR", commentCorrectionList={"commentCorrection": [entry]})
        assert one.kinds == {"preprint"}
        assert one.ties == (Tie("preprint of", "pmid:39000001"),)
        back = {"type": "Preprint in", "source": "PPR", "id": "PPR77"}
        assert paper(commentCorrectionList={"commentCorrection": [back]}).ties == (
            Tie("article of", one.keys[-1]),
        )

    def test_a_retraction_is_known_from_both_sides(self) -> None:
        of = {"type": "Retraction of", "reference": "J. 2020. doi: 10.1000/XY."}
        assert paper(commentCorrectionList={"commentCorrection": [of]}).ties == (
            Tie("retraction of", "doi:10.1000/xy"),
        )
        by = {"type": "Retraction in", "source": "MED", "id": "5"}
        assert paper(commentCorrectionList={"commentCorrection": [by]}).kinds == {"retracted"}

    def test_markup_is_taken_out_and_what_only_looks_like_it_stays(self) -> None:
        one = paper(
            title="Effect in &lt;i&gt;BRCA&lt;/i&gt;-negative H<sub>2</sub>O &amp; p&lt;0.05",
            abstractText="<h4>Aim</h4>NCT03737461 if a <b and c> d.<h4>Methods</h4>None.",
        )
        assert one.title == "Effect in BRCA-negative H2O & p<0.05"
        assert one.abstract.startswith("Aim NCT03737461")
        assert one.named == (Named("NCT03737461", "mention"),)

    @pytest.mark.parametrize(
        ("fields", "published"),
        [
            ({"firstPublicationDate": "2025-12-01"}, "2025-12"),
            ({"firstPublicationDate": "2025-12-17"}, "2025-12-17"),
            ({"electronicPublicationDate": "2025-12-01", "pubYear": "2026"}, "2025-12-01"),
            (
                {"journalInfo": {"dateOfPublication": "2025 Dec 3"}, "firstPublicationDate": "2025-12-01"},
                "2025-12-03",
            ),
            ({"journalInfo": {"dateOfPublication": "2025 Nov-Dec"}}, "2025"),
            ({"pubYear": "2025"}, "2025"),
            ({}, "None"),
        ],
    )
    def test_a_first_of_the_month_may_be_the_whole_month(
        self, fields: dict[str, Any], published: str
    ) -> None:
        assert str(paper(**fields).published) == published


class TestQuestions:
    def test_a_mention_in_the_full_text_is_put_to_the_number_that_it_names(self) -> None:
        services = FakeServices(
            a_shelf(
                preprint(1, full_text=f"We ran {NUMBERS[7]} and {NUMBERS[140]}."),
                preprint(2, abstract=f"{NUMBERS[7]} is shown."),
                preprint(3, full_text="NCT09999999"),
                a_paper("39000004", full_text=NUMBERS[99]),
            )
        )
        found = answered(EUROPE_PMC.naming(NUMBERS, None), services)
        assert {hit.id: set(hit.numbers) for hit in found.hits} == {
            "PPR:PPR1": {NUMBERS[7], NUMBERS[140]},
            "PPR:PPR2": {NUMBERS[7]},
            "MED:39000004": {NUMBERS[99]},
        }
        papers = answered(EUROPE_PMC.read(found.hits, NUMBERS), services)
        assert {one.id: {each.number for each in one.named} for one in papers} == {
            hit.id: set(hit.numbers) for hit in found.hits
        }
        assert {each.link for one in papers for each in one.named} == {"mention"}

    @given(st.dictionaries(st.integers(0, 149), st.sets(st.integers(1, 5)), max_size=6))
    def test_every_paper_is_put_to_every_number_that_it_names_and_to_no_other(
        self, naming: dict[int, set[int]]
    ) -> None:
        texts = {
            n: " ".join(NUMBERS[place] for place, papers in naming.items() if n in papers)
            for n in range(1, 6)
        }
        services = FakeServices(a_shelf(*(preprint(n, full_text=words) for n, words in texts.items())))
        found = answered(EUROPE_PMC.naming(NUMBERS, None), services)
        assert {hit.id: " ".join(sorted(hit.numbers)) for hit in found.hits} == {
            f"PPR:PPR{n}": " ".join(sorted(words.split())) for n, words in texts.items() if words
        }
        # Each number that is named costs two questions for each time that its group was halved; nothing else does.
        assert len(services.asked) <= 1 + 16 * sum(1 for papers in naming.values() if papers)

    def test_a_hundred_and_fifty_numbers_and_no_paper_are_one_request(self) -> None:
        services = FakeServices(a_shelf(a_paper(full_text=NUMBERS[0])))
        assert answered(EUROPE_PMC.naming(NUMBERS, YESTERDAY), services).hits == ()
        assert (len(services.asked), len(NUMBERS)) == (1, EUROPE_PMC.numbers_at_once)

    def test_what_was_indexed_or_updated_since_a_day_is_found(self) -> None:
        shelf = a_shelf(
            preprint(1, abstract=NUMBERS[0]),
            preprint(2, abstract=NUMBERS[0]),
            preprint(3, abstract=NUMBERS[0], day=TODAY),
        )
        shelf.put("PPR:PPR2", TODAY, preprint(2, abstract=NUMBERS[0], title="Second version"))
        found = answered(EUROPE_PMC.naming(NUMBERS[:1], YESTERDAY), FakeServices(shelf))
        assert {hit.id for hit in found.hits} == {"PPR:PPR2", "PPR:PPR3"}

    def test_when_everything_was_indexed_anew_only_what_is_new_counts(self) -> None:
        asked: list[str] = []

        def answer(request: Request) -> Response:
            asked.append(dict(request.params)["query"])
            if "UPDATE_DATE" in asked[-1]:
                return a_page(total=4000)
            return a_page({"id": "1", "source": "MED"})

        found = answered(EUROPE_PMC.naming(NUMBERS[:1], EARLIER), answer)
        assert (found.hits, len(asked)) == ((Hit("MED:1", (NUMBERS[0],)),), 2)

    def test_pages_are_read_to_the_last(self) -> None:
        first = a_page({"id": "1", "source": "MED"}, {"id": "2", "source": "MED"}, total=3, mark="next")
        last = a_page({"id": "PPR3", "source": "PPR"}, total=3, mark="next")
        found = answered(EUROPE_PMC.naming(NUMBERS[:1], None), one_after_another(first, last))
        assert [hit.id for hit in found.hits] == ["MED:1", "MED:2", "PPR:PPR3"]

    def test_a_number_cannot_break_out_of_its_question(self) -> None:
        asked: list[Request] = []

        def note(request: Request) -> Response:
            asked.append(request)
            return a_page()

        answered(EUROPE_PMC.naming(['AB-12345" OR SRC:MED'], None), note)
        assert dict(asked[0].params)["query"].startswith('("AB-12345 OR SRC MED") AND ')

    def test_no_numbers_and_no_papers_are_no_requests(self) -> None:
        assert (
            answered(EUROPE_PMC.naming(["", '"', "12", "NCT00000000"], None), one_after_another()).hits == ()
        )
        assert answered(EUROPE_PMC.read([], []), one_after_another()) == ()


def test_europe_pmc_declares_itself_and_takes_no_readers_queries() -> None:
    assert LITERATURE in named("monitor.sources", "LITERATURE", Literature)  # type: ignore[type-abstract]
    assert not isinstance(LITERATURE, Searchable)
    assert EUROPE_PMC.courtesies("you@example.org", "ignored") == (("email", "you@example.org"),)
    assert EUROPE_PMC.page_url("PPR:PPR77") == "https://europepmc.org/article/PPR/PPR77"
    with pytest.raises(ValueError, match="not an id of Europe PMC"):
        EUROPE_PMC.page_url("39393844")


def test_a_record_without_an_id_is_none() -> None:
    with pytest.raises(Unreadable, match="carries no id"):
        id_of({"id": "1"})
