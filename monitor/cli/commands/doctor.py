"""Check everything that could be wrong, and say what to do."""

import click

from monitor.cli import Invocation, common


@click.command()
@common
def command(invocation: Invocation) -> None:
    """Check configuration, watchlists, secrets, database, disk, clock, sources and destinations; nothing is sent or changed.

    Exit 0 if all is well, 1 if something is wrong, 2 if the configuration is.
    """
    from monitor.cli.checkup import CONFIGURATION, examine
    from monitor.cli.showing import IN, put

    output = invocation.output
    wrong: list[str] = []
    total = 0
    for finding in examine(invocation):
        total += 1
        if not finding.ok:
            wrong.append(finding.check)
        if output.json:
            output.lines([finding.as_json()])
            continue
        mark = ("ok   ", IN) if finding.ok else ("WRONG", "bold red")
        put(output, finding.message, lead=(f"{mark[0]}  {finding.check:<13}", mark[1]))
        if finding.hint:
            put(output, finding.hint, indent=21, lead="→")
    if wrong:
        output.say(f"\n{len(wrong)} of {total} checks found something wrong.")
        raise click.exceptions.Exit(2 if CONFIGURATION.intersection(wrong) else 1)
    output.say(f"\n{total} checks: all is well.")
