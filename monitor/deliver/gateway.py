"""Prepares a message for a destination, sends what was prepared, and says how it ended. The sole home of Apprise, imported when needed."""

import re
import sys
import threading
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, TextIO

from monitor.core.notification import Envelope, Message, Payload
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
_NO_SUCH_NAME = Refused("the configuration has no destination of this name", "destination")
_NOT_UNDERSTOOD = Refused("Apprise does not understand this destination's URL", "destination")
# What is refused as it was is tried once more in words that any service takes.
_SHORT_BODY = 1000


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

    def prepare(
        self, destination: str, message: Message, envelope: Envelope
    ) -> tuple[Payload, ...] | Refused:
        """What this destination will be handed: the message in the form it wants, in as many parts as it takes, at least one.

        To be kept: every attempt sends the same. Refused if the destination cannot be used at all; nothing needs keeping then.
        """
        url = self._destinations.get(destination)
        if url is None:
            return _NO_SUCH_NAME
        service = _service(url.reveal())
        if service is None:
            return _NOT_UNDERSTOOD
        form = _form_of(service)
        title, body = fitted(message, form, int(service.title_maxlen), int(service.body_maxlen))
        if form == "html" and scheme_of(url.reveal()) not in _MAIL:
            # Some services paste a title into their HTML as it is.
            title = title.replace("<", "‹").replace(">", "›")
        return (Payload(title, body, form, message.text),)

    def plainer(self, destination: str, payload: Payload) -> Payload | None:
        """The same part as short plain text, for a destination that did not take it as it was; None if there is nothing plainer."""
        url = self._destinations.get(destination)
        service = _service(url.reveal()) if url is not None else None
        if service is None:
            return None
        whole = Message(payload.title, payload.text or payload.body, "", "")
        title, body = fitted(
            whole, "text", int(service.title_maxlen), min(int(service.body_maxlen), _SHORT_BODY)
        )
        plain = replace(payload, title=title, body=body, form="text", text="")
        return plain if (title, body, "text") != (payload.title, payload.body, payload.form) else None

    def send(self, destination: str, payload: Payload, key: str) -> Outcome:
        """One attempt. `key` is the same at every attempt of the same delivery; web hooks and mail carry it in a header."""
        url = self._destinations.get(destination)
        if url is None:
            return _NO_SUCH_NAME
        before = self._unfinished.get(destination)
        if before is not None and before.is_alive():
            return Retry("the attempt before has not ended yet", self._time_limit)
        attempt = _Attempt(url.reveal(), payload, key, self._stream or sys.stdout)
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

    def __init__(self, url: str, payload: Payload, key: str, stream: TextIO) -> None:
        self._url = url
        self._payload = payload
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
            return _NOT_UNDERSTOOD
        from apprise import Apprise, NotifyFormat

        _carry_key(service, scheme_of(self._url), self._key)
        form = NotifyFormat(self._payload.form)
        sender = Apprise(asset=_asset())
        sender.add(service)
        with terminal.writing_to(self._stream), listening() as lines:
            delivered = bool(
                sender.notify(body=self._payload.body, title=self._payload.title, body_format=form)
            )
        return Accepted() if delivered else outcome_of(lines, Redactor(self._url).redact)


def _form_of(service: "NotifyBase") -> Form:
    """The service's own preference, or the URL's `format=`; of a service that takes both (Slack), plain text is the safer."""
    from apprise import NotifyFormat

    form = service.resolve_format(None)
    if form is NotifyFormat.MARKDOWN:
        form = service.resolve_format(NotifyFormat.TEXT)
    name: Form = form.value
    return name


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
