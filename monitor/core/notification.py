"""What is to be told, to whom, where, and how it went."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import isfinite
from typing import Literal

from monitor.core.significance import Significance

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
    `slot` is the digest moment it waits for (None: it is a message of its own); `why` says which subscription asked for it."""

    key: str
    kind: Literal["alert", "digest", "watching", "notice"]
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


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification on its way to one destination: `attempts` made so far, `key` the same at every one of them."""

    id: int
    key: str
    destination: str
    message: Message
    attempts: int
    trial: str = ""


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
