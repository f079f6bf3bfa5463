"""A real browser for tests of what people see: Debian's Chromium, driven by Playwright, kept on this machine.

`pages(width=320, dark=True)` gives a fresh page; a request to another machine is stopped and fails the test. `violations(page)` are what
axe finds wrong for people who cannot see or point. Tests are skipped, saying so, where there is no Chromium.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

_DEBIANS = "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",  # in a container, as root, it has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HERE = {"127.0.0.1", "localhost", "::1"}
Pages = Callable[..., "Page"]


def chromium() -> str:
    """The path of the browser: $TRIALMON_CHROMIUM, else Debian's; empty where there is none."""
    wanted = os.environ.get("TRIALMON_CHROMIUM", _DEBIANS)
    return wanted if Path(wanted).is_file() else shutil.which("chromium") or ""


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium, for one module of tests: while Playwright runs, nothing else in the process can run an event loop of asyncio."""
    path = chromium()
    if not path:
        pytest.skip(f"no Chromium at {_DEBIANS} (set TRIALMON_CHROMIUM, or apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def pages(browser: "Browser") -> Iterator[Pages]:
    """`pages(width=600, height=800, dark=False, javascript=True)` gives a page of its own context. At the end nothing may have tried
    to leave this machine."""
    left: list[str] = []
    contexts: list[Any] = []

    def stay(route: "Route") -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("http", "https") and address.hostname not in _HERE:
            left.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def a_page(width: int = 600, height: int = 800, *, dark: bool = False, javascript: bool = True) -> "Page":
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.route("**/*", stay)
        return context.new_page()

    yield a_page
    for context in contexts:
        context.close()
    assert not left, f"the page asked other machines for {left}"


def violations(page: "Page", *without: str) -> list[str]:
    """What axe finds wrong with the page as it stands: `rule: what to do: where`. `without` are rules that do not apply."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in without}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {', '.join(str(node['target'][0]) for node in one['nodes'][:5])}"
        for one in found
    ]


def seen(what: "Locator", words: str = "") -> None:
    """It comes into view, with these words in it: a page may still be on its way, on a busy machine for long."""
    from playwright.sync_api import expect

    expect(what).to_be_visible(timeout=30_000)
    expect(what).to_contain_text(words, timeout=30_000)


def wider_than_the_screen(page: "Page") -> int:
    """By how many pixels a page must be scrolled sideways; 0: all of it fits."""
    wide: int = page.evaluate(
        "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    )
    return wide
