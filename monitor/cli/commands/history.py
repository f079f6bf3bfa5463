"""Show the versions of a trial, oldest first."""

from typing import Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import never_given, reading, the_trial


@click.command()
@click.argument("trial")
@common
def command(invocation: Invocation, trial: str) -> None:
    """Show every version of TRIAL that was seen, oldest first. `trialmon diff` compares two."""
    from monitor.store import queries

    with reading(invocation) as db:
        meant = the_trial(db, trial)
        rows = list(queries.history(db, meant))
    if not rows:
        raise never_given(meant)
    if invocation.output.json:
        invocation.output.lines(rows)
        return
    columns = [
        "",
        "seen (UTC)",
        "registry",
        "status",
        "primary",
        "completion",
        "people",
        "results",
        "changes",
    ]
    # Where a version came from is worth a column only if it was not a look of ours.
    from_elsewhere = any(row["origin"] != "poll" for row in rows)
    if from_elsewhere:
        columns.append("origin")
    invocation.output.table(columns, (_cells(row)[: len(columns)] for row in rows))


def _cells(row: dict[str, Any]) -> list[object]:
    from monitor.cli.showing import minute
    from monitor.render.wording import status

    return [
        row["version"],
        minute(row["seen_at"]),
        row["registry_date"],
        status(row["status"]),
        row["primary_completion"],
        row["completion"],
        row["enrollment"],
        "yes" if row["has_results"] else "",
        row["changes"] or "",
        row["origin"],
    ]
