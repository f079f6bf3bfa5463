"""Check the database, keep it fast, make today's backup; and, only if asked, make old noise smaller."""

import os
import random
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.asking import settings_of, shape_of
from monitor.core.errors import NothingDone, WrongUsage

if TYPE_CHECKING:
    from monitor.jobs.upkeep import Done


@click.command()
@click.option(
    "--thin-older-than",
    metavar="DAYS",
    help="Then say what noise versions and messages older than this (365d) would become smaller, and by how much.",
)
@click.option("--yes", is_flag=True, help="With --thin-older-than: do it.")
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Go on with a database that lacks its newest writes, because its write-ahead log was removed or an older copy put in its place.",
)
@with_now
@common
def command(invocation: Invocation, thin_older_than: str | None, yes: bool, accept_loss: bool) -> None:
    """Check the file and a sample of its records, renew statistics and search, empty the write-ahead log, and make today's backup.

    `backups:` in trialmon.yaml names the folder and how many are kept. Made for a daily timer; the daemon may go on meanwhile. Exit 1 if
    something is wrong; then nothing is made, made smaller or let go.

    Thinning keeps every version, change and event, and any version can be shown and compared as before. Of messages that were sent, titles
    and texts stay; what was made of them for each destination goes. The file itself shrinks only while no daemon is at work.
    """
    from monitor import bootstrap
    from monitor.jobs.upkeep import Done, thinning, upkeep
    from monitor.render.wording import count
    from monitor.store.database import Database
    from monitor.store.write_count import missing

    now = bootstrap.clock_at(invocation.now).now()
    before = None if thin_older_than is None else _days_before(now, thin_older_than)
    if yes and before is None:
        raise WrongUsage("--yes says yes to nothing", "`trialmon upkeep --thin-older-than 365d --yes`")
    settings = settings_of(invocation)
    if not settings.database.exists():
        raise NothingDone(f"there is no database at {settings.database} yet", "run `trialmon check` first")
    at, writes = bootstrap.crash_points(os.environ), missing(settings.database)
    with Database.open(settings.database, at=at, accept_loss=accept_loss) as db:
        if accept_loss:
            words = (
                f"{count(writes, 'write is', 'writes are')} gone, and that is accepted"
                if writes
                else "no write is missing"
            )
            _say(invocation, [Done("loss", True, words)])
        well = _say(invocation, upkeep(db, settings.backups, shape_of, now, random.random))
        if well and before is not None:
            with invocation.output.progress("looking at what may be thinned") as tick:
                done = list(thinning(db, before, tick, write=yes))
            well = _say(invocation, done)
    if not well:
        raise click.exceptions.Exit(1)


def _say(invocation: Invocation, tasks: "Iterable[Done]") -> bool:
    """Each task as it is done; gives whether all is well."""
    from monitor.cli.showing import IN, put
    from monitor.render.wording import size

    output, well = invocation.output, True
    for done in tasks:
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
    return well


def _days_before(now: datetime, text: str) -> datetime:
    try:
        if re.fullmatch(r"[1-9]\d{0,4}d", text, re.ASCII):
            return now - timedelta(days=int(text[:-1]))
    except OverflowError:
        pass
    raise WrongUsage(f"--thin-older-than takes a number of days, not {text!r}", "write 365d")
