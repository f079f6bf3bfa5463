"""Copy the database while it is in use; the copy is checked before it gets its name."""

from pathlib import Path

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@common
def command(invocation: Invocation, file: Path) -> None:
    """Copy the database to FILE, daemon or not. A file of that name is complete; one that exists is never overwritten.

    Exit 1 if the copy failed, 3 if it could not be begun. Put it on another disk than the database's.
    """
    from monitor.render.wording import size
    from monitor.store.backup import backup

    output = invocation.output
    database = settings_of(invocation).database
    with output.progress(f"copying {database.name}") as tick:
        written = backup(database, file, lambda: tick(1))
    if output.json:
        output.lines([{"file": str(file.absolute()), "bytes": written}])
    else:
        output.say(f"{database} was copied to {file} and checked ({size(written)}).")
