"""What trialmon.yaml says of the monitor's own affairs: feeds and metrics as files, the heartbeat, who hears of all this."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.config import values
from monitor.config.document import Notes, shown
from monitor.config.settings import BackupSettings, FeedSettings, HeartbeatSettings
from monitor.config.shapes import (
    YES_OR_NO,
    Fields,
    Found,
    Key,
    ListOf,
    Word,
    Wrong,
    meant,
    text_up_to,
)
from monitor.config.variables import Variables
from monitor.core.secret import Secret

Given = Mapping[str, Found[Any]]


def _public_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise Wrong("this is not an address", "like https://trials.example.org/feeds") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise Wrong("this is not the address of a folder", "like https://trials.example.org/feeds")
    if parts.username is not None or parts.password is not None:
        raise Wrong("an address here must not hold a user or password", "it is written into every feed")
    return text.rstrip("/")


def _how_many(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise Wrong(f"{shown(text)} is not a number of backups", "a whole number, like 7")
    return int(text)


_COUNT = Word("a number", _how_many, {"type": "integer", "minimum": 0, "maximum": 9999})

AFFAIRS = {
    "backups": Key(
        Fields(
            {
                "folder": Key(
                    text_up_to(4000, "a path"),
                    "Where they go, relative to this file or the state directory; best on another disk.",
                    required=True,
                ),
                "keep_daily": Key(_COUNT, "How many days' newest are kept. Default: 7"),
                "keep_weekly": Key(_COUNT, "How many weeks' newest are kept. Default: 4"),
            },
            "the backups",
        ),
        "Copies of the database, made and checked by `trialmon upkeep`; none without this key.",
    ),
    "feeds": Key(
        Fields(
            {
                "folder": Key(
                    text_up_to(4000, "a path"),
                    "Where they are written, relative to this file or the state directory. Default: feeds",
                ),
                "base_url": Key(
                    Word("an address", _public_address, {"type": "string", "pattern": "^https?://"}),
                    "Where a web server hands that folder out; feeds then say where they are.",
                ),
                "at_least": Key(values.SIGNIFICANCE, "Which events stand in them. Default: notable"),
            },
            "the feeds",
        ),
        "Atom, JSON Feed and iCalendar files of every watchlist and trial; none without this key. `feeds: {}` for the defaults.",
    ),
    "heartbeat": Key(
        Fields(
            {
                "url": Key(
                    text_up_to(2000, "an address"),
                    "Asked for while all is well, and only then. A secret: ${NAME} as in destinations.",
                    required=True,
                ),
                "every": Key(values.INTERVAL, "How often. Default: 15m"),
                "private": Key(YES_OR_NO, "Whether it may be an address of this network. Default: false"),
            },
            "the heartbeat",
        ),
        "A service that raises the alarm when it hears nothing: it hears from trialmon only while silence means that nothing changed.",
    ),
    "metrics": Key(
        text_up_to(4000, "a path"),
        "A file of metrics for Prometheus' node exporter, ending in .prom; none without this key.",
    ),
    "operator": Key(
        ListOf(text_up_to(64, "a destination's name"), least=1, or_one=True),
        "The destinations that hear of the monitor's own affairs. Without this key they stand in the log.",
    ),
}


def backup_settings(given: Given, placed: Callable[[str], Path]) -> BackupSettings | None:
    """What was read under `backups:`; None if it is not there."""
    fields = {name: item.value for name, item in given["backups"].value.items()} if "backups" in given else {}
    return BackupSettings(**{**fields, "folder": placed(fields["folder"])}) if "folder" in fields else None


def feed_settings(given: Given, placed: Callable[[str], Path]) -> FeedSettings | None:
    """What was read under `feeds:`; None if it is not there."""
    if "feeds" not in given:
        return None
    fields = {name: item.value for name, item in given["feeds"].value.items()}
    return FeedSettings(**{**fields, "folder": placed(fields.get("folder", "feeds"))})


def metrics_file(given: Given, placed: Callable[[str], Path]) -> Path | None:
    """What was read under `metrics:`."""
    return placed(given["metrics"].value) if "metrics" in given else None


def heartbeat_settings(given: Given, variables: Variables, notes: Notes) -> HeartbeatSettings | None:
    """What was read under `heartbeat:`, its `${NAME}` replaced; what is wrong is noted without a word of what the address is."""
    fields = given["heartbeat"].value if "heartbeat" in given else {}
    if "url" not in fields:
        return None
    line = fields["url"].line
    expanded, missing = variables.expand(fields["url"].value)
    for name in missing:
        hint = f"export {name}=… or give systemd a credential of that name"
        notes.add(line, f"${{{name[:60]}}} is not set", hint)
    private = "private" in fields and fields["private"].value
    if not missing and (why := _no_heartbeat(expanded.strip(), private)):
        notes.add(line, *why)
    rest = {name: item.value for name, item in fields.items() if name != "url"}
    return HeartbeatSettings(url=Secret(expanded.strip()), **rest)


def _no_heartbeat(url: str, private: bool) -> tuple[str, str] | None:
    hint = "like https://hc.example.org/${HEARTBEAT_TOKEN}"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "this is not an address", hint
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "this is not an address of the web", hint
    if parts.scheme == "http" and not private:
        return (
            "a heartbeat goes over https",
            "http:// is only for an address of this network, with `private: true`",
        )
    return None


def operator_names(given: Given, declared: frozenset[str], notes: Notes) -> tuple[str, ...]:
    """What was read under `operator:`; a name that is no destination is noted."""
    names: list[str] = []
    for item in given["operator"].value if "operator" in given else ():
        if item.value not in declared:
            hint = "write an Apprise URL under `destinations:`" if "://" in item.value else ""
            said = "this is no destination's name" if hint else f"{shown(item.value)} is not a destination"
            notes.add(item.line, said, hint or meant(item.value, sorted(declared)))
        else:
            names.append(item.value)
    return tuple(dict.fromkeys(names))
