"""What Apprise's log of one call means. Apprise itself only says that a call failed; why stands in its log.

Only its own sentences are read (warnings, errors, and the debug line about a lost connection), never the debug lines that quote the
message or the receiver's answer: those hold other people's words.
"""

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus

from monitor.deliver.outcome import Outcome, Refused, Retry, Unknown

Line = tuple[str, str]

_HTTP_CODE = re.compile(r"\berror(?: code)?[=:] ?(\d{3})\b")
_SMTP_CODE = re.compile(r"\((\d{3}), b?['\"]")
_SMTP_RECIPIENT = re.compile(r"was refused: (\d{3})\b")
_ABOUT_CONNECTION = ("Socket Exception", "Notification Exception")

# Where a receiver does not say when to come back, a minute is polite.
_TOO_MANY_PAUSE = 60.0

_NOT_CONNECTED = (
    ("connection refused", "the connection was refused"),
    ("connect timeout", "no connection within the time limit"),
    ("name or service not known", "the host name is not known"),
    ("name resolution", "the host name could not be looked up"),
    ("nodename nor servname", "the host name is not known"),
    ("getaddrinfo", "the host name could not be looked up"),
    ("failed to resolve", "the host name could not be looked up"),
    ("no route to host", "there is no route to the host"),
    ("network is unreachable", "the network is unreachable"),
    ("certificate_verify_failed", "the certificate cannot be trusted"),
    ("certificate verify failed", "the certificate cannot be trusted"),
    ("[ssl:", "no secure connection could be made"),
    ("sslerror", "no secure connection could be made"),
    ("failed to establish a new connection", "no connection could be made"),
)
_PERHAPS_DELIVERED = (
    ("timed out", "the receiver did not answer in time"),
    ("timeout", "the receiver did not answer in time"),
    ("connection reset", "the connection was lost before the answer came"),
    ("connection aborted", "the connection was lost before the answer came"),
    ("remote end closed", "the connection was lost before the answer came"),
    ("connection unexpectedly closed", "the connection was lost before the answer came"),
    ("broken pipe", "the connection was lost while sending"),
    ("incompleteread", "the connection was lost before the answer came"),
    ("connection broken", "the connection was lost before the answer came"),
)


def outcome_of(lines: Sequence[Line], redact: Callable[[str], str]) -> Outcome:
    """Why a call failed, from its log: pairs of level and message. What is quoted from it goes through `redact`."""
    said = [message for level, message in lines if level in ("WARNING", "ERROR", "CRITICAL")]
    connection = [message for _, message in lines if message.startswith(_ABOUT_CONNECTION)]
    for message in reversed(said):
        if match := _HTTP_CODE.search(message):
            return outcome_of_status(int(match.group(1)))
    for message in reversed(connection + said):
        if match := _SMTP_CODE.search(message) or _SMTP_RECIPIENT.search(message):
            return _from_smtp(int(match.group(1)))
    everything = "\n".join(connection).lower()
    for sign, why in _NOT_CONNECTED:
        if sign in everything:
            return Retry(why)
    for sign, why in _PERHAPS_DELIVERED:
        if sign in everything:
            return Unknown(why)
    detail = redact(said[-1]) if said else ""
    return Retry(f"the service did not accept it: {detail}" if detail else "the service did not accept it")


def outcome_of_status(code: int, wish: float | None = None) -> Outcome:
    """What it means that a receiver answered with a status that is no success; `wish` is its Retry-After, in seconds."""
    why = f"the receiver answered {code}{_phrase(code)}"
    if code in (429, 503):
        return Retry(why, wish or (_TOO_MANY_PAUSE if code == 429 else None))
    if 300 <= code < 400:
        return Retry(f"{why}: it sends us elsewhere, which is not followed", telling=True)
    if code in (502, 504):
        return Unknown(f"{why}: what stands before it cannot say whether it got the message")
    if code in (408, 409, 425) or code >= 500 or code < 400:
        return Retry(why)
    return Refused(why, "message" if code in (400, 413, 414, 415, 422, 431) else "destination")


def _from_smtp(code: int) -> Outcome:
    why = f"the mail server answered {code}"
    if code in (530, 534, 535, 538):
        return Refused(f"{why}: it does not accept our name and password", "destination")
    if code in (550, 551, 553):
        return Refused(f"{why}: it does not accept the sender or the recipient", "destination")
    return Refused(why, "message") if code >= 500 else Retry(why)


def _phrase(code: int) -> str:
    try:
        return f" ({HTTPStatus(code).phrase})"
    except ValueError:
        return ""
