"""Take the pictures of docs/images anew: mails of a made story, delivered over real SMTP on this machine, and the dashboard over what was
stored meanwhile, as Chromium shows them.

python -m docs.screenshots [FOLDER]        needs Chromium ($TRIALMON_CHROMIUM, else /usr/bin/chromium); docs/images if no folder is given
"""

import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from tests.browser import QUIET, chromium
from tests.journeys.mails import ONE, html_of, the_story, told_by_mail
from tests.web.conftest import serving

LAST_DAY = date(2028, 1, 31)  # on which something changed
NOW = datetime(2028, 2, 2, 8, 10, tzinfo=UTC)  # soon after the last look
IMAGES = Path(__file__).parent / "images"
# The picture's name, whose mail it shows, which of them, how wide the screen is, and whether it is dark.
PICTURES = (
    ("alert", "alert", 0, 640, False),
    ("alert-phone-dark", "alert", 0, 320, True),
    ("digest", "digest", 1, 640, False),
    ("quiet-day-dark", "digest", 2, 640, True),
)
# The picture's name, which page of the dashboard it shows, how wide and how high the screen is, and whether it is dark.
PAGES = (
    ("dashboard-today", f"/?day={LAST_DAY}&at_least=noise", 1100, 900, False),
    ("dashboard-trial", f"/trial/{ONE}", 1100, 1500, False),
    ("dashboard-phone-dark", f"/trial/{ONE}", 390, 1400, True),
    ("dashboard-compare", f"/trial/{ONE}/compare", 1100, 760, True),
)


def main(folder: Path) -> None:
    """Write the pictures as PNG files."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        post = told_by_mail(Path(place), the_story())
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        with serving(Path(place) / "trialmon.db", now=NOW) as address:
            for name, path, width, height, dark in PAGES:
                page = browser.new_page(
                    viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
                )
                page.goto(address + path)
                page.screenshot(path=folder / f"{name}.png")
                page.close()
        for name, inbox, which, width, dark in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": 400}, color_scheme="dark" if dark else "light"
            )
            page.set_content(html_of(post.to(inbox)[which]))
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
