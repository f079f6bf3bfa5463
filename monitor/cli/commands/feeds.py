"""Write the feeds and calendars now."""

from dataclasses import replace
from pathlib import Path

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import page_of, settings_of


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write them here. Without it, where `feeds:` in trialmon.yaml says, or into feeds/ beside the database.",
)
@common
def command(call: Invocation, folder: Path | None) -> None:
    """Write an Atom feed, a JSON Feed and a calendar of every watchlist and every watched trial.

    With `feeds:` in trialmon.yaml the daemon and `trialmon check` do so after every look that found something; this writes them now.
    """
    from monitor.config.settings import FeedSettings
    from monitor.jobs.feeds import write_feeds_to
    from monitor.store.database import Database

    settings = settings_of(call)
    wishes = settings.feeds or FeedSettings(settings.database.parent / "feeds")
    if folder is not None:
        wishes = replace(wishes, folder=folder.absolute())

    with Database.open_readonly(settings.database) as db:
        written, there = write_feeds_to(wishes.folder, db, page_of, wishes)
    if call.output.json:
        call.output.lines([{"folder": str(wishes.folder), "files": there, "written": written}])
    else:
        call.output.say(f"{there} files in {wishes.folder}, {written} of them new or changed.")
