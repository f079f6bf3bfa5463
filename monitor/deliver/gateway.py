"""Prepares a message for a destination, sends what was prepared, and says how it ended."""

import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import TextIO

from monitor.core.clock import Clock
from monitor.core.destination import Address, Webhook
from monitor.core.notification import Envelope, Message, Payload
from monitor.deliver import addresses, services, webhook
from monitor.deliver.addresses import Resolve
from monitor.deliver.outcome import Outcome, Refused, Retry, Unknown
from monitor.deliver.redaction import scheme_of
from monitor.deliver.transport import Way

TIME_LIMIT = 30.0
_NO_SUCH_NAME = Refused("the configuration has no destination of this name", "destination")


class Gateway:
    """Knows the destinations by name. Safe to use from several threads, one call a destination at a time.

    `stream` is where `terminal://` writes (default: the standard output of the moment); `time_limit`, in seconds, bounds one attempt;
    `resolve` finds the addresses of a webhook's host.
    """

    def __init__(
        self,
        destinations: Mapping[str, Address],
        clock: Clock,
        *,
        stream: TextIO | None = None,
        time_limit: float = TIME_LIMIT,
        resolve: Resolve = addresses.resolve,
    ) -> None:
        self._destinations = dict(destinations)
        self._clock = clock
        self._stream = stream
        self._time_limit = time_limit
        self._resolve = resolve
        self._unfinished: dict[str, threading.Thread] = {}

    def __repr__(self) -> str:
        return f"Gateway({', '.join(sorted(self._destinations))})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the destinations, in the order of the configuration."""
        return tuple(self._destinations)

    def describe(self, destination: str) -> str:
        """The kind of a destination: `slack`; empty for an unknown name."""
        address = self._destinations.get(destination)
        return describe(address) if address is not None else ""

    def prepare(
        self, destination: str, message: Message, envelope: Envelope
    ) -> tuple[Payload, ...] | Refused:
        """What this destination will be handed: the message in the form it wants, in as many parts as it takes, at least one.

        To be kept: every attempt sends the same. Refused if the destination cannot be used at all; nothing needs keeping then.
        """
        address = self._destinations.get(destination)
        if address is None:
            return _NO_SUCH_NAME
        if isinstance(address, Webhook):
            return webhook.prepared(message, envelope)
        return services.prepared(address.reveal(), message, envelope)

    def plainer(self, destination: str, payload: Payload) -> Payload | None:
        """The same part as short plain text (for a webhook: without events and changes), for a destination that did not take it as it was;
        None if there is nothing plainer."""
        address = self._destinations.get(destination)
        if address is None:
            return None
        if isinstance(address, Webhook):
            return webhook.shortened(payload)
        return services.plainer(address.reveal(), payload)

    def send(self, destination: str, payload: Payload, key: str) -> Outcome:
        """One attempt. `key` is the same at every attempt of the same delivery; webhooks and mail carry it."""
        address = self._destinations.get(destination)
        if address is None:
            return _NO_SUCH_NAME
        before = self._unfinished.get(destination)
        if before is not None and before.is_alive():
            return Retry("the attempt before has not ended yet", self._time_limit)
        attempt = _Attempt(self._call(address, payload, key))
        # A daemon thread of ours: a receiver that never ends can hold up neither the others nor the end of the process.
        thread = threading.Thread(
            target=copy_context().run, args=(attempt.run,), daemon=True, name="delivery"
        )
        thread.start()
        thread.join(self._time_limit)
        if thread.is_alive():
            self._unfinished[destination] = thread
            return Unknown(f"no answer within {self._time_limit:g} seconds")
        self._unfinished.pop(destination, None)
        return attempt.outcome

    def _call(self, address: Address, payload: Payload, key: str) -> Callable[[], Outcome]:
        if isinstance(address, Webhook):
            way = Way(self._clock, address.private, self._resolve)
            return lambda: webhook.post(address, payload, key, way)
        stream, now = self._stream or sys.stdout, self._clock.now()
        return lambda: services.send(address.reveal(), payload, key, stream, now)


class _Attempt:
    """One call, in its own thread."""

    def __init__(self, call: Callable[[], Outcome]) -> None:
        self._call = call
        self.outcome: Outcome = Unknown("the attempt ended without a word")

    def run(self) -> None:
        try:
            self.outcome = self._call()
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; its words may hold the URL, so only its kind is told
            self.outcome = Retry(f"the sending failed by a mistake in the program ({type(error).__name__})")


def describe(address: Address) -> str:
    """What may be said of a destination: its scheme, `slack`; or `webhook`."""
    return "webhook" if isinstance(address, Webhook) else scheme_of(address.reveal())


def check(address: Address) -> str | None:
    """What is wrong with a destination, without a word of its URL; None if nothing is. Nothing is sent or looked up."""
    if not isinstance(address, Webhook):
        return services.check(address.reveal())
    if address.keys() is None:
        return "its secret is not written as whsec_ and Base64 of 24 to 64 bytes"
    return None
