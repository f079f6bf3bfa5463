"""Every page in a real browser: clicked through at three widths, by day and by night, with a keyboard, without JavaScript; checked for
people who cannot see or point; and with no error in the console."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.discovery import instances
from monitor.store.backup import backup
from monitor.store.database import Database
from monitor.web.page import Page as Declared
from tests.browser import Pages, seen, violations, wider_than_the_screen
from tests.web.conftest import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASKED = {"number": "NCT03737461", "name": "low-back-pain"}
PLACES = [page.path for page in instances("monitor.web.pages", Declared)]
WIDTHS = {"phone": 360, "desk": 1200, "wall": 2560}


def place(path: str) -> str:
    for name, value in ASKED.items():
        path = path.replace(f"{{{name}}}", value)
    return path + ("?q=stem+cells" if path == "/search" else "")


class Heard:
    """What a page's console and its requests complained of."""

    def __init__(self, page: "Page") -> None:
        self.complaints: list[str] = []
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_page_fits_reads_and_complains_of_nothing(
    pages: Pages, dashboard: str, width: int, dark: bool
) -> None:
    page = pages(width, 900, dark=dark)
    heard = Heard(page)
    for path in PLACES:
        page.goto(dashboard + place(path))
        assert wider_than_the_screen(page) == 0, path
        assert violations(page) == [], path
        assert page.locator("h1").count() == 1, path
    assert heard.complaints == []


_BROKEN_WORDS = """() => [...document.querySelectorAll('tbody td')].flatMap(cell => {
    const text = [...cell.childNodes].find(node => node.nodeType === 3)
    return [...(text?.data ?? '').matchAll(/\\S+/g)].filter(word => {
        const range = document.createRange()
        range.setStart(text, word.index)
        range.setEnd(text, word.index + word[0].length)
        return range.getClientRects().length > 1
    }).map(word => word[0])
})"""


@pytest.mark.parametrize("path", ["/search?q=stem+cells", "/watchlist/low-back-pain"])
def test_no_word_of_a_table_is_broken_on_a_phone(pages: Pages, dashboard: str, path: str) -> None:
    page = pages(WIDTHS["phone"], 900)
    page.goto(dashboard + path)
    assert page.locator("tbody td").count() > 0
    assert page.evaluate(_BROKEN_WORDS) == []


_LETTERS = """() => [...document.querySelectorAll('figure svg')].map(svg => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    return parseFloat(getComputedStyle(svg.querySelector('text')).fontSize) * scale
})"""


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_figure_is_seen_whole_and_its_letters_can_be_read(pages: Pages, dashboard: str, width: int) -> None:
    page = pages(width, 900)
    page.goto(dashboard + place("/trial/{number}"))
    for figure in page.locator("figure svg").all():
        box = figure.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
    letters = page.evaluate(_LETTERS)
    assert len(letters) == 3
    assert min(letters) >= 9, "pixels"


def test_on_a_phone_both_versions_of_a_field_are_on_the_screen(pages: Pages, dashboard: str) -> None:
    page = pages(WIDTHS["phone"], 900)
    page.goto(dashboard + place("/trial/{number}/compare"))
    row = page.get_by_role("row").filter(has_text="Has results")
    for side in (row.get_by_text("no", exact=True), row.get_by_text("yes", exact=True)):
        box = side.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= WIDTHS["phone"]


def test_a_reader_clicks_from_today_to_two_versions_side_by_side(pages: Pages, dashboard: str) -> None:
    page = pages(1200, 900)
    page.goto(dashboard)
    page.get_by_role("link", name="RESPINE").first.click()
    seen(page.get_by_role("heading", level=1), "RESPINE")
    page.locator("#slips ~ details summary").click()
    seen(page.get_by_role("cell", name="+1,193").first)
    page.get_by_role("link", name="2 changes").click()
    seen(page.get_by_role("heading", level=1), "Version 1 and version 2")
    page.get_by_label("Before").select_option("2")
    page.get_by_label("After").select_option("5")
    page.get_by_role("button", name="Compare").click()
    seen(page.get_by_role("heading", level=1), "Version 2 and version 5")
    page.get_by_role("link", name="Watchlists").click()
    page.get_by_role("link", name="Cell therapy for chronic low back pain").click()
    page.get_by_label("Status").select_option("WITHDRAWN")
    page.get_by_role("button", name="Show").click()
    seen(page.locator("tbody tr").first, "NCT04735185")
    page.get_by_role("searchbox", name="Search trials and changes").fill("rexlemestrocel")
    page.keyboard.press("Enter")
    seen(page.get_by_role("heading", name="Trials"))


def test_the_same_works_without_javascript(pages: Pages, dashboard: str) -> None:
    page = pages(1200, 900, javascript=False)
    page.goto(dashboard)
    page.get_by_label("From").select_option("noise")
    page.get_by_role("button", name="Show").click()
    seen(page.get_by_text("Housekeeping").first)
    page.locator("a[rel=prev]").click()
    seen(page.get_by_role("heading", level=1), "What changed")


def test_a_keyboard_reaches_the_content_first(pages: Pages, dashboard: str) -> None:
    page = pages(1200, 900)
    page.goto(dashboard)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.fixture
def moving(demo_database: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A dashboard over a copy of the database that the test may write to: its address, and the file."""
    copy = tmp_path / "trialmon.db"
    backup(demo_database, copy)
    with Database.open(copy), serving(copy, now=datetime(2026, 5, 19, 16, tzinfo=UTC)) as address:
        yield address, copy


def test_today_is_brought_up_to_date_when_the_daemon_writes(pages: Pages, moving: tuple[str, Path]) -> None:
    address, file = moving
    page = pages(1200, 900)
    page.clock.install()
    page.goto(address)
    assert page.get_by_text("Just now in the test").count() == 0
    with Database.open(file) as db, db.writing() as connection:
        connection.execute(
            "INSERT INTO events (trial, rule, topic, significance, headline, because, seen_at, registry_date)"
            " SELECT id, 'status.changed', 'status', 'critical', 'Just now in the test', '', '2026-05-19T15:59:00Z', ''"
            " FROM trials WHERE number = 'NCT03737461'"
        )
    page.clock.fast_forward(21_000)
    seen(page.get_by_text("Just now in the test"))
