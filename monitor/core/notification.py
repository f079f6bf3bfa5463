"""What is to be told, to whom, where, and how it went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import isfinite
from typing import Literal

from monitor.core.json import Json
from monitor.core.significance import Significance

Kind = Literal["alert", "digest", "watching", "notice"]
Held = Literal["", "snooze", "flapping", "mute"]
State = Literal["pending", "sending", "sent", "gave_up", "suppressed"]

# Standard Webhooks' schedule: about three days in all, dense at first.
RETRY_DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Message:
    """What a reader gets, in the three forms that destinations want; the text is fixed when the notification is written."""

    title: str
    text: str
    markdown: str
    html: str


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one subscriber. `kind` is `alert` (about a trial's version), `digest`, `watching` or `notice`;
    `slot` is the digest moment it waits for (None: it is a message of its own); `why` says which subscription asked for it.
    `withheld` says why it is written down but never sent (the reader muted it); empty: it is sent. `held_for` says why it is
    held back, if not for the reader's next digest: `slot` is the end of a snooze or the daily summary of a trial that flaps; or all that it
    tells is muted."""

    key: str
    kind: Kind
    subscriber: str
    watchlists: tuple[str, ...]
    destinations: tuple[str, ...]
    message: Message
    significance: Significance
    why: str
    due: datetime
    slot: datetime | None = None
    trial: str = ""
    events: tuple[int, ...] = field(default=())
    withheld: str = ""
    held_for: Held = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a message beside its words, when it is first sent: for headers, for the proof in its footer, and for machines.

    `key` is the delivery's. `watchlists` are titles. `registry_date` is the registry's own, the newest of what is told ("2026-02-09",
    empty where there is none); `seen_at` is when we saw the last of it, or wrote a message that tells of no event; `sent_at` is the
    first attempt; both UTC. `document` gives the events and changes behind the message, as `events --json` and `changes --json` print
    them; it is asked for only by destinations that are machines.
    """

    key: str
    kind: Kind
    subscriber: str
    watchlists: tuple[str, ...]
    trial: str
    significance: Significance
    registry_date: str
    seen_at: datetime
    sent_at: datetime
    document: Callable[[], Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Payload:
    """What a destination is handed: one part of a message, fixed at the first attempt, so that every retry sends the same bytes.

    `body` is in `form`; `text` is the plain alternative of an HTML mail. `headers` are names and values, where the channel has headers.
    """

    title: str
    body: str
    form: Literal["text", "markdown", "html", "json"]
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification on its way to one destination: `attempts` made so far, `key` the same at every one of them. `payload` is what was
    fixed at the first attempt; None before it. `notification` is the row that it delivers. Of the attempts `excused` failed because the
    destination was broken; they do not count against the message."""

    id: int
    key: str
    destination: str
    message: Message
    attempts: int
    trial: str = ""
    payload: Payload | None = None
    notification: int = 0
    excused: int = 0


def key_of(*parts: str) -> str:
    """An idempotency key: the same parts give the same key, whatever happens in between. 32 hex characters."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def next_attempt(
    attempts: int, now: datetime, jitter: float, retry_after: float | None = None
) -> datetime | None:
    """When to try again after `attempts` failures; None: give up. `jitter` in -1..1 spreads the delay by ± 20 %;
    a receiver's own wish (`retry_after`, seconds) wins, up to a day."""
    if attempts > len(RETRY_DELAYS):
        return None
    delay = RETRY_DELAYS[attempts - 1] * (1 + 0.2 * jitter)
    if retry_after is not None:
        wish = min(retry_after, LONGEST_WAIT.total_seconds()) if isfinite(retry_after) else 0.0
        delay = min(max(delay, timedelta(seconds=max(wish, 0.0))), LONGEST_WAIT)
    return now + delay
