"""What an address means: the trial or the watchlist that it names, the events that it narrows down to."""

from monitor.store import dashboard
from monitor.store.filters import Filters
from monitor.web.page import Asked, NotThere
from monitor.web.values import DAY, LEVEL, NAME, TOPIC, TRIAL, Param, first_moment, last_moment

THE_TRIAL = Param("number", TRIAL, "The trial's NCT number.", where="path")
THE_LIST = Param("name", NAME, "The watchlist's name: its file's, without .yaml.", where="path")

OF_TRIAL = Param("trial", TRIAL, "Only of this trial.")
OF_LIST = Param("watchlist", NAME, "Only of trials that this list watches now.")
OF_TOPIC = Param("topic", TOPIC, "Only of this topic.")
AT_LEAST = Param("at_least", LEVEL, "From which significance up.")
SINCE = Param("since", DAY, "Seen on this day, UTC, or later.")
UNTIL = Param("until", DAY, "Seen on this day, UTC, or earlier.")


def the_trial(asked: Asked) -> dashboard.Trial:
    """The trial that the path names by `THE_TRIAL`. Raises NotThere."""
    number = asked["number"]
    found = dashboard.trial(asked.database, number)
    if found is None:
        raise NotThere(f"{number} is not among the trials that are stored here.")
    return found


def the_list(asked: Asked) -> tuple[str, str]:
    """Name and title of the watchlist that the path names by `THE_LIST`. Raises NotThere."""
    name = asked["name"]
    titles = dashboard.watchlist_titles(asked.database)
    if name not in titles:
        raise no_list(name)
    return name, titles[name]


def no_list(name: str) -> NotThere:
    """There is no such watchlist."""
    return NotThere(f"There is no watchlist called {name}.")


def narrowed(asked: Asked, limit: int, text: str | None = None) -> Filters:
    """Which changes or events the parameters above mean, from `before` on; at most `limit`, and with these words."""
    return Filters(
        trial=asked["trial"],
        watchlist=asked["watchlist"],
        topic=asked["topic"],
        at_least=asked["at_least"],
        since=first_moment(asked["since"]),
        until=last_moment(asked["until"]),
        text=text,
        before=asked["before"],
        limit=limit,
    )
