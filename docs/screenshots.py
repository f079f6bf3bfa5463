"""Take the pictures of docs/images anew: mails of a made story, delivered over real SMTP on this machine, as Chromium shows them.

python -m docs.screenshots [FOLDER]        needs Chromium ($TRIALMON_CHROMIUM, else /usr/bin/chromium); docs/images if no folder is given
"""

import sys
import tempfile
from pathlib import Path

from tests.browser import QUIET, chromium
from tests.journeys.mails import html_of, the_story, told_by_mail

IMAGES = Path(__file__).parent / "images"
# The picture's name, whose mail it shows, which of them, how wide the screen is, and whether it is dark.
PICTURES = (
    ("alert", "alert", 0, 640, False),
    ("alert-phone-dark", "alert", 0, 320, True),
    ("digest", "digest", 1, 640, False),
    ("quiet-day-dark", "digest", 2, 640, True),
)


def main(folder: Path) -> None:
    """Write the pictures as PNG files."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place:
        post = told_by_mail(Path(place), the_story())
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
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
