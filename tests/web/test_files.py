"""Feeds, calendars and metrics as the dashboard hands them out: what readers of such files make of them."""

from collections.abc import Callable

import feedparser
import httpx
import icalendar
import pytest
from prometheus_client.parser import text_string_to_metric_families

Get = Callable[..., httpx.Response]


@pytest.mark.parametrize("path", ["/feeds/watchlist/low-back-pain", "/feeds/trial/NCT03737461"])
def test_a_reader_of_feeds_finds_each_event_once(get: Get, path: str) -> None:
    answer = get(f"{path}.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    entries = feedparser.parse(answer.content).entries
    assert any("Results posted" in one.title for one in entries)
    assert len({one.id for one in entries}) == len(entries)
    items = get(f"{path}.json").json()["items"]
    assert {one["id"] for one in items} == {one.id for one in entries}


def test_a_calendar_holds_what_is_coming(get: Get) -> None:
    answer = get("/feeds/watchlist/low-back-pain.ics")
    assert answer.headers["content-disposition"].startswith("attachment")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert any("NCT06325566" in str(one["SUMMARY"]) + str(one.get("DESCRIPTION", "")) for one in events)


def test_a_collector_reads_the_metrics(get: Get) -> None:
    families = {family.name for family in text_string_to_metric_families(get("/metrics").text)}
    assert any(name.startswith("trialmon_") for name in families)


@pytest.mark.parametrize("path", ["/feeds/watchlist/nothing.atom", "/feeds/trial/NCT09999999.ics"])
def test_what_is_not_watched_has_no_feed(get: Get, path: str) -> None:
    assert get(path).status_code == 404


@pytest.mark.parametrize("path", ["/feeds/watchlist/low-back-pain.exe", "/feeds/trial/NCT1.atom"])
def test_a_feed_of_no_known_form_is_refused(get: Get, path: str) -> None:
    assert get(path).status_code == 400
