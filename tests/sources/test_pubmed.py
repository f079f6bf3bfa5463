"""PubMed: its real answers are read, whatever it says in place of one is an error, and nothing is made up."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import PartialDate
from monitor.core.errors import CouldNotFindOut, Overloaded, Refused, Rejected, Unreadable
from monitor.core.paper import Hit, Literature, Named, Paper, Searchable, Tie
from monitor.core.source import Request, Response, answered
from monitor.discovery import named
from monitor.sources.pubmed.source import LITERATURE, MOST, PubMed
from tests.sources.papers import EARLIER, TODAY, FakeServices, a_paper, a_shelf, registered
from tests.sources.registry import ok, one_after_another

PUBMED = PubMed()
CALLER = "198.51.100.23"
YESTERDAY = date(2026, 3, 12)


def read(body: bytes, *pmids: str, numbers: Sequence[str] = ()) -> Sequence[Paper]:
    return answered(PUBMED.read([Hit(pmid) for pmid in pmids], numbers), one_after_another(ok(body)))


def a_set(*articles: str) -> bytes:
    """PubMed's XML around articles, as it comes."""
    head = (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
        '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
    )
    return f"{head}<PubmedArticleSet>{''.join(articles)}</PubmedArticleSet>".encode()


def an_article(pmid: str = "1", inside: str = "", beside: str = "", data: str = "") -> str:
    """The XML of an article; `inside` its Article, `beside` that in the citation, in its `data`."""
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>Title.</ArticleTitle>{inside}</Article>"
        f"{beside}</MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle>"
    )


def the_one(inside: str = "", beside: str = "", data: str = "", numbers: Sequence[str] = ()) -> Paper:
    (paper,) = read(a_set(an_article("1", inside, beside, data)), "1", numbers=numbers)
    return paper


def a_result(**result: Any) -> Response:
    return ok(orjson.dumps({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result}))


@pytest.fixture
def recorded(registry_data: Path) -> Path:
    return registry_data.parent / "pubmed"


class TestRecordedAnswers:
    def test_records_are_read_with_their_registered_numbers(self, recorded: Path) -> None:
        (paper,) = read((recorded / "efetch_pubmed_22663011_NCT01245062.xml").read_bytes(), "22663011")
        assert paper.title == "Improved survival with MEK inhibition in BRAF-mutated melanoma."
        assert (paper.journal, paper.doi) == ("N Engl J Med", "10.1056/nejmoa1203421")
        assert paper.published == PartialDate(2012, 6, 4)
        assert paper.entered == date(2012, 6, 6)
        assert paper.named == (Named("NCT01245062", "number"),)
        assert paper.kinds == {"article", "report"}
        assert "Clinical Trial, Phase III" in paper.types
        assert paper.authors.startswith("Flaherty KT, Robert C, ")
        assert paper.authors.endswith("METRIC Study Group")
        assert paper.abstract.startswith("BACKGROUND: Activating mutations")
        assert paper.ties == ()
        (other,) = read((recorded / "efetch_pubmed_29768149_NCT02149199.xml").read_bytes(), "29768149")
        assert other.named == (Named("NCT02149199", "number"),)
        assert "fast-acting β 2-agonist" in other.abstract

    @pytest.mark.parametrize(
        ("file", "pmid"), [("biopython_pubmed5.xml", "28775130"), ("biopython_pubmed6.xml", "30108519")]
    )
    def test_records_that_name_no_trial_name_none(self, recorded: Path, file: str, pmid: str) -> None:
        (paper,) = read((recorded / file).read_bytes(), pmid)
        assert paper.title
        assert paper.doi
        assert paper.named == ()

    def test_every_recorded_search_is_read(self, recorded: Path) -> None:
        for path in sorted(recorded.glob("esearch_*.json")):
            expected = orjson.loads(path.read_bytes())["esearchresult"]
            answer = path.read_bytes().replace(b'"count":"40362"', b'"count":"100"')
            found = answered(PUBMED.matching("MLH1 OR APC", YESTERDAY), one_after_another(ok(answer)))
            assert [hit.id for hit in found.hits] == expected["idlist"]
            assert found.total == len(expected["idlist"])

    def test_a_search_that_was_answered_in_part_only_is_no_answer(self, recorded: Path) -> None:
        body = (recorded / "esearch_apc_100ids_20260806.json").read_bytes()
        with pytest.raises(Unreadable, match="should find 40362 papers; it gives 100"):
            answered(PUBMED.matching("APC", None), one_after_another(ok(body)))

    def test_what_other_services_of_ncbi_answered_is_no_set_of_records(self, recorded: Path) -> None:
        others = [path for path in sorted(recorded.glob("biopython_*.xml")) if "pubmed" not in path.name]
        assert len(others) == 5
        for path in others:
            with pytest.raises(Unreadable, match="in place of PubMed's records"):
                read(path.read_bytes(), "1")

    def test_a_recorded_rate_limit_is_an_overload_without_the_address(self, recorded: Path) -> None:
        body = (
            (recorded / "esummary_rate_limited_429.json")
            .read_bytes()
            .replace(b"[redacted capture-host IP]", CALLER.encode())
        )
        for flow in (PUBMED.naming(["NCT03737461"], None), PUBMED.read([Hit("1")], [])):
            with pytest.raises(Overloaded) as failed:
                answered(flow, one_after_another(ok(body)))
            assert CALLER not in str(failed.value)
            assert failed.value.retry_after


