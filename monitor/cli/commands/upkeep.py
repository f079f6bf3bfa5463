"""Check the database, keep it fast, and make today's backup."""

import random

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.asking import settings_of, shape_of
from monitor.core.errors import NothingDone


@click.command()
@with_now
@common
def command(invocation: Invocation) -> None:
    """Check the file and a sample of its records, renew statistics and search, empty the write-ahead log, and make today's backup.

    `backups:` in trialmon.yaml names the folder and how many are kept. Made for a daily timer; the daemon may go on meanwhile. Exit 1 if
    something is wrong; then nothing is made or let go.
    """
    from monitor import bootstrap
    from monitor.cli.showing import IN, put, size
    from monitor.jobs.upkeep import upkeep
    from monitor.store.database import Database

    settings = settings_of(invocation)
    if not settings.database.exists():
        raise NothingDone(f"there is no database at {settings.database} yet", "run `trialmon check` first")
    now = bootstrap.clock_at(invocation.now).now()
    output, well = invocation.output, True
    with Database.open(settings.database) as db:
        for done in upkeep(db, settings.backups, shape_of, now, random.random):
            well = well and done.ok
            if output.json:
                output.lines(
                    [
                        {
                            "task": done.task,
                            "ok": done.ok,
                            "message": done.message,
                            "hint": done.hint,
                            "sizes": done.sizes,
                        }
                    ]
                )
                continue
            put(output, done.message, lead=(f"{done.task:<10}", IN if done.ok else "bold red"))
            if done.hint:
                put(output, done.hint, indent=11, lead="→")
            for part, number in (done.sizes or {}).items():
                put(output, f"{part:<10} {size(number):>9}", indent=11)
    if not well:
        raise click.exceptions.Exit(1)
