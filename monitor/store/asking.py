"""SQL that somebody typed, on a connection that can do nothing but read the views, and not for long.

Six fences, each of which holds alone: the file is opened read-only; `query_only`; an authorizer that lets through only reading the views,
and functions known to be harmless; limits on the length of texts, statements and expressions; a deadline; a most number of rows.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from monitor.core.clock import Clock
from monitor.core.errors import TrialmonError, WrongUsage
from monitor.store.database import Database
from monitor.store.troubles import in_words
from monitor.store.views import PREFIX, VIEWS

Value = str | int | float | bytes | None

_VIEWS = frozenset(view.in_file for view in VIEWS)
# What is read where: the view that reads, the schema and name of what it reads, the column; all in small letters.
_Read = tuple[str, str, str, str]
_TAKEN_APART = frozenset({"json_each", "json_tree"})
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
# Every function of SQLite that only looks at its arguments. Not among them: what loads code, makes large values out of nothing, or
# looks at the machine.
_FUNCTIONS = frozenset(
    "abs avg ceil ceiling changes char coalesce count cume_dist date datetime dense_rank first_value floor format glob group_concat hex"
    " ifnull iif instr json json_array json_array_length json_each json_extract json_group_array json_group_object json_object json_quote"
    " json_type json_valid julianday lag last_value lead length like ln log log10 log2 lower ltrim max min mod nth_value ntile nullif"
    " percent_rank pow power printf quote rank replace round row_number rtrim sign sqrt strftime substr substring sum time total trim trunc"
    " typeof unicode unixepoch upper -> ->> likelihood likely unlikely".split()
)
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 4_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 300,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 30,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 0,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_OFTEN = 10_000  # steps of the virtual machine between two looks at the clock: some tenths of a millisecond


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be asked for: `seconds` until the last row, `rows`, and `bytes` of text in all."""

    seconds: float = 10.0
    rows: int = 100_000
    bytes: int = 200_000_000


class TooMuch(TrialmonError):
    """The answer would take too long or be too large; what was given before is right."""


@dataclass(frozen=True, slots=True)
class Table:
    """An answer: the names of its columns, and its rows as they are found. Raises TooMuch while the rows are taken."""

    columns: Sequence[str]
    rows: Iterator[tuple[Value, ...]]


@contextmanager
def asked(path: Path, sql: str, clock: Clock, bounds: Bounds | None = None) -> Iterator[Table]:
    """Carry out one SELECT. Raises WrongUsage for what is no such thing or asks for what may not be read, TooMuch beyond the bounds."""
    bounds = bounds or Bounds()
    Database.open_readonly(path).close()  # says in words what is wrong with the file
    sql = _one_statement(sql)
    with in_words(path):
        connection = _connect(path)
        deadline = clock.monotonic() + bounds.seconds
        refused: list[str] = []
        try:
            behind = _behind_the_views(connection)
            connection.set_authorizer(_authorizer(behind, _hidden(connection, behind), refused))
            connection.set_progress_handler(lambda: int(clock.monotonic() > deadline), _OFTEN)
            with _in_words(bounds, refused):
                cursor = connection.execute(sql)
            columns = [column[0] for column in cursor.description or ()]
            yield Table(columns, _rows(cursor, bounds, refused))
        finally:
            connection.close()


def _one_statement(sql: str) -> str:
    sql = sql.strip().rstrip(";")
    if not sql:
        raise WrongUsage("nothing was asked", "try: SELECT * FROM trials LIMIT 10")
    if "\0" in sql:
        raise WrongUsage("the statement has a NUL character in it")
    return sql


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None, timeout=10
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    # People ask for `trials` as well as `v_trials`; the tables behind have the plain names, so that views of our own stand before them.
    for view in VIEWS:
        connection.execute(f"CREATE TEMP VIEW {view.name} AS SELECT * FROM main.{view.in_file}")
    for (
        table
    ) in _TAKEN_APART:  # made known before the authorizer stands, which would take that for CREATE TABLE
        connection.execute(f"SELECT 1 FROM {table}('1')").fetchall()
    connection.execute("PRAGMA query_only = ON")
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    return connection


_Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


