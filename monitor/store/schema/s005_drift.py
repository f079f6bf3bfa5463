"""Fields of a source's records that its model does not have: each once, with the trial in which it was seen first."""

SQL = """
CREATE TABLE drift (
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    number TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    PRIMARY KEY (source, path)
) STRICT, WITHOUT ROWID;
"""
