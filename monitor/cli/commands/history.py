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
    from monitor.cli.showing import columns
    from monitor.store import queries

    with reading(invocation) as db:
        meant = the_trial(db, trial)
        rows = list(queries.history(db, meant))
    if not rows:
        raise never_given(meant)
    if invocation.output.json:
        invocation.output.lines(rows)
        return
    # Where a version came from is worth a column only if it was not a look of ours.
    from_elsewhere = any(row["origin"] != "poll" for row in rows)
    columns(invocation.output, (_cells(row, from_elsewhere) for row in rows), wraps="status")


def _cells(row: dict[str, Any], from_elsewhere: bool) -> dict[str, object]:
    from monitor.render.wording import status

    return {
        "": row["version"],
        "seen": row["seen_at"][:10],
        "registry": row["registry_date"],
        "status": status(row["status"]),
        "primary": row["primary_completion"],
        "completion": row["completion"],
        "people": row["enrollment"],
        "results": "yes" if row["has_results"] else "",
        "changes": row["changes"] or "",
        "origin": row["origin"] if from_elsewhere else "",
    }
