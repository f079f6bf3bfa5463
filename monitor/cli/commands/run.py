"""Run the daemon in the foreground: look, write down, tell, until it is stopped."""

import sys

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.acting import acting, say_what_failed
from monitor.core.errors import WrongUsage


@click.command()
@click.option("--once", is_flag=True, help="One cycle, look and deliver, and exit with what `check` would.")
@with_now
@common
def command(call: Invocation, once: bool) -> None:
    """Run the daemon in the foreground, for systemd or a terminal.

    SIGTERM and Ctrl-C bring what is under way to an end; SIGHUP reads the configuration again, as does a change of its files.
    """
    from monitor.daemon.files import Files
    from monitor.daemon.journal import write_log
    from monitor.daemon.supervisor import Daemon, hold_signals

    if call.now is not None and not once:
        raise WrongUsage("--now needs --once", "a daemon goes by the clock of the machine")
    write_log(call.environment)
    if once:
        sys.exit(_once(call))
    hold_signals()
    sys.exit(Daemon(Files.at_start(call.config, call.environment), call.environment).run())


def _once(call: Invocation) -> int:
    """As the daemon does it: under its lock, and with a wrong watchlist reported while the others are looked at."""
    from monitor.daemon.files import Files
    from monitor.jobs.backfill import backfill_watched
    from monitor.jobs.check import check
    from monitor.jobs.dispatch import dispatch
    from monitor.jobs.tending import Tending
    from monitor.store.lock import instance_lock

    files = Files.at_start(call.config, call.environment)
    settings, loaded = files.in_force.settings, files.in_force.loaded
    with (
        instance_lock(settings.database),
        acting(call, settings, loaded) as context,
    ):
        report = dispatch(context, check(context, send=dispatch))
        Tending()(context)
        backfill_watched(context)
    say_what_failed(call, report)
    call.output.lines([report.as_json()]) if call.output.json else call.output.say(report.in_words())
    return 1 if report.failed or files.in_force.problems else 0
