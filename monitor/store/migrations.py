"""Brings a database up to date: every step of `schema/` that it has not taken yet.

All pending steps happen in one transaction, under the writers' lock: a process that dies in between leaves the old schema.
`PRAGMA user_version` is the number of steps done, so that an up-to-date database is recognised without loading sqlite-utils.
"""

import sqlite3
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from monitor.store.schema import SCHEMA_VERSION, STEPS

if TYPE_CHECKING:
    from sqlite_utils import Database as SqliteUtils


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


def migrate(connection: sqlite3.Connection, application_id: int, at: Callable[[str], None]) -> None:
    """Bring the schema up to date in one transaction. The caller holds the writers' lock; the connection is in no transaction."""
    from sqlite_utils import Database as SqliteUtils
    from sqlite_utils import Migrations

    migrations = Migrations("trialmon")
    for step in STEPS:
        # Known to databases by these names since the first release.
        migrations(name=f"m{step[1:]}")(_taking(step))
    database = SqliteUtils(connection, execute_plugins=False, recursive_triggers=False)
    connection.execute("BEGIN IMMEDIATE")
    try:
        at("migrate:begin")
        migrations.apply(database)  # inside our transaction its own become savepoints
        at("migrate:applied")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute(f"PRAGMA application_id = {application_id}")
        at("migrate:before-commit")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _taking(step: str) -> Callable[..., None]:
    def take(db: "SqliteUtils") -> None:
        for statement in statements(import_module(f"monitor.store.schema.{step}").SQL):
            db.conn.execute(statement)

    return take
