"""A message in a reader's own words: which forms they give, and what is said where they fail."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.core.notification import Message
from monitor.drafting import process
from monitor.drafting.drafter import Drafter
from monitor.render.message import render_alert
from monitor.render.offered import offered
from tests.drafting.hostile import ENDLESS, REFUSED
from tests.render.builders import an_alert

BUILT_IN = render_alert(an_alert())
VALUES = offered(an_alert(), BUILT_IN.title, "desk")


class Desk:
    """A folder of templates and a drafter over it."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.drafter = Drafter(folder, seconds)

    def write(self, file: str, text: str | bytes) -> None:
        self.folder.mkdir(exist_ok=True)
        content = text if isinstance(text, bytes) else text.encode()
        (self.folder / file).write_bytes(content)

    def draft(self, name: str = "board") -> tuple[Message, list[str]]:
        message, problems = self.drafter.draft(name, BUILT_IN, VALUES)
        return message, [str(problem).replace(str(self.folder), "templates") for problem in problems]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "templates", seconds=60)
    yield desk
    desk.drafter.close()


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Desk]:
    """One that gives a template half a second."""
    desk = Desk(tmp_path / "templates", seconds=0.5)
    yield desk
    desk.drafter.close()


def test_a_form_without_a_template_has_the_built_in_words(desk: Desk) -> None:
    desk.write("board.txt.j2", "{{ trials[0].name }}: {{ trials[0].events[0].headline }}\n")
    message, problems = desk.draft()
    assert message.text == "RESPINE: Terminated (was: recruiting)\n"
    assert (message.title, message.markdown, message.html, problems) == (
        BUILT_IN.title,
        BUILT_IN.markdown,
        BUILT_IN.html,
        [],
    )


def test_a_template_may_word_all_four_forms(desk: Desk) -> None:
    for form in ("title", "txt", "md", "html"):
        desk.write(f"board.{form}.j2", form + " {{ kind }}\n\n")
    message, problems = desk.draft()
    assert problems == []
    assert message == Message("title alert", "txt alert\n", "md alert\n", "html alert\n")


def test_a_title_is_one_line_of_a_bearable_length(desk: Desk) -> None:
    desk.write("board.title.j2", "a\n{% for i in range(500) %}b {% endfor %}")
    message, _ = desk.draft()
    assert "\n" not in message.title
    assert len(message.title) <= 160
    desk.write("board.title.j2", "\n \n")
    assert desk.draft()[0].title == BUILT_IN.title, "an empty title is none"


def test_one_form_that_fails_leaves_the_others_theirs(desk: Desk) -> None:
    desk.write("board.txt.j2", "{{ trials[0].name }}")
    desk.write("board.html.j2", "<p>\n{{ nothing }}")
    message, problems = desk.draft()
    assert (message.text, message.html) == ("RESPINE\n", BUILT_IN.html)
    assert problems == [
        "templates/board.html.j2:2: there is no “nothing” (docs/reference/templates.md says what there is)"
    ]


def test_a_hostile_template_costs_its_words_and_not_the_message(desk: Desk) -> None:
    for template in REFUSED.values():
        desk.write("board.txt.j2", template)
        message, problems = desk.draft()
        assert message == BUILT_IN, template
        assert len(problems) == 1, template


def test_a_template_without_an_end_is_left_alone_until_it_changes(hasty: Desk) -> None:
    hasty.write("board.txt.j2", ENDLESS["loops in loops"])
    hasty.write("board.md.j2", "{{ kind }}")
    said = []
    for _ in range(3):
        message, problems = hasty.draft()
        assert message.text == BUILT_IN.text
        said += problems
    assert said == [
        "templates/board.txt.j2: took longer than 0.5 seconds (does it loop in a loop, or grow a text?)",
        "templates/board.txt.j2: took longer than 0.5 seconds (does it loop in a loop, or grow a text?)",
        "templates/board.txt.j2: had to be stopped 2 times and is left alone"
        " (it is tried again when a file of the folder changes)",
    ]
    assert message.markdown == "alert\n", "the other forms are not"
    hasty.write("board.txt.j2", "{{ kind }} at last")
    assert hasty.draft() == (
        message.__class__(BUILT_IN.title, "alert at last\n", "alert\n", BUILT_IN.html),
        [],
    )


