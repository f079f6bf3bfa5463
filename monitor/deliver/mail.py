"""Mail as RFC 5322 has it, made here and handed to the mail server over Apprise's connection: Apprise's own has a new Message-ID at every
attempt and a text that it guesses from the HTML.

A message keeps its Message-ID whatever happens, so a repeat can be dropped (RFC 5322, 3.6.4). What concerns one trial is threaded under a
root that nobody gets. List-Id (RFC 2919) lets a reader sort by watchlist; Auto-Submitted (RFC 3834) keeps out-of-office answers away.
There is no List-Unsubscribe: nothing here could honour it.
"""

import re
import unicodedata
from datetime import datetime
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, formataddr
from typing import Any

from monitor.core.notification import Envelope, Payload, key_of
from monitor.deliver.outcome import Accepted, Outcome, Retry, Unknown
from monitor.deliver.reading import Line, outcome_of
from monitor.deliver.redaction import Redactor
from monitor.render.escape import one_line

# An apprise.plugins.email.NotifyEmail, whose attributes have no exact types.
Mailer = Any

SCHEMES = frozenset({"mailto", "mailtos"})
# Mail programs show this many; servers take far more. A mail longer than this comes in parts.
MOST_OF_A_TITLE = 250
MOST_OF_A_BODY = 1_000_000
_OURS = frozenset(
    "from to cc bcc subject date message-id in-reply-to references list-id auto-submitted mime-version"
    " content-type content-transfer-encoding x-trialmon-key".split()
)


class _Subject(BaseHeader):
    """Written so that it reads back as it is: the email package itself leaves a second space before and after an arrow or an umlaut."""

    max_count = 1

    @classmethod
    def parse(cls, string: str, kwds: dict[str, Any]) -> None:
        UniqueUnstructuredHeader.parse(string, kwds)

    def fold(self, *, policy: Policy) -> str:
        charset = "us-ascii" if str(self).isascii() else "utf-8"
        written = Header(str(self), charset, header_name="Subject").encode(linesep=policy.linesep)
        return f"Subject: {written}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
_AS_WRITTEN = SMTP.clone(header_factory=_HEADERS)


def headers_of(envelope: Envelope, domain: str, parts: int) -> tuple[tuple[str, str], ...]:
    """The headers that are fixed at the first attempt. `domain` is that of the sender's address."""
    headers = [("Date", format_datetime(envelope.sent_at)), ("Auto-Submitted", "auto-generated")]
    if envelope.watchlists:
        headers.append(("List-Id", _list_id(envelope.watchlists[0], domain)))
    thread = envelope.trial and key_of("thread", envelope.trial, envelope.subscriber)
    if not thread and parts > 1:
        thread = key_of("thread", envelope.key)
    if thread:
        headers += [("In-Reply-To", f"<{thread}@{domain}>"), ("References", f"<{thread}@{domain}>")]
    return tuple(headers)


def domain_of(service: Mailer) -> str:
    """That of the sender's address, in ASCII; `trialmon.invalid` if it has none that can stand in a header."""
    domain = str(service.from_addr[1]).rpartition("@")[2].lower()
    return domain if re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?", domain) else "trialmon.invalid"


def is_ours_to_write(service: Mailer) -> bool:
    """Not what is to be encrypted or signed: Apprise can do that, to a mail of its own making."""
    return str(service.pgp_mode) in ("no", "none")


def copies(service: Mailer) -> int:
    """How many would get a copy beside those to whom it goes."""
    return len((service.cc | service.bcc) - {address for _, address in service.targets})


def send(
    service: Mailer, payload: Payload, key: str, redactor: Redactor, lines: list[Line], now: datetime
) -> Outcome:
    """One attempt: a mail to the recipient in the URL. `lines` is where Apprise's log is heard."""
    from apprise.plugins.email.smtp import SMTP_EXCEPTIONS, AppriseSMTPController

    connected = False
    try:
        with AppriseSMTPController(
            host=service.smtp_host,
            port=service.port,
            secure_mode=service.secure_mode,
            user=service.user,
            password=service.password,
            verify_certificate=service.verify_certificate,
            socket_connect_timeout=service.socket_connect_timeout,
        ) as connection:
            connected = True
            (to,) = service.targets
            mail = written(service, payload, key, to, now).as_string()
            took = connection.sendmail(service.from_addr[1], [to[1]], mail)
    except SMTP_EXCEPTIONS as error:
        lines.append(("DEBUG", f"Socket Exception: {error}"))
        outcome = outcome_of(lines, redactor.redact)
        # Without a connection nothing can have arrived.
        return Retry(outcome.why) if isinstance(outcome, Unknown) and not connected else outcome
    return Accepted() if took else outcome_of(lines, redactor.redact)


def written(
    service: Mailer, payload: Payload, key: str, to: tuple[str | bool, str], now: datetime
) -> EmailMessage:
    """The mail to the recipient: the same bytes at every attempt."""
    mail = EmailMessage(policy=_AS_WRITTEN)
    domain = domain_of(service)
    ours = dict(payload.headers)
    # One that was prepared when its name stood for another service has no headers of mail.
    mail["Date"] = ours.pop("Date", format_datetime(now))
    mail["From"] = _address(service.from_addr)
    mail["To"] = _address(to)
    if service.reply_to:
        mail["Reply-To"] = ", ".join(sorted(service.reply_to))
    mail["Subject"] = one_line(payload.title, MOST_OF_A_TITLE).replace("=?", "= ?")
    mail["Message-ID"] = f"<{key}@{domain}>"
    for name, value in ours.items():
        mail[name] = value
    mail["X-Trialmon-Key"] = key
    for name, value in service.headers.items():
        if name.strip().lower() not in _OURS and re.fullmatch(r"[A-Za-z0-9-]{1,60}", name.strip()):
            mail[name.strip()] = one_line(value, 900)
    mail.set_content(payload.text or payload.body, charset="utf-8", cte="quoted-printable")
    if payload.form == "html":
        mail.add_alternative(payload.body, subtype="html", charset="utf-8", cte="quoted-printable")
        mail.set_boundary(f"=_trialmon_{key}")
    return mail


def _address(pair: tuple[str | bool, str]) -> str:
    return formataddr((one_line(pair[0], 200) if isinstance(pair[0], str) else "", pair[1]))


def _list_id(title: str, domain: str) -> str:
    """A title in ASCII, for people, and a label that is the list's own."""
    ascii_title = unicodedata.normalize("NFKD", one_line(title, 120)).encode("ascii", "ignore").decode()
    phrase = " ".join(re.sub(r"[^A-Za-z0-9 ,.'-]", " ", ascii_title).split())
    label = "-".join(re.findall(r"[a-z0-9]+", phrase.lower()))[:40].strip("-")
    own = "-".join(filter(None, (label, key_of("watchlist", title)[:8])))
    return f'"{phrase}" <{own}.trialmon.{domain}>' if phrase else f"<{own}.trialmon.{domain}>"
