"""What happened, as feeds: Atom (RFC 4287) and JSON Feed 1.1. Entries keep their ids for ever, so that no reader shows one twice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from monitor.core.change import Change
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.render import wording
from monitor.render.escape import one_line, plain
from monitor.render.sinks import Sink, write
from monitor.render.values import change_line, reading_order

MOST_ENTRIES = 200
_MOST_LINES = 12
# Any fixed UUID will do: ids are made below it, and must be the same for ever.
_NAMESPACE = UUID("6f1d6a1c-3b0e-5f5e-9d0c-7a3f0b8f2c11")
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event as a feed tells it. `event` is its number in this database; `page` the trial's https page; `seen_at` is aware. `changes`
    are those behind it, or the first of very many; `more` counts the others."""

    event: int
    trial: TrialId
    page: str
    name: str
    title: str
    version: int | None
    seen_at: datetime
    registry_date: str
    rule: str
    topic: str
    significance: Significance
    headline: str
    because: str
    changes: tuple[Change, ...]
    more: int = 0

    @property
    def id(self) -> str:
        """A URN that no other event has, of this database or another; the same however often the feed is written."""
        what = (
            f"{self.trial}/{self.version}/{self.rule}/{self.seen_at.astimezone(UTC).isoformat()}/{self.event}"
        )
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
        return max((event.seen_at for event in self.events), default=self.since)


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
    for event in feed.events[:MOST_ENTRIES]:
        entry = _add(root, "entry")
        _add(entry, "id", event.id)
        _add(entry, "title", _headline(event))
        _add(entry, "updated", _stamp(event.seen_at))
        _add(entry, "published", _stamp(event.seen_at))
        if event.page:
            _add(entry, "link", rel="alternate", type="text/html", href=event.page)
        for term in (event.topic, str(event.significance)):
            _add(entry, "category", term=term)
        _add(entry, "content", _body(event, "html"), type="html")
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
    document["items"] = [_item(event) for event in feed.events[:MOST_ENTRIES]]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _item(event: FeedEvent) -> dict[str, object]:
    item: dict[str, object] = {
        "id": event.id,
        "title": _headline(event),
        "content_html": _body(event, "html"),
        "content_text": _body(event, "text"),
        "date_published": _stamp(event.seen_at),
        "tags": [event.topic, str(event.significance)],
        "_trialmon": {
            "event": event.event,
            "trial": event.trial.number,
            "registry": event.trial.registry,
            "version": event.version,
            "registry_date": one_line(event.registry_date, 40) or None,
            "rule": event.rule,
        },
    }
    return {**item, "url": event.page} if event.page else item


def _body(event: FeedEvent, sink: Sink) -> str:
    changes = sorted(event.changes, key=reading_order)
    values = {
        "headline": one_line(event.headline, 300),
        "because": one_line(event.because, 400),
        "number": event.trial.number,
        "title": one_line(event.title, 300),
        "weight": wording.weight(event.significance),
        "lines": tuple(change_line(change) for change in changes[:_MOST_LINES]),
        "more": max(len(changes) - _MOST_LINES, 0) + event.more,
        "registry_date": one_line(event.registry_date, 40),
        "seen": wording.moment(event.seen_at, UTC),
        "version": event.version,
    }
    return write("entry", sink, values)


def _headline(event: FeedEvent) -> str:
    return _line(f"{event.name}: {event.headline}")


def _line(text: str) -> str:
    return plain(one_line(text, 300))


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
    if text:
        child.text = text
    return child
