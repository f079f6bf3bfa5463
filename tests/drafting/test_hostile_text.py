"""Registry text through a reader's own template, parsed back by real parsers: the template's markup, and no other."""

from collections.abc import Iterator
from dataclasses import replace

import html5lib
import pytest
from markdown_it import MarkdownIt

from monitor.drafting.process import Draftsman
from monitor.render.offered import offered
from tests.hostile import HOSTILE, HOSTILE_IDS
from tests.render.builders import RESPINE, a_change, a_verdict, an_alert

PAGE = "https://clinicaltrials.gov/study/NCT03737461"
HTML = """
<h1 title="{{ trials[0].title }}">{{ trials[0].name }}</h1>
{% for event in trials[0].events %}
<p class='{{ event.because }}'>{{ event.headline }}
{% for change in event.changes %}<b>{{ change.before ~ change.after }}</b>{% endfor %}</p>
{% endfor %}
<a href="{{ trials[0].page }}">{{ trials[0].reasons[0].watchlist | upper }}</a>
"""
MARKDOWN = """
{{ trials[0].title }} {{ trials[0].events[0].headline | replace("a", "b") }} [page]({{ trials[0].page }})
{%- set because = trials[0].events[0].because %} {{ because ~ "!" }}
"""


@pytest.fixture(scope="module")
def draftsman() -> Iterator[Draftsman]:
    one = Draftsman(seconds=60)
    yield one
    one.close()


def about(text: str) -> dict[str, object]:
    alert = an_alert(
        facts=replace(RESPINE, title=text, acronym=text, sponsor=text, status=text),
        changes=(a_change(text, text + "!"),),
        verdicts=(a_verdict(text, because=text),),
    )
    return offered(alert, text, text)


@pytest.mark.parametrize("text", HOSTILE, ids=HOSTILE_IDS)
def test_html_holds_the_template_s_elements_and_one_link(draftsman: Draftsman, text: str) -> None:
    written = draftsman.draft({"x.html.j2": HTML}, "x.html.j2", "html", about(text))
    tree = html5lib.parse(written, namespaceHTMLElements=False)
    found = [(element.tag, sorted(element.keys())) for element in tree.find("body").iter()][1:]
    assert found == [("h1", ["title"]), ("p", ["class"]), ("b", []), ("a", ["href"])]
    assert [element.get("href") for element in tree.iter("a")] == [PAGE]


@pytest.mark.parametrize("text", HOSTILE, ids=HOSTILE_IDS)
def test_markdown_holds_the_template_s_link_and_nothing_else(draftsman: Draftsman, text: str) -> None:
    written = draftsman.draft({"x.md.j2": MARKDOWN}, "x.md.j2", "markdown", about(text))
    tokens = MarkdownIt("commonmark").enable("table").parse(written)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    inside = [token for token in tokens[1].children or [] if token.type not in ("text", "softbreak")]
    assert [token.type for token in inside] == ["link_open", "link_close"]
    assert inside[0].attrGet("href") == PAGE
