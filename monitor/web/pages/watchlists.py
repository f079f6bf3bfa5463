"""The watchlists, and each as a table that can be sorted and filtered, with what is coming."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.core.dates import PartialDate
from monitor.core.facts import TypedDate
from monitor.core.upcoming import Deadline, coming
from monitor.render import wording
from monitor.store import dashboard
from monitor.store.dashboard import Watched
from monitor.web.meant import THE_LIST, the_list
from monitor.web.page import Answer, Asked, Page, Shown
from monitor.web.values import WORDS, Param, one_of

_MOST = 5000
_SHOWN = 500
_AHEAD = 180
_NEVER = PartialDate(9999)


@dataclass(frozen=True, slots=True)
class Coming:
    """A deadline of one of a list's trials."""

    number: str
    name: str
    deadline: Deadline


_ORDERS: dict[str, tuple[str, Callable[[Watched], Any], bool]] = {
    "name": ("Name", lambda one: (one.facts.short_name or one.number).lower(), False),
    "number": ("Number", lambda one: one.number, False),
    "status": ("Status", lambda one: (one.facts.status, one.number), False),
    "ends": ("Primary completion", lambda one: (_end(one.facts.primary_completion), one.number), False),
    "changed": ("Last notable change", lambda one: (one.last_told_at, one.number), True),
}


def _end(dated: TypedDate | None) -> date:
    return (dated.date if dated is not None else _NEVER).latest


def _watchlists(asked: Asked) -> Answer:
    return Shown("watchlists", "Watchlists", {"lists": dashboard.watchlists(asked.database)})


def _watchlist(asked: Asked) -> Answer:
    name, title = the_list(asked)
    trials = dashboard.watched_trials(asked.database, name, _MOST)
    chosen = [one for one in trials if _fits(one, asked["q"] or "", asked["status"] or "")]
    _, key, backwards = _ORDERS[asked["sort"]]
    ordered = sorted(chosen, key=key, reverse=backwards)
    today = asked.now.date()
    ahead = [
        Coming(one.number, one.facts.short_name or one.number, deadline)
        for one in trials
        if not one.gone
        for deadline in coming(one.facts, today, _AHEAD)
    ]
    return Shown(
        "watchlist",
        title,
        {
            "name": name,
            "rows": ordered[:_SHOWN],
            "found": len(ordered),
            "trials": len(trials),
            "cut": len(trials) == _MOST,
            "statuses": _statuses(trials),
            "status_words": wording.status,
            "typed_date": wording.typed_date,
            "coming": sorted(ahead, key=lambda one: one.deadline.date.latest)[:100],
            "ahead": _AHEAD,
            "deadline_words": wording.DATES,
            "orders": {name: label for name, (label, _, _) in _ORDERS.items()},
            "asked": {"q": asked["q"], "status": asked["status"], "sort": asked["sort"]},
        },
    )


def _fits(one: Watched, words: str, status: str) -> bool:
    if status and one.facts.status != status:
        return False
    facts = one.facts
    everything = " ".join((one.number, facts.title, facts.acronym, facts.sponsor, *facts.conditions)).lower()
    return all(word in everything for word in words.lower().split())


def _statuses(trials: Sequence[Watched]) -> list[str]:
    return sorted({one.facts.status for one in trials if one.facts.status})


ALL = Page(
    "/watchlists",
    "Watchlists",
    "The watchlists in force.",
    _watchlists,
    nav="Watchlists",
    order=20,
)
ONE = Page(
    "/watchlist/{name}",
    "A watchlist",
    "A watchlist's trials as a table that can be sorted and filtered, and what is coming.",
    _watchlist,
    params=(
        THE_LIST,
        Param("q", WORDS, "Only trials with these words in number, title, sponsor or conditions."),
        Param("status", WORDS, "Only of this overall status, as the registry writes it."),
        Param("sort", one_of(*_ORDERS), "By what the table is sorted.", default="changed"),
    ),
)
