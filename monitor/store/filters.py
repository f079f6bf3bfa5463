"""Which changes and events are meant, and how that is said in SQL so that an index serves it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.significance import Significance
from monitor.store.search import expression
from monitor.store.trials import NAMED, OF_LIST
from monitor.store.values import stamp


@dataclass(frozen=True, slots=True)
class Filters:
    """Which changes or events are meant; None: all. `trial` is a number, an id or another number for the trial;
    `since` and `until` are moments of our seeing, both included; `at_least` and `rule` of a change are those of its events; `field` is a
    part of a field's path or label, and of an event that of one of its changes; `text` are words as `search` takes them, in a change's
    values or an event's headline; `before` is the id to go on from, newest first."""

    trial: str | None = None
    watchlist: str | None = None
    topic: str | None = None
    at_least: Significance | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None
    before: int | None = None
    rule: str | None = None
    field: str | None = None
    text: str | None = None

    @property
    def reaches_back(self) -> bool:
        """Whether the past from the registry's own history is meant too: of one trial, unless a time of our seeing is asked for, for nobody
        saw it. Within a trial ids rise with time; those of the past are below zero."""
        return self.trial is not None and self.since is None and self.until is None

    @property
    def parameters(self) -> dict[str, object]:
        """As the parameters of the queries here."""
        return {
            "trial": self.trial,
            "watchlist": self.watchlist,
            "topic": self.topic,
            "graver": json.dumps([str(one) for one in Significance if one >= (self.at_least or 0)]),
            "since": stamp(self.since) if self.since is not None else None,
            "until": stamp(self.until) if self.until is not None else None,
            "limit": -1 if self.limit is None else self.limit,
            "before": self.before,
            "rule": self.rule,
            "field": self.field,
            "text": expression(self.text or ""),
        }

    def conditions(
        self, row: str, seen_at: str, of_kind: Mapping[str, str], *, rare_topic: bool = True
    ) -> str:
        """What a row must satisfy, in SQL: only what is asked for, so that an index serves it and newest first needs no sorting.
        `of_kind`: what `before`, `at_least`, `rule`, `field` and `text` mean of such a row."""
        asked_for = {
            f"{row}.trial IN (SELECT t.id FROM trials AS t WHERE {NAMED})": self.trial,
            f"{row}.trial IN ({OF_LIST})": self.watchlist,
            # A common topic is met on the way from the newest on; the index of a rare one is shorter than that way.
            f"{'' if rare_topic else '+'}{row}.topic = :topic": self.topic,
            f"{seen_at} >= :since": self.since,
            f"{seen_at} <= :until": self.until,
            "c.id < :before" if row == "c" and self.reaches_back else of_kind["before"]: self.before,
            of_kind["at_least"]: self.at_least,
            of_kind["rule"]: self.rule,
            of_kind["field"]: self.field,
            # What has no word in it is found nowhere.
            of_kind["text"] if expression(self.text or "") else "FALSE": self.text,
        }
        # `+`: ids are no way to what is newest, the index of `seen_at` is.
        seen = [f"+{row}.id > 0"] if row == "c" and not self.reaches_back and self.text is None else ["TRUE"]
        return " AND ".join(
            [*seen, *(condition for condition, value in asked_for.items() if value is not None)]
        )


_GRAVE = "e.significance IN (SELECT value FROM json_each(:graver))"
_OF_RULE = "e.rule = :rule"
_OF_FIELD = "(INSTR(LOWER(c.field), LOWER(:field)) > 0 OR INSTR(LOWER(c.label), LOWER(:field)) > 0)"


def _led_to(event: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM event_changes AS x JOIN events AS e ON e.id = x.event"
        f" WHERE x.change = c.id AND {event})"
    )


OF_A_CHANGE = {
    "before": "(v.seen_at, c.id) < (SELECT w.seen_at, d.id FROM changes AS d JOIN versions AS w"
    " ON w.trial = d.trial AND w.version = d.version WHERE d.id = :before)",
    "at_least": _led_to(_GRAVE),
    "rule": _led_to(_OF_RULE),
    "field": _OF_FIELD,
    "text": "changes_found MATCH :text",
}
OF_AN_EVENT = {
    "before": "(e.seen_at, e.id) < (SELECT b.seen_at, b.id FROM events AS b WHERE b.id = :before)",
    "at_least": _GRAVE,
    "rule": _OF_RULE,
    "field": "EXISTS (SELECT 1 FROM event_changes AS x JOIN changes AS c ON c.id = x.change"
    f" WHERE x.event = e.id AND {_OF_FIELD})",
    "text": "events_found MATCH :text",
}
