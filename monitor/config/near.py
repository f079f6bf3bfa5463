"""`near:` of a subscriber: a place whose sites matter to somebody."""

from collections.abc import Mapping
from typing import Any

from monitor.config import values
from monitor.config.document import Notes
from monitor.config.shapes import Fields, Found, Key, text_up_to
from monitor.core.significance import Significance
from monitor.core.watch import Place

PLACE = Fields(
    {
        "country": Key(text_up_to(60, "a country"), "In English, like France.", required=True),
        "city": Key(text_up_to(60, "a city"), "As the registry lists it, like Lyon. Default: anywhere"),
        "state": Key(values.STATE, "In full, like Ohio. Default: anywhere"),
    },
    "“near”",
)


def place(fields: Mapping[str, Found[str]]) -> Place | None:
    """Where a subscriber is; None where that was wrong, which is noted then."""
    if "country" not in fields:
        return None
    return Place(**{name: found.value for name, found in fields.items()})


def note_deaf(fields: Mapping[str, Found[Any]], notes: Notes) -> None:
    """A place that could never be heard of is a mistake, for its other wishes leave out what it raises."""
    if "near" not in fields:
        return
    if "at_least" in fields and fields["at_least"].value > Significance.NOTABLE:
        hint = "tell from notable up, or leave “near” out"
        notes.add(
            fields["near"].line, "“near” makes news of a site notable, and this subscriber is told less", hint
        )
    if "topics" in fields and "sites" not in {topic.value for topic in fields["topics"].value}:
        notes.add(
            fields["near"].line,
            "“near” is about sites, which are not among “topics”",
            "add sites to “topics”",
        )
