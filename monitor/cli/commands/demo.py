"""Replay the seeds through the real pipeline, on an embedded registry, with alerts on the terminal."""

import shutil
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common
from monitor.cli.output import Output
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.jobs.context import Report

RESPINE = "NCT03737461"
_CONFIGURATION = """\
# Written by `trialmon demo`: everything but the registry's address is as in real life.
database: trialmon.db
watchlists: watchlists
sources:
  clinicaltrials.gov:
    base_url: {base_url}
    pause: 0s                # allowed on the loopback interface only
"""


@click.command()
@click.option(
    "--records",
    type=click.Path(path_type=Path),
    default=Path("seeds/clinicaltrials.gov"),
    show_default=True,
    help="The dated records to replay: a folder of seed files, a .jsonl or .jsonl.xz.",
)
@click.option(
    "--papers",
    type=click.Path(path_type=Path),
    default=Path("seeds/literature"),
    show_default=True,
    help="The papers that PubMed and Europe PMC have meanwhile: a folder of seed files.",
)
@click.option(
    "--watchlist",
    type=click.Path(path_type=Path),
    default=Path("watchlists/low-back-pain.yaml"),
    show_default=True,
    help="The watchlist to replay them for.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path("demo-run"),
    show_default=True,
    help="A folder of its own, made anew: configuration, watchlist and database are left there.",
)
@common
def command(invocation: Invocation, records: Path, papers: Path, watchlist: Path, into: Path) -> None:
    """See the whole of it in a minute: an embedded registry serves dated records over HTTP, and papers beside them, and the real
    pipeline looks at it on each day, writes to SQLite, and delivers alerts through Apprise to this terminal."""
    for path in (records, papers, watchlist):
        if not path.exists():
            raise WrongUsage(
                f"{path} is not here", "run it in trialmon's own folder, or name yours with an option"
            )
    _make_room(into, watchlist)
    _replay(invocation, records, papers, into)


def _make_room(into: Path, watchlist: Path) -> None:
    """An empty folder with the watchlist in it. Only a folder that an earlier demo made is emptied."""
    if into.exists():
        if any(into.iterdir()) and not (into / ".demo").exists():
            raise WrongUsage(
                f"{into} holds something else than an earlier demo", "choose another folder with --into"
            )
        shutil.rmtree(into)
    (into / "watchlists").mkdir(parents=True)
    (into / ".demo").touch()
    shutil.copy(watchlist, into / "watchlists")


def _replay(invocation: Invocation, records: Path, papers: Path, into: Path) -> None:
    from monitor import bootstrap
    from monitor.config.load import settings_in_force
    from monitor.discovery import literature
    from monitor.embedded import EmbeddedRegistry, History, Shelf
    from monitor.jobs.check import check
    from monitor.jobs.context import Report
    from monitor.jobs.dispatch import dispatch

    output = invocation.output
    total = Report()
    history = History.load(records)
    with EmbeddedRegistry(history, shelf=Shelf.load(papers)).serving() as registry:
        config = into / "trialmon.yaml"
        asked = "".join(f"  {name}:\n    base_url: {registry.base_url}\n" for name in literature())
        config.write_text(_CONFIGURATION.format(base_url=registry.base_url) + asked, encoding="utf-8")
        settings = settings_in_force(config, invocation.environment)
        output.say(f"An embedded registry answers at {registry.base_url} with the records of {records}.")
        for day in registry.days:
            registry.go_to(day)
            moment = datetime.combine(day, time(15), tzinfo=UTC)
            output.say(f"\n━━ The data of {day:%-d %B %Y} {'━' * 40}\n")
            with bootstrap.context(
                settings,
                invocation.environment,
                moment=moment,
                terminal=sys.stderr if output.json else None,
            ) as context:
                report = dispatch(context, check(context, send=dispatch))
            output.say(f"   {report.in_words()}")
            total.add(report)
    trial = RESPINE if RESPINE in history.trials else history.trials[0]
    _close(output, into, len(registry.days), trial, total)


def _close(output: Output, into: Path, days: int, trial: str, total: "Report") -> None:
    if output.json:
        output.lines([total.as_json()])
        return
    output.say(
        f"\nDone: {days} registry days, {total.changed} changed versions, {total.told} messages. What to try next:\n"
    )
    config = f"--config {into / 'trialmon.yaml'}"
    hints = (
        (f"trialmon events {config}", "every verdict, newest first"),
        (f"trialmon changes --trial {trial} {config}", "each field that moved"),
        (f"trialmon publications {trial} {config}", "the papers that name it"),
        (f"trialmon diff {trial} {config}", "its last two versions, words marked"),
        (f"trialmon show {trial} --at 2024-01-01 {config}", "the record as of a day"),
        (f"trialmon explain delivery:{total.told} {config}", "from a registry field to the message"),
        (f"trialmon web {config}", "all of it as pages, at http://127.0.0.1:8350"),
        ("trialmon init", "then edit a watchlist, and `trialmon run`"),
    )
    width = max(len(line) for line, _ in hints)
    for line, what in hints:
        output.say(f"  .venv/bin/{line:<{width}}  {what}")
    output.say(f"\nThe database it left is {into / 'trialmon.db'}.")
