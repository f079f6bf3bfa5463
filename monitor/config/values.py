"""The words of both configuration files and what they mean. Each raises Wrong, with a hint, for what means nothing."""

import re
from datetime import time, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.config.document import shown
from monitor.config.shapes import Word, Wrong, meant
from monitor.core.significance import Significance
from monitor.core.watch import NCT_NUMBER, Quiet, Slot

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = tuple(name[:3] for name in _WEEKDAYS)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Apprise can also write to this machine (desktop, system bus, files, programs): never what a watchlist is for.
_LOCAL = frozenset(
    {
        "file",
        "exec",
        "script",
        "syslog",
        "dbus",
        "qt",
        "kde",
        "glib",
        "gio",
        "blink1",
        "gnome",
        "windows",
        "macosx",
        "gntp",
        "python",
    }
)
_DURATION = r"\d{1,9}[smhd]"
_TIME = r"([01]?\d|2[0-3]):[0-5]\d"
_DAY = f"({'|'.join(WEEKDAYS)})[a-z]*"


def _duration(text: str) -> timedelta:
    if not re.fullmatch(_DURATION, text, re.ASCII):
        raise Wrong(f"{shown(text)} is not a duration", "write 30s, 15m, 24h or 7d")
    seconds = int(text[:-1]) * _UNITS[text[-1]]
    if seconds > 366 * 86400:
        raise Wrong(f"{shown(text)} is longer than a year")
    return timedelta(seconds=seconds)


def _positive_duration(text: str) -> timedelta:
    duration = _duration(text)
    if not duration:
        raise Wrong(f"{shown(text)} is no interval", "write 30s, 15m, 24h or 7d")
    return duration


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise Wrong("this is not an address", "write https://clinicaltrials.gov") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise Wrong("this is not the address of a registry", "write https://clinicaltrials.gov")
    if parts.username is not None or parts.password is not None:
        raise Wrong("an address here must not hold a user or password")
    if parts.scheme == "http" and not is_loopback(text):
        raise Wrong("the registry is asked over https", "http:// is only for a registry on this machine")
    return text.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the address is one of this machine."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))


def _port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or int(text) > 65535:
        raise Wrong(f"{shown(text)} is not a port", "a number up to 65535")
    return int(text)


def _contact(text: str) -> str:
    if not text.isascii() or not text.isprintable() or len(text) > 200:
        raise Wrong("a contact is an e-mail address or a web page in plain ASCII")
    return text


def check_destination_url(text: str) -> None:
    """Raise Wrong if an Apprise URL must not be used. Says never what the URL is."""
    scheme, separator, rest = text.strip().partition("://")
    scheme = scheme.lower()
    if (
        not separator
        or not re.fullmatch(r"[a-z][a-z0-9+.-]{0,30}", scheme)
        or not (rest or scheme == "terminal")
    ):
        raise Wrong("this is not an Apprise URL", "like mailto://user:${PASSWORD}@example.org")
    if scheme in _LOCAL:
        raise Wrong(
            f"{scheme}:// writes to this machine and is not allowed",
            "use json:// to reach a program of yours",
        )
    if scheme == "http":
        raise Wrong(
            "http:// is no service that Apprise knows",
            "for a webhook of yours write {webhook: https://…} under its name; json://host/path posts what Apprise calls JSON",
        )
    if re.search(r"\s|,\s*[a-z][a-z0-9+.-]*://", rest, re.IGNORECASE):
        raise Wrong("this holds more than one URL, or white space", "give each destination a name of its own")
    query = rest.partition("?")[2]
    if any(name.lower() == "optional" for name, _ in parse_qsl(query, keep_blank_values=True)):
        raise Wrong("optional= is not allowed", "it reports success when the delivery failed")


def _trial_number(text: str) -> str:
    number = text.upper()
    if NCT_NUMBER.fullmatch(number):
        return number
    if number == "NCT00000000":
        raise Wrong("NCT00000000 is a dummy, no trial has it")
    digits = re.fullmatch(r"NCT\s*-?\s*(\d+)", number, re.ASCII)
    if digits and len(digits[1]) != 8:
        there = f"{len(digits[1])} digit{'s' * (len(digits[1]) != 1)}"
        raise Wrong(f"{text}: {there}, 8 needed", "NCT and 8 digits, like NCT03737461")
    if digits:
        raise Wrong(f"{shown(text)} is not written like a trial number", f"NCT{digits[1]}")
    raise Wrong(f"{shown(text)} is not a trial number", "NCT and 8 digits, like NCT03737461")


