"""Send what is due from the outbox, and nothing else."""

import sys

import click

from monitor.cli import Invocation, common, with_now


@click.command()
@with_now
@common
def command(invocation: Invocation) -> None:
    """Send what is due from the outbox and nothing else: no registry is asked. Exit 1 if a destination failed."""
    from monitor import bootstrap
    from monitor.jobs.dispatch import dispatch

    output = invocation.output
    settings = bootstrap.load(invocation.config, invocation.environment)
    terminal = sys.stderr if output.json else None
    with bootstrap.context(
        settings, invocation.environment, moment=invocation.now, terminal=terminal
    ) as context:
        report = dispatch(context)
    for failure in report.failed:
        output.warn(f"trialmon: destination {failure['destination']}: {failure['why']}")
    if output.json:
        output.lines([{"told": report.told, "failed": report.failed}])
    else:
        output.say(f"{report.told} sent, {len(report.failed)} failed.")
    if report.failed:
        raise SystemExit(1)
