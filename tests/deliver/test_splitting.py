import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.notification import Message
from monitor.deliver.splitting import MOST_PARTS, Form, parts_of, pieces

LONG = Message(
    title="RESPINE: <b>Terminated</b> @ once",
    text="\n".join(f"line {number} <i> & more" for number in range(500)),
    markdown="\n".join(f"**line {number}** \\<i\\>" for number in range(500)),
    html="<ul>" + "".join(f"<li>line {number}</li>" for number in range(500)) + "</ul>",
)
PROOF = "registry 2026-02-09 · trialmon 0123456789ab"
TEXT = st.text(alphabet=st.sampled_from("ab é\u0301\n<&*_😀"), max_size=300)


def test_what_fits_is_one_part_as_it_is() -> None:
    (part,) = parts_of(LONG, "html", 250, 100_000)
    assert (part.title, part.body, part.text) == (LONG.title, LONG.html, LONG.text)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("title_limit", [0, 60])
@pytest.mark.parametrize("limit", [1000, 1500, 4096])
def test_what_is_too_long_comes_in_parts_and_nothing_is_left_out(
    form: Form, title_limit: int, limit: int
) -> None:
    parts = parts_of(LONG, form, title_limit, limit, PROOF if limit > 1000 else "")
    assert all(len(part.body) + (len(part.title) if title_limit == 0 else 0) <= limit for part in parts)
    told = " ".join(" ".join(part.text for part in parts).split())
    assert all(f"line {number} " in told.replace("**", " ") for number in range(500))
    marks = [part.title.rpartition(" ")[2].replace("\\", "") for part in parts]
    assert marks == [f"({number}/{len(parts)})" for number in range(1, len(parts) + 1)]


def test_what_would_take_very_many_parts_ends_by_saying_so() -> None:
    parts = parts_of(LONG, "text", 250, 300, PROOF)
    assert len(parts) == MOST_PARTS
    found = re.match(r"(\d+) more parts are left out here", parts[-1].body)
    assert found is not None
    whole = len(pieces(LONG.text, 300 - len(PROOF) - 2))
    assert int(found[1]) == whole - (MOST_PARTS - 1)


def test_each_part_has_the_proof_below_it() -> None:
    parts = parts_of(LONG, "text", 250, 1000, PROOF)
    assert len(parts) > 5
    assert all(part.body.endswith(f"\n\n{PROOF}\n") for part in parts)


def test_the_proof_stands_inside_a_page() -> None:
    page = Message("t", "x", "x", "<html><body><p>x</p></body></html>")
    (part,) = parts_of(page, "html", 250, 1000, "a <proof>")
    assert part.body.endswith("a &lt;proof&gt;</p>\n</body></html>")


def test_a_part_in_html_has_no_half_element() -> None:
    for part in parts_of(LONG, "html", 250, 2000, PROOF):
        html5lib.HTMLParser(strict=True).parseFragment(part.body)
        assert "line" in part.body


def test_a_part_in_markdown_has_no_half_mark() -> None:
    parts = parts_of(LONG, "markdown", 250, 1000)
    assert all(part.body.count("**") % 2 == 0 for part in parts)
    assert "".join(part.body for part in parts) == LONG.markdown


def test_markdown_whose_lines_are_too_long_is_made_of_the_text() -> None:
    message = Message("t", "a*b " * 600, "a\\*b " * 600, "")
    parts = parts_of(message, "markdown", 250, 500)
    assert all(len(part.body) <= 500 for part in parts)
    assert "".join(part.text for part in parts) == message.text


def test_a_service_that_knows_few_elements_gets_bare_lines() -> None:
    message = Message("t", "a < b\nc", "", "<table style='color:red'><tr><td>a</td></tr></table>")
    (part,) = parts_of(message, "html", 250, 500, simple=True)
    assert part.body == "a &lt; b<br>\nc<br>\n"


def test_a_body_is_measured_as_the_service_will_write_it() -> None:
    parts = parts_of(LONG, "text", 250, 1000, size=lambda text: 2 * len(text))
    assert all(len(part.body) <= 500 for part in parts)


def test_a_title_that_goes_into_the_body_is_escaped_for_it() -> None:
    short = Message(LONG.title, "x", "x", "x")
    assert parts_of(short, "html", 0, 4096)[0].title == "RESPINE: &lt;b&gt;Terminated&lt;/b&gt; @ once"
    assert parts_of(short, "markdown", 0, 4096)[0].title == "RESPINE: \\<b\\>Terminated\\</b\\> @ once"
    assert parts_of(short, "text", 0, 4096)[0].title == LONG.title


def test_a_cut_is_made_between_blocks_then_lines_then_words() -> None:
    assert pieces("one two\n\nthree four\nfive six", 15) == ("one two\n\n", "three four\n", "five six")
    assert pieces("one two three", 9) == ("one two ", "three")


@given(TEXT, st.integers(8, 60))
def test_pieces_are_short_enough_and_make_up_the_text(text: str, limit: int) -> None:
    found = pieces(text, limit)
    assert "".join(found) == text
    assert all(0 < len(piece) <= limit for piece in found)


@given(TEXT, st.sampled_from(["text", "markdown", "html"]), st.integers(150, 400))
def test_no_limit_is_exceeded_whatever_is_told(text: str, form: Form, limit: int) -> None:
    message = Message(text, text * 5, text * 5, f"<p>{text * 5}</p>")
    for part in parts_of(message, form, 0, limit):
        assert len(part.title) + len(part.body) + 32 <= limit + len(" (99/99)")


def test_a_page_without_any_words_beside_it_is_told_by_its_title() -> None:
    (part,) = parts_of(Message("A title", "", "", "<p>x</p>" * 500), "html", 250, 1000)
    assert part.body == "A title<br>\n"


def test_a_letter_keeps_its_accent() -> None:
    found = pieces("e\u0301" * 50, 11)
    assert all(piece[0] == "e" for piece in found)
