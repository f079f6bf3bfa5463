"""Changes and events, newest first, in portions."""

from typing import Any

from monitor.store import queries
from monitor.store.queries import Filters
from monitor.web.api._schemas import CHANGE, EVENT, WHOLE_OR_NULL, record, things
from monitor.web.page import Answer, Asked, Data, Page
from monitor.web.values import CURSOR, DAY, LEVEL, LIMIT, NAME, TOPIC, TRIAL, Param, first_moment, last_moment

_FILTERS = (
    Param("trial", TRIAL, "Only of this trial."),
    Param("watchlist", NAME, "Only of trials that this list watches now."),
    Param("topic", TOPIC, "Only of this topic."),
    Param("at_least", LEVEL, "From which significance up; of a change, that of its gravest event."),
    Param("since", DAY, "Seen on this day, UTC, or later."),
    Param("until", DAY, "Seen on this day, UTC, or earlier."),
    Param("before", CURSOR, "Only those with a smaller id: `next` of the answer before."),
    Param("limit", LIMIT, "At most so many.", default=100),
)


def _filters(asked: Asked) -> Filters:
    return Filters(
        trial=asked["trial"],
        watchlist=asked["watchlist"],
        topic=asked["topic"],
        at_least=asked["at_least"],
        since=first_moment(asked["since"]),
        until=last_moment(asked["until"]),
        limit=asked["limit"] + 1,
        before=asked["before"],
    )


def _portion(name: str, rows: list[dict[str, Any]], limit: int) -> Data:
    """The rows, and where to go on; one more than wanted was asked for, to know whether there is more."""
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
