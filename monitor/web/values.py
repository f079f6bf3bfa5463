"""What may stand in an address: each kind of value declares how it is read, and what it is called in the OpenAPI document."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from monitor.core.significance import TOPICS, Significance
from monitor.core.watch import NCT_NUMBER
from monitor.render.escape import clean


class NotUnderstood(ValueError):
    """A value in an address means nothing; the message says what is expected."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: `read` gives what a text means, or raises NotUnderstood; `schema` is JSON Schema."""

    read: Callable[[str], Any]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Param:
    """One value that a page or an endpoint takes, from its path or its query; `default` where the query has none."""

    name: str
    kind: Kind
    doc: str
    default: Any = None
    where: Literal["path", "query"] = "query"


_LONGEST = 200
_NAME = re.compile(r"[\w][\w .-]{0,79}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _trial(text: str) -> str:
    number = text.upper()
    if not NCT_NUMBER.fullmatch(number):
        raise NotUnderstood("a trial number is NCT and 8 digits, like NCT03737461")
    return number


def _whole(least: int, most: int) -> Kind:
    def read(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise NotUnderstood(f"here a whole number from {least} to {most} is expected")
        return int(text)

    return Kind(read, {"type": "integer", "minimum": least, "maximum": most})


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 2026-02-30: refused below
    raise NotUnderstood("a day is written 2026-02-09")


def _one_of(*words: str) -> Kind:
    def read(text: str) -> str:
        if text not in words:
            raise NotUnderstood(f"here one of these is expected: {', '.join(words)}")
        return text

    return Kind(read, {"type": "string", "enum": list(words)})


def _level(text: str) -> Significance:
    try:
        return Significance.parse(text)
    except ValueError:
        raise NotUnderstood(
            f"here one of these is expected: {', '.join(str(one) for one in Significance)}"
        ) from None


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise NotUnderstood("this is no name of a watchlist")
    return text


def _words(text: str) -> str:
    if len(text) > _LONGEST:
        raise NotUnderstood(f"at most {_LONGEST} characters are expected")
    return " ".join(clean(text).split())


TRIAL = Kind(_trial, {"type": "string", "pattern": "^[Nn][Cc][Tt](?!0{8})[0-9]{8}$"})
VERSION = _whole(-99_999, 99_999)
LIMIT = _whole(1, 500)
CURSOR = _whole(-999_999_999, 999_999_999)  # what is known from before our first look has ids below zero
DAY = Kind(_day, {"type": "string", "format": "date"})
TOPIC = _one_of(*TOPICS)
LEVEL = Kind(_level, {"type": "string", "enum": [str(one) for one in Significance]})
NAME = Kind(_name, {"type": "string", "pattern": r"^[\w][\w .-]{0,79}$"})
WORDS = Kind(_words, {"type": "string", "maxLength": _LONGEST})


def one_of(*words: str) -> Kind:
    """A word out of a fixed set."""
    return _one_of(*words)


def first_moment(day: date | None) -> datetime | None:
    """The beginning of a day, UTC."""
    return None if day is None else datetime.combine(day, time(), UTC)


def last_moment(day: date | None) -> datetime | None:
    """The last microsecond of a day, UTC."""
    return None if day is None else datetime.combine(day, time(), UTC) + timedelta(days=1, microseconds=-1)
