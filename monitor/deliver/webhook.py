"""Signed JSON for machines: what is posted, in parts of about 20 kB, and the one attempt to post it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor.core.destination import Webhook
from monitor.core.json import Json
from monitor.core.notification import Envelope, Message, Payload
from monitor.deliver.answers import outcome_of_answer
from monitor.deliver.outcome import Outcome, Refused
from monitor.deliver.signing import signed_headers
from monitor.deliver.splitting import pieces
from monitor.deliver.transport import Answer, Way, ask

# Standard Webhooks advises to keep a message below this, in bytes.
MOST_OF_A_PART = 20_000
_MOST_TEXT = 6_000
_MOST_TITLE = 250

Entry = Mapping[str, Json]


def prepared(message: Message, envelope: Envelope) -> tuple[Payload, ...]:
    """The JSON documents that tell of a message. An event stands in the same part as its changes where they fit into one; a single change
    that is longer than a part is sent whole."""
    document = envelope.document()
    head = _head(message, envelope)
    room = MOST_OF_A_PART - len(_json(head).encode()) - 200
    texts = pieces(message.text, _MOST_TEXT) or ("",)
    parts = list(_packed(texts, _entries(document, "events"), _entries(document, "changes"), room))
    return tuple(
        Payload(
            title=message.title,
            body=_json(
                head
                | {"part": number, "parts": len(parts), "text": part.text}
                | {"events": part.events, "changes": part.changes}
            ),
            form="json",
            text=part.text,
            part=number,
            parts=len(parts),
        )
        for number, part in enumerate(parts, 1)
    )


def shortened(payload: Payload) -> Payload | None:
    """The same part without events and changes, for a receiver that did not take it; None if it has none."""
    body = json.loads(payload.body) if payload.form == "json" else {}
    if payload.form == "json" and body.get("shortened"):
        return None
    if payload.form != "json":  # it was prepared when the name stood for something else
        body = {"type": "trialmon.notice", "title": payload.title, "text": payload.text or payload.body}
        body |= {"part": payload.part, "parts": payload.parts}
    short = _json(body | {"events": [], "changes": [], "shortened": True})
    return Payload(
        payload.title, short, "json", payload.text or payload.body, (), payload.part, payload.parts
    )


def post(hook: Webhook, payload: Payload, key: str, way: Way) -> Outcome:
    """One attempt. `key` goes as webhook-id and as Idempotency-Key; the moment of the attempt is signed with it."""
    keys = hook.keys()
    if keys is None:
        return Refused("its secret is not written as whsec_ and Base64 of 24 to 64 bytes", "destination")
    if payload.form != "json":
        return Refused("the message was prepared for a destination of another kind", "message")
    body, now = payload.body.encode(), way.clock.now()
    headers = {
        "content-type": "application/json",
        "user-agent": "trialmon",
        "idempotency-key": key,
        **signed_headers(key, now, body, keys),
    }
    answer = ask(way, "POST", hook.url, headers, body)
    return outcome_of_answer(answer, now) if isinstance(answer, Answer) else answer


def _head(message: Message, envelope: Envelope) -> dict[str, Any]:
    return {
        "type": f"trialmon.{envelope.kind}",
        "key": envelope.key,
        "sent_at": _stamp(envelope.sent_at),
        "seen_at": _stamp(envelope.seen_at),
        "registry_date": envelope.registry_date or None,
        "subscriber": envelope.subscriber,
        "watchlists": list(envelope.watchlists),
        "trial": envelope.trial or None,
        "significance": str(envelope.significance),
        "title": message.title[:_MOST_TITLE],
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entries(document: Mapping[str, Json], name: str) -> list[Entry]:
    found = document.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


@dataclass
class _Part:
    """What one document says of its own."""

    text: str = ""
    events: list[Entry] = field(default_factory=list)
    changes: list[Entry] = field(default_factory=list)
    size: int = 0

    def add(self, more: "_Part") -> None:
        self.text += more.text
        self.events += more.events
        self.changes += more.changes
        self.size += more.size


def _packed(
    texts: Iterable[str], events: Iterable[Entry], changes: Iterable[Entry], room: int
) -> Iterator[_Part]:
    """Texts and entries in their order, as many to a part as fit."""
    part = _Part()
    for bundle in _bundles(texts, events, changes, room):
        if part.size and part.size + bundle.size > room:
            yield part
            part = _Part()
        part.add(bundle)
    yield part


def _bundles(
    texts: Iterable[str], events: Iterable[Entry], changes: Iterable[Entry], room: int
) -> Iterator[_Part]:
    """What is best not torn apart: a piece of text; an event with its changes, if that is not too long."""
    for text in texts:
        yield _Part(text=text, size=_size(text))
    left = {change.get("id"): change for change in changes}
    for event in events:
        ids = event.get("changes")
        own = [left.pop(one) for one in ids if one in left] if isinstance(ids, list) else []
        whole = _Part(events=[event], changes=own, size=_size(event) + sum(map(_size, own)))
        if whole.size <= room:
            yield whole
        else:
            yield _Part(events=[event], size=_size(event))
            yield from (_Part(changes=[change], size=_size(change)) for change in own)
    yield from (_Part(changes=[change], size=_size(change)) for change in left.values())


def _size(value: object) -> int:
    return len(_json(value).encode()) + 1


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
