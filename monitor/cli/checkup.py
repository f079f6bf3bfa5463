"""What `doctor` checks, in the order in which one thing rests on another. Each check is a generator of findings."""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.cli import Invocation
from monitor.cli.asking import settings_of
from monitor.cli.drafts import drafter_for, problems_of
from monitor.core.errors import Problem, TrialmonError, WrongConfiguration

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.config.watchlists import Loaded
    from monitor.store.database import Database

CONFIGURATION = frozenset({"configuration", "secrets", "credentials", "watchlists", "destination"})

_LEAST_FREE = 200 * 2**20
_LONGEST_LOG = 256 * 2**20
_MOST_DAMAGE = 20
_MOST_DRIFT = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: whether it is well, what was found, and what to do."""

    check: str
    ok: bool
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `doctor --json` gives it."""
        return {"check": self.check, "ok": self.ok, "message": self.message, "hint": self.hint}


def examine(call: Invocation) -> Iterator[Finding]:
    """Everything, one finding after the other as it is found."""
    from monitor.cli.sources_asked import sources_answer
    from monitor.config.watchlists import load_watchlists

    yield from _library()
    try:
        settings = settings_of(call)
    except WrongConfiguration as wrong:
        yield from _of("configuration", wrong.problems)
        return  # where the rest is, only the configuration could say
    named = (
        str(settings.path) if settings.path else f"no trialmon.yaml was found: the defaults, in {Path.cwd()}"
    )
    yield Finding("configuration", True, named)
    yield from _credentials(call)
    try:
        complete = settings_of(call, secrets=True)
        yield Finding("secrets", True, "every ${NAME} that it names is set")
    except WrongConfiguration as wrong:
        complete = settings
        yield from _of("secrets", wrong.problems)
    lists = load_watchlists(settings.watchlists, complete)
    yield from _watchlists(settings, lists)
    yield from _templates(settings, lists)
    yield from _destinations(complete, lists)
    yield from _database(call, settings)
    yield from _disk(settings.database)
    yield from sources_answer(settings)


