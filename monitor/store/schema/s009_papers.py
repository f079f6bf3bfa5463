"""The literature: papers, what each source said of them, the trials that they name, and what was told of that.

A paper is one row however many sources gave it (`paper_keys`: pmid:…, doi:…, SOURCE:ID). What is told of one that names no watched trial
is an event of its own number: a row of `trials` whose registry is the source, and which never has a version."""

SQL = """
CREATE TABLE papers (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    title TEXT NOT NULL,
    journal TEXT NOT NULL,
    published TEXT NOT NULL,
    pmid TEXT NOT NULL,
    doi TEXT NOT NULL,
    authors TEXT NOT NULL,
    kinds TEXT NOT NULL,
    types TEXT NOT NULL,
    about TEXT NOT NULL,
    entered TEXT,
    seen_at TEXT NOT NULL
) STRICT;
CREATE TABLE paper_keys (
    key TEXT PRIMARY KEY,
    paper INTEGER NOT NULL REFERENCES papers (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_keys_paper ON paper_keys (paper);

-- Each record that a source ever gave of a paper; `differs` says in words what is other than in the version before.
CREATE TABLE paper_versions (
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    paper INTEGER NOT NULL REFERENCES papers (id),
    seen_at TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    differs TEXT NOT NULL,
    PRIMARY KEY (source, source_id, version)
) STRICT;
CREATE INDEX paper_versions_paper ON paper_versions (paper);
CREATE TRIGGER paper_versions_stay BEFORE DELETE ON paper_versions
BEGIN SELECT RAISE(ABORT, 'a version of a paper is never removed'); END;

-- `link`: how sure it is that the paper is about the trial. The surest that was ever found stays.
CREATE TABLE paper_trials (
    paper INTEGER NOT NULL REFERENCES papers (id),
    trial INTEGER NOT NULL REFERENCES trials (id),
    link TEXT NOT NULL CHECK (link IN ('registry', 'number', 'mention')),
    seen_at TEXT NOT NULL,
    PRIMARY KEY (paper, trial)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_trials_trial ON paper_trials (trial);

-- What was told of a paper beside a trial, once each; `event` NULL: it was there at the first look, or the registry told it first.
CREATE TABLE paper_told (
    trial INTEGER NOT NULL REFERENCES trials (id),
    paper INTEGER NOT NULL REFERENCES papers (id),
    once TEXT NOT NULL,
    at TEXT NOT NULL,
    event INTEGER REFERENCES events (id),
    PRIMARY KEY (trial, paper, once)
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_told_paper ON paper_told (paper);
CREATE INDEX paper_told_event ON paper_told (event);

-- The trials whose papers a source was asked for once, whatever their age; `asked` are the numbers that were asked for.
CREATE TABLE paper_baselines (
    source TEXT NOT NULL,
    trial INTEGER NOT NULL REFERENCES trials (id),
    asked TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (source, trial)
) STRICT, WITHOUT ROWID;

-- Readers' own queries: up to when they were read, how many papers the first reading found (nobody is told of those), and what they
-- found, by its id at the source. `paper_watch_lists`: the lists that hold each now.
CREATE TABLE paper_watches (
    watch TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    read_at TEXT NOT NULL,
    found INTEGER NOT NULL
) STRICT;
CREATE TABLE paper_watch_lists (
    watchlist TEXT NOT NULL REFERENCES watchlists (name),
    watch TEXT NOT NULL,
    PRIMARY KEY (watchlist, watch)
) STRICT, WITHOUT ROWID;
CREATE TABLE paper_members (
    watch TEXT NOT NULL REFERENCES paper_watches (watch),
    source_id TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (watch, source_id)
) STRICT, WITHOUT ROWID;
"""
