"""Watchlists and their trials, and how things stand."""

from typing import Any

from monitor.store import dashboard, health
from monitor.web.api._schemas import TEXT, TEXT_OR_NULL, WHOLE, YES_OR_NO, record, things
from monitor.web.api.trials import TRIAL_SCHEMA, facts_json
from monitor.web.meant import THE_LIST, the_list
from monitor.web.page import Answer, Asked, Data, Page

_MOST = 5000


def _watchlists(asked: Asked) -> Answer:
    rows = [
        {"name": one.name, "title": one.title, "trials": one.trials, "last_told_at": one.last_told_at or None}
        for one in dashboard.watchlists(asked.database)
    ]
    return Data({"watchlists": rows})


def _watchlist(asked: Asked) -> Answer:
    name, title = the_list(asked)
    trials = dashboard.trials_of(asked.database, name, _MOST)
    rows = [facts_json(one, asked.house.sources[one.registry].page_url(one.number)) for one in trials]
    return Data({"name": name, "title": title, "trials": rows})


def _status(asked: Asked) -> Answer:
    """As `trialmon status --json`, without the path of the database: a page of the network need not know it."""
    report: dict[str, Any] = health.status(asked.database, asked.now, tuple(asked.house.sources))
    found = list(asked.house.published.doubts())
    report |= {"ok": not found, "problems": found}
    database = {key: value for key, value in report["database"].items() if key in ("bytes", "versions")}
    return Data(
        {key: report[key] for key in ("ok", "problems", "sources", "watched", "outbox")}
        | {"database": database}
    )


_SOURCE = record(
    {"source": TEXT, "registry_date": TEXT_OR_NULL, "last_look": TEXT_OR_NULL, "ok": YES_OR_NO, "why": TEXT}
)

ALL = Page(
    "/api/watchlists",
    "Watchlists",
    "The watchlists in force.",
    _watchlists,
    gives="json",
    schema=record(
        {
            "watchlists": things(
                record({"name": TEXT, "title": TEXT, "trials": WHOLE, "last_told_at": TEXT_OR_NULL})
            )
        }
    ),
)
ONE = Page(
    "/api/watchlists/{name}",
    "A watchlist",
    "The trials that a list watches now, as they stand; at most 5,000.",
    _watchlist,
    (THE_LIST,),
    gives="json",
    schema=record({"name": TEXT, "title": TEXT, "trials": things(TRIAL_SCHEMA)}),
)
STATUS = Page(
    "/api/status",
    "Health",
    "How things stand now: sources, watched trials, outbox, database.",
    _status,
    gives="json",
    schema=record(
        {
            "ok": YES_OR_NO,
            "problems": things(TEXT),
            "sources": things(_SOURCE),
            "watched": WHOLE,
            "outbox": record({"pending": WHOLE, "gave_up": WHOLE}),
            "database": record({"bytes": WHOLE, "versions": WHOLE}),
        }
    ),
)
