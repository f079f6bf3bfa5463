"""Feeds and calendars of every watchlist and trial, as files that a web server can hand out."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from monitor import __version__
from monitor.config.settings import FeedSettings
from monitor.core.facts import TrialFacts
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.core.upcoming import deadlines
from monitor.jobs.context import Context
from monitor.render.calendar import CalendarTrial, write_calendar
from monitor.render.feeds import MOST_ENTRIES, Ending, Feed, FeedEvent, write_atom, write_json_feed
from monitor.store import feeding
from monitor.store.database import Database
from monitor.store.files import remove_file, write_file
from monitor.store.marks import mark, set_mark

# A trial → its page at the registry.
Page = Callable[[TrialId], str]
# Writes one document; of three that could be had, only the wanted one is made.
Writer = Callable[[], bytes]
History = tuple[tuple[datetime, TrialFacts], ...]
_MARK = "feeds"


def write_feeds(context: Context) -> int:
    """Bring the files up to date where `feeds:` is configured; how many were written. Nothing is even read if nothing was recorded since.
    Files of lists and trials that are watched no longer are removed. Raises NothingDone where a file cannot be written."""
    wishes, db = context.settings.feeds, context.database
    if wishes is None:
        return 0
    made_of = f"{__version__} {wishes} {feeding.state_of_knowledge(db)}"
    known = _remembered(db)
    before = [Path(name) for name in known.get("files", [])]
    if known.get("made_of") == made_of and all(path.exists() for path in before):
        return 0
    written, paths = _write(wishes.folder, documents(db, _page_of(context), wishes))
    for path in set(before) - set(paths):
        remove_file(path)
    set_mark(db, _MARK, json.dumps({"made_of": made_of, "files": [str(path) for path in paths]}))
    return written


def write_feeds_to(folder: Path, db: Database, page: Page, wishes: FeedSettings) -> tuple[int, int]:
    """As `write_feeds`, once, into a folder of choice: how many were written, and how many there are."""
    written, paths = _write(folder, documents(db, page, wishes))
    return written, len(paths)


def documents(db: Database, page: Page, wishes: FeedSettings) -> Iterator[tuple[str, bytes]]:
    """Every file: its path below the folder, and its contents. `backs.atom`, `backs.json`, `backs.ics`, `trials/NCT03737461.atom` …"""
    for watchlist in feeding.fed_lists(db):
        yield from ((name, write()) for name, write in _of_list(db, watchlist, page, wishes))
    for trial, history in feeding.watched_histories(db).items():
        yield from ((name, write()) for name, write in _of_trial(db, trial, history, page, wishes))


def document_of_list(
    db: Database, name: str, ending: Ending, page: Page, wishes: FeedSettings
) -> bytes | None:
    """One of a watchlist's files; None if there is no such list."""
    watchlist = next((one for one in feeding.fed_lists(db) if one.name == name), None)
    if watchlist is None:
        return None
    return dict(_of_list(db, watchlist, page, wishes))[f"{name}.{ending}"]()


def document_of_trial(
    db: Database, trial: TrialId, ending: Ending, page: Page, wishes: FeedSettings
) -> bytes | None:
    """One of a watched trial's files; None if it is not watched."""
    history = feeding.watched_histories(db, only=trial).get(trial)
    if history is None:
        return None
    return dict(_of_trial(db, trial, history, page, wishes))[f"trials/{trial.number}.{ending}"]()


def _of_list(
    db: Database, watchlist: feeding.FedList, page: Page, wishes: FeedSettings
) -> Iterator[tuple[str, Writer]]:
    events = feeding.events_of_list(db, watchlist.name, _graver(wishes), MOST_ENTRIES)
    key = f"watchlist/{watchlist.name}/{watchlist.added_at.isoformat()}"
    title = watchlist.title or watchlist.name
    feed = _feed(key, title, watchlist.added_at, events, page, wishes, watchlist.name)
    yield from _three(feed, watchlist.name, lambda: feeding.watched_histories(db, watchlist.name), page)


def _of_trial(
    db: Database, trial: TrialId, history: History, page: Page, wishes: FeedSettings
) -> Iterator[tuple[str, Writer]]:
    first_seen, facts = history[0][0], history[-1][1]
    events = feeding.events_of_trial(db, trial, _graver(wishes), MOST_ENTRIES)
    name = f"trials/{trial.number}"
    title = f"{trial.number} {facts.short_name}".rstrip()
    feed = _feed(f"trial/{trial}/{first_seen.isoformat()}", title, first_seen, events, page, wishes, name)
    yield from _three(feed, name, lambda: {trial: history}, page)


def _graver(wishes: FeedSettings) -> list[Significance]:
    return [one for one in Significance if one >= wishes.at_least]


def _feed(
    key: str,
    title: str,
    since: datetime,
    events: Iterable[feeding.FedEvent],
    page: Page,
    wishes: FeedSettings,
    name: str,
) -> Feed:
    address = f"{wishes.base_url}/{quote(name)}" if wishes.base_url else ""
    return Feed(key, title, since, tuple(_entry(event, page) for event in events), address)


def _entry(one: feeding.FedEvent, page: Page) -> FeedEvent:
    trial = one.event.trial
    return FeedEvent(
        one.event,
        page(one.event.paper or trial),
        one.facts.short_name or trial.number,
        one.facts.title,
        one.changes,
        one.more,
    )


def _three(
    feed: Feed, name: str, histories: Callable[[], dict[TrialId, History]], page: Page
) -> Iterator[tuple[str, Writer]]:
    def calendar() -> bytes:
        trials = _calendar_trials(histories(), page)
        return write_calendar(feed.title, trials, f"{feed.address}.ics" if feed.address else "")

    yield f"{name}.atom", lambda: write_atom(feed)
    yield f"{name}.json", lambda: write_json_feed(feed)
    yield f"{name}.ics", calendar


def _calendar_trials(histories: dict[TrialId, History], page: Page) -> list[CalendarTrial]:
    """What a calendar is made of: every date that is promised, was reached, or is due."""
    return [
        CalendarTrial(trial, page(trial), history, deadlines(history[-1][1]))
        for trial, history in histories.items()
    ]


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> tuple[int, list[Path]]:
    written, paths = 0, []
    for name, data in files:
        paths.append(folder / name)
        written += write_file(folder / name, data)
    return written, paths


def _remembered(db: Database) -> dict[str, Any]:
    text = mark(db, _MARK)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def _page_of(context: Context) -> Page:
    def page(trial: TrialId) -> str:
        source = context.sources.get(trial.registry)
        return source.page_url(trial.number) if source is not None else ""

    return page