def _of(check: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    for problem in problems:
        place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
        yield Finding(check, False, f"{place}: {problem.message}", problem.hint)


def _library() -> Iterator[Finding]:
    from monitor.store.inspection import sqlite_version

    version, resets = sqlite_version()
    known = (
        "; it has the bug by which a write-ahead log can be reset under a writer, which trialmon's own lock keeps from happening"
        if resets
        else ""
    )
    yield Finding("sqlite", True, f"version {version}{known}")


def _credentials(call: Invocation) -> Iterator[Finding]:
    folder = call.environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return
    try:
        count = len(os.listdir(folder))
    except OSError as error:
        hint = "systemd makes this folder for the service alone: unset $CREDENTIALS_DIRECTORY elsewhere"
        yield Finding("credentials", False, f"{folder} cannot be read: {error.strerror}", hint)
        return
    yield Finding("credentials", True, f"{count} in {folder}")


def _watchlists(settings: "Settings", lists: "Loaded") -> Iterator[Finding]:
    yield from _of("watchlists", lists.problems)
    if lists.problems:
        return
    if not lists.watchlists:
        yield Finding(
            "watchlists",
            False,
            f"there is none in {settings.watchlists}",
            "`trialmon init` writes a first one",
        )
        return
    watches = sum(len(watchlist.watches) for watchlist in lists.watchlists)
    yield Finding("watchlists", True, f"{len(lists.watchlists)} in {settings.watchlists}, {watches} watches")
    for watchlist in lists.watchlists:
        if not watchlist.subscribers:
            yield Finding(
                "watchlists",
                False,
                f"nobody is told of what changes in {watchlist.name}",
                "add `subscribers:` to it",
            )


def _templates(settings: "Settings", lists: "Loaded") -> Iterator[Finding]:
    """The templates that subscribers name, tried on an example of every kind of message."""
    subscribers = (one for watchlist in lists.watchlists for one in watchlist.subscribers)
    names = sorted({one.template for one in subscribers if one.template})
    if not names:
        return
    with drafter_for(settings) as drafter:
        for name in names:
            problems = problems_of(drafter, name)
            yield from _of("templates", problems)
            if not problems:
                yield Finding("templates", True, f"{name} words an example of every kind of message")


def _destinations(settings: "Settings", lists: "Loaded") -> Iterator[Finding]:
    """Whether Apprise understands each; nothing is sent."""
    from monitor.config.settings import TERMINAL

    configured = {**settings.destinations, **lists.inline}
    for name, destination in configured.items():
        if name == TERMINAL:
            continue
        from monitor.deliver.gateway import check, describe

        problem = check(destination.address)
        kind = describe(destination.address)
        if problem is not None:
            yield Finding(
                "destination", False, f"{name} ({kind}): {problem}", "mend its URL in trialmon.yaml"
            )
        else:
            yield Finding(
                "destination", True, f"{name} ({kind}); `trialmon destinations test {name}` sends to it"
            )


def _database(call: Invocation, settings: "Settings") -> Iterator[Finding]:
    from monitor.store.database import Database
    from monitor.store.write_count import loss_in_words, missing

    path = settings.database
    if not path.exists():
        yield _not_there_yet(path)
        return
    try:
        db = Database.open_readonly(path)
    except TrialmonError as error:
        yield Finding("database", False, error.message, error.hint)
        return
    with db:
        if writes := missing(path):
            yield Finding("database", False, *loss_in_words(path, writes))
        try:
            yield from _integrity(call, db)
            yield from _contents(call, db, settings)
        except TrialmonError as error:  # a damaged file fails wherever it is read
            yield Finding("database", False, error.message, error.hint)
    from monitor.store.inspection import not_ours

    reasons = list(not_ours(path))
    for reason in reasons:
        hint = "run trialmon as the user that owns it; `chmod go-w` takes the right from others"
        yield Finding("permissions", False, reason, hint)
    if not reasons:
        yield Finding("permissions", True, "this user, and nobody else, may write the database")


def _not_there_yet(path: Path) -> Finding:
    folder = next(parent for parent in path.parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding("database", True, f"none yet; the first look makes {path}")
    hint = "run trialmon as a user who may write there, or choose another `database:`"
    return Finding(
        "database", False, f"{path} cannot be made: {folder} may not be written by this user", hint
    )


def _contents(call: Invocation, db: "Database", settings: "Settings") -> Iterator[Finding]:
    from monitor import bootstrap
    from monitor.jobs.silence import doubts
    from monitor.render.wording import size
    from monitor.store import health
    from monitor.store.past import how_the_past_stands

    now = bootstrap.clock_at(call.now).now()
    report = health.status(db, now, tuple(settings.looked_at), settings.patience)
    stored = report["database"]
    yield Finding("database", True, f"{db.path}, {stored['versions']} versions, {size(stored['bytes'])}")
    found = doubts(db, settings, now)
    for doubt in found:
        if doubt.what != "disk":  # asked below, with room for a backup
            yield Finding(doubt.what, False, doubt.message, doubt.hint)
    if all(doubt.what != "looks" for doubt in found):
        for source in report["sources"]:
            yield Finding("looks", True, f"{source['source']}: the last one succeeded, {source['last_look']}")
    if all(doubt.what != "deliveries" for doubt in found):
        yield Finding("deliveries", True, f"{report['outbox']['pending']} wait, none was given up")
    yield from _drift(db)
    for source, why in how_the_past_stands(db, now).refused.items():
        yield Finding(
            "past",
            True,
            f"{source} gives no past versions at present, and is asked again within a day: {why}",
        )


def _drift(db: "Database") -> Iterator[Finding]:
    """Fields that the registry's own model does not have: nothing is wrong with us, but somebody should know."""
    from monitor.store.drift import drifted

    for one in drifted(db)[:_MOST_DRIFT]:
        words = f"{one.source} has a field that its model does not: {one.path}, first seen in {one.number}"
        yield Finding("drift", True, words)


def _integrity(call: Invocation, db: "Database") -> Iterator[Finding]:
    from monitor.store.backup import check_integrity
    from monitor.store.inspection import stored_values, unreadable

    problems = check_integrity(db.path)
    if not problems:
        count = stored_values(db)
        with call.output.progress("reading every stored value", count) as tick:
            problems = list(unreadable(db, tick))
    hint = "stop the daemon, put the file aside, restore the newest file that `trialmon backup` made"
    for problem in problems[:_MOST_DAMAGE]:
        yield Finding("integrity", False, problem, hint)
    if len(problems) > _MOST_DAMAGE:
        yield Finding("integrity", False, f"and {len(problems) - _MOST_DAMAGE} more", hint)
    if not problems:
        yield Finding("integrity", True, f"every page, index and reference, and all of {count} stored values")


def _disk(database: Path) -> Iterator[Finding]:
    from monitor.render.wording import size
    from monitor.store.inspection import files_of

    folder = next(parent for parent in database.parents if parent.exists())
    free = shutil.disk_usage(folder).free
    sizes = {file.name: file.stat().st_size for file in files_of(database)}
    needed = max(_LEAST_FREE, 2 * sum(sizes.values()))
    if free < needed:
        yield Finding(
            "disk",
            False,
            f"{size(free)} are free in {folder}",
            f"make it {size(needed)}: room to grow, and for a backup",
        )
    else:
        yield Finding("disk", True, f"{size(free)} are free in {folder}")
    log = sizes.get(f"{database.name}-wal", 0)
    if log > _LONGEST_LOG:
        hint = "some program keeps the database open and reads; end it"
        yield Finding("disk", False, f"the write-ahead log has grown to {size(log)}", hint)
