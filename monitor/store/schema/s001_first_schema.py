"""Runs, trials, versions, changes, events, watchlists, and what is told."""

_FACTS = """
    title TEXT NOT NULL DEFAULT '',
    acronym TEXT NOT NULL DEFAULT '',
    sponsor TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    last_known_status TEXT NOT NULL DEFAULT '',
    why_stopped TEXT NOT NULL DEFAULT '',
    start TEXT, start_type TEXT NOT NULL DEFAULT '',
    primary_completion TEXT, primary_completion_type TEXT NOT NULL DEFAULT '',
    completion TEXT, completion_type TEXT NOT NULL DEFAULT '',
    enrollment INTEGER, enrollment_type TEXT NOT NULL DEFAULT '',
    has_results INTEGER NOT NULL DEFAULT 0,
    results_submitted TEXT NOT NULL DEFAULT '',
    results_posted TEXT NOT NULL DEFAULT '',
    registry_date TEXT NOT NULL DEFAULT '',
    submitted_date TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}'
"""

SQL = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Looking: runs, what failed in them, and how far each source has come.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    complete INTEGER NOT NULL DEFAULT 0,
    is_full INTEGER NOT NULL,
    looked INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',
    stamp TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE failures (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    kind TEXT NOT NULL CHECK (kind IN ('source', 'trial', 'search', 'destination')),
    name TEXT NOT NULL,
    why TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX failures_run ON failures (run);
CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    mark_stamp TEXT NOT NULL DEFAULT '',
    mark_data_date TEXT NOT NULL DEFAULT '',
    applied_stamp TEXT NOT NULL DEFAULT '',
    last_full_read_at TEXT,
    last_look_at TEXT,
    last_ok_at TEXT,
    next_look_at TEXT,
    failing_since TEXT,
    failing_told INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TRIGGER sources_mark_never_goes_back BEFORE UPDATE OF mark_stamp, mark_data_date ON sources
WHEN NEW.mark_stamp < OLD.mark_stamp OR NEW.mark_data_date < OLD.mark_data_date
BEGIN SELECT RAISE(ABORT, 'the high-water mark of a source never goes back'); END;

-- Trials: what we believe now. Version 0: asked for, never given.
CREATE TABLE trials (
    id INTEGER PRIMARY KEY,
    registry TEXT NOT NULL,
    number TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,
    {_FACTS},
    data_date TEXT NOT NULL DEFAULT '',
    raw_digest TEXT NOT NULL DEFAULT '',
    first_seen_at TEXT,
    last_seen_at TEXT,
    last_looked_at TEXT,
    absence_since TEXT,
    absence_looks INTEGER NOT NULL DEFAULT 0,
    gone_at TEXT,
    moved_to TEXT NOT NULL DEFAULT '',
    unknown_told INTEGER NOT NULL DEFAULT 0,
    UNIQUE (registry, number)
) STRICT;
CREATE INDEX trials_number ON trials (number);
CREATE TABLE aliases (
    trial INTEGER NOT NULL REFERENCES trials (id),
    number TEXT NOT NULL,
    said_by TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (trial, number, said_by)
) STRICT;
CREATE INDEX aliases_number ON aliases (number);

-- Versions: every distinct record that was seen; rows are never changed but for when it was last seen.
CREATE TABLE versions (
    trial INTEGER NOT NULL REFERENCES trials (id),
    version INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    first_data_date TEXT NOT NULL,
    last_data_date TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('poll', 'backfill', 'seed')),
    run INTEGER NOT NULL REFERENCES runs (id),
    change_count INTEGER NOT NULL,
    {_FACTS},
    PRIMARY KEY (trial, version)
) STRICT;
CREATE INDEX versions_seen_at ON versions (seen_at);
CREATE TRIGGER versions_have_no_gap BEFORE INSERT ON versions
WHEN NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM versions WHERE trial = NEW.trial)
BEGIN SELECT RAISE(ABORT, 'a version must follow the one before it'); END;
CREATE TRIGGER versions_stay BEFORE DELETE ON versions
BEGIN SELECT RAISE(ABORT, 'a version is never removed'); END;
CREATE TRIGGER versions_are_final BEFORE UPDATE OF trial, version, seen_at, first_data_date, origin, run, change_count,
    title, acronym, sponsor, status, last_known_status, why_stopped, start, start_type, primary_completion,
    primary_completion_type, completion, completion_type, enrollment, enrollment_type, has_results, results_submitted,
    results_posted, registry_date, submitted_date, facts ON versions
