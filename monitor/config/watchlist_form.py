"""What a watchlist may say."""

from monitor.config import near, values, wishes
from monitor.config.searches import PAPERS, SEARCH
from monitor.config.shapes import Fields, Key, ListOf, Variants, Word, Wrong, text_up_to


def _destination(text: str) -> str:
    if "://" in text or text.startswith("${"):
        if "${" not in text:
            values.check_destination_url(text)
        return text
    if len(text) > 64:
        raise Wrong("this is neither the name of a destination nor an Apprise URL")
    return text


_TITLE = Key(text_up_to(200), "What to call it in messages.")
_NOTE = Key(text_up_to(1000), "A note for yourself.")
_OVERRIDES = {
    name: Key(key.shape, f"{key.doc.partition(' Default:')[0]} In place of what the subscribers say.")
    for name, key in wishes.LEVELS.items()
}
_WATCH = Variants(
    {
        "trial": Fields(
            {
                "trial": Key(values.TRIAL_NUMBER, "The trial's NCT number.", required=True),
                "title": _TITLE,
                "note": _NOTE,
                "also": Key(
                    ListOf(text_up_to(100)), "Other numbers of the same trial, like EudraCT 2017-002092-25."
                ),
                **_OVERRIDES,
            },
            "a trial",
        ),
        "search": Fields(
            {
                "search": Key(SEARCH, "Terms, or a link pasted from the site.", required=True),
                "title": _TITLE,
                "note": _NOTE,
                **_OVERRIDES,
            },
            "a search",
        ),
        "sponsor": Fields(
            {
                "sponsor": Key(
                    text_up_to(200, "a sponsor's name"), "All trials that it leads or takes part in."
                ),
                "title": _TITLE,
                "note": _NOTE,
                **_OVERRIDES,
            },
            "a sponsor",
        ),
        "publications": Fields(
            {
                "publications": Key(
                    PAPERS,
                    "A query as you would type it into PubMed, or a link pasted from there.",
                    required=True,
                ),
                "title": _TITLE,
                "note": _NOTE,
                **_OVERRIDES,
            },
            "a publications watch",
        ),
    },
    "an entry of “watch:”",
)
_SUBSCRIBER = Fields(
    {
        "name": Key(text_up_to(60, "a name"), "Who this is; messages say so.", required=True),
        "to": Key(
            ListOf(Word("a destination", _destination, {"type": "string"}), least=1),
            "Destinations: names from trialmon.yaml, or Apprise URLs.",
            required=True,
        ),
        **wishes.LEVELS,
        "when": Key(
            ListOf(values.WHEN, least=1, or_one=True), "at once, or at these times. Default: at once"
        ),
        "timezone": Key(values.TIMEZONE, "For “when” and “quiet”. Default: UTC"),
        "quiet": Key(values.QUIET, "Hours in which messages are held back, except critical ones."),
        "near": Key(near.PLACE, "Where you are: news of a site there is at least notable."),
        **wishes.HABITS,
        **wishes.SILENCES,
    },
    "a subscriber",
)
WATCHLIST = Fields(
    {
        "title": Key(text_up_to(200), "What this watchlist is about. Default: the file's name"),
        "watch": Key(ListOf(_WATCH), "What is watched.", required=True),
        "subscribers": Key(ListOf(_SUBSCRIBER), "Who is told."),
        **wishes.SILENCES,
    },
    "a watchlist",
)
