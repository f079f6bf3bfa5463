"""The rows that a version is made of: its facts, its modules, its changes; written alike by a look and by the past."""

from collections.abc import Iterable

from monitor.core.change import Change
from monitor.core.facts import TrialFacts
from monitor.store.database import Connection
from monitor.store.values import CHANGE_COLUMNS, FACTS_COLUMNS, change_values, facts_row

# A module as it is stored: its name, since which version it is so, its digest and its packed body; both None: absent from then on.
ModuleRow = tuple[str, int, str | None, bytes | None]

_OF_A_VERSION = (
    "trial version seen_at last_seen_at first_data_date last_data_date origin run change_count".split()
)


def _insert(table: str, columns: list[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"


_VERSION = _insert("versions", _OF_A_VERSION + FACTS_COLUMNS)
_MODULE = _insert("module_versions", ["trial", "module", "since_version", "digest", "body"])
_CHANGE = _insert("changes", ["id", "trial", "version", *CHANGE_COLUMNS])


def write_version(
    connection: Connection,
    trial: int,
    version: int,
    facts: TrialFacts,
    *,
    seen_at: str,
    data_date: str,
    origin: str,
    run: int,
    change_count: int,
) -> None:
    """Within a write transaction: a version of a trial (by its row), seen so first and last at `seen_at` with data of `data_date`."""
    connection.execute(
        _VERSION,
        (
            *(trial, version, seen_at, seen_at, data_date, data_date, origin, run, change_count),
            *facts_row(facts),
        ),
    )


def write_modules(connection: Connection, trial: int, rows: Iterable[ModuleRow]) -> None:
    """Within a write transaction: modules of a trial, each as of the first version that has it so."""
    connection.executemany(_MODULE, [(trial, *row) for row in rows])


def write_changes(
    connection: Connection, trial: int, changes: Iterable[tuple[int, Change]], first: int | None = None
) -> list[int]:
    """Within a write transaction: changes of a trial, each with the version that has the new value; gives their ids, which rise by one
    from `first` on. None: from the newest on, above zero, as is what was seen when it happened; past changes lie below."""
    if first is None:
        (first,) = connection.execute("SELECT MAX(0, COALESCE(MAX(id), 0)) + 1 FROM changes").fetchone()
    numbered = list(enumerate(changes, first))
    connection.executemany(
        _CHANGE,
        [(identity, trial, version, *change_values(change)) for identity, (version, change) in numbered],
    )
    return [identity for identity, _ in numbered]
