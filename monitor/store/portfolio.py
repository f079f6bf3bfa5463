"""What lately befell the trials as a whole, and what was told of several of them."""

from collections.abc import Sequence
from datetime import date, datetime

from monitor.core.portfolio import Happening
from monitor.core.trial import TrialId
from monitor.store.also import Also
from monitor.store.database import Connection, Database
from monitor.store.marks import mark, set_mark
from monitor.store.observations import StaleSnapshot
from monitor.store.trials import trial_row
from monitor.store.values import moment, read_json, stamp


def judged_until(db: Database, source: str) -> int:
    """The newest event when a source's trials were last looked at together; 0 before the first time."""
    return int(mark(db, f"portfolio {source}") or 0)


def note_judged(db: Database, source: str, newest: int) -> None:
    """A source's trials were looked at together, with all events up to this one."""
    set_mark(db, f"portfolio {source}", str(newest))


def turns(db: Database, source: str, since: datetime) -> list[Happening]:
    """The changes of status and of lead sponsor that were seen since then in a source's trials, oldest first; not those that were a part
    of a mass change."""
    with db.reading() as connection:
        return [
            Happening(
                row["number"],
                _day(row["registry_date"], row["seen_at"]),
                moment(row["seen_at"]),
                row["role"],
                _word(row["before"]),
                _word(row["after"]),
                row["sponsor"],
            )
            for row in connection.execute(
                "SELECT t.number, v.seen_at, v.registry_date, v.sponsor, c.role, c.before, c.after FROM versions AS v"
                " JOIN changes AS c ON c.trial = v.trial AND c.version = v.version AND c.role IN ('status', 'sponsor')"
                " JOIN trials AS t ON t.id = v.trial"
                " WHERE v.seen_at >= ? AND v.version > 1 AND t.registry = ? AND (v.trial, v.version) NOT IN"
                " (SELECT trial, version FROM mass_changes) ORDER BY v.seen_at, t.number, c.id",
                (stamp(since), source),
            )
        ]


def news(db: Database, source: str, since: datetime) -> list[Happening]:
    """The trials of a source in whose records something notable or graver was seen since then, with the moment, oldest first; not what
    was a part of a mass change."""
    with db.reading() as connection:
        return [
            Happening(row["number"], moment(row["seen_at"]).date(), moment(row["seen_at"]), "news")
            for row in connection.execute(
                "SELECT DISTINCT t.number, e.seen_at FROM events AS e JOIN trials AS t ON t.id = e.trial"
                " WHERE e.seen_at >= ? AND e.version IS NOT NULL AND e.significance IN ('notable', 'critical')"
                " AND t.registry = ? AND (e.trial, e.version) NOT IN (SELECT trial, version FROM mass_changes)"
                " ORDER BY e.seen_at, t.number",
                (stamp(since), source),
            )
        ]


def _day(registry_date: str, seen_at: str) -> date:
    try:
        return date.fromisoformat(registry_date)
    except ValueError:
        return moment(seen_at).date()


def _word(stored: str | bytes) -> str:
    value = read_json(stored)
    return value if isinstance(value, str) else ""


def told_together(db: Database, rules: Sequence[str]) -> dict[str, list[str]]:
    """What was ever told by these rules over several trials: rule → the `once` of its verdicts."""
    found: dict[str, list[str]] = {rule: [] for rule in rules}
    with db.reading() as connection:
        for rule, once in connection.execute("SELECT rule, once FROM clock_told"):
            if rule in found:
                found[rule].append(once)
    return found


def tells_together(trial: TrialId, rule: str, once: str, now: datetime) -> Also:
    """For `record(…, also=)`: this observation's messages tell this of several trials. Raises StaleSnapshot if another process
    told it meanwhile, so that nothing of the observation is written."""

    def write(connection: Connection) -> None:
        written = connection.execute(
            "INSERT INTO clock_told (trial, rule, once, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (trial_row(connection, trial), rule, once, stamp(now)),
        )
        if not written.rowcount:
            raise StaleSnapshot(f"another process has told of {once} meanwhile")

    return write
