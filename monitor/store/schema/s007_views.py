"""The views that people ask (`v_…`; what their columns mean: monitor/store/views.py), and what they and the search stand on: sites and
words of each trial, every move of a promised date, the beginnings of values that are stored compressed, three full-text indexes.

Views use no SQL function that a reader with `trusted_schema = OFF` may not call: JSON is taken apart by `json_each` alone.
"""

_MILESTONES = {"primary completion": "primary_completion", "completion": "completion"}


def _latest(date: str) -> str:
    """The last day that a date of the form yyyy, yyyy-MM or yyyy-MM-dd can mean."""
    return (
        f"(CASE LENGTH({date}) WHEN 10 THEN {date} WHEN 7 THEN date({date} || '-01', '+1 month', '-1 day')"
        f" ELSE {date} || '-12-31' END)"
    )


def _earliest(date: str) -> str:
    return f"SUBSTR({date} || '-01-01', 1, 10)"


def _days(before: str, after: str) -> str:
    """By how many days a date moved; 0 where one is only the other said more precisely (monitor/core/dates.py: slip_in_days)."""
    agree = f"{_earliest(before)} <= {_latest(after)} AND {_earliest(after)} <= {_latest(before)}"
    apart = f"CAST(julianday({_latest(after)}) - julianday({_latest(before)}) AS INTEGER)"
    return f"(CASE WHEN {agree} THEN 0 ELSE {apart} END)"


def _moves(which: str, column: str) -> str:
    """Every version whose date is another than the one given before it; `later` may be narrowed by what is put behind."""
    return f"""
    INSERT INTO date_moves (trial, which, version, before, before_type, after, after_type, days, registry_date)
    SELECT later.trial, '{which}', later.version, earlier.{column}, earlier.{column}_type, later.{column}, later.{column}_type,
        {_days(f"earlier.{column}", f"later.{column}")}, later.registry_date
    FROM versions AS later JOIN versions AS earlier ON earlier.trial = later.trial AND earlier.version = (
        SELECT p.version FROM versions AS p WHERE p.trial = later.trial AND p.version < later.version AND p.{column} IS NOT NULL
        ORDER BY p.version DESC LIMIT 1)
    WHERE later.{column} IS NOT NULL AND {_days(f"earlier.{column}", f"later.{column}")} <> 0"""


def _kept(which: str, column: str) -> str:
    """A version that comes, before or after those that are there, makes its own move and may make the next one's another."""
    touched = (
        f"(NEW.version, (SELECT n.version FROM versions AS n WHERE n.trial = NEW.trial AND n.version > NEW.version"
        f" AND n.{column} IS NOT NULL ORDER BY n.version LIMIT 1))"
    )
    return f"""
CREATE TRIGGER versions_move_{column} AFTER INSERT ON versions WHEN NEW.{column} IS NOT NULL BEGIN
    DELETE FROM date_moves WHERE trial = NEW.trial AND which = '{which}' AND version IN {touched};{_moves(which, column)}
        AND later.trial = NEW.trial AND later.version IN {touched};
END;
{_moves(which, column)};
"""


def _list(of: str) -> str:
    return f"(SELECT GROUP_CONCAT(value, '; ') FROM json_each(t.facts, '$.{of}'))"


def _value(side: str) -> str:
    """A value as people read it: a text without its quotes, nothing for null, the beginning of what is stored compressed."""
    return (
        f"CASE WHEN typeof(c.{side}) = 'blob' THEN (SELECT l.{side} FROM long_values AS l WHERE l.change = c.id)"
        f" WHEN c.{side} = 'null' THEN NULL"
        f" WHEN SUBSTR(c.{side}, 1, 1) = '\"' THEN (SELECT atom FROM json_each(c.{side})) ELSE c.{side} END"
    )


_FIRST = " ".join(
    f"WHEN '{which}' THEN (SELECT f.{column} FROM versions AS f WHERE f.trial = m.trial AND f.{column} IS NOT NULL"
    " ORDER BY f.version LIMIT 1)"
    for which, column in _MILESTONES.items()
)
_IS_SLIP = "days > 0 AND NOT (before_type = 'ACTUAL' AND after_type = 'ACTUAL')"

