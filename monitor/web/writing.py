"""Pages from templates. Every value is cleaned of what acts on a screen or hides what is written, and then escaped for HTML;
a template cannot forget either. Nothing that a value contains is ever compiled."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.render.escape import clean
from monitor.web import assets
from monitor.web.values import TRIAL, NotUnderstood

# What a page never needs more of: a title of a megabyte is somebody's mistake or malice.
_LONGEST_TEXT = 20_000


def write(template: str, values: Mapping[str, Any]) -> str:
    """A template of `templates/` with its values filled in."""
    return _environment().get_template(f"{template}.html.j2").render(values)


def address(path: str, **query: object) -> str:
    """An address of ours, its query written out; what is None or empty is left out."""
    asked = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(asked)}" if asked else path


def trial_address(number: str, *more: object) -> str:
    """The page of a trial, or one under it."""
    return "/".join(["/trial", *(quote(str(part), safe="") for part in (number, *more))])


def has_page(number: str) -> bool:
    """Whether it may be a trial's number: what a reader's own query found is told under the number of the paper, which has no page here."""
    try:
        return bool(TRIAL.read(number))
    except NotUnderstood:
        return False


def watchlist_address(name: str) -> str:
    """The page of a watchlist."""
    return "/watchlist/" + quote(name, safe="")


def feed_address(folder: str, name: str, ending: str) -> str:
    """Where a feed or calendar is."""
    return f"{folder}{quote(name, safe='')}.{ending}"


def minute(moment: str | datetime | None) -> str:
    """`2026-02-09 14:03` of a stored moment; empty for none."""
    if moment is None or moment == "":
        return ""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return moment[:16].replace("T", " ")


def day_words(day: date | str) -> str:
    """`Monday, 9 February 2026`."""
    known = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return f"{known:%A}, {known.day} {known:%B %Y}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 trial`, `2 trials`, `1,200 trials`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _finalize(value: object) -> object:
    if isinstance(value, Markup):
        return value
    text = clean(str(value))
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    helpers: dict[str, Callable[..., object]] = {
        "asset": assets.address,
        "address": address,
        "trial_address": trial_address,
        "has_page": has_page,
        "watchlist_address": watchlist_address,
        "feed_address": feed_address,
        "minute": minute,
        "day_words": day_words,
        "count": count,
    }
    environment.globals.update(helpers)
    return environment
