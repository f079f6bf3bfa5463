"""Looks that are held because too much changed at once, what they read, and what was told of it when a second reading said the same."""

SQL = """
-- A mass change that is not believed before a second reading says the same. Of a source one at a time is open (ended_at IS NULL).
CREATE TABLE holds (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    since TEXT NOT NULL,
    held_at TEXT NOT NULL,
    read_again_at TEXT NOT NULL,
    mass TEXT NOT NULL,
    accepted_at TEXT,
    ended_at TEXT,
    outcome TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'accepted', 'back to normal', 'read otherwise')),
    CHECK ((ended_at IS NULL) = (outcome = ''))
) STRICT;
CREATE UNIQUE INDEX holds_open ON holds (source) WHERE ended_at IS NULL;

-- What was read and is not believed yet: the records whole, as the registry gave them.
CREATE TABLE held_records (
    hold INTEGER NOT NULL REFERENCES holds (id),
    trial INTEGER NOT NULL REFERENCES trials (id),
    fingerprint TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (hold, trial)
) STRICT;

-- The versions that an accepted mass change brought.
CREATE TABLE mass_changes (
    trial INTEGER NOT NULL,
    version INTEGER NOT NULL,
    hold INTEGER NOT NULL REFERENCES holds (id),
    PRIMARY KEY (trial, version),
    FOREIGN KEY (trial, version) REFERENCES versions (trial, version)
) STRICT, WITHOUT ROWID;

-- Of a notification: the mass change that it tells a part of.
ALTER TABLE notifications ADD COLUMN hold INTEGER REFERENCES holds (id);
"""