SQL = f"""
-- What was merged into a trial: the other way round from what `watched` follows.
CREATE INDEX trials_merged ON trials (registry, moved_to) WHERE moved_to <> '';

CREATE TABLE trial_sites (
    trial INTEGER NOT NULL REFERENCES trials (id),
    n INTEGER NOT NULL,
    facility TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postcode TEXT NOT NULL,
    country TEXT NOT NULL,
    status TEXT NOT NULL,
    latitude REAL,
    longitude REAL,
    PRIMARY KEY (trial, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX trial_sites_place ON trial_sites (country, city, status);

-- `version`: as of which version of the trial this row and the trial's sites are; `digest` tells whether they have to be written anew.
CREATE TABLE trial_words (
    trial INTEGER PRIMARY KEY REFERENCES trials (id),
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    titles TEXT NOT NULL,
    conditions TEXT NOT NULL,
    interventions TEXT NOT NULL,
    sponsors TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE trials_found USING fts5(titles, conditions, interventions, sponsors,
    content = 'trial_words', content_rowid = 'trial', tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE changes_found USING fts5(label, before, after,
    content = 'changes', content_rowid = 'id', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE events_found USING fts5(headline,
    content = 'events', content_rowid = 'id', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2');
-- How far the two indexes reach that only ever grow: the newest id in each.
CREATE TABLE indexed (name TEXT PRIMARY KEY CHECK (name IN ('changes', 'events')), up_to INTEGER NOT NULL) STRICT;
INSERT INTO indexed VALUES ('changes', 0), ('events', 0);
CREATE TABLE long_values (change INTEGER PRIMARY KEY REFERENCES changes (id), before TEXT, after TEXT) STRICT;

CREATE TABLE date_moves (
    trial INTEGER NOT NULL,
    which TEXT NOT NULL,
    version INTEGER NOT NULL,
    before TEXT NOT NULL, before_type TEXT NOT NULL,
    after TEXT NOT NULL, after_type TEXT NOT NULL,
    days INTEGER NOT NULL,
    registry_date TEXT NOT NULL,
    PRIMARY KEY (trial, which, version),
    FOREIGN KEY (trial, version) REFERENCES versions (trial, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX date_moves_registry_date ON date_moves (registry_date);
{"".join(_kept(which, column) for which, column in _MILESTONES.items())}
CREATE INDEX events_rule ON events (rule, seen_at);
CREATE INDEX events_topic ON events (topic, seen_at);
CREATE INDEX trials_status ON trials (status, registry_date);

CREATE VIEW v_trials AS
    SELECT t.number AS trial, t.registry, t.acronym, t.title, t.sponsor, t.status, t.why_stopped, {_list("phases")} AS phases,
        {_list("conditions")} AS conditions, {_list("countries")} AS countries,
        t.start, t.start_type, t.primary_completion, t.primary_completion_type, t.completion, t.completion_type,
        t.enrollment, t.enrollment_type, t.has_results, t.results_posted, t.registry_date, t.version,
        t.first_seen_at, t.last_seen_at, t.gone_at
    FROM trials AS t WHERE t.version > 0;
CREATE VIEW v_versions AS
    SELECT t.number AS trial, t.registry, v.version, v.seen_at, v.last_seen_at, v.registry_date, v.submitted_date, v.origin,
        v.change_count AS changes, v.title, v.sponsor, v.status, v.why_stopped, v.start, v.start_type,
        v.primary_completion, v.primary_completion_type, v.completion, v.completion_type, v.enrollment, v.enrollment_type,
        v.has_results, v.results_submitted, v.results_posted
    FROM versions AS v JOIN trials AS t ON t.id = v.trial;
CREATE VIEW v_changes AS
    SELECT c.id, t.number AS trial, t.registry, c.version, v.seen_at, v.registry_date, v.origin, c.topic, c.field, c.label, c.kind,
        {_value("before")} AS before, {_value("after")} AS after, c.housekeeping,
        typeof(c.before) = 'blob' OR typeof(c.after) = 'blob' AS cut
    FROM changes AS c JOIN trials AS t ON t.id = c.trial
    JOIN versions AS v ON v.trial = c.trial AND v.version = c.version;
CREATE VIEW v_events AS
    SELECT e.id, t.number AS trial, t.registry, t.title, e.version, e.seen_at, e.registry_date, e.rule, e.topic, e.significance,
        e.headline, e.because
    FROM events AS e JOIN trials AS t ON t.id = e.trial;
CREATE VIEW v_slips AS
    SELECT t.number AS trial, t.registry, t.title, t.sponsor, m.which, m.version, v.seen_at, m.registry_date, v.origin,
        m.before, m.before_type, m.after, m.after_type, m.days,
        (SELECT COUNT(*) FROM date_moves AS s WHERE s.trial = m.trial AND s.which = m.which AND s.version <= m.version
            AND {_IS_SLIP}) AS nth,
        CASE m.which {_FIRST} END AS first_promised,
        {_days(f"(CASE m.which {_FIRST} END)", "m.after")} AS total_days
    FROM date_moves AS m JOIN trials AS t ON t.id = m.trial
    JOIN versions AS v ON v.trial = m.trial AND v.version = m.version;
CREATE VIEW v_sites AS
    SELECT t.number AS trial, t.registry, t.title AS trial_title, t.status AS trial_status, s.facility, s.city, s.state, s.postcode,
        s.country, s.status, s.latitude, s.longitude
    FROM trial_sites AS s LEFT JOIN trials AS t ON t.id = s.trial;
CREATE VIEW v_watchlists AS
    SELECT w.name AS watchlist, w.title, w.added_at, (SELECT COUNT(*) FROM watched AS x WHERE x.watchlist = w.name) AS trials
    FROM watchlists AS w WHERE w.removed_at IS NULL;
CREATE VIEW v_watched AS
    SELECT x.watchlist, t.number AS trial, t.registry, t.acronym, t.title, t.status
    FROM watched AS x JOIN trials AS t ON t.id = x.trial;
CREATE VIEW v_deliveries AS
    SELECT d.id, d.key, d.destination, n.subscriber, n.kind, SUBSTR(d.trial, INSTR(d.trial, ':') + 1) AS trial, n.significance,
        n.title, n.why, n.created_at, d.state, d.attempts, d.due, d.sent_at, d.error
    FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification;
CREATE VIEW v_looks AS
    SELECT r.id, r.source, r.began_at, r.ended_at, r.complete, r.is_full, r.looked, r.changed, r.events, r.failed, r.why,
        r.stamp AS data_of
    FROM runs AS r;
"""
