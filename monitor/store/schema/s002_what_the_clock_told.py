"""What the clock brought about and was told of a trial (`rule` and `once`), once each; the row with an empty rule says that the trial was
judged for the first time, when nothing is told. `clock_days` is the last day judged for a source."""

SQL = """
CREATE TABLE clock_told (
    trial INTEGER NOT NULL REFERENCES trials (id),
    rule TEXT NOT NULL,
    once TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (trial, rule, once)
) STRICT, WITHOUT ROWID;
CREATE TABLE clock_days (
    source TEXT PRIMARY KEY,
    day TEXT NOT NULL
) STRICT;
"""