@pytest.mark.parametrize(
    ("html", "where"),
    [
        ("<p title={{ trials[0].title }}>x</p>", "in an attribute of <p> without quotation marks"),
        ("<script>let x = '{{ trials[0].title }}'</script>", "within <script>"),
        ("<style>p { content: '{{ trials[0].title }}' }</style>", "within <style>"),
        ('<p onclick="go({{ trials[0].title }})">x</p>', "in the program of onclick="),
        ('<p style="color: {{ trials[0].title }}">x</p>', "in the style of <p>"),
        ('<a href="{{ trials[0].title }}">x</a>', "as the address in href="),
        ("<{{ trials[0].title }}>x", "as the name of an element"),
        ("<!-- {{ trials[0].title }} -->", "within a comment"),
    ],
)
def test_a_value_where_escaping_cannot_hold_it_is_refused(desk: Desk, html: str, where: str) -> None:
    desk.write("board.html.j2", html)
    message, (said,) = desk.draft()
    assert message == BUILT_IN
    assert said.startswith(f"templates/board.html.j2: puts a value {where} (there a registry's words")


def test_a_value_between_tags_or_in_quotation_marks_is_fine(desk: Desk) -> None:
    desk.write(
        "board.html.j2",
        "<style>p { color: red }</style><p title=\"{{ trials[0].title }}\" class='{{ trials[0].name }}'>"
        '{{ trials[0].title }}</p><a href="{{ trials[0].page }}">x</a>',
    )
    assert desk.draft()[1] == []


def test_where_no_process_can_be_started_the_message_has_the_built_in_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_COMMAND", ("/nowhere/python",))
    desk.write("board.txt.j2", "{{ kind }}")
    message, (said,) = desk.draft()
    assert message == BUILT_IN
    assert said.startswith("templates/board.txt.j2: could not be run: No such file or directory")


def test_several_threads_draft_at_once(desk: Desk) -> None:
    desk.write("board.txt.j2", "{{ kind }}")
    desk.write("other.txt.j2", "other {{ kind }}")
    with ThreadPoolExecutor(4) as threads:
        texts = list(threads.map(lambda name: desk.draft(name)[0].text, ["board", "other"] * 10))
    assert texts == ["alert\n", "other alert\n"] * 10


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"fine\n\xff\n", "templates/board.txt.j2:2: is not UTF-8 (save it as UTF-8)"),
        (b"x" * 70_000, "templates/board.txt.j2: has more than 64 KB (a template is a page or two)"),
    ],
    ids=["not text", "too large"],
)
def test_a_file_that_cannot_be_read_is_told(desk: Desk, content: bytes, said: str) -> None:
    desk.write("board.txt.j2", content)
    assert desk.draft() == (BUILT_IN, [said])


def test_a_folder_in_a_file_s_place_and_a_link_to_nowhere_are_told(desk: Desk) -> None:
    (desk.folder / "board.txt.j2").mkdir(parents=True)
    (desk.folder / "board.md.j2").symlink_to("/nowhere/at/all")
    assert desk.draft() == (BUILT_IN, ["templates/board.txt.j2: is no ordinary file"])


def test_a_template_that_is_not_there_is_told(desk: Desk) -> None:
    said = "templates: there is no template board (write board.txt.j2 there, or take “template: board” out)"
    assert desk.draft() == (BUILT_IN, [said])


def test_the_folder_says_what_is_in_it(desk: Desk) -> None:
    for file in ("board.txt.j2", "board.html.j2", "_part.j2", "phone.title.j2", "notes.md", "x.j2"):
        desk.write(file, "x")
    templates = desk.drafter.templates()
    assert templates.names() == ("board", "phone")
    assert (templates.forms_of("board"), templates.forms_of("phone")) == (("txt", "html"), ("title",))
