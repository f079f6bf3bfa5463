"""What feeds and calendars are made of: the newest events, the dates of trials in all their versions. Read-only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.change import Change
from monitor.core.event import Event
from monitor.core.facts import TrialFacts
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.store.database import Connection, Database
from monitor.store.events import OF_PAPER, WITH_PAPER, event_values
from monitor.store.trials import OF_LIST
from monitor.store.values import change_of, facts_columns, facts_of, moment

# A record that is rewritten has thousands of changes; a feed shows a dozen.
_MOST_CHANGES = 60


@dataclass(frozen=True, slots=True)
class FedEvent:
    """An event with the name and title that its trial has now. `changes` are the first 60 behind it, `more` counts the others."""

    event: Event
    facts: TrialFacts
    changes: tuple[Change, ...]
    more: int


@dataclass(frozen=True, slots=True)
class FedList:
    """A watchlist in force at the last look."""

    name: str
    title: str
    added_at: datetime


def state_of_knowledge(db: Database) -> str:
    """A text that differs whenever anything was recorded or watched that feeds and calendars could tell of. Cheap to ask for."""
    with db.reading() as connection:
        row = connection.execute(
            "SELECT (SELECT MAX(id) FROM events), (SELECT MAX(rowid) FROM versions), (SELECT COUNT(*) FROM trials),"
            " (SELECT MAX(id) FROM search_members), (SELECT COUNT(*) FROM search_members WHERE left_at IS NULL),"
            " (SELECT COUNT(*) FROM trials WHERE gone_at IS NOT NULL OR moved_to <> ''),"
            " (SELECT value FROM meta WHERE name = 'watchlists')"
        ).fetchone()
    return "/".join("" if value is None else str(value) for value in row)


def fed_lists(db: Database) -> list[FedList]:
    """The watchlists in force at the last look, by name."""
    with db.reading() as connection:
        rows = connection.execute(
            "SELECT name, title, added_at FROM watchlists WHERE removed_at IS NULL ORDER BY name"
        )
        return [FedList(row["name"], row["title"], moment(row["added_at"])) for row in rows]


def watched_histories(
    db: Database, watchlist: str | None = None, only: TrialId | None = None
) -> dict[TrialId, tuple[tuple[datetime, TrialFacts], ...]]:
    """The versions of every trial that is watched (by this list, or by any; of `only` this one): when each was seen and its facts, oldest
    first. Trials that are gone or merged into another are left out, and numbers that were never given."""
    found: dict[TrialId, list[tuple[datetime, TrialFacts]]] = {}
    of_list = " WHERE w.watchlist = :watchlist" if watchlist is not None else ""
    this_one = " AND t.registry = :registry AND t.number = :number" if only is not None else ""
    with db.reading() as connection:
        for row in connection.execute(
            f"SELECT t.registry, t.number, v.seen_at, v.last_data_date, {facts_columns('v')} FROM trials AS t"
            f" JOIN versions AS v ON v.trial = t.id WHERE t.gone_at IS NULL AND t.moved_to = ''{this_one} AND t.id IN"
            f" (SELECT w.trial FROM watched AS w{of_list})"
            " ORDER BY t.number, t.registry, v.version",
            {
                "watchlist": watchlist,
                "registry": only.registry if only is not None else None,
                "number": only.number if only is not None else None,
            },
        ):
            history = found.setdefault(TrialId(row["registry"], row["number"]), [])
            history.append((moment(row["seen_at"]), facts_of(row, row["last_data_date"])))
    return {trial: tuple(history) for trial, history in found.items()}


def events_of_list(
    db: Database, watchlist: str, graver: Iterable[Significance], limit: int
) -> list[FedEvent]:
    """The newest events of the trials that a list watches and of the papers that its queries found, of these significances; newest
    first."""
    return _events(db, f"e.trial IN ({OF_LIST})", {"watchlist": watchlist}, graver, limit)


def events_of_trial(
    db: Database, trial: TrialId, graver: Iterable[Significance], limit: int
) -> list[FedEvent]:
    """The newest events of a trial, of these significances; newest first."""
    which = "e.trial = (SELECT x.id FROM trials AS x WHERE x.registry = :registry AND x.number = :number)"
    return _events(db, which, {"registry": trial.registry, "number": trial.number}, graver, limit)


def _events(
    db: Database, which: str, of: Mapping[str, str], graver: Iterable[Significance], limit: int
) -> list[FedEvent]:
    words = [str(one) for one in graver]
    holes = ", ".join(f":s{n}" for n in range(len(words)))
    with db.reading() as connection:
        rows = connection.execute(
            f"SELECT e.*, t.registry, t.number, t.title, t.acronym, {OF_PAPER},"
            " (SELECT COUNT(*) FROM event_changes AS x WHERE x.event = e.id) AS of_changes"
            f" FROM events AS e JOIN trials AS t ON t.id = e.trial {WITH_PAPER}"
            f" WHERE {which} AND e.significance IN ({holes})"
            " ORDER BY e.id DESC LIMIT :limit",
            {**of, "limit": limit, **{f"s{n}": word for n, word in enumerate(words)}},
        ).fetchall()
        changes = {row["id"]: _changes(connection, row["id"]) for row in rows}
    return [
        FedEvent(
            Event(**event_values(row)),
            TrialFacts(title=row["title"], acronym=row["acronym"]),
            changes[row["id"]],
            row["of_changes"] - len(changes[row["id"]]),
        )
        for row in rows
    ]


def _changes(connection: Connection, event: int) -> tuple[Change, ...]:
    rows = connection.execute(
        "SELECT c.* FROM event_changes AS x JOIN changes AS c ON c.id = x.change WHERE x.event = ? ORDER BY c.id LIMIT ?",
        (event, _MOST_CHANGES),
    )
    return tuple(change_of(row) for row in rows)
