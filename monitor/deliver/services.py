"""The sole home of Apprise, imported when it is needed: reads a destination's URL, says what the service takes, hands one part over."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TextIO

from monitor.core.notification import Envelope, Message, Payload
from monitor.core.retry_after import retry_after
from monitor.deliver import mail, terminal
from monitor.deliver.answers import denied
from monitor.deliver.hearing import begin_to_hear, hearing
from monitor.deliver.outcome import Accepted, Outcome, Refused, Retry
from monitor.deliver.overhearing import confine, listening
from monitor.deliver.proof import footer_of
from monitor.deliver.reading import outcome_of
from monitor.deliver.redaction import Redactor, scheme_of
from monitor.deliver.splitting import Form, Part, parts_of
from monitor.deliver.transport import Answer
from monitor.render.escape import cut

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

NOT_UNDERSTOOD = Refused("Apprise does not understand this destination's URL", "destination")
# Whether each of them got a message could not be known: where one is refused, the others would get it again at every attempt.
_SEVERAL = (
    "its URL names several recipients: give each a destination of its own, and name them all under `to`"
)
NOT_ONE = Refused(_SEVERAL, "destination")

_READ_LIMIT = 15.0
_WEB_HOOKS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
_WITH_A_KEY = frozenset({"mailgun", "sparkpost", "smtp2go"})
# Services that take a whole page of HTML, being mail.
_PAGES = (
    _WITH_A_KEY
    | mail.SCHEMES
    | {"brevo", "groundmail", "mailersend", "o365", "postmark", "resend", "sendgrid", "ses"}
)
# What is refused as it was is tried once more in words that any service takes.
_SHORT_BODY, _SHORT_TITLE = 1000, 120
_SHORTENED = "\n(shortened: `trialmon outbox show` has all of it)\n"
# A title's number (" (12/34)") and the line end behind it.
_AROUND_A_TITLE = 32
# A service that takes less than this (a text message) gets the key alone for a footer.
_SHORT_FOOTER = 500
# Several destinations are sent to side by side, and Apprise is loaded when the first is.
_first_use = threading.Lock()


def prepared(url: str, message: Message, envelope: Envelope) -> tuple[Payload, ...] | Refused:
    """The message in the form and the parts that the service takes."""
    service = _service(url)
    if service is None:
        return NOT_UNDERSTOOD
    if _recipients(service, url) > 1:
        return NOT_ONE
    scheme, footer = scheme_of(url), footer_of(envelope, short=0 < int(service.body_maxlen) < _SHORT_FOOTER)
    if scheme in mail.SCHEMES:
        parts = parts_of(message, "html", mail.MOST_OF_A_TITLE, mail.MOST_OF_A_BODY, footer)
        headers = mail.headers_of(envelope, mail.domain_of(service), len(parts))
        return _payloads(parts, "html", headers)
    form, titles, bodies = _form_of(service, url), int(service.title_maxlen), int(service.body_maxlen)
    if titles > 0 and service.overflow_amalgamate_title:
        bodies -= min(len(message.title) + _AROUND_A_TITLE, titles)
    simple = scheme not in _PAGES | _WEB_HOOKS
    size = _size_in(service, form)
    parts = parts_of(message, form, titles, bodies, footer, simple=simple, size=size)
    if form == "html" and simple:
        # Some services paste a title into their HTML as it is.
        parts = tuple(replace(part, title=part.title.replace("<", "‹").replace(">", "›")) for part in parts)
    return _payloads(parts, form)


def plainer(url: str, payload: Payload) -> Payload | None:
    """The part as short plain text; None if it is that already, or the URL is not understood."""
    service = _service(url)
    if service is None:
        return None
    titles, bodies = int(service.title_maxlen), min(int(service.body_maxlen), _SHORT_BODY)
    text = payload.text or payload.body
    title = cut(payload.title, min(titles or _SHORT_TITLE, _SHORT_TITLE))
    room = max(bodies - len(title) - _AROUND_A_TITLE, 1)
    body = text if len(text) <= room else cut(text, max(room - len(_SHORTENED), 1)) + _SHORTENED[:room]
    plain = replace(payload, title=title, body=body, form="text", text="")
    return plain if (title, body, "text") != (payload.title, payload.body, payload.form) else None


def send(url: str, payload: Payload, key: str, stream: TextIO, now: datetime) -> Outcome:
    """One attempt, in the caller's thread."""
    service = _service(url)
    if service is None:
        return NOT_UNDERSTOOD
    if _recipients(service, url) > 1:
        return NOT_ONE
    if payload.form == "json":
        return Refused("the message was prepared for a destination of another kind", "message")
    scheme, redactor = scheme_of(url), Redactor(url)
    with terminal.writing_to(stream), listening() as lines, hearing() as answers:
        if scheme in mail.SCHEMES and mail.is_ours_to_write(service):
            return mail.send(service, payload, key, redactor, lines, now)
        _carry_key(service, scheme, key)
        delivered = _notified(service, payload)
    if delivered:
        strict = scheme in _WEB_HOOKS
        return next(filter(None, (denied(one, errors=strict) for one in answers)), None) or Accepted()
    outcome = outcome_of(lines, redactor.redact)
    return _as_late_as_asked(outcome, answers, now)


