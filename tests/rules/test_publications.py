"""References: linked by the registry, named by the sponsor, taken out, retracted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.significance import Significance, Verdict
from monitor.rules._references import title_of
from tests.builders import a_document
from tests.rules.conftest import RULES
from tests.rules.judging import headlines, judged


def a_reference(pmid: str = "99900001", type_: str = "DERIVED", **more: object) -> dict[str, object]:
    citation = f"Made A, Invented BC Jr; Made Group. A made trial of disc cells, part {pmid[-1]}. J Made. 2026;1(1):1-9."
    return {"pmid": pmid, "type": type_, "citation": citation, **more}


def told(
    before: list[dict[str, object]], after: list[dict[str, object]], **more: object
) -> tuple[Verdict, ...]:
    one, other = (a_document(referencesModule={"references": side}) | more for side in (before, after))
    return judged(RULES, one, other)


def test_a_publication_that_the_registry_links_before_results_is_notable() -> None:
    [verdict] = told([], [a_reference()])
    assert verdict.significance == Significance.NOTABLE
    assert verdict.headline == (
        "A publication was linked by the registry before results: PMID 99900001, “A made trial of disc cells, part 1”"
    )
    assert "registry-made" in verdict.because


def test_the_same_after_results_is_routine() -> None:
    [verdict] = told([], [a_reference()], hasResults=True)
    assert verdict.significance == Significance.ROUTINE


def test_several_at_once_are_one_line() -> None:
    [verdict] = told([], [a_reference(f"9990000{n}") for n in (4, 3, 2, 1)])
    assert verdict.headline == (
        "4 publications were linked by the registry before results: PMID 99900001, 99900002, 99900003 …"
    )


def test_each_type_is_told_by_its_own_rule() -> None:
    types = ("BACKGROUND", "DERIVED", "RESULT")
    verdicts = told([], [a_reference(f"9990000{n}", type_) for n, type_ in enumerate(types)])
    assert {(verdict.rule, verdict.significance) for verdict in verdicts} == {
        ("publications.result", Significance.NOTABLE),
        ("publications.linked", Significance.NOTABLE),
        ("publications.background", Significance.ROUTINE),
    }


def test_a_reference_that_gets_its_number_neither_came_nor_went() -> None:
    cited: dict[str, object] = {"type": "RESULT", "citation": "Made A. Disc cells. J Made. 2026."}
    [verdict] = told([cited], [{**cited, "pmid": "99900001"}])
    assert verdict.rule == "record.edited"


def test_a_retraction_is_critical_and_names_the_paper_not_the_notice() -> None:
    notice = [{"pmid": "99900009", "source": "J Made. 2026"}]
    [verdict] = told([a_reference()], [a_reference(retractions=notice)])
    assert verdict.significance == Significance.CRITICAL
    assert headlines([verdict]) == ["publications.retracted: Retracted: PMID 99900001"]


def test_a_reference_that_comes_retracted_is_told_as_retracted_only() -> None:
    [verdict] = told([], [a_reference(retractions=[{"pmid": "99900009"}])])
    assert (verdict.rule, verdict.significance) == ("publications.retracted", Significance.CRITICAL)


@pytest.mark.parametrize(
    ("citation", "title"),
    [
        ("Lu Q. The importance of x in y. J Made. 2013 Mar;41:1-5.", "The importance of x in y"),
        ("Ware JE Jr, Made CD. Is it so? A trial. Med. 1992.", "Is it so?"),
        ("Made A, et al. Cells. Int J 6:7-15, 2007.", "Cells"),
        (
            "Made EA, Vas SP; Made Society, Group of. Diagnosis: a guideline. J. 2015.",
            "Diagnosis: a guideline",
        ),
        ("Group. Guidance for Industry", "Group. Guidance for Industry"),
        ("", ""),
    ],
)
def test_the_title_is_read_out_of_a_citation(citation: str, title: str) -> None:
    assert title_of(citation) == title


@given(st.text(max_size=300))
def test_any_citation_has_a_line_to_show(citation: str) -> None:
    assert len(title_of(citation).splitlines()) <= 1


def test_a_bibliography_of_semicolons_is_read_quickly_and_shortened() -> None:
    [verdict] = told([], [a_reference(citation="A;" * 50_000)])
    assert len(verdict.headline) <= 200