BEGIN SELECT RAISE(ABORT, 'a version is never rewritten'); END;

-- A module's body as of the first version that had it so; NULL: absent from that version on.
CREATE TABLE module_versions (
    id INTEGER PRIMARY KEY,
    trial INTEGER NOT NULL,
    module TEXT NOT NULL,
    since_version INTEGER NOT NULL,
    digest TEXT,
    body BLOB,
    UNIQUE (trial, module, since_version),
    FOREIGN KEY (trial, since_version) REFERENCES versions (trial, version),
    CHECK ((digest IS NULL) = (body IS NULL))
) STRICT;
CREATE TRIGGER module_versions_are_final BEFORE UPDATE ON module_versions
BEGIN SELECT RAISE(ABORT, 'a stored module is never rewritten'); END;

-- `before` and `after` are JSON text; compressed (a BLOB) where long.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY,
    trial INTEGER NOT NULL,
    version INTEGER NOT NULL,
    field TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('added', 'removed', 'changed')),
    before ANY NOT NULL,
    after ANY NOT NULL,
    topic TEXT NOT NULL,
    label TEXT NOT NULL,
    role TEXT NOT NULL,
    housekeeping INTEGER NOT NULL,
    FOREIGN KEY (trial, version) REFERENCES versions (trial, version)
) STRICT;
CREATE INDEX changes_trial ON changes (trial, version);
CREATE INDEX changes_topic ON changes (topic);
CREATE TRIGGER changes_are_final BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'a change is never rewritten'); END;

