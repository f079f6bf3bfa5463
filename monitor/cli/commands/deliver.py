"""Send what is due from the outbox, and nothing else."""

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.acting import acting, say_what_failed


@click.command()
@with_now
@common
def command(invocation: Invocation) -> None:
    """Send what is due from the outbox and nothing else: no registry is asked. Exit 1 if a destination failed."""
    from monitor.jobs.dispatch import dispatch

    output = invocation.output
    with acting(invocation) as context:
        report = dispatch(context)
    say_what_failed(invocation, report)
    if output.json:
        output.lines([{"told": report.told, "failed": report.failed}])
    else:
        output.say(f"{report.told} sent, {len(report.failed)} failed.")
    if report.failed:
        raise SystemExit(1)
