"""What changed in the registries, field by field, newest first."""

from itertools import groupby

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import Wishes, answer, narrowed, say_whether_there_is_more


@click.command()
@narrowed
@common
def command(invocation: Invocation, wishes: Wishes) -> None:
    """Show every field that changed, newest first; times are UTC. With --json one change a line, streamed, in full."""
    from monitor.store import queries

    answer(invocation, wishes, queries.changes, _show)


def _show(invocation: Invocation, rows: list[dict[str, object]], names: dict[str, str], most: int) -> None:
    from monitor.cli.showing import DIM, change_of, order, put, version_heading, worded
    from monitor.render.values import change_line

    output = invocation.output
    if not rows:
        output.say("No such change.")
    for _, group in groupby(rows[:most], key=lambda row: (row["registry"], row["trial"], row["version"])):
        version = list(group)
        put(output, *version_heading(version[0], names))
        for change in sorted(map(change_of, version), key=order):
            line = change_line(change)
            put(output, line.label, ": ", *worded(line), indent=2, lead=(f"{change.topic:<12}", DIM))
        output.say()
    say_whether_there_is_more(invocation, rows, most)
