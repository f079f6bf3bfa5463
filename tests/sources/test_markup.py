"""One text in two spellings: the HTML of the record history and the Markdown of API v2."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from monitor.core.canonical import canonical_text
from monitor.sources.clinicaltrials_gov.markup import MARKED_UP, markdown, words
from tests.sources.registry import real_lines

_PIECES = st.text(st.sampled_from("abc 12.)(-+*_[]<>&~^`\\#!|≥é"), min_size=1, max_size=12)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _listed(items: list[str]) -> st.SearchStrategy[str]:
    inner = "".join(f"<li>{item}</li>" for item in items)
    return st.sampled_from([f"<ul>{inner}</ul>", f"<ol>{inner}</ol>"])


_BLOCKS = st.recursive(
    _PIECES.map(_escaped).map(lambda text: f"<p>{text}</p>"),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).flatmap(_listed),
        st.lists(inner, min_size=1, max_size=3).map("".join),
        inner.map(lambda one: f"<blockquote>{one}</blockquote>"),
    ),
    max_leaves=8,
)


@given(_BLOCKS)
@example(
    "<ol><li><blockquote><p>1</p><p>1</p></blockquote></li><li><blockquote><p>1</p></blockquote></li></ol>"
)
def test_html_spelled_as_markdown_keeps_its_words(html: str) -> None:
    assert words(markdown(html), html=False) == words(html, html=True)


@given(_BLOCKS)
def test_markdown_read_by_the_specification_is_spelled_the_same_again(html: str) -> None:
    once = markdown(html)
    assert words(markdown(MarkdownIt("commonmark").render(once)), html=False) == words(once, html=False)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    words(markdown(text), html=False)
    words(text, html=False)


def test_a_list_is_spelled_as_the_registry_spells_it() -> None:
    html = (
        "<p>Inclusion:</p><ul><li>Age &gt;= 18<ol><li>or 17</li></ol></li><li>BMI [kg/m^2] &lt; 30</li></ul>"
    )
    lines = ["Inclusion:", "", "* Age \\>= 18", "  1. or 17", "* BMI \\[kg/m\\^2\\] \\< 30"]
    assert markdown(html) == "\n".join(lines)


@pytest.mark.parametrize(
    ("html", "spelled"),
    [
        ("Pain at rest", "Pain at rest"),
        ("<p>1. Adults</p>", "1\\. Adults"),
        ("<p>- none</p>", "\\- none"),
        ("one<br/>two", "one\ntwo"),
        ("<p>m<sup>2</sup> of <b>skin</b></p>", "m2 of **skin**"),
        ("<script>x</script>", "x"),
        ("<ul><li></li></ul>", "*"),
        ("", ""),
    ],
)
def test_small_things(html: str, spelled: str) -> None:
    assert markdown(html).strip() == spelled


def test_text_that_only_moved_between_tags_has_the_same_words() -> None:
    assert words("<p>Age&nbsp;18</p>\n<p>or over</p>", html=True) == words("Age 18\n\nor over", html=False)
    assert words("<p>Age 18</p>", html=True) != words("<p>Age 19</p>", html=True)


def test_a_list_nested_a_thousand_deep_is_still_read() -> None:
    assert "deep" in markdown("<ul><li>" * 1000 + "deep" + "</li></ul>" * 1000)


def _texts(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [
            text for key, inner in value.items() for text in _texts(inner, f"{path}.{key}" if path else key)
        ]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner, path)]
    return [value] if isinstance(value, str) and path in MARKED_UP else []


def test_real_texts_come_back_from_html_as_they_were(registry_data: Path) -> None:
    render = MarkdownIt("commonmark").render
    lines = list(real_lines(registry_data / "corpus.jsonl.xz"))[::4]
    texts = {text for line in lines for text in _texts(orjson.loads(line))}
    for text in texts:
        assert words(render(text), html=True) == words(text, html=False)
    astray = [text for text in texts if canonical_text(markdown(render(text))) != canonical_text(text)]
    # What is left: hyphens and numbers that the registry's own spelling takes for text, and CommonMark for lists.
    assert len(texts) > 2000
    assert len(astray) <= len(texts) // 200
