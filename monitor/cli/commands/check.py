"""Look now: read what moved, write it down, tell who asked."""

from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.acting import acting, say_what_failed

if TYPE_CHECKING:
    from monitor.jobs.context import Report


@click.command()
@click.option(
    "--full", is_flag=True, help="Read every watched record even if the registry has not refreshed since."
)
@with_now
@common
def command(invocation: Invocation, full: bool) -> None:
    """Look at every source now, whatever the schedule says; then send what is due.

    Asks first whether the registry has refreshed, and reads records only if it has (or with --full). When all is told, it fetches some of
    the past of what is newly watched (`trialmon backfill` fetches all of it).
    Exit 1 if something failed: what, is on stderr. A trial at work on whose record trialmon was killed twice is left alone, and tried again
    once a day; with --full now.
    """
    from monitor.jobs.backfill import backfill_watched
    from monitor.jobs.check import check
    from monitor.jobs.dispatch import dispatch
    from monitor.jobs.tending import Tending
    from monitor.jobs.trying_again import try_again

    output = invocation.output
    with acting(invocation) as context:
        report = dispatch(context, check(context, full=full, send=dispatch))
        Tending()(context)
        _tell(invocation, report)
        again = try_again(context, insist=full)
        if again.refreshed:
            _tell(invocation, dispatch(context, again))
            report.add(again)
        past = backfill_watched(context)
    if past.trials or past.left:
        left = f"; {past.left} trials to go, at the next look" if past.left else ""
        output.say(f"Of the past: {past.versions} versions of {past.trials} trials fetched{left}.")
    if report.failed:
        raise SystemExit(1)


def _tell(call: Invocation, report: "Report") -> None:
    output = call.output
    say_what_failed(call, report)
    if output.json:
        output.lines([report.as_json()])
    elif not report.refreshed and not report.failed:
        news = f" {report.what_came_of_it()}." if report.events or report.told else ""
        output.say(f"The registry has not refreshed since the last look.{news}")
    else:
        output.say(report.in_words())
