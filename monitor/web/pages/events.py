"""Everything that was made of changes, newest first, to be filtered and paged through."""

from monitor.core.significance import TOPICS, Significance
from monitor.store.dashboard import event_page, watchlist_titles
from monitor.store.filters import Filters
from monitor.web.page import Answer, Asked, Page, Shown
from monitor.web.values import CURSOR, DAY, LEVEL, NAME, TOPIC, TRIAL, WORDS, Param, first_moment, last_moment

_A_PAGE = 50


def _events(asked: Asked) -> Answer:
    found = event_page(
        asked.database,
        Filters(
            trial=asked["trial"],
            watchlist=asked["watchlist"],
            topic=asked["topic"],
            at_least=asked["at_least"],
            since=first_moment(asked["since"]),
            until=last_moment(asked["until"]),
            text=asked["q"] or None,
            before=asked["before"],
            limit=_A_PAGE + 1,
        ),
    )
    shown = found[:_A_PAGE]
    return Shown(
        "events",
        "Events",
        {
            "events": shown,
            "next": shown[-1].id if len(found) > _A_PAGE else None,
            "asked": {
                name: asked[name]
                for name in ("q", "at_least", "topic", "trial", "watchlist", "since", "until")
            },
            "levels": [str(one) for one in sorted(Significance, reverse=True)],
            "topics": TOPICS,
            "watchlists": watchlist_titles(asked.database),
        },
    )


PAGE = Page(
    "/events",
    "Events",
    "What was made of changes, newest first; to be filtered and paged through.",
    _events,
    params=(
        Param("q", WORDS, "Only with all these words in the headline."),
        Param("at_least", LEVEL, "From which significance up.", default=Significance.ROUTINE),
        Param("topic", TOPIC, "Only of this topic."),
        Param("trial", TRIAL, "Only of this trial."),
        Param("watchlist", NAME, "Only of trials that this list watches now."),
        Param("since", DAY, "Seen on this day, UTC, or later."),
        Param("until", DAY, "Seen on this day, UTC, or earlier."),
        Param("before", CURSOR, "The last event of the page before."),
    ),
    nav="Events",
    order=10,
)
