"""In which watchlists `snooze` and `mute` write, and how they say so."""

from collections.abc import Callable, Sequence
from pathlib import Path

from monitor.cli import Invocation
from monitor.config.settings import Settings
from monitor.config.watchlists import load_watchlists
from monitor.core.errors import WrongConfiguration, WrongUsage
from monitor.core.trial import TrialId
from monitor.core.watch import Watchlist


def lists_meant(settings: Settings, watchlist: str, subscriber: str, number: str = "") -> list[Path]:
    """The files to write in: of the named list; else of every list that watches the trial (if there is a number), and that has the
    subscriber (if one is named). Raises WrongUsage if there is none."""
    loaded = load_watchlists(settings.watchlists, settings)
    if loaded.problems:
        raise WrongConfiguration(list(loaded.problems))
    names = [one.name for one in loaded.watchlists]
    if watchlist:
        if watchlist not in names:
            raise WrongUsage(f"there is no watchlist {watchlist}", f"there are: {', '.join(names) or 'none'}")
        return [settings.watchlists / f"{watchlist}.yaml"]
    lists: Sequence[Watchlist] = loaded.watchlists
    if number:
        watching = _watching(settings, lists, number)
        lists = [one for one in lists if one.name in watching]
        if not lists:
            raise WrongUsage(f"no watchlist watches {number}", "name one with --watchlist")
    if subscriber:
        lists = [one for one in lists if any(reader.name == subscriber for reader in one.subscribers)]
    if not lists:
        raise WrongUsage(
            f"no such watchlist has a subscriber {subscriber}" if subscriber else "there is no watchlist"
        )
    return [settings.watchlists / f"{one.name}.yaml" for one in lists]


def _watching(settings: Settings, lists: Sequence[Watchlist], number: str) -> set[str]:
    """The lists that name the trial, and those whose searches hold it as last read."""
    named = {one.name for one in lists if any(watch.number == number for watch in one.watches)}
    if not settings.database.exists():
        return named
    from monitor.jobs.reasons import reasons_now
    from monitor.store.database import Database

    database = Database.open_readonly(settings.database)
    try:
        registries = {watch.registry for one in lists for watch in one.watches}
        found = (
            reasons_now(database, lists, registry).get(TrialId(registry, number), {})
            for registry in registries
        )
        return named.union(*found)
    finally:
        database.close()


def silence(
    call: Invocation, paths: Sequence[Path], edit: Callable[[Path], bool], did: str, did_not: str
) -> None:
    """Edit each file and say what was done."""
    changed = {path: edit(path) for path in paths}
    if call.output.json:
        call.output.lines({"file": str(path), "changed": done} for path, done in changed.items())
    for path, done in changed.items():
        call.output.say(f"{path}: {did if done else did_not}")