-- `version` is NULL where the event made none: a trial gone, merged, entering or leaving a search.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    trial INTEGER NOT NULL REFERENCES trials (id),
    version INTEGER,
    rule TEXT NOT NULL,
    topic TEXT NOT NULL,
    significance TEXT NOT NULL CHECK (significance IN ('noise', 'routine', 'notable', 'critical')),
    headline TEXT NOT NULL,
    because TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    registry_date TEXT NOT NULL,
    FOREIGN KEY (trial, version) REFERENCES versions (trial, version)
) STRICT;
CREATE INDEX events_trial ON events (trial, version);
CREATE INDEX events_seen_at ON events (seen_at);
CREATE TRIGGER events_are_final BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'an event is never rewritten'); END;
CREATE TABLE event_changes (
    event INTEGER NOT NULL REFERENCES events (id),
    change INTEGER NOT NULL REFERENCES changes (id), PRIMARY KEY (event, change)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_changes_change ON event_changes (change);

-- Watching.
CREATE TABLE watchlists (
    name TEXT PRIMARY KEY, title TEXT NOT NULL, added_at TEXT NOT NULL, removed_at TEXT
) STRICT;
CREATE TABLE watches (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('trial', 'search', 'sponsor')),
    registry TEXT NOT NULL,
    number TEXT NOT NULL,
    query TEXT NOT NULL,
    title TEXT NOT NULL,
    read_at TEXT,
    held TEXT NOT NULL DEFAULT '',
    held_since TEXT
) STRICT;
CREATE INDEX watches_number ON watches (registry, number);
CREATE TABLE watchlist_watches (
    watchlist TEXT NOT NULL REFERENCES watchlists (name),
    watch TEXT NOT NULL REFERENCES watches (key),
    note TEXT NOT NULL,
    added_at TEXT NOT NULL,
    removed_at TEXT,
    PRIMARY KEY (watchlist, watch)
) STRICT;
CREATE TABLE search_members (
    id INTEGER PRIMARY KEY,
    watch TEXT NOT NULL REFERENCES watches (key),
    trial INTEGER NOT NULL REFERENCES trials (id),
    entered_at TEXT NOT NULL,
    left_at TEXT,
    pending_left_since TEXT,
    announced INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX search_members_now ON search_members (watch, trial) WHERE left_at IS NULL;
CREATE INDEX search_members_trial ON search_members (trial);
CREATE TABLE announced (
    watchlist TEXT NOT NULL REFERENCES watchlists (name),
    trial INTEGER NOT NULL REFERENCES trials (id),
    at TEXT NOT NULL, PRIMARY KEY (watchlist, trial)
) STRICT, WITHOUT ROWID;

-- Which trials each watchlist watches now: named, found by its searches, or what such a number was merged into.
CREATE VIEW named_or_found AS
    SELECT listed.watchlist, trials.id AS trial
    FROM watchlist_watches AS listed
    JOIN watches ON watches.key = listed.watch AND watches.kind = 'trial'
    JOIN trials ON trials.registry = watches.registry AND trials.number = watches.number
    WHERE listed.removed_at IS NULL
    UNION
    SELECT listed.watchlist, search_members.trial
    FROM watchlist_watches AS listed
    JOIN search_members ON search_members.watch = listed.watch AND search_members.left_at IS NULL
    WHERE listed.removed_at IS NULL;
CREATE VIEW watched AS
    SELECT watchlist, trial FROM named_or_found
    UNION
    SELECT named_or_found.watchlist, successor.id
    FROM named_or_found
    JOIN trials AS merged ON merged.id = named_or_found.trial AND merged.moved_to <> ''
    JOIN trials AS successor ON successor.registry = merged.registry AND successor.number = merged.moved_to;

-- Telling.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('alert', 'digest', 'watching', 'notice')),
    subscriber TEXT NOT NULL,
    watchlists TEXT NOT NULL,
    destinations TEXT NOT NULL,
    trial TEXT NOT NULL,
    significance TEXT NOT NULL,
    why TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    created_at TEXT NOT NULL,
    slot TEXT,
    folded_into INTEGER REFERENCES notifications (id)
) STRICT;
CREATE INDEX notifications_waiting ON notifications (slot) WHERE slot IS NOT NULL AND folded_into IS NULL;
CREATE TABLE notification_events (
    notification INTEGER NOT NULL REFERENCES notifications (id),
    event INTEGER NOT NULL REFERENCES events (id), PRIMARY KEY (notification, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_events_event ON notification_events (event);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    notification INTEGER NOT NULL REFERENCES notifications (id),
    destination TEXT NOT NULL,
    trial TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'gave_up', 'suppressed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due TEXT NOT NULL,
    lease_until TEXT,
    lease_by TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    sent_at TEXT,
    CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (due) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_in_turn ON deliveries (destination, trial) WHERE state IN ('pending', 'sending');
CREATE INDEX deliveries_notification ON deliveries (notification);
CREATE TRIGGER deliveries_sent_is_final BEFORE UPDATE OF state ON deliveries WHEN OLD.state = 'sent'
BEGIN SELECT RAISE(ABORT, 'what was sent stays sent'); END;
CREATE TABLE attempts (
    delivery INTEGER NOT NULL REFERENCES deliveries (id),
    n INTEGER NOT NULL,
    began_at TEXT NOT NULL,
    ended_at TEXT,
    outcome TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (delivery, n)
) STRICT;
CREATE INDEX attempts_open ON attempts (delivery) WHERE ended_at IS NULL;
CREATE TRIGGER attempts_end_once BEFORE UPDATE ON attempts WHEN OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an attempt that has ended is never rewritten'); END;
CREATE TRIGGER attempts_stay BEFORE DELETE ON attempts
BEGIN SELECT RAISE(ABORT, 'an attempt is never removed'); END;
"""