def _significance(text: str) -> Significance:
    try:
        if text != text.lower():
            raise ValueError(text)
        return Significance.parse(text)
    except ValueError:
        words = [str(level) for level in Significance]
        raise Wrong(f"{shown(text)} is not a significance", meant(text, words)) from None


def _when(text: str) -> tuple[Slot, ...]:
    """No slot is `at once`."""
    words = text.lower().replace(",", " ").split()
    if words == ["at", "once"]:
        return ()
    days = words[1:-1] if words[0] == "weekly" else words[:-1]
    if not days:
        hint = "write: at once · daily 07:30 · weekly mon 07:30 · weekdays 07:30 · “mon, wed, fri 07:30”"
        raise Wrong(f"{shown(text)} is not a time of delivery", hint)
    at = _time(words[-1])
    if days == ["daily"]:
        return (Slot(at),)
    if days == ["weekdays"]:
        return tuple(Slot(at, day) for day in range(5))
    return tuple(Slot(at, day) for day in dict.fromkeys(_weekday(day) for day in days))


def _weekday(text: str) -> int:
    found = [day for day, name in enumerate(_WEEKDAYS) if len(text) >= 3 and name.startswith(text)]
    if not found:
        raise Wrong(f"{shown(text)} is not a day of the week", f"one of {', '.join(WEEKDAYS)}")
    return found[0]


def _time(text: str) -> time:
    if not re.fullmatch(_TIME, text, re.ASCII):
        raise Wrong(f"{shown(text)} is not a time of day", "00:00 to 23:59, like 07:30")
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _timezone(text: str) -> ZoneInfo:
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", text):
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # refused below, with a suggestion
    from zoneinfo import available_timezones

    near = meant(text, sorted(available_timezones()))
    hint = near if near.startswith("did") else "a name like Europe/Paris or America/New_York"
    raise Wrong(f"{shown(text)} is not a time zone", hint)


def _quiet(text: str) -> Quiet:
    start, dash, end = text.replace("–", "-").partition("-")
    hint = "write 22:00-07:00"
    if not dash:
        raise Wrong(f"{shown(text)} are no quiet hours", hint)
    quiet = Quiet(_time(start.strip()), _time(end.strip()))
    if quiet.start == quiet.end:
        raise Wrong(f"{shown(text)} begins when it ends", hint)
    return quiet


def _state(text: str) -> str:
    if len(text) < 3:
        raise Wrong(f"{shown(text)} is not a state as registries write it", "in full, like Ohio")
    if len(text) > 60:
        raise Wrong(f"this state has {len(text)} characters; 60 are allowed")
    return " ".join(text.split())


def _pattern(pattern: str) -> dict[str, str]:
    return {"type": "string", "pattern": f"^({pattern})$"}


DURATION = Word("a duration", _duration, _pattern(_DURATION))
INTERVAL = Word("a duration", _positive_duration, _pattern(_DURATION))
BASE_URL = Word("an address", _base_url, {"type": "string", "pattern": "^https?://"})
PORT = Word("a port", _port, {"type": "integer", "minimum": 0, "maximum": 65535})
CONTACT = Word("a contact", _contact, {"type": "string", "maxLength": 200})
TRIAL_NUMBER = Word("a trial number", _trial_number, _pattern(r"[Nn][Cc][Tt](?!0{8})\d{8}"))
SIGNIFICANCE = Word("a significance", _significance, {"enum": [str(level) for level in Significance]})
WHEN = Word(
    "a time of delivery",
    _when,
    _pattern(rf"at once|(daily|weekdays|(weekly )?{_DAY}(,? {_DAY})*) {_TIME}"),
)
TIMEZONE = Word(
    "a time zone", _timezone, {"type": "string", "examples": ["Europe/Paris", "America/New_York"]}
)
QUIET = Word("quiet hours", _quiet, _pattern(rf"{_TIME}-{_TIME}"))
STATE = Word("a state", _state, {"type": "string", "minLength": 3, "maxLength": 60})
