"""Feeds, parsed back by a feed library, an XML parser, an HTML parser and JSON."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import html5lib
import pytest

from monitor.core.event import Event
from monitor.core.significance import Significance
from monitor.render.feeds import MOST_ENTRIES, Feed, FeedEvent, write_atom, write_json_feed
from tests.builders import NUMBER, a_change, a_moment, a_trial
from tests.hostile import HOSTILE, HOSTILE_IDS

PAGE = f"https://clinicaltrials.gov/study/{NUMBER}"
ATOM = "{http://www.w3.org/2005/Atom}"
SINCE = a_moment("2026-01-01T08:00")


def a_feed_event(event: int = 12, **given: Any) -> FeedEvent:
    ordinary: dict[str, Any] = {
        "id": event,
        "trial": a_trial(),
        "version": 2,
        "seen_at": a_moment("2026-02-09T14:03"),
        "registry_date": "2026-02-09",
        "rule": "status.changed",
        "topic": "status",
        "significance": Significance.NOTABLE,
        "headline": "Completed (was: recruiting)",
        "because": "the status changed",
        "paper": None,
    }
    beside: dict[str, Any] = {
        "page": PAGE,
        "name": "RESPINE",
        "title": "Disc cells for chronic low back pain",
        "changes": (a_change(),),
    }
    of_event = {name: given.pop(name) for name in ordinary.keys() & given.keys()}
    return FeedEvent(Event(**{**ordinary, **of_event}), **{**beside, **given})


def a_feed(*events: FeedEvent, **given: Any) -> Feed:
    ordinary: dict[str, Any] = {"key": "watchlist/backs", "title": "Backs", "since": SINCE, "events": events}
    return Feed(**{**ordinary, **given})


def test_an_entry_says_what_changed_why_it_matters_and_where_to_read_it() -> None:
    feed = feedparser.parse(write_atom(a_feed(a_feed_event(), address="https://trials.example.org/backs")))
    assert not feed.bozo
    assert feed.feed.title == "Backs"
    assert feed.feed.links[0]["href"] == "https://trials.example.org/backs.atom"
    (entry,) = feed.entries
    assert (entry.title, entry.link) == ("RESPINE: Completed (was: recruiting)", PAGE)
    assert entry.updated == feed.feed.updated == "2026-02-09T14:03:00Z"
    assert [tag["term"] for tag in entry.tags] == ["status", "notable"]
    body = entry.content[0].value
    assert "<del>Recruiting (RECRUITING)</del> → <ins>Completed (COMPLETED)</ins>" in body
    assert (
        "NOTABLE: the status changed. Registry date 2026-02-09, seen 9 February 2026 14:03 UTC (version 2)."
        in body
    )


def test_the_json_feed_says_the_same() -> None:
    written = json.loads(write_json_feed(a_feed(a_feed_event(), address="https://trials.example.org/backs")))
    assert written["version"] == "https://jsonfeed.org/version/1.1"
    assert written["feed_url"] == "https://trials.example.org/backs.json"
    (item,) = written["items"]
    (entry,) = feedparser.parse(write_atom(a_feed(a_feed_event()))).entries
    assert (item["id"], item["title"], item["url"]) == (entry.id, entry.title, entry.link)
    assert item["date_published"] == entry.updated
    assert item["content_text"].splitlines() == [
        "Completed (was: recruiting)",
        "Overall status: Recruiting (RECRUITING) → Completed (COMPLETED)",
        f"{NUMBER}: Disc cells for chronic low back pain",
        "NOTABLE: the status changed. Registry date 2026-02-09, seen 9 February 2026 14:03 UTC (version 2).",
    ]
    assert item["_trialmon"]["trial"] == NUMBER


def test_an_entry_keeps_its_id_and_no_other_has_it() -> None:
    event = a_feed_event()
    assert event.id == a_feed_event(name="other", title="other", headline="reworded", changes=()).id
    others = [
        a_feed_event(13),
        a_feed_event(version=3),
        a_feed_event(trial=a_trial("NCT00000002")),
    ]
    assert len({event.id, *(one.id for one in others)}) == 4
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", event.id)


def test_a_feed_without_entries_is_one_since_its_list_was_added() -> None:
    feed = feedparser.parse(write_atom(a_feed()))
    assert (feed.bozo, feed.entries, feed.feed.updated) == (False, [], "2026-01-01T08:00:00Z")
    assert json.loads(write_json_feed(a_feed()))["items"] == []


def test_a_feed_holds_the_newest() -> None:
    events = [a_feed_event(number) for number in range(MOST_ENTRIES + 5, 0, -1)]
    written = json.loads(write_json_feed(a_feed(*events)))
    assert [item["_trialmon"]["event"] for item in written["items"]] == [
        one.event.id for one in events[:MOST_ENTRIES]
    ]


def test_many_changes_are_counted() -> None:
    event = a_feed_event(changes=tuple(a_change() for _ in range(20)), more=30)
    (item,) = json.loads(write_json_feed(a_feed(event)))["items"]
    assert "and 38 more changes" in item["content_text"]


@pytest.mark.parametrize("text", HOSTILE, ids=HOSTILE_IDS)
def test_what_a_registry_writes_stays_text(text: str) -> None:
    event = a_feed_event(
        name=text,
        title=text,
        headline=text,
        because=text,
        registry_date=text[:50],
        changes=(a_change(before=text, after=text + "2"), a_change(before=None, after=text)),
    )
    feed = a_feed(event, title=text)
    usual = ET.fromstring(write_atom(a_feed(a_feed_event())))
    root = ET.fromstring(write_atom(feed))
    assert [(one.tag, sorted(one.attrib)) for one in root.iter()] == [
        (one.tag, sorted(one.attrib)) for one in usual.iter()
    ]
    bodies = [one.text or "" for one in root.iter(f"{ATOM}content")]
    (item,) = json.loads(write_json_feed(feed))["items"]
    assert item["content_html"] == bodies[0]
    for element in html5lib.parseFragment(bodies[0], namespaceHTMLElements=False).iter():
        assert element.tag in {"DOCUMENT_FRAGMENT", "p", "del", "ins"}
        assert element.attrib == {}
    for shown in (root.findtext(f"{ATOM}title") or "", item["title"], item["content_text"]):
        assert "://evil" not in shown
        assert "@everyone" not in shown
        assert not set(shown) & set("\x1b\x00\x07\r\u202e\u200b")
    assert len(item["title"]) <= 400
