"""Everything that was made of changes, newest first, to be filtered and paged through."""

from dataclasses import replace

from monitor.core.significance import TOPICS, Significance
from monitor.store.dashboard import event_page, watchlist_titles
from monitor.web.meant import AT_LEAST, OF_LIST, OF_TOPIC, OF_TRIAL, SINCE, UNTIL, narrowed
from monitor.web.page import Answer, Asked, Page, Shown
from monitor.web.values import CURSOR, WORDS, Param

_A_PAGE = 50


def _events(asked: Asked) -> Answer:
    found = event_page(asked.database, narrowed(asked, limit=_A_PAGE + 1, text=asked["q"] or None))
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
        replace(AT_LEAST, default=Significance.ROUTINE),
        OF_TOPIC,
        OF_TRIAL,
        OF_LIST,
        SINCE,
        UNTIL,
        Param("before", CURSOR, "The last event of the page before."),
    ),
    nav="Events",
    order=10,
)