def check(url: str) -> str | None:
    """What is wrong with a destination's URL, without a word of it; None if Apprise understands it."""
    if not scheme_of(url):
        return "this is no Apprise URL: it begins with no service, such as mailto:// or slack://"
    if re.search(r"[,\s]\s*[A-Za-z][A-Za-z0-9+.-]*://", url.strip()):
        return "this is more than one URL: give each its own name"
    for option, reason in (
        ("optional", "a failure would pass for a delivery"),
        ("redirect", "a redirect can end at a page that accepts nothing"),
        ("retry", "trialmon tries again by itself, and keeps account of it"),
    ):
        if re.search(rf"[?&]{option}=", url, re.IGNORECASE):
            return f"the option {option}= is not allowed here: {reason}"
    service = _service(url)
    if service is None:
        return "Apprise does not understand this URL: see https://appriseit.com/services/ for how this service's is written"
    return _SEVERAL if _recipients(service, url) > 1 else None


def _notified(service: "NotifyBase", payload: Payload) -> bool:
    from apprise import Apprise, NotifyFormat

    sender = Apprise(asset=_asset())
    sender.add(service)
    form = NotifyFormat(payload.form)
    return bool(sender.notify(body=payload.body, title=payload.title, body_format=form))


def _as_late_as_asked(outcome: Outcome, answers: list[Answer], now: datetime) -> Outcome:
    """A busy receiver's Retry-After is obeyed, though Apprise does not hand it on."""
    wishes = [retry_after(one.headers, now) or 0.0 for one in answers if one.status in (429, 503)]
    if isinstance(outcome, Retry) and any(wishes):
        return Retry(outcome.why, max(wishes))
    return outcome


def _form_of(service: "NotifyBase", url: str) -> Form:
    """The URL's `format=`; else HTML for mail; else plain text where the service takes it: what acts in Markdown cannot act in it."""
    from apprise import NotifyFormat

    preferred: Form = service.resolve_format(None).value
    if scheme_of(url) in _PAGES or re.search(r"[?&]format=", url, re.IGNORECASE):
        return preferred
    form: Form = service.resolve_format(NotifyFormat.TEXT).value
    return service.resolve_format(NotifyFormat.HTML).value if form == "markdown" else form


def _size_in(service: "NotifyBase", form: Form) -> Callable[[str], int]:
    """How long a body is once Apprise has put it into the service's own dialect; it does so after all limits were checked."""
    from apprise import NotifyFormat

    target = NotifyFormat(form)

    def size(body: str) -> int:
        return max(len(body), len(service.dialect_convert(body, target) or ""))

    return size


def _payloads(
    parts: tuple[Part, ...], form: Form, headers: tuple[tuple[str, str], ...] = ()
) -> tuple[Payload, ...]:
    return tuple(
        Payload(part.title, part.body, form, part.text, headers, number, len(parts))
        for number, part in enumerate(parts, 1)
    )


def _service(url: str) -> "NotifyBase | None":
    with _first_use:
        confine()
        begin_to_hear()
        from apprise import Apprise

        terminal.register()
    service = Apprise.instantiate(url, asset=_asset())
    if service is None:
        return None
    # Whatever the URL says: one attempt a call, its true result, no login page that answers 200, and nothing left out.
    service.redirects = False
    service.optional = False
    service.retry = 0
    service.body_max_line_count = 0
    if not re.search(r"[?&]rto=", url):
        service.socket_read_timeout = _READ_LIMIT
    return service


def _recipients(service: "NotifyBase", url: str) -> int:
    """How many get what is sent to it: Apprise's own count, and the copies of a mail."""
    return len(service) + (mail.copies(service) if scheme_of(url) in mail.SCHEMES else 0)


def _carry_key(service: "NotifyBase", scheme: str, key: str) -> None:
    """The key as a header, where the service has headers."""
    headers: Any = getattr(service, "headers", None)
    if not isinstance(headers, dict):
        return
    if scheme in _WEB_HOOKS:
        headers["Idempotency-Key"] = key
    if scheme in _WEB_HOOKS | _WITH_A_KEY | mail.SCHEMES:
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
