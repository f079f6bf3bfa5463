"""How one attempt to deliver one message to one destination ended. `why` is for people and holds no secret."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Accepted:
    """The destination has it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It surely was not delivered, and may be next time. `retry_after`, in seconds: do not come back earlier. `telling`: if the next
    attempt ends in the same way, it is the destination that is wrong, whatever it is handed."""

    why: str
    retry_after: float | None = None
    telling: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not delivered, and the same attempt would end the same way: because of this `message` (too long, malformed),
    or because of this `destination` (wrong password, no such channel, an address that Apprise does not understand)."""

    why: str
    what: Literal["message", "destination"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been delivered: the connection was lost, or time ran out, after the message had been handed over.
    To send it again risks a repeat, which the key lets the receiver drop."""

    why: str


Outcome = Accepted | Retry | Refused | Unknown
