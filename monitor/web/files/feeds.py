"""Atom, JSON Feed and iCalendar of a watchlist or a trial: the same documents as `trialmon feeds` writes."""

from monitor.core.trial import TrialId
from monitor.store import dashboard
from monitor.web.meant import THE_LIST, THE_TRIAL, no_list
from monitor.web.page import Answer, Asked, File, NotThere, Page
from monitor.web.values import Param, one_of

# RFC 4287, JSON Feed 1.1, RFC 5545.
_TYPES = {
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "ics": "text/calendar; charset=utf-8",
}
_ENDING = Param("ending", one_of(*_TYPES), "atom, json (a JSON Feed) or ics (a calendar).", where="path")


def _file(body: bytes, ending: str, name: str) -> File:
    return File(body, _TYPES[ending], f"{name}.ics" if ending == "ics" else "")


def _of_list(asked: Asked) -> Answer:
    body = asked.house.published.feed_of_list(asked["name"], asked["ending"])
    if body is None:
        raise no_list(asked["name"])
    return _file(body, asked["ending"], "watchlist")


def _of_trial(asked: Asked) -> Answer:
    found = dashboard.trial(asked.database, asked["number"])
    body = None
    if found is not None:
        body = asked.house.published.feed_of_trial(TrialId(found.registry, found.number), asked["ending"])
    if body is None:
        raise NotThere(f"{asked['number']} is not watched.")
    return _file(body, asked["ending"], asked["number"])


OF_LIST = Page(
    "/feeds/watchlist/{name}.{ending}",
    "A watchlist's feed",
    "A watchlist's events as a feed, or its dates as a calendar.",
    _of_list,
    (THE_LIST, _ENDING),
    gives="file",
)
OF_TRIAL = Page(
    "/feeds/trial/{number}.{ending}",
    "A trial's feed",
    "A watched trial's events as a feed, or its dates as a calendar.",
    _of_trial,
    (THE_TRIAL, _ENDING),
    gives="file",
)