class TestErrors:
    @pytest.mark.parametrize(
        ("words", "kind"),
        [
            ("Search Backend failed: Exception: no servers", Overloaded),
            (f"Search Backend failed for {CALLER}", Overloaded),
            ("for 2001:db8:0:0:0:0:2:1 too much", Overloaded),
            ("", Overloaded),
            ("Empty term and query_key - nothing todo", Rejected),
            ("Invalid db name specified: pubmd", Rejected),
        ],
    )
    def test_an_error_within_a_200_is_told_apart_and_keeps_no_address(
        self, words: str, kind: type[CouldNotFindOut]
    ) -> None:
        with pytest.raises(kind) as failed:
            answered(PUBMED.naming(["NCT03737461"], None), one_after_another(a_result(ERROR=words)))
        assert CALLER not in str(failed.value)
        assert "2001:db8" not in str(failed.value)

    def test_a_raw_newline_in_json_is_unreadable(self) -> None:
        body = b'{"esearchresult":{"ERROR":"Search Backend failed:\nno servers"}}'
        with pytest.raises(Unreadable, match="not well-formed JSON"):
            answered(PUBMED.naming(["NCT03737461"], None), one_after_another(ok(body)))

    def test_a_key_that_is_refused_is_not_repeated(self) -> None:
        body = b'{"error":"API key invalid","api-key":"of-nobody"}'
        with pytest.raises(Refused) as failed:
            answered(PUBMED.naming(["NCT03737461"], None), one_after_another(Response(400, {}, body)))
        assert "of-nobody" not in str(failed.value)
        assert "api_key" in str(failed.value)

    def test_a_refused_question_is_not_asked_again_for_ever(self) -> None:
        with pytest.raises(Rejected):
            answered(PUBMED.read([Hit("1")], []), one_after_another(Response(400, {}, b"<html>no</html>")))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b"<html></html>",
            b'{"esearchresult":[]}',
            b'{"esearchresult":{"count":"1"}}',
            b'{"esearchresult":{"count":1,"idlist":["1"]}}',
            b'{"esearchresult":{"count":"1","idlist":[1]}}',
            b'{"esearchresult":{"count":"1","idlist":["x"]}}',
            b'{"esearchresult":{"count":"2","idlist":["1","1"]}}',
            b'{"esearchresult":{"count":"3","idlist":["1","2"]}}',
        ],
    )
    def test_what_is_no_result_of_a_search_is_unreadable(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            answered(PUBMED.naming(["NCT03737461"], None), one_after_another(ok(body)))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<html><body>Down</body></html>",
            b"<PubmedArticleSet><PubmedArticle>",
            b'<!DOCTYPE PubmedArticleSet [<!ENTITY a "b">]><PubmedArticleSet>&a;</PubmedArticleSet>',
            b'<!DOCTYPE PubmedArticleSet SYSTEM "http://x/"><PubmedArticleSet>&a;</PubmedArticleSet>',
            a_set("<PubmedArticle/>"),
            a_set("<PubmedBookArticle/>"),
            a_set(an_article("one")),
            a_set(an_article("2")),
            a_set(),
            b'{"result":{}}',
        ],
    )
    def test_what_is_no_set_of_the_records_asked_for_is_unreadable(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            read(body, "1")

    def test_an_error_in_xml_is_an_error(self) -> None:
        with pytest.raises(Overloaded, match="could not search: Cannot retrieve"):
            read(b"<eFetchResult><ERROR>Cannot retrieve records</ERROR></eFetchResult>", "1")

    def test_an_answer_without_most_records_is_none_and_without_some_is_one(self) -> None:
        with pytest.raises(Unreadable, match="3 records of PubMed were asked for, 1 came"):
            read(a_set(an_article("1")), "1", "2", "3")
        assert [paper.id for paper in read(a_set(an_article("1"), an_article("3")), "1", "2", "3")] == [
            "1",
            "3",
        ]

    @given(st.binary(max_size=200))
    def test_any_bytes_are_an_answer_or_an_error(self, body: bytes) -> None:
        for flow in (PUBMED.naming(["NCT03737461"], None), PUBMED.read([Hit("1")], [])):
            with pytest.raises(CouldNotFindOut):
                answered(flow, one_after_another(ok(body)))


class TestRecords:
    def test_a_registered_number_is_told_from_a_mention(self) -> None:
        banks = (
            "<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>"
            "<AccessionNumber>NCT03737461</AccessionNumber><AccessionNumber>NCT00000000</AccessionNumber></AccessionNumberList></DataBank>"
            "<DataBank><DataBankName>GENBANK</DataBankName><AccessionNumberList><AccessionNumber>AB123456</AccessionNumber>"
            "</AccessionNumberList></DataBank><DataBank><DataBankName>JapicCTI</DataBankName><AccessionNumberList>"
            "<AccessionNumber>JapicCTI-121736</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
        )
        abstract = (
            "<Abstract><AbstractText>We compare RESPINE (NCT 03737461, EudraCT 2017-002092-25, RECHMPL17_0206) with "
            "NCT<i>0</i>6325566.</AbstractText></Abstract>"
        )
        paper = the_one(banks + abstract, numbers=["RECHMPL17_0206", "MSB-DR003", "NCT03737461"])
        assert set(paper.named) == {
            Named("NCT03737461", "number"),
            Named("JapicCTI-121736", "number"),
            Named("2017-002092-25", "mention"),
            Named("NCT06325566", "mention"),
            Named("RECHMPL17_0206", "mention"),
        }

    def test_a_number_in_another_language_or_in_the_keywords_is_a_mention(self) -> None:
        beside = (
            "<OtherAbstract><AbstractText>Registre : NCT03737461</AbstractText></OtherAbstract>"
            "<KeywordList><Keyword>NCT06325566</Keyword></KeywordList>"
        )
        assert [one.number for one in the_one(beside=beside).named] == ["NCT03737461", "NCT06325566"]

    @pytest.mark.parametrize(
        ("types", "kinds"),
        [
            (["Journal Article"], {"article"}),
            (["Journal Article", "Clinical Trial Protocol"], {"article", "protocol"}),
            (["Randomized Controlled Trial"], {"report"}),
            (["Clinical Trial, Phase II"], {"report"}),
            (["Clinical Trial, Veterinary"], set()),
            (["Systematic Review"], {"review"}),
            (["Meta-Analysis"], {"review"}),
            (["Published Erratum"], {"erratum"}),
            (["Retraction of Publication"], {"retraction"}),
            (["Retracted Publication"], {"retracted"}),
            (["Expression of Concern"], {"concern"}),
            (["Preprint"], {"preprint"}),
            (["Letter", "Comment"], set()),
        ],
    )
    def test_what_a_paper_is_comes_from_its_types_alone(self, types: list[str], kinds: set[str]) -> None:
        inside = "".join(f"<PublicationType>{one}</PublicationType>" for one in types)
        paper = the_one(f"<PublicationTypeList>{inside}</PublicationTypeList>")
        assert paper.kinds == kinds
        assert paper.types == tuple(types)

    @pytest.mark.parametrize(
        ("reference", "source", "tie"),
        [
            ("RetractionOf", "J. 2020", Tie("retraction of", "pmid:7")),
            ("RetractionIn", "J. 2020", Tie("retracted by", "pmid:7")),
            ("ErratumFor", "J. 2020", Tie("erratum of", "pmid:7")),
            ("ErratumIn", "J. 2020", Tie("corrected by", "pmid:7")),
            ("ExpressionOfConcernFor", "J. 2020", Tie("concern about", "pmid:7")),
            ("ExpressionOfConcernIn", "J. 2020", Tie("doubted by", "pmid:7")),
            ("UpdateOf", "medRxiv. 2024 Jan 2:2024.01.01.24300001.", Tie("article of", "pmid:7")),
            ("UpdateOf", "Cochrane Database Syst Rev. 2019", None),
            ("UpdateIn", "J. 2020", None),
            ("CommentIn", "J. 2020", None),
            ("Cites", "J. 2020", None),
        ],
    )
    def test_what_a_paper_is_to_another(self, reference: str, source: str, tie: Tie | None) -> None:
        beside = (
            f'<CommentsCorrectionsList><CommentsCorrections RefType="{reference}"><RefSource>{source}</RefSource>'
            "<PMID>7</PMID></CommentsCorrections></CommentsCorrectionsList>"
        )
        assert the_one(beside=beside).ties == ((tie,) if tie else ())

    def test_a_preprint_knows_its_article_and_a_retracted_paper_its_retraction(self) -> None:
        preprint = "<PublicationTypeList><PublicationType>Preprint</PublicationType></PublicationTypeList>"
        update = (
            '<CommentsCorrectionsList><CommentsCorrections RefType="UpdateIn"><RefSource>J. 2025. doi: 10.1000/XY.1.</RefSource>'
            '</CommentsCorrections><CommentsCorrections RefType="RetractionIn"><RefSource>J</RefSource><PMID>8</PMID>'
            "</CommentsCorrections></CommentsCorrectionsList>"
        )
        paper = the_one(preprint, update)
        assert paper.ties == (Tie("preprint of", "doi:10.1000/xy.1"), Tie("retracted by", "pmid:8"))
        assert paper.kinds == {"preprint", "retracted"}

    @pytest.mark.parametrize(
        ("dates", "published"),
        [
            ("<Year>2012</Year><Month>Jul</Month><Day>12</Day>", "2012-07-12"),
            ("<Year>2012</Year><Month>07</Month>", "2012-07"),
            ("<Year>2012</Year><Season>Winter</Season>", "2012"),
            ("<Year>2012</Year>", "2012"),
            ("<MedlineDate>2016 Nov-Dec</MedlineDate>", "2016"),
            ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
            ("<Year>2012</Year><Month>Feb</Month><Day>30</Day>", "2012-02"),
            ("<MedlineDate>Spring</MedlineDate>", "None"),
            ("", "None"),
        ],
    )
    def test_a_date_is_never_more_precise_than_the_journal_gave_it(self, dates: str, published: str) -> None:
        inside = f"<Journal><JournalIssue><PubDate>{dates}</PubDate></JournalIssue></Journal>"
        assert str(the_one(inside).published) == published

    def test_the_earliest_date_counts_and_of_two_that_agree_the_more_precise(self) -> None:
        electronic = "<ArticleDate><Year>2024</Year><Month>10</Month><Day>21</Day></ArticleDate>"
        for issue, published in (("2025", "2024-10-21"), ("2024", "2024-10-21"), ("2023", "2023")):
            inside = (
                f"<Journal><JournalIssue><PubDate><Year>{issue}</Year></PubDate></JournalIssue></Journal>"
            )
            assert str(the_one(inside + electronic).published) == published

    def test_a_doi_is_the_papers_own_and_not_one_that_it_cites(self) -> None:
        cited = (
            '<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList>'
            "</Reference></ReferenceList>"
        )
        assert the_one(data=cited).doi == ""
        own = '<ArticleIdList><ArticleId IdType="doi">10.1000/OWN</ArticleId></ArticleIdList>'
        assert the_one(data=own + cited).doi == "10.1000/own"

    def test_a_chapter_of_a_book_is_a_paper(self) -> None:
        book = (
            "<PubmedBookArticle><BookDocument><PMID>1</PMID><Book><BookTitle>Reviews</BookTitle><PubDate><Year>1993</Year></PubDate></Book>"
            "<ArticleTitle>A chapter on NCT03737461</ArticleTitle><PublicationType>Review</PublicationType>"
            "</BookDocument></PubmedBookArticle>"
        )
        (paper,) = read(a_set(book), "1")
        assert (paper.title, paper.journal) == ("A chapter on NCT03737461", "Reviews")
        assert paper.kinds == {"review"}
        assert paper.named == (Named("NCT03737461", "mention"),)

    def test_a_paper_is_known_by_its_numbers_everywhere(self) -> None:
        paper = the_one(data='<ArticleIdList><ArticleId IdType="doi">10.1000/OWN</ArticleId></ArticleIdList>')
        assert paper.keys == ("pmid:1", "doi:10.1000/own", "pubmed:1")


class TestQuestions:
    def test_papers_that_name_a_trial_are_found_and_read(self) -> None:
        services = FakeServices(
            a_shelf(
                a_paper("39000001", registered=registered("NCT03737461"), title="One"),
                a_paper("39000002", abstract="See EudraCT 2017-002092-25."),
                a_paper("39000003", abstract="Another trial."),
            )
        )
        numbers = ["NCT03737461", "EudraCT 2017-002092-25"]
        found = answered(PUBMED.naming(numbers, None), services)
        assert {hit.id for hit in found.hits} == {"39000001", "39000002"}
        assert found.total == 2
        papers = answered(PUBMED.read(found.hits, numbers), services)
        assert {paper.id: paper.named for paper in papers} == {
            "39000001": (Named("NCT03737461", "number"),),
            "39000002": (Named("2017-002092-25", "mention"),),
        }
        assert len(services.asked) == 2

    def test_only_what_was_entered_or_corrected_since_a_day_is_found(self) -> None:
        shelf = a_shelf(
            a_paper("39000001", registered=registered("NCT03737461")),
            a_paper("39000002", registered=registered("NCT03737461")),
            a_paper("39000003", registered=registered("NCT03737461"), day=TODAY),
        )
        shelf.put(
            "39000002", TODAY, a_paper("39000002", registered=registered("NCT03737461"), title="Corrected")
        )
        found = answered(PUBMED.naming(["NCT03737461"], YESTERDAY), FakeServices(shelf))
        assert {hit.id for hit in found.hits} == {"39000002", "39000003"}

    def test_what_was_printed_long_before_it_came_is_asked_for_by_the_day_that_it_came(self) -> None:
        # PubMed gives such a paper its day of publication as [edat].
        services = FakeServices(a_shelf(a_paper(registered=registered("NCT03737461")), day=TODAY))
        assert len(answered(PUBMED.naming(["NCT03737461"], YESTERDAY), services).hits) == 1
        assert f'"{YESTERDAY:%Y/%m/%d}"[crdt] : "3000"[crdt]' in dict(services.asked[0].params)["term"]

    def test_a_hundred_numbers_and_no_paper_are_one_request(self) -> None:
        services = FakeServices(a_shelf(a_paper(registered=registered("NCT00001001"))))
        numbers = [f"NCT0000{n}" for n in range(1001, 1101)]
        assert answered(PUBMED.naming(numbers, YESTERDAY), services).hits == ()
        assert len(services.asked) == 1
        assert len(numbers) == PUBMED.numbers_at_once

    def test_numbers_that_pubmed_never_saw_do_not_find_all_papers_of_the_day(self) -> None:
        services = FakeServices(a_shelf(a_paper(), a_paper("39000002"), day=TODAY))
        assert answered(PUBMED.naming(["NCT03737461", "NCT06325566"], YESTERDAY), services).hits == ()

    def test_what_tells_of_no_trial_is_not_asked_for(self) -> None:
        assert (
            answered(PUBMED.naming(["", "12", "NCT00000000", "RESPINE"], None), one_after_another()).hits
            == ()
        )

    def test_too_many_papers_for_one_answer_are_asked_for_in_halves(self) -> None:
        pages = one_after_another(
            a_result(
                count="10001", idlist=[str(n) for n in range(1, MOST + 1)], querytranslation="NCT03737461"
            ),
            a_result(count="1", idlist=["5"], querytranslation="NCT03737461"),
            a_result(count="1", idlist=["6"], querytranslation="NCT06325566"),
        )
        found = answered(PUBMED.naming(["NCT03737461", "NCT06325566"], None), pages)
        assert [hit.id for hit in found.hits] == ["5", "6"]

    def test_a_number_cannot_break_out_of_its_question(self) -> None:
        asked: list[Request] = []

        def note(request: Request) -> Response:
            asked.append(request)
            return a_result(count="0", idlist=[])

        answered(PUBMED.naming(['AB-12345"[si]) OR cancer[ti'], None), note)
        assert dict(asked[0].params)["term"] == (
            '("AB-12345 si OR cancer ti"[si] OR "AB-12345 si OR cancer ti"[tiab])'
        )

    def test_a_readers_query_finds_what_was_entered_since_a_day(self) -> None:
        services = FakeServices(
            a_shelf(
                a_paper("39000001", title="Rexlemestrocel-L for backs"),
                a_paper("39000002", title="rexlemestrocel L again", day=TODAY),
            )
        )
        assert [
            hit.id for hit in answered(PUBMED.matching("rexlemestrocel-L", YESTERDAY), services).hits
        ] == ["39000002"]
        assert answered(PUBMED.matching("rexlemestrocel-L", None), services).total == 2
        assert answered(PUBMED.matching("teserpturev", YESTERDAY), services).total == 0

    def test_a_query_that_pubmed_would_widen_is_refused_and_alternatives_are_not(self) -> None:
        services = FakeServices(a_shelf(a_paper(title="Backs"), day=TODAY))
        with pytest.raises(Rejected, match="does not know 'teserpturev'"):
            answered(PUBMED.matching("backs teserpturev", EARLIER), services)
        assert answered(PUBMED.matching("backs OR teserpturev", EARLIER), services).total == 1

    def test_a_query_with_a_field_that_pubmed_does_not_have_is_refused(self) -> None:
        with pytest.raises(Rejected, match="no field 'trial'"):
            answered(PUBMED.matching("backs[trial]", EARLIER), FakeServices(a_shelf(a_paper(title="Backs"))))

    def test_a_query_that_finds_too_much_is_counted_at_first_and_refused_then(self) -> None:
        much = a_result(
            count="5059039", idlist=[str(n) for n in range(1, MOST + 1)], querytranslation="cancer"
        )
        assert answered(PUBMED.matching("cancer", None), one_after_another(much)).total == 5059039
        with pytest.raises(Rejected, match="narrower"):
            answered(PUBMED.matching("cancer", YESTERDAY), one_after_another(much))

    def test_nothing_is_asked_for_no_papers(self) -> None:
        assert answered(PUBMED.read([], []), one_after_another()) == ()


def test_pubmed_declares_itself_and_says_who_asks() -> None:
    assert LITERATURE in named("monitor.sources", "LITERATURE", Literature)  # type: ignore[type-abstract]
    assert isinstance(LITERATURE, Searchable)
    assert PUBMED.courtesies("", "") == (("tool", "trialmon"),)
    assert dict(PUBMED.courtesies("you@example.org", "k")) == {
        "tool": "trialmon",
        "email": "you@example.org",
        "api_key": "k",
    }
    assert PUBMED.pause(keyed=False) > 1 / 3
    assert PUBMED.pause(keyed=True) > 1 / 10
    assert PUBMED.page_url("39393844") == "https://pubmed.ncbi.nlm.nih.gov/39393844/"
    with pytest.raises(ValueError, match="not a PubMed number"):
        PUBMED.page_url("../1")
