"""trialmon.yaml and the watchlists as a running daemon has them: each in its last good version.

A file that has become wrong is reported with FILE:LINE, once for as long as it is wrong in the same way, and what was last good in it
stays in force. A watchlist that was wrong from the start is not watched; the others are. A trialmon.yaml that was wrong from the start
is an error: there is nothing to fall back on.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from monitor.config.load import find_settings, settings_in_force
from monitor.config.settings import Destination, Settings
from monitor.config.watchlists import Loaded, load_watchlists
from monitor.core.errors import Problem, WrongConfiguration
from monitor.core.watch import Watchlist

_log = logging.getLogger("trialmon.daemon")

Print = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """What the daemon works with: `problems` are those of the files as they are now, of which nothing is in force."""

    settings: Settings
    loaded: Loaded
    problems: tuple[Problem, ...] = ()

    @property
    def destinations(self) -> dict[str, Destination]:
        """Every destination by name, those written in watchlists included."""
        return {**self.settings.destinations, **self.loaded.inline}


@dataclass(slots=True)
class Files:
    """The files, and what of them is in force. Use `Files.at_start`."""

    config: Path | None
    environment: Mapping[str, str] = field(repr=False)
    in_force: InForce
    _read: Print = ()
    _seen: Print = ()
    _told: dict[str, tuple[Problem, ...]] = field(default_factory=dict)

    @classmethod
    def at_start(cls, config: Path | None, environment: Mapping[str, str]) -> "Files":
        """Read everything for the first time. Raises WrongConfiguration if trialmon.yaml is wrong."""
        settings = settings_in_force(config, environment)
        files = cls(config, environment, InForce(settings, Loaded()))
        files._read = files._seen = files._fingerprint()
        files._accept(settings, ())
        return files

    def changed(self) -> bool:
        """Whether a file is not as it was when it was last read, and as it was at the last call: an editor may still be writing."""
        before, self._seen = self._seen, self._fingerprint()
        return self._seen != self._read and self._seen == before

    def reload(self) -> bool:
        """Read everything again; True if something else is in force now. Never raises for what is in the files."""
        before = self.in_force
        self._read = self._seen = self._fingerprint()
        problems: tuple[Problem, ...] = ()
        settings = before.settings
        try:
            settings = settings_in_force(self.config, self.environment)
        except WrongConfiguration as wrong:
            problems = tuple(wrong.problems)
        if settings.database != before.settings.database:
            _log.warning(
                "the database stays %s until the daemon is restarted, whatever %s says now",
                before.settings.database,
                settings.path,
            )
            settings = replace(settings, database=before.settings.database)
        self._accept(settings, problems)
        return (self.in_force.settings, self.in_force.loaded.watchlists, self.in_force.destinations) != (
            before.settings,
            before.loaded.watchlists,
            before.destinations,
        )

    def put_back(self, before: InForce) -> None:
        """What was read could not be put to work: what was in force before still is."""
        self.in_force = before

    def _accept(self, settings: Settings, problems: Sequence[Problem]) -> None:
        before, fresh = self.in_force, load_watchlists(settings.watchlists, settings)
        kept = _still_in_force(before.loaded.watchlists, fresh, settings.watchlists)
        watchlists = sorted((*fresh.watchlists, *kept), key=lambda watchlist: watchlist.name)
        loaded = Loaded(tuple(watchlists), (), _inline(before, settings, fresh, kept))
        self.in_force = InForce(settings, loaded, (*problems, *fresh.problems))
        self._tell({watchlist.name for watchlist in kept})

    def _tell(self, kept: set[str]) -> None:
        by_file: dict[str, list[Problem]] = {}
        for problem in self.in_force.problems:
            by_file.setdefault(problem.file, []).append(problem)
        told, self._told = self._told, {name: tuple(found) for name, found in by_file.items()}
        for name, found in self._told.items():
            if told.get(name) == found:
                continue
            for problem in found:
                _log.error("%s", problem)
            is_watchlist = Path(name).parent == self.in_force.settings.watchlists
            if is_watchlist and Path(name).stem not in kept and Path(name).suffix == ".yaml":
                _log.error("%s: nothing in this list is watched until it is right", name)
            else:
                _log.error("%s: the last good version stays in force", name)
        for name in told.keys() - self._told.keys():
            _log.info("%s: is right again", name)

    def _fingerprint(self) -> Print:
        try:
            settings = find_settings(self.config, self.environment)
        except WrongConfiguration:
            settings = None
        folder = self.in_force.settings.watchlists
        try:
            lists = [entry for entry in folder.iterdir() if entry.suffix.lower() in (".yaml", ".yml")]
        except OSError:
            lists = []
        paths = [*([settings] if settings is not None else []), *sorted(lists)]
        return tuple(_look_of(path) for path in paths)


def _look_of(path: Path) -> tuple[str, int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), status.st_mtime_ns, status.st_size, status.st_ino)


def _still_in_force(before: Sequence[Watchlist], fresh: Loaded, folder: Path) -> list[Watchlist]:
    """The lists of before whose files are there and wrong now; all of them where the folder itself cannot be read."""
    wrong = {problem.file for problem in fresh.problems}
    good = {watchlist.name for watchlist in fresh.watchlists}
    return [
        watchlist
        for watchlist in before
        if watchlist.name not in good
        and (str(folder) in wrong or str(folder / f"{watchlist.name}.yaml") in wrong)
    ]


def _inline(
    before: InForce, settings: Settings, fresh: Loaded, kept: Sequence[Watchlist]
) -> Mapping[str, Destination]:
    """The destinations outside of trialmon.yaml: what the watchlists spell out, and what a kept list used that was taken out since."""
    used = {name for watchlist in kept for subscriber in watchlist.subscribers for name in subscriber.to}
    rescued = {
        name: destination
        for name, destination in before.destinations.items()
        if name in used and name not in settings.destinations
    }
    return MappingProxyType({**rescued, **fresh.inline})
