import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from monitor.render.escape import clean, cut, markdown, one_line, plain
from tests.hostile import HOSTILE

ANY_TEXT = st.one_of(
    st.text(), st.sampled_from(HOSTILE), st.text(alphabet="[]()<>!@#*_`~|\\-+=&;:/. \n1ahtps\u202e\u200b")
)


def test_what_a_terminal_obeys_is_shown_as_one_mark() -> None:
    assert clean("a\x1b[31mb\x00\x07c\x9bd") == "a\ufffd[31mb\ufffdc\ufffdd"


def test_line_ends_of_every_kind_become_one() -> None:
    assert clean("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_what_reverses_the_reading_is_shown_and_what_has_no_width_goes() -> None:
    assert clean("a\u202eb\u200bc\U000e0041\U000e0042d") == "a\ufffdbc\ufffdd"


def test_letters_of_every_script_stay() -> None:
    for text in (
        "Hôpital Cochin",
        "北京大学第三医院",
        "Клиника",
        "مستشفى",
        "žluťoučký",
        "≥ 18 years, β-blocker, 5 µg",
    ):
        assert plain(text) == text


def test_a_pile_of_accents_is_thinned_out() -> None:
    assert len(clean("z" + "\u0301" * 50)) == 4


def test_mentions_lose_their_effect_and_keep_their_words() -> None:
    assert plain("@everyone <!channel> <@U1>") == "@ everyone < !channel> < @U1>"
    assert plain("ask me@here.example, p < 0.05, x<!") == "ask me@ here.example, p < 0.05, x< !"


def test_addresses_in_registry_text_are_no_links() -> None:
    assert plain("see https://evil.example") == "see https[:]//evil.example"
    assert plain("www.evil.example") == "www[.]evil.example"
    assert plain("ratio 1:2, time 12:30, Primary: pain") == "ratio 1:2, time 12:30, Primary: pain"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("ACTIVE_NOT_RECRUITING", r"ACTIVE\_NOT\_RECRUITING"),
        ("[x](y)", r"\[x\] (y)"),
        ("<b>", r"\<b\>"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("&lt; & c", r"\&lt; & c"),
        ("plain words, a (bracket) and 5-10 mg.", "plain words, a (bracket) and 5-10 mg."),
    ],
)
def test_markdown_golden(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


@given(ANY_TEXT)
def test_markdown_shows_the_characters_and_does_nothing_else(text: str) -> None:
    line = one_line(text, 10_000)
    tokens = MarkdownIt("commonmark").enable("strikethrough").enable("table").parse(f"x {markdown(line)} y")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    inline = tokens[1].children or []
    assert {token.type for token in inline} <= {"text"}
    assert "".join(token.content for token in inline) == f"x {plain(line)} y"


@given(ANY_TEXT)
def test_markdown_at_the_start_of_a_line_begins_no_block(text: str) -> None:
    line = one_line(text, 10_000)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(line))
    assert [token.type for token in tokens] in (["paragraph_open", "inline", "paragraph_close"], [])


@given(ANY_TEXT)
def test_escaped_text_has_no_character_that_acts_or_hides(text: str) -> None:
    for character in plain(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        assert character not in "\u200b\u200d\u2060\ufeff\u202a\u202e\u2066\u2069"
        assert not 0xE0000 <= ord(character) <= 0xE007F
    plain(text).encode("utf-8")


@given(ANY_TEXT)
def test_no_link_and_no_mention_is_left(text: str) -> None:
    result = plain(text).lower()
    assert "://" not in result
    assert "](" not in result
    assert "<!" not in result
    assert "<@" not in result
    assert "@everyone" not in result


@given(ANY_TEXT, st.integers(min_value=1, max_value=60))
def test_a_title_is_one_line_of_at_most_its_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert "\r" not in line


def test_a_cut_keeps_letter_and_accent_together() -> None:
    assert cut("abcde\u0301fgh", 6) == "abcd…"
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
