"""Search: trials by what they are called and about, events and changes by their words."""

from monitor.core.watch import NCT_NUMBER
from monitor.render import wording
from monitor.store import dashboard
from monitor.store.search import search
from monitor.web.page import Answer, Asked, Elsewhere, Page, Shown
from monitor.web.values import WORDS, Param
from monitor.web.writing import trial_address

_OF_EACH = 25


def _search(asked: Asked) -> Answer:
    words = asked["q"] or ""
    number = words.strip().upper()
    if NCT_NUMBER.fullmatch(number) and dashboard.trial(asked.database, number) is not None:
        return Elsewhere(trial_address(number))
    found: dict[str, list[dict[str, object]]] = {"trial": [], "event": [], "change": []}
    for one in search(asked.database, words, limit=_OF_EACH):
        found[one["found"]].append(one)
    return Shown(
        "search",
        f"Search: {words}" if words else "Search",
        {
            "words": words,
            "trials": found["trial"],
            "events": found["event"],
            "changes": found["change"],
            "status_words": wording.status,
            "most": _OF_EACH,
        },
    )


PAGE = Page(
    "/search",
    "Search",
    "Trials by what they are called and about, events and changes by their words; all words must be there.",
    _search,
    params=(Param("q", WORDS, "Words, “several words” that stand together, or a trial's number."),),
    nav="Search",
    order=30,
)
