"""Sends one message to one destination and says how it ended. The sole home of Apprise, imported when something is sent."""

import re
import sys
import threading
from collections.abc import Mapping
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, TextIO

from monitor.core.notification import Message
from monitor.core.secret import Secret
from monitor.deliver import terminal
from monitor.deliver.fitting import Form, fitted
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry, Unknown
from monitor.deliver.overhearing import confine, listening
from monitor.deliver.reading import outcome_of
from monitor.deliver.redaction import Redactor, scheme_of

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

TIME_LIMIT = 30.0
_READ_LIMIT = 15.0
_WEB_HOOKS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
# Several destinations are sent to side by side, and Apprise is loaded when the first is.
_first_use = threading.Lock()
_MAIL = frozenset({"mailto", "mailtos", "mailgun", "sparkpost", "smtp2go"})


class Gateway:
    """Knows the destinations by name. Safe to use from several threads, one call a destination at a time.

    `stream` is where `terminal://` writes (default: the standard output of the moment); `time_limit`, in seconds, bounds one attempt.
    """

    def __init__(
        self,
        destinations: Mapping[str, Secret],
        *,
        stream: TextIO | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._destinations = dict(destinations)
        self._stream = stream
        self._time_limit = time_limit
        self._unfinished: dict[str, threading.Thread] = {}

    def __repr__(self) -> str:
        return f"Gateway({', '.join(sorted(self._destinations))})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the destinations, in the order of the configuration."""
        return tuple(self._destinations)

    def describe(self, destination: str) -> str:
        """The kind of a destination: `slack`; empty for an unknown name."""
        url = self._destinations.get(destination)
        return describe(url) if url is not None else ""

    def send(self, destination: str, message: Message, key: str) -> Outcome:
        """One attempt. `key` is the same at every attempt of the same delivery; web hooks and mail carry it in a header."""
        url = self._destinations.get(destination)
        if url is None:
            return Refused("the configuration has no destination of this name", "destination")
        before = self._unfinished.get(destination)
        if before is not None and before.is_alive():
            return Retry("the attempt before has not ended yet", self._time_limit)
        attempt = _Attempt(url.reveal(), message, key, self._stream or sys.stdout)
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


class _Attempt:
    """One call of Apprise, with one URL, in its own thread."""

    def __init__(self, url: str, message: Message, key: str, stream: TextIO) -> None:
        self._url = url
        self._message = message
        self._key = key
        self._stream = stream
        self.outcome: Outcome = Unknown("the attempt ended without a word")

    def run(self) -> None:
        try:
            self.outcome = self._send()
        except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; its words may hold the URL, so only its kind is told
            self.outcome = Retry(f"Apprise failed ({type(error).__name__})")

    def _send(self) -> Outcome:
        service = _service(self._url)
        if service is None:
            return Refused("Apprise does not understand this destination's URL", "destination")
        from apprise import Apprise, NotifyFormat

        _carry_key(service, scheme_of(self._url), self._key)
        # The service's own preference, or the URL's `format=`; of a service that takes both (Slack), plain text is the safer.
        form = service.resolve_format(None)
        if form is NotifyFormat.MARKDOWN:
            form = service.resolve_format(NotifyFormat.TEXT)
        name: Form = form.value
        title, body = fitted(self._message, name, int(service.title_maxlen), int(service.body_maxlen))
        if name == "html" and scheme_of(self._url) not in _MAIL:
            # Some services paste a title into their HTML as it is.
            title = title.replace("<", "‹").replace(">", "›")
        sender = Apprise(asset=_asset())
        sender.add(service)
        with terminal.writing_to(self._stream), listening() as lines:
            delivered = bool(sender.notify(body=body, title=title, body_format=form))
        return Accepted() if delivered else outcome_of(lines, Redactor(self._url).redact)


def describe(url: Secret) -> str:
    """What may be said of a destination's URL: its scheme, `slack`."""
    return scheme_of(url.reveal())


def check(url: Secret) -> str | None:
    """What is wrong with a destination's URL, without a word of it; None if Apprise understands it."""
    text = url.reveal()
    if not scheme_of(text):
        return "this is no Apprise URL: it begins with no service, such as mailto:// or slack://"
    if re.search(r"[,\s]\s*[A-Za-z][A-Za-z0-9+.-]*://", text.strip()):
        return "this is more than one URL: give each its own name"
    for option, reason in (
        ("optional", "a failure would pass for a delivery"),
        ("redirect", "a redirect can end at a page that accepts nothing"),
        ("retry", "trialmon tries again by itself, and keeps account of it"),
    ):
        if re.search(rf"[?&]{option}=", text, re.IGNORECASE):
            return f"the option {option}= is not allowed here: {reason}"
    if _service(text) is None:
        return "Apprise does not understand this URL: see https://appriseit.com/services/ for how this service's is written"
    return None


def _service(url: str) -> "NotifyBase | None":
    with _first_use:
        confine()
        from apprise import Apprise

        terminal.register()
    service = Apprise.instantiate(url, asset=_asset())
    if service is None:
        return None
    # Whatever the URL says: one attempt a call, its true result, and no login page that answers 200.
    service.redirects = False
    service.optional = False
    service.retry = 0
    if not re.search(r"[?&]rto=", url):
        service.socket_read_timeout = _READ_LIMIT
    return service


def _carry_key(service: "NotifyBase", scheme: str, key: str) -> None:
    """The key as a header, where the service has headers; Apprise's mail sets its own Message-ID."""
    headers = getattr(service, "headers", None)
    if not isinstance(headers, dict):
        return
    if scheme in _WEB_HOOKS:
        headers["Idempotency-Key"] = key
    if scheme in _WEB_HOOKS | _MAIL:
        headers["X-Trialmon-Key"] = key


@cache
def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="trialmon",
        app_desc="trialmon",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        secure_logging=True,
        default_service_retry=0,
        storage_mode="memory",
        service_timeout=0,
    )
