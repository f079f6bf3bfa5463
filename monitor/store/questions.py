"""Questions that are asked again and again, ready made: for `trialmon sql --question` and for Datasette."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.store.views import PREFIX, VIEWS


@dataclass(frozen=True, slots=True)
class Question:
    """A SELECT with a name and what it tells. It speaks of the views by their names in the file."""

    name: str
    title: str
    sql: str


_QUARTER = (
    "date('now', 'start of month', '-' || ((CAST(strftime('%m', 'now') AS INTEGER) - 1) % 3) || ' months')"
)

QUESTIONS = (
    Question(
        "slips-over-90-days-this-quarter",
        "Completion dates that slipped by more than 90 days, by the registry's dates of this quarter",
        "SELECT trial, title, sponsor, which, before, after, days, nth, total_days, registry_date FROM v_slips"
        f" WHERE registry_date >= {_QUARTER} AND days > 90 ORDER BY days DESC LIMIT 500",
    ),
    Question(
        "who-stopped-what",
        "Trials that were terminated, withdrawn or suspended, and why, the newest first",
        "SELECT registry_date, sponsor, trial, title, status, why_stopped FROM v_trials"
        " WHERE status IN ('TERMINATED', 'WITHDRAWN', 'SUSPENDED') ORDER BY registry_date DESC LIMIT 500",
    ),
    Question(
        "promises-broken-most-often",
        "Completion dates that slipped three times or more, with how far they are from the first promise",
        "SELECT trial, title, sponsor, which, MAX(nth) AS slips, first_promised, after AS promised_now, total_days FROM v_slips"
        " GROUP BY trial, which HAVING slips >= 3 ORDER BY slips DESC, total_days DESC LIMIT 500",
    ),
    Question(
        "results-posted",
        "Trials with results, the newest first",
        "SELECT results_posted, trial, title, sponsor, status FROM v_trials WHERE has_results AND results_posted > ''"
        " ORDER BY results_posted DESC LIMIT 500",
    ),
    Question(
        "completed-without-results",
        "Trials whose primary completion is more than a year ago and that have no results posted",
        "SELECT primary_completion, trial, title, sponsor, status FROM v_trials WHERE NOT has_results AND status <> 'WITHDRAWN'"
        " AND primary_completion_type = 'ACTUAL' AND primary_completion < date('now', '-1 year')"
        " ORDER BY primary_completion LIMIT 500",
    ),
    Question(
        "coming-up",
        "Primary completions that are expected within the next 90 days",
        "SELECT primary_completion, trial, title, sponsor, status FROM v_trials WHERE primary_completion_type = 'ESTIMATED'"
        " AND primary_completion BETWEEN strftime('%Y-%m', 'now') AND date('now', '+90 days') ORDER BY primary_completion LIMIT 500",
    ),
    Question(
        "gravest-events-of-the-last-30-days",
        "Critical and notable events seen in the last 30 days",
        "SELECT seen_at, significance, trial, title, headline, registry_date FROM v_events WHERE seen_at >= date('now', '-30 days')"
        " AND significance IN ('critical', 'notable') ORDER BY significance, seen_at DESC LIMIT 500",
    ),
    Question(
        "enrollment-then-and-now",
        "Trials whose number of people is now less than half of what was first planned",
        "SELECT t.trial, t.title, t.sponsor, f.enrollment AS first, t.enrollment AS now, t.enrollment_type, t.status FROM v_trials AS t"
        " JOIN v_versions AS f ON f.trial = t.trial AND f.version = (SELECT MIN(v.version) FROM v_versions AS v"
        " WHERE v.trial = t.trial AND v.enrollment IS NOT NULL)"
        " WHERE t.enrollment * 2 < f.enrollment ORDER BY f.enrollment - t.enrollment DESC LIMIT 500",
    ),
    Question(
        "sites-by-country",
        "How many sites there are in each country, and how many take participants",
        "SELECT country, COUNT(*) AS sites, SUM(status IN ('RECRUITING', 'ENROLLING_BY_INVITATION')) AS recruiting"
        " FROM v_sites GROUP BY country ORDER BY sites DESC LIMIT 500",
    ),
    Question(
        "what-did-not-arrive",
        "Messages that were not delivered, and why",
        "SELECT created_at, subscriber, destination, title, state, attempts, due, error FROM v_deliveries"
        " WHERE state <> 'sent' ORDER BY created_at DESC LIMIT 500",
    ),
    Question(
        "most-changed-trials",
        "The trials with the most versions, and how many fields changed in them",
        "SELECT trial, MAX(title) AS title, COUNT(*) AS versions, SUM(changes) AS changes, MAX(registry_date) AS newest FROM v_versions"
        " GROUP BY trial ORDER BY versions DESC LIMIT 100",
    ),
)


def datasette_metadata(database: str, tables: tuple[str, ...]) -> dict[str, Any]:
    """For `datasette --metadata`: what the views and their columns mean, the questions, and the tables behind out of sight.

    `database` is the file's name without its ending, `tables` the names of all its tables.
    """
    described = {
        view.in_file: {"description": view.row, "columns": dict(view.columns), "size": 50} for view in VIEWS
    }
    hidden = {name: {"hidden": True} for name in tables if not name.startswith(PREFIX)}
    queries = {one.name: {"title": one.title, "sql": one.sql} for one in QUESTIONS}
    return {
        "title": "Clinical trials as trialmon saw them",
        "description": "Every version of every watched trial, what changed, and what was told.",
        "databases": {database: {"tables": {**described, **hidden}, "queries": queries}},
    }


def question(name: str) -> Question | None:
    """The question of that name."""
    return next((one for one in QUESTIONS if one.name == name), None)


def names() -> Iterator[str]:
    """The names of all questions."""
    return (one.name for one in QUESTIONS)
