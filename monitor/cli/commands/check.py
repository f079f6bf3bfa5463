"""Look now: read what moved, write it down, tell who asked."""

import sys

import click

from monitor.cli import Invocation, common, with_now


@click.command()
@click.option(
    "--full", is_flag=True, help="Read every watched record even if the registry has not refreshed since."
)
@with_now
@common
def command(invocation: Invocation, full: bool) -> None:
    """Look at every source now, whatever the schedule says; then send what is due.

    Asks first whether the registry has refreshed, and reads records only if it has (or with --full).
    Exit 1 if something failed: what, is on stderr.
    """
    from monitor import bootstrap
    from monitor.jobs.check import check
    from monitor.jobs.dispatch import dispatch

    output = invocation.output
    settings = bootstrap.load(invocation.config, invocation.environment)
    with bootstrap.context(
        settings,
        invocation.environment,
        moment=invocation.now,
        progress=output.progress,
        terminal=sys.stderr if output.json else None,
    ) as context:
        report = dispatch(context, check(context, full=full))
    for failure in report.failed:
        (kind, name), *_ = failure.items()
        output.warn(f"trialmon: {kind} {name}: {failure['why']}")
    if output.json:
        output.lines([report.as_json()])
    elif not report.refreshed and not report.failed:
        output.say("The registry has not refreshed since the last look.")
    else:
        output.say(report.in_words())
    if report.failed:
        raise SystemExit(1)
