"""What a day's judging of the clock needs to know, and what it told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.facts import TrialFacts
from monitor.core.trial import TrialId
from monitor.store.also import Also
from monitor.store.database import Connection, Database
from monitor.store.trials import ASKED, asked_for, trial_row
from monitor.store.values import facts_columns, facts_of, moment, stamp

Told = tuple[str, str]


@dataclass(frozen=True, slots=True)
class OnTheDay:
    """A trial as the clock finds it. `status_since`: when its present status was first seen, asked for suspensions only.
    `told` are (rule, once) of what was told; `first`: the clock judges it for the first time, and tells nothing."""

    version: int
    facts: TrialFacts
    status_since: datetime | None
    told: frozenset[Told]
    first: bool


def day_is_judged(db: Database, source: str, day: date) -> bool:
    """Whether that day is the one for which the clock was judged last. After the clock went back it is not: the day is judged again,
    and what was told stays told."""
    with db.reading() as connection:
        row = connection.execute("SELECT day FROM clock_days WHERE source = ?", (source,)).fetchone()
    return row is not None and row["day"] == day.isoformat()


def note_day(db: Database, source: str, day: date) -> None:
    """The clock was judged for that day, for every watched trial."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO clock_days (source, day) VALUES (?1, ?2) ON CONFLICT (source) DO UPDATE SET day = ?2",
            (source, day.isoformat()),
        )


def on_the_day(db: Database, trials: Sequence[TrialId]) -> dict[TrialId, OnTheDay]:
    """Those of the trials that have a version and were there at the last look, as the clock finds them."""
    found: dict[TrialId, OnTheDay] = {}
    with db.reading() as connection:
        told: dict[int, set[Told]] = {}
        for trial, rule, once in connection.execute("SELECT trial, rule, once FROM clock_told"):
            told.setdefault(trial, set()).add((rule, once))
        for row in connection.execute(
            f"SELECT t.id, t.registry, t.number, t.version, t.data_date, {facts_columns('t')}, CASE WHEN t.status = 'SUSPENDED' THEN"
            " (SELECT MIN(v.seen_at) FROM versions AS v WHERE v.trial = t.id AND v.version > COALESCE((SELECT MAX(w.version)"
            " FROM versions AS w WHERE w.trial = t.id AND w.status <> t.status), 0)) END AS status_since"
            f" FROM {ASKED} WHERE t.version > 0 AND t.absence_since IS NULL AND t.gone_at IS NULL AND t.moved_to = ''",
            {"trials": asked_for(trials)},
        ):
            known = told.get(row["id"], set())
            found[TrialId(row["registry"], row["number"])] = OnTheDay(
                row["version"],
                facts_of(row, row["data_date"]),
                moment(row["status_since"]) if row["status_since"] is not None else None,
                frozenset(known),
                ("", "") not in known,
            )
    return found


def note_first_judging(db: Database, judged: Iterable[tuple[TrialId, Sequence[Told]]], now: datetime) -> None:
    """These trials were judged for the first time: what the clock found then is old, and counts as told."""
    rows = [(trial, rule, once) for trial, found in judged for rule, once in (("", ""), *found)]
    if rows:
        with db.writing() as connection:
            _write(connection, rows, now)


def told_by_the_clock(trial: TrialId, told: Sequence[Told], now: datetime) -> Also:
    """For `record(…, also=)`: this observation's messages tell these."""

    def write(connection: Connection) -> None:
        _write(connection, [(trial, rule, once) for rule, once in told], now)

    return write


def _write(connection: Connection, rows: Sequence[tuple[TrialId, str, str]], now: datetime) -> None:
    at = stamp(now)
    connection.executemany(
        "INSERT INTO clock_told (trial, rule, once, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(trial_row(connection, trial), rule, once, at) for trial, rule, once in rows],
    )