def _behind_the_views(connection: sqlite3.Connection) -> frozenset[_Read]:
    """What our views read. That something is read inside one of them is not enough to let it through: SQLite also says so where a
    statement gives the view's name to a query of its own (WITH trials AS …)."""
    found: set[_Read] = set()

    def note(
        action: int, first: str | None, second: str | None, schema: str | None, inside: str | None
    ) -> int:
        if action == sqlite3.SQLITE_READ and inside is not None:
            found.add(_read(first, second, schema, inside))
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    for view in VIEWS:
        connection.execute(f"SELECT * FROM temp.{view.name} LIMIT 0")
    connection.set_authorizer(None)
    return frozenset(found)


def _hidden(connection: sqlite3.Connection, behind: frozenset[_Read]) -> frozenset[str]:
    """Every table that no view reads, in small letters: not even how many rows it has is said."""
    found = connection.execute(
        "SELECT name FROM main.sqlite_schema UNION SELECT name FROM pragma_module_list"
    )
    return (
        frozenset(row[0].lower() for row in found)
        - {table for _, _, table, _ in behind}
        - _VIEWS
        - _TAKEN_APART
    )


def _read(table: str | None, column: str | None, schema: str | None, inside: str | None) -> _Read:
    return (inside or "").lower(), (schema or "").lower(), (table or "").lower(), (column or "").lower()


def _authorizer(behind: frozenset[_Read], hidden: frozenset[str], refused: list[str]) -> _Authorizer:
    def may(
        action: int, first: str | None, second: str | None, schema: str | None, inside: str | None
    ) -> int:
        if action in _ALLOWED:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and (
            _may_read(_read(first, second, schema, inside), behind) if second else _may_count(first, hidden)
        ):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS:
            return sqlite3.SQLITE_OK
        refused.append(_what(action, first, second))
        return sqlite3.SQLITE_DENY

    return may


def _may_read(read: _Read, behind: frozenset[_Read]) -> bool:
    """A view of ours, what such a view reads, or JSON that the statement takes apart."""
    _, schema, table, _ = read
    if read in behind or table in _VIEWS or table in _TAKEN_APART:
        return True
    return schema == "temp" and PREFIX + table in _VIEWS


def _may_count(table: str | None, hidden: frozenset[str]) -> bool:
    """Where no column is read but only how many rows there are: SQLite does not say inside which view, nor whether the statement means a
    query of its own (WITH x AS …)."""
    name = (table or "").lower()
    return name not in hidden and not name.startswith(("sqlite_", "pragma_"))


def _what(action: int, first: str | None, second: str | None) -> str:
    if action == sqlite3.SQLITE_READ:
        return f"{first} may not be read"
    if action == sqlite3.SQLITE_FUNCTION:
        return f"the function {second} may not be used"
    return "only SELECT is answered"


@contextmanager
def _in_words(bounds: Bounds, refused: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, sqlite3.Warning, sqlite3.ProgrammingError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        names = ", ".join(view.name for view in VIEWS)
        if refused:
            raise WrongUsage(refused[0], f"what can be asked: {names}") from error
        if "one statement" in str(error):
            raise WrongUsage("that is more than one statement", "ask one thing at a time") from error
        if code == sqlite3.SQLITE_INTERRUPT:
            hint = "narrow it down, or give it more with --seconds"
            raise TooMuch(f"the answer takes longer than {_seconds(bounds.seconds)}", hint) from error
        if code in (sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM):
            raise TooMuch("a value of the answer is too large", "ask for less in one cell") from error
        if code in (sqlite3.SQLITE_ERROR, 0):
            raise WrongUsage(
                f"SQLite does not understand it: {error}", f"what can be asked: {names}"
            ) from error
        raise


def _seconds(number: float) -> str:
    return "a second" if number == 1 else f"{number:g} seconds"


def _rows(cursor: sqlite3.Cursor, bounds: Bounds, refused: Sequence[str]) -> Iterator[tuple[Value, ...]]:
    left = bounds.bytes
    for count in range(bounds.rows + 1):
        with _in_words(bounds, refused):
            row = cursor.fetchone()
        if row is None:
            return
        if count == bounds.rows:
            raise TooMuch(
                f"there are more than {bounds.rows:,} rows", "narrow it down, or give it more with --rows"
            )
        left -= sum(len(value) if isinstance(value, str | bytes) else 8 for value in row)
        if left < 0:
            raise TooMuch(
                f"the answer is larger than {bounds.bytes // 1_000_000} MB", "ask for fewer columns or rows"
            )
        yield tuple(row)
