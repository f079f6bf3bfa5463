"""Changes and events, newest first, in portions."""

from dataclasses import replace
from typing import Any

from monitor.store import queries
from monitor.store.filters import Filters
from monitor.web.api._schemas import CHANGE, EVENT, WHOLE_OR_NULL, record, things
from monitor.web.meant import AT_LEAST, OF_LIST, OF_TOPIC, OF_TRIAL, SINCE, UNTIL, narrowed
from monitor.web.page import Answer, Asked, Data, Page
from monitor.web.values import CURSOR, LIMIT, Param

_FILTERS = (
    OF_TRIAL,
    OF_LIST,
    OF_TOPIC,
    replace(AT_LEAST, doc="From which significance up; of a change, that of its gravest event."),
    SINCE,
    UNTIL,
    Param("before", CURSOR, "Only those with a smaller id: `next` of the answer before."),
    Param("limit", LIMIT, "At most so many.", default=100),
)


def _filters(asked: Asked) -> Filters:
    """One more than is wanted is asked for, to know whether there is more."""
    return narrowed(asked, limit=asked["limit"] + 1)


def _portion(name: str, rows: list[dict[str, Any]], limit: int) -> Data:
    """The rows, and where to go on."""
    shown = rows[:limit]
    return Data({name: shown, "next": shown[-1]["id"] if len(rows) > limit else None})


def _changes(asked: Asked) -> Answer:
    return _portion("changes", list(queries.changes(asked.database, _filters(asked))), asked["limit"])


def _events(asked: Asked) -> Answer:
    return _portion("events", list(queries.events(asked.database, _filters(asked))), asked["limit"])


CHANGES = Page(
    "/api/changes",
    "Changes",
    "Changes, newest first, as `trialmon changes --json` prints them; `next` is what to ask `before` for more.",
    _changes,
    params=_FILTERS,
    gives="json",
    schema=record({"changes": things(CHANGE), "next": WHOLE_OR_NULL}),
)
EVENTS = Page(
    "/api/events",
    "Events",
    "What was made of changes, newest first, as `trialmon events --json` prints it; `next` is what to ask `before` for more.",
    _events,
    params=_FILTERS,
    gives="json",
    schema=record({"events": things(EVENT), "next": WHOLE_OR_NULL}),
)
