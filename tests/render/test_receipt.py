"""What a digest says of what it did not say."""

from monitor.core.receipt import Receipt
from monitor.core.significance import Significance
from monitor.render.contexts import DigestContext, DigestSection
from monitor.render.message import render_digest
from monitor.render.receipt import receipt_words
from tests.render.builders import NOON, an_alert

FULL = Receipt(
    {"typography": 2, "housekeeping": 9, "place names": 3},
    6,
    {Significance.ROUTINE: 23, Significance.NOTABLE: 1},
    {"sites": 3, "design": 1},
)
SAID = (
    "Held back: 14 edits in 6 trials that the registry made by itself or that say nothing new (housekeeping 9, place names 3, "
    "typography 2); 1 notable and 23 routine edits below your level; 4 edits of topics that you did not ask for (sites 3, design 1)."
)


def test_a_receipt_counts_the_most_first() -> None:
    assert receipt_words(FULL) == SAID


def test_one_is_one() -> None:
    one = Receipt({"housekeeping": 1}, 1, {Significance.ROUTINE: 1})
    assert receipt_words(one) == (
        "Held back: 1 edit in 1 trial that the registry made by itself or that says nothing new (housekeeping 1); "
        "1 routine edit below your level."
    )


def test_a_digest_ends_with_its_receipt_and_the_command_that_shows_it() -> None:
    sections = (DigestSection("Cells", (an_alert(),)),)
    digest = render_digest(DigestContext(sections, NOON, receipt=FULL, receipt_since=NOON))
    command = "trialmon events --at-least noise --since 2026-02-09"
    assert digest.text.endswith(f"\n{SAID} `{command}` shows all.\n\nAs of 9 February 2026 12:00 UTC\n")
    assert f"\n\n{SAID} `{command}` shows all.\n\nAs of" in digest.markdown
    assert f">{command}</code> shows all." in digest.html.partition(SAID)[2]


def test_a_digest_that_held_nothing_back_has_no_receipt() -> None:
    digest = render_digest(DigestContext((DigestSection("Cells", (an_alert(),)),), NOON))
    assert "Held back" not in digest.text + digest.markdown + digest.html
