"""Find trials, events and changes by their words."""

from itertools import groupby
from typing import Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import reading, words

_KINDS = ("trials", "events", "changes")
_FOUND = {"trial": "Trials", "event": "Events, newest first", "change": "Changes, newest first"}


@click.command()
@click.argument("terms", nargs=-1, required=True, metavar="WORDS...")
@click.option(
    "--in", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only among these; may be repeated."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="At most so many of each.",
)
@common
def command(invocation: Invocation, terms: tuple[str, ...], kinds: tuple[str, ...], limit: int) -> None:
    """Find trials by title, condition, intervention or sponsor, and events and changes by what they say.

    All WORDS must be there, in whatever case, with or without accents. Words between double quotes ('"low back pain"') must stand next to
    each other; a * behind three letters or more stands for whatever follows. No punctuation is an error.
    """
    from monitor.store import search

    asked = words(" ".join(terms))
    assert asked is not None
    among = tuple(kind for kind in search.KINDS if not kinds or kind in kinds)
    with reading(invocation) as db:
        found = list(search.search(db, asked, among, limit))
    if invocation.output.json:
        invocation.output.lines(found)
        return
    if not found:
        invocation.output.say("Nothing has all of these words.")
    for nth, (kind, rows) in enumerate(groupby(found, key=lambda row: row["found"])):
        if nth:
            invocation.output.say()
        _show(invocation, _FOUND[kind], list(rows))


def _show(invocation: Invocation, heading: str, rows: list[dict[str, Any]]) -> None:
    from monitor.cli.showing import DIM, LABEL, TINTS, put
    from monitor.render.wording import status

    output = invocation.output
    put(output, (heading, LABEL))
    for row in rows:
        lead = f"{row['trial']:<12}"
        if row["found"] == "trial":
            short = row["acronym"]
            name = f"{short}: {row['title']}" if short and short not in row["title"] else row["title"]
            put(
                output,
                name,
                (f" · {status(row['status'])} · {row['sponsor']}", DIM),
                indent=2,
                lead=(lead, LABEL),
            )
        elif row["found"] == "event":
            weight = (f"{row['significance']} ", TINTS.get(row["significance"], ""))
            put(
                output,
                (f"{row['seen_at'][:10]}  ", DIM),
                weight,
                row["headline"],
                indent=2,
                lead=(lead, LABEL),
            )
        else:
            values = f"{_short(row['before'])} → {_short(row['after'])}"
            put(
                output,
                (f"{row['seen_at'][:10]}  ", DIM),
                f"{row['label']}: {values}",
                indent=2,
                lead=(lead, LABEL),
            )


def _short(value: object, most: int = 120) -> str:
    text = "nothing" if value is None else " ".join(str(value).split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"
