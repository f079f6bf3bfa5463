"""A date that moved is shown promise by promise, in words and as a bar."""

import re
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.promises import Promise
from monitor.render.contexts import DigestContext, DigestSection, Slips
from monitor.render.message import render_alert, render_digest
from monitor.render.slips import MARGIN, MOST_PROMISES, WIDTH, slips_view
from tests.render.builders import NOON, a_moved_date, a_slipped_alert, a_verdict, an_alert

DAYS = st.dates(date(1999, 1, 1), date(2100, 12, 31))


def _promise(made: date | None, to: date, moved: int = 0) -> Promise[PartialDate | None]:
    day = PartialDate(made.year, made.month, made.day) if made is not None else None
    return Promise(day, TypedDate(PartialDate(to.year, to.month, to.day), "ESTIMATED"), moved)


def test_a_slip_is_told_in_every_form_with_all_that_was_promised() -> None:
    alert = render_alert(a_slipped_alert())
    said = [
        "Primary completion, as promised over time:",
        "10 January 2023: June 2024",
        "1 February 2024: January 2025, 7 months later",
        "9 February 2026: October 2026, 21 months later",
    ]
    lines = [line.strip() for line in alert.text.splitlines()]
    at = lines.index(said[0])
    assert lines[at : at + 4] == said
    assert said[0] + "\n\n" + "\n".join(f"- {line}" for line in said[1:]) in alert.markdown
    assert alert.html.count("<svg ") == 3
    words = re.sub("<[^>]*>", " ", alert.html)
    for line in said[1:]:
        for part in re.split(": |, ", line):
            assert part in words, "whoever cannot see the bars reads the same"


def test_a_digest_shows_the_slip_too() -> None:
    digest = render_digest(DigestContext((DigestSection("Cells", (a_slipped_alert(),)),), NOON))
    assert digest.html.count("<svg ") == 3
    assert "9 February 2026: October 2026, 21 months later" in digest.text


def test_a_date_that_slipped_twice_before_a_digest_shows_its_promises_once_under_the_last_slip() -> None:
    alert = a_slipped_alert()
    first, last = (
        replace(alert.verdicts[0], headline=f"The {which} slip", changes=(position,))
        for position, which in enumerate(("first", "second"))
    )
    both = replace(alert, verdicts=(first, last), changes=alert.changes * 2)
    words = render_digest(DigestContext((DigestSection("Cells", (both,)),), NOON)).text
    assert words.count("as promised over time") == 1
    assert words.index("The second slip") < words.index("as promised over time")


def test_what_did_not_slip_shows_no_bars() -> None:
    slips = a_slipped_alert().slips
    alert = render_alert(an_alert(slips=slips, verdicts=(a_verdict("Terminated"),)))
    assert "<svg" not in alert.html
    assert "as promised" not in alert.text


def test_of_many_promises_the_first_and_the_last_are_shown() -> None:
    first = date(2020, 1, 1)
    made = [
        _promise(first + timedelta(90 * n), first + timedelta(400 + 100 * n), 100 * (n > 0))
        for n in range(12)
    ]
    view = slips_view(Slips("completion", tuple(made)), "en")
    assert len(view.promises) == MOST_PROMISES
    assert view.skipped == 12 - MOST_PROMISES
    assert view.promises[0].made == "1 January 2020"
    assert view.promises[-1].end == max(one.end for one in view.promises)
    alert = render_alert(a_moved_date("completion", tuple(made)))
    for form in (alert.text, alert.markdown, alert.html):
        assert "… and 6 more between" in form


@given(st.lists(st.tuples(st.none() | DAYS, DAYS), min_size=1, max_size=9))
def test_bars_stay_on_the_picture_and_keep_the_order_of_days(days: list[tuple[date | None, date]]) -> None:
    view = slips_view(Slips("start", tuple(_promise(made, to) for made, to in days)), "en")
    shown = days if len(days) <= MOST_PROMISES else [days[0], *days[1 - MOST_PROMISES :]]
    places = []
    for (made, to), promise in zip(shown, view.promises, strict=True):
        places += [(to, promise.end)] + ([(made, promise.start)] if made is not None else [])
        assert (promise.start is None) == (made is None)
        assert len(promise.years) <= 20
    assert all(MARGIN <= place <= WIDTH - MARGIN for _, place in places if place is not None)
    ordered = [place for _, place in sorted(places, key=lambda one: (one[0], one[1] or 0))]
    assert ordered == sorted(ordered, key=lambda place: place or 0)
