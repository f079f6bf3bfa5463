"""Small things that the monitor remembers about its own affairs: when it last said that it lives, which feeds it wrote."""

from monitor.store.database import Connection, Database


def mark(db: Database, name: str) -> str:
    """What was remembered under this name; empty if nothing was."""
    with db.reading() as connection:
        return read_mark(connection, name)


def set_mark(db: Database, name: str, value: str) -> None:
    """Remember it."""
    with db.writing() as connection:
        write_mark(connection, name, value)


def read_mark(connection: Connection, name: str) -> str:
    """As `mark`, within a transaction."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row["value"])


def write_mark(connection: Connection, name: str, value: str) -> None:
    """As `set_mark`, within a write transaction."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        (name, value),
    )
