import pytest

from monitor.core.notification import Message
from monitor.deliver.fitting import CUT, Form, fitted

LONG = Message(
    title="RESPINE: <b>Terminated</b> @ once",
    text="\n".join(f"line {number} <i> & more" for number in range(500)),
    markdown="\n".join(f"**line {number}** \\<i\\>" for number in range(500)),
    html="<ul>" + "".join(f"<li>line {number}</li>" for number in range(500)) + "</ul>",
)


def test_what_fits_is_not_touched() -> None:
    assert fitted(LONG, "html", 250, 100_000) == (LONG.title, LONG.html)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("title_limit", [0, 60])
@pytest.mark.parametrize("limit", [120, 1000, 4096])
def test_what_is_too_long_is_cut_at_a_line_and_says_so(form: Form, title_limit: int, limit: int) -> None:
    title, body = fitted(LONG, form, title_limit, limit)
    assert len(body) + (len(title) if title_limit == 0 else 0) <= limit
    assert body.endswith(CUT) or len(body) < len(CUT)


def test_html_that_is_cut_has_no_half_element() -> None:
    _, body = fitted(LONG, "html", 250, 1000)
    assert body.startswith("line 0 &lt;i&gt; &amp; more<br>\nline 1")
    assert body.count("<") == body.count(">") == body.count("<br>")


def test_markdown_that_is_cut_has_no_half_mark() -> None:
    _, body = fitted(LONG, "markdown", 250, 1000)
    assert body.count("**") % 2 == 0


def test_a_title_that_goes_into_the_body_is_escaped_for_it() -> None:
    assert fitted(LONG, "html", 0, 4096)[0] == "RESPINE: &lt;b&gt;Terminated&lt;/b&gt; @ once"
    assert fitted(LONG, "markdown", 0, 4096)[0] == "RESPINE: \\<b\\>Terminated\\</b\\> @ once"
    assert fitted(LONG, "text", 0, 4096)[0] == LONG.title


def test_a_text_of_one_long_line_is_cut_within_it() -> None:
    message = Message("t", "word " * 1000, "", "")
    assert len(fitted(message, "text", 10, 100)[1]) <= 100
