"""Small things that the monitor remembers about its own affairs: when it last said that it lives, which feeds it wrote."""

from monitor.store.database import Database


def mark(db: Database, name: str) -> str:
    """What was remembered under this name; empty if nothing was."""
    with db.reading() as connection:
        row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row["value"])


def set_mark(db: Database, name: str, value: str) -> None:
    """Remember it."""
    with db.writing() as connection:
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            (name, value),
        )
