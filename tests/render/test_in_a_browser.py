"""The mails as people see them: delivered over real SMTP, taken out of the mail again, shown by a real browser."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.render.contexts import WatchingContext
from monitor.render.message import render_watching
from tests.browser import Pages, violations, wider_than_the_screen
from tests.hostile import HOSTILE
from tests.journeys.mails import Letterbox, html_of, text_of, the_story, told_by_mail
from tests.render.builders import RESPINE, a_watched_trial

# A mail is no page of a site: it has no landmarks.
NOT_FOR_MAILS = ("region", "landmark-one-main", "page-has-heading-one")
SHOWN = [("alert", 0), ("digest", 0), ("digest", 1)]


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Letterbox:
    return told_by_mail(tmp_path_factory.mktemp("story"), the_story())


@pytest.mark.parametrize(("inbox", "which"), SHOWN)
@pytest.mark.parametrize("width", [600, 320])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_mail_fits_the_screen_and_can_be_read_by_everybody(
    pages: Pages, post: Letterbox, inbox: str, which: int, width: int, dark: bool
) -> None:
    page = pages(width=width, dark=dark)
    page.set_content(html_of(post.to(inbox)[which]))
    assert wider_than_the_screen(page) == 0
    assert violations(page, *NOT_FOR_MAILS) == []


def test_the_colours_follow_the_readers_screen(pages: Pages, post: Letterbox) -> None:
    grounds = []
    for dark in (False, True):
        page = pages(dark=dark)
        page.set_content(html_of(post.to("alert")[0]))
        grounds.append(page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(24, 30, 38)"]


def test_what_went_and_what_came_differ_by_more_than_colour(pages: Pages, post: Letterbox) -> None:
    page = pages()
    page.set_content(html_of(post.to("alert")[0]))
    lines = {
        tag: page.evaluate(f"getComputedStyle(document.querySelector('{tag}')).textDecorationLine")
        for tag in ("del", "ins")
    }
    assert lines == {"del": "line-through", "ins": "underline"}


def test_the_preview_beside_the_subject_is_not_seen_in_the_mail(pages: Pages, post: Letterbox) -> None:
    page = pages()
    page.set_content(html_of(post.to("alert")[0]))
    assert not page.locator("body > div").first.is_visible()
    assert "Overall status" in (page.locator("body > div").first.text_content() or "")


def test_a_program_that_shows_no_pictures_shows_the_slips_in_words(pages: Pages, post: Letterbox) -> None:
    page = pages()
    page.set_content(html_of(post.to("alert")[0]))
    assert page.locator("svg").count() == 4
    page.evaluate("document.querySelectorAll('svg').forEach(one => one.remove())")
    words = " ".join(page.inner_text("body").split())
    for said in ("2 March 2026", "June 2028", "March 2029 9 months later", "December 2030 15 months later"):
        assert said in words


_LINES = """selector => { const range = document.createRange(); range.selectNodeContents(document.querySelector(selector));
    return range.getClientRects().length }"""


def test_no_number_or_status_in_a_table_of_watched_trials_is_broken_within_a_word(pages: Pages) -> None:
    facts = [replace(RESPINE, status="RECRUITING"), replace(RESPINE, acronym="A long name " * 6)]
    page = pages(width=600)
    trials = tuple(a_watched_trial(facts=one) for one in facts)
    page.set_content(render_watching(WatchingContext("Cells", trials)).html)
    assert page.evaluate(_LINES, "th[scope=row] a") == 1
    assert page.evaluate(_LINES, "th[scope=row] ~ td ~ td") == 1
    assert wider_than_the_screen(page) == 0


def test_hostile_words_do_nothing_in_a_delivered_mail(pages: Pages, tmp_path: Path) -> None:
    harmful = [text for text in HOSTILE if len(text) < 1000 and "\ud800" not in text]
    # A headline has room for few of them: those first that would break a mail's headers.
    post = told_by_mail(tmp_path, the_story("; ".join(sorted(harmful, key=str.isprintable))))
    for inbox in ("alert", "digest"):
        for mail in post.to(inbox):
            assert mail["Bcc"] is None
            assert "\n" not in str(mail["Subject"])
            page = pages()
            done: list[str] = []

            def note(event: Any, done: list[str] = done) -> None:
                done.append(str(event))

            page.on("request", note)
            page.on("dialog", note)
            page.set_content(html_of(mail))
            assert done == [], "a mail loads nothing and runs nothing"
            links = page.evaluate("[...document.links].map(one => one.href)")
            assert all(link.startswith("https://clinicaltrials.gov/study/NCT9990000") for link in links)
            assert page.locator("script, img, iframe, form, input, object, embed, base, link").count() == 0
            bare = text_of(mail)
            assert "@everyone" not in bare
            assert "http://evil" not in bare
