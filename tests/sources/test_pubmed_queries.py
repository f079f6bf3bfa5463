"""A reader's query to PubMed: typed as on its site, or a link pasted from there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.pubmed.query import only_alternatives, query_of

SITE = "https://pubmed.ncbi.nlm.nih.gov/?term="


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("rexlemestrocel-L", "rexlemestrocel-L"),
        ("  stem   cells\nAND back pain[tiab] ", "stem cells AND back pain[tiab]"),
        (SITE + "rexlemestrocel-L", "rexlemestrocel-L"),
        (
            SITE + "stem+cells%5Btiab%5D+AND+%22back+pain%22&sort=date&size=200&page=2",
            'stem cells[tiab] AND "back pain"',
        ),
        ("pubmed.ncbi.nlm.nih.gov/?term=a+b", "a b"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/?term=Pers+YM%5Bau%5D", "Pers YM[au]"),
        ("https://pubmed.ncbi.nlm.nih.gov/39393844/?term=respine", "respine"),
    ],
)
def test_a_query_is_what_would_be_searched_on_the_site(written: str, query: str) -> None:
    assert query_of(written) == query


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "empty"),
        (SITE, "holds no search"),
        ("(…)", "no word"),
        ("https://pubmed.ncbi.nlm.nih.gov/39393844/", "one paper"),
        ("https://pubmed.ncbi.nlm.nih.gov/advanced/", "holds no search"),
        ("https://example.org/?term=a", "'example.org' is not PubMed's site"),
        (SITE + "a&filter=pubt.clinicaltrial", "say it in the query"),
        (SITE + "a&linkname=pubmed_pubmed", "'linkname', which is not understood"),
        ("stem cells)", "do not match"),
        ("back[tiab", "do not match"),
        ('"back pain', "not closed"),
        ("a" * 2000, "2000 characters"),
        ("a\x07b", "cannot be shown"),
    ],
)
def test_what_is_no_query_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        query_of(written)


@given(st.text(max_size=60))
def test_a_query_once_normalised_stays_as_it_is(written: str) -> None:
    try:
        query = query_of(written)
    except ValueError:
        return
    assert query_of(query) == query


@pytest.mark.parametrize(
    ("query", "alternatives"),
    [
        ("a", True),
        ("a OR b", True),
        ('("low back pain"[tiab] OR MPC-06-ID OR b[ti])', True),
        ("a b", False),
        ("a AND b", False),
        ("a OR b NOT c", False),
        ("(a OR b) c", False),
    ],
)
def test_alternatives_are_words_or_phrases_joined_by_or(query: str, alternatives: bool) -> None:
    assert only_alternatives(query) is alternatives
