"""What happened, as feeds: Atom (RFC 4287) and JSON Feed 1.1. Entries keep their ids for ever, so that no reader shows one twice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from monitor.core.change import Change
from monitor.core.event import Event
from monitor.render import wording
from monitor.render.escape import one_line, plain
from monitor.render.sinks import Sink, write
from monitor.render.values import change_line, reading_order
from monitor.render.views import without_page

# A feed or a calendar, by how its address ends.
Ending = Literal["atom", "json", "ics"]
MOST_ENTRIES = 200
_MOST_LINES = 12
# Any fixed UUID will do: ids are made below it, and must be the same for ever.
_NAMESPACE = UUID("6f1d6a1c-3b0e-5f5e-9d0c-7a3f0b8f2c11")
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event as a feed tells it. `page` is the https page of the trial, or of the paper that it tells of; `name` and `title`
    are the trial's now. `changes` are those behind it, or the first of very many; `more` counts the others."""

    event: Event
    page: str
    name: str
    title: str
    changes: tuple[Change, ...]
    more: int = 0

    @property
    def id(self) -> str:
        """A URN that no other event has, of this database or another; the same however often the feed is written."""
        one = self.event
        what = f"{one.trial}/{one.version}/{one.rule}/{one.seen_at.astimezone(UTC).isoformat()}/{one.id}"
        return uuid5(_NAMESPACE, what).urn


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is of. `key` tells it from every other of this installation (`watchlist backs`); `since` is from when on it could have
    had entries; `address` is where it can be fetched, without its ending; empty if nowhere."""

    key: str
    title: str
    since: datetime
    events: tuple[FeedEvent, ...]
    address: str = ""

    @property
    def updated(self) -> datetime:
        """When its newest entry was seen."""
        return max((one.event.seen_at for one in self.events), default=self.since)


def write_atom(feed: Feed) -> bytes:
    """The feed as Atom. What registries wrote is text in it, or escaped twice: as HTML, and that as XML."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", uuid5(_NAMESPACE, feed.key).urn)
    _add(root, "title", _line(feed.title))
    _add(root, "updated", _stamp(feed.updated))
    _add(_add(root, "author"), "name", "trialmon")
    _add(root, "generator", "trialmon")
    if feed.address:
        _add(root, "link", rel="self", type="application/atom+xml", href=f"{feed.address}.atom")
    for one in feed.events[:MOST_ENTRIES]:
        entry = _add(root, "entry")
        _add(entry, "id", one.id)
        _add(entry, "title", _headline(one))
        _add(entry, "updated", _stamp(one.event.seen_at))
        _add(entry, "published", _stamp(one.event.seen_at))
        if one.page:
            _add(entry, "link", rel="alternate", type="text/html", href=one.page)
        for term in (one.event.topic, str(one.event.significance)):
            _add(entry, "category", term=term)
        _add(entry, "content", _body(one, "html"), type="html")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def write_json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1. What is ours beyond that format stands under `_trialmon`."""
    import orjson

    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _line(feed.title),
        "authors": [{"name": "trialmon"}],
        "language": "en",
    }
    if feed.address:
        document["feed_url"] = f"{feed.address}.json"
    document["items"] = [_item(one) for one in feed.events[:MOST_ENTRIES]]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _item(one: FeedEvent) -> dict[str, object]:
    item: dict[str, object] = {
        "id": one.id,
        "title": _headline(one),
        "content_html": _body(one, "html"),
        "content_text": _body(one, "text"),
        "date_published": _stamp(one.event.seen_at),
        "tags": [one.event.topic, str(one.event.significance)],
        "_trialmon": {
            "event": one.event.id,
            "trial": one.event.trial.number,
            "registry": one.event.trial.registry,
            "version": one.event.version,
            "registry_date": one_line(one.event.registry_date, 40) or None,
            "rule": one.event.rule,
        },
    }
    return {**item, "url": one.page} if one.page else item


def _body(one: FeedEvent, sink: Sink) -> str:
    changes = sorted(one.changes, key=reading_order)
    values = {
        "headline": one_line(one.event.headline, 300),
        "because": one_line(without_page(one.event.because) if one.event.paper else one.event.because, 400),
        "number": one.event.trial.number,
        "title": one_line(one.title, 300),
        "weight": wording.weight(one.event.significance),
        "lines": tuple(change_line(change) for change in changes[:_MOST_LINES]),
        "more": max(len(changes) - _MOST_LINES, 0) + one.more,
        "registry_date": one_line(one.event.registry_date, 40),
        "seen": wording.moment(one.event.seen_at, UTC),
        "version": one.event.version,
    }
    return write("entry", sink, values)


def _headline(one: FeedEvent) -> str:
    return _line(f"{one.name}: {one.event.headline}")


def _line(text: str) -> str:
    return plain(one_line(text, 300))


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
    if text:
        child.text = text
    return child
