"""Check, list and edit watchlists, and import trials into them."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.core.errors import Problem, WrongConfiguration, WrongUsage

if TYPE_CHECKING:
    from monitor.config.edit import Edited
    from monitor.config.settings import Settings


@click.group()
def command() -> None:
    """Check, list and edit watchlists."""


@command.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@common
def check(call: Invocation, files: tuple[Path, ...]) -> None:
    """Say everything that is wrong with these files, or with all watchlists. Exit 2 if anything is."""
    from monitor.config.load import load_settings
    from monitor.config.watchlists import load_files, load_watchlists

    problems: list[Problem] = []
    try:
        settings = settings_of(call)
    except WrongConfiguration as wrong:
        # The watchlists are checked all the same: one run shows all that has to be mended.
        problems += wrong.problems
        settings = load_settings(None, call.environment, secrets=False)
    loaded = load_files(files, settings) if files else load_watchlists(settings.watchlists, settings)
    problems += loaded.problems
    call.output.lines(
        {"file": p.file, "line": p.line, "message": p.message, "hint": p.hint}
        for p in problems
        if call.output.json
    )
    if not call.output.json:
        for problem in problems:
            call.output.warn(str(problem))
    if problems:
        call.output.say(f"{_counted(len(problems), 'problem')}.")
        raise click.exceptions.Exit(2)
    watches = sum(len(watchlist.watches) for watchlist in loaded.watchlists)
    call.output.say(
        f"{_counted(len(loaded.watchlists), 'watchlist')}, {_counted(watches, 'watch', 'watches')}: all is well."
    )


@command.command("list")
@common
def list_(call: Invocation) -> None:
    """The watchlists, with what is in them."""
    from monitor.config.watchlists import load_watchlists

    settings = settings_of(call)
    loaded = load_watchlists(settings.watchlists, settings)
    rows = [
        {
            "watchlist": watchlist.name,
            "title": watchlist.title,
            "trials": sum(watch.kind == "trial" for watch in watchlist.watches),
            "searches": sum(watch.kind == "search" for watch in watchlist.watches),
            "sponsors": sum(watch.kind == "sponsor" for watch in watchlist.watches),
            "publications": sum(watch.kind == "publications" for watch in watchlist.watches),
            "subscribers": [subscriber.name for subscriber in watchlist.subscribers],
        }
        for watchlist in loaded.watchlists
    ]
    if call.output.json:
        call.output.lines(rows)
    columns = ["watchlist", "title", "trials", "searches", "sponsors", "publications", "subscribers"]
    call.output.table(columns, ([*list(row.values())[:-1], ", ".join(_names(row))] for row in rows))
    if loaded.problems:
        raise WrongConfiguration(list(loaded.problems))


@command.command()
@click.argument("watchlist")
@click.argument("numbers", nargs=-1, required=True)
@click.option("--note", default="", help="A note to write beside them.")
@common
def add(call: Invocation, watchlist: str, numbers: tuple[str, ...], note: str) -> None:
    """Add trials by their numbers, keeping the file's comments and order."""
    from monitor.config.edit import add_trials

    settings = settings_of(call)
    path = _file(watchlist, settings)
    _report(call, path, add_trials(path, numbers, note, settings=settings), "added", "already there")


@command.command()
@click.argument("watchlist")
@click.argument("numbers", nargs=-1, required=True)
@common
def remove(call: Invocation, watchlist: str, numbers: tuple[str, ...]) -> None:
    """Take trials out. What was seen of them stays in the database."""
    from monitor.config.edit import remove_trials

    settings = settings_of(call)
    path = _file(watchlist, settings)
    _report(call, path, remove_trials(path, numbers, settings=settings), "removed", "not in the list")


@command.command("import")
@click.argument("watchlist")
@click.argument("source", metavar="FILE|-|LINK")
@click.option("--note", default="", help="A note to write beside them.")
@common
def import_(call: Invocation, watchlist: str, source: str, note: str) -> None:
    """Add the trial numbers found in a text or CSV file, or a search by its link from clinicaltrials.gov."""
    from monitor.config.edit import add_search, add_trials, describe_line, import_numbers

    settings = settings_of(call)
    path = _file(watchlist, settings)
    if source.startswith(("http://", "https://")):
        _report(call, path, add_search(path, source, settings=settings), "added", "already there")
        return
    found = import_numbers(_text(source))
    if not found.numbers:
        raise WrongUsage(
            f"no trial number was found in {source}", "a number is NCT and 8 digits, like NCT03737461"
        )
    edited = add_trials(path, found.numbers, note, settings=settings)
    for line, text in found.not_understood:
        call.output.warn(f"not understood, {describe_line(line, text)}")
    _report(call, path, edited, "added", "already there")


def _file(name: str, settings: "Settings") -> Path:
    """The watchlist's file, by its name or its path."""
    path = Path(name) if name.endswith(".yaml") else settings.watchlists / f"{name}.yaml"
    if not os.path.isfile(path):
        there = sorted(file.stem for file in settings.watchlists.glob("*.yaml"))
        hint = f"there are: {', '.join(there)}" if there else "`trialmon init` writes a first one"
        raise WrongUsage(f"there is no watchlist {name}", hint)
    return path


def _text(source: str) -> str:
    """What is to be imported; a list of trials is small, so nothing larger is read."""
    largest = 50_000_000
    try:
        if source == "-":
            body = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(source).open("rb") as file:
                body = file.read(largest + 1)
    except OSError as error:
        raise WrongUsage(f"{source} cannot be read: {error.strerror}") from None
    if len(body) > largest:
        raise WrongUsage(f"{source} is larger than 50 MB", "it does not look like a list of trials")
    return body.decode("utf-8", errors="replace")


def _report(call: Invocation, path: Path, edited: "Edited", did: str, did_not: str) -> None:
    if call.output.json:
        call.output.lines([{"file": str(path), "changed": edited.changed, "unchanged": edited.unchanged}])
    if edited.changed:
        call.output.say(f"{path}: {did} {', '.join(edited.changed)}")
    if edited.unchanged:
        call.output.say(f"{path}: {did_not}: {', '.join(edited.unchanged)}")


def _names(row: dict[str, object]) -> Iterable[str]:
    subscribers = row["subscribers"]
    return [str(name) for name in subscribers] if isinstance(subscribers, list) else []


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
