"""What the rules made of the changes: one line a verdict, newest first."""

from itertools import groupby

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import Wishes, answer, narrowed, say_whether_there_is_more


@click.command()
@narrowed
@common
def command(invocation: Invocation, wishes: Wishes) -> None:
    """Show what was made of the changes: one line a verdict with its headline, newest first; times are UTC."""
    from monitor.store import queries

    answer(invocation, wishes, queries.events, _show)


def _show(invocation: Invocation, rows: list[dict[str, str]], names: dict[str, str], most: int) -> None:
    from monitor.cli.showing import DIM, TINTS, put, version_heading
    from monitor.core.significance import Significance

    output = invocation.output
    if not rows:
        output.say("No such event.")
    for _, group in groupby(rows[:most], key=lambda row: (row["registry"], row["trial"], row["seen_at"])):
        seen = sorted(group, key=lambda row: -Significance.parse(row["significance"]))
        put(output, *version_heading(seen[0], names))
        for event in seen:
            weight = event["significance"]
            put(output, event["headline"], indent=2, lead=(f"{weight:<8}", TINTS.get(weight, "")))
            if weight == str(Significance.NOISE):  # what is held back says why
                put(output, (event["because"], DIM), indent=11)
        output.say()
    say_whether_there_is_more(invocation, rows, most)
