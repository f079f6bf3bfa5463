"""Past versions from the registry's own history: numbered 0, -1, -2 … below the baseline, so that no number that was ever cited changes.

Their changes, and those from version 0 to the baseline, have ids below zero: an id above zero was seen when it happened, and may be news.
`backfills` says how far a trial has come; `backfill_pages` keeps what was fetched until all of it is there.
"""

SQL = """
DROP TRIGGER versions_have_no_gap;
CREATE TRIGGER versions_have_no_gap BEFORE INSERT ON versions
WHEN NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM versions WHERE trial = NEW.trial)
    AND (NEW.origin <> 'backfill'
        OR NEW.version IS NOT (SELECT MIN(version) - 1 FROM versions WHERE trial = NEW.trial))
BEGIN SELECT RAISE(ABORT, 'a version must follow the one before it, or lie right below the oldest'); END;
DROP TRIGGER versions_are_final;
CREATE TRIGGER versions_are_final BEFORE UPDATE OF trial, version, seen_at, first_data_date, origin, run,
    title, acronym, sponsor, status, last_known_status, why_stopped, start, start_type, primary_completion,
    primary_completion_type, completion, completion_type, enrollment, enrollment_type, has_results, results_submitted,
    results_posted, registry_date, submitted_date, facts ON versions
BEGIN SELECT RAISE(ABORT, 'a version is never rewritten'); END;
CREATE TRIGGER versions_count_their_changes_once BEFORE UPDATE OF change_count ON versions
WHEN OLD.version <> 1 OR OLD.change_count <> 0
BEGIN SELECT RAISE(ABORT, 'a version is never rewritten'); END;

CREATE TABLE backfills (
    trial INTEGER PRIMARY KEY REFERENCES trials (id),
    state TEXT NOT NULL CHECK (state IN ('fetching', 'done', 'failed')),
    outline TEXT NOT NULL DEFAULT '[]',
    why TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL
) STRICT;
CREATE TABLE backfill_pages (
    trial INTEGER NOT NULL REFERENCES backfills (trial),
    n INTEGER NOT NULL,
    fetched_at TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (trial, n)
) STRICT;
CREATE TABLE backfill_refusals (
    source TEXT PRIMARY KEY,
    why TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
"""
