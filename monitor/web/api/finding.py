"""Search, as JSON."""

from monitor.store.search import search
from monitor.web.api._schemas import TEXT, record, things
from monitor.web.page import Answer, Asked, Data, Page
from monitor.web.values import LIMIT, WORDS, Param


def _search(asked: Asked) -> Answer:
    return Data({"found": list(search(asked.database, asked["q"] or "", limit=asked["limit"]))})


PAGE = Page(
    "/api/search",
    "Search",
    "Trials, events and changes that have all these words: as `trialmon search --json` prints them.",
    _search,
    params=(
        Param("q", WORDS, "Words, or “several words” that stand together."),
        Param("limit", LIMIT, "At most so many of each kind.", default=20),
    ),
    gives="json",
    schema=record(
        {
            "found": things(
                {
                    "type": "object",
                    "required": ["found", "trial", "registry"],
                    "properties": {
                        "found": {"type": "string", "enum": ["trial", "event", "change"]},
                        "trial": TEXT,
                        "registry": TEXT,
                    },
                }
            )
        }
    ),
)
