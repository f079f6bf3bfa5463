"""What readers' own templates are given: texts, numbers, lists and mappings, nothing that does anything.

`OFFERED` describes every value; docs/reference/templates.md is made from it, and a test compares it with what is really given.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.core.change import Change
from monitor.core.significance import Verdict
from monitor.core.upcoming import Deadline
from monitor.render import wording
from monitor.render.contexts import (
    AlertContext,
    ComingUp,
    DigestContext,
    DigestSection,
    Reason,
    WatchedTrial,
    WatchingContext,
)
from monitor.render.escape import one_line
from monitor.render.receipt import receipt_words
from monitor.render.values import change_line, value_text
from monitor.render.views import alerts_told_once, by_gravity, looks_words, page_of, watched_views

Told = AlertContext | DigestContext | WatchingContext
Plain = dict[str, Any]

MOST_TRIALS = 500
MOST_CHANGES = 100

_TRIAL = {
    "number": ("text", "the registry's number"),
    "name": ("text", "its acronym, else the beginning of its title"),
    "title": ("text", "its title"),
    "page": ("address", "its page in the registry; empty where there is none"),
    "sponsor": ("text", "the lead sponsor"),
    "status": ("text", "as people say it: “Active, not recruiting”"),
    "primary_completion": ("text", "with “(estimated)” or “(actual)”; empty where the record gives none"),
    "completion": ("text", "likewise"),
    "enrollment": ("number", "0 where the record gives none"),
}
_ALERT = {
    **_TRIAL,
    "registry": ("text", "the registry's name"),
    "registry_date": ("text", "the registry's own date of the update: “2026-02-09”; may be empty"),
    "seen": ("text", "when trialmon saw it, on the reader's clock"),
    "version": ("number", "the version that this is; 0 where several are told together"),
    "significance": ("text", "of the gravest event: noise, routine, notable or critical"),
    "also_in": ("list", "in a digest: the titles of the reader's other watchlists that hold it"),
    "reasons": ("list", "why the reader is told"),
    "reasons[].watchlist": ("text", "the watchlist's title"),
    "reasons[].why": ("text", "how the trial came to be in it"),
    "events": ("list", "what is told of it, the gravest first"),
    "events[].significance": ("text", "noise, routine, notable or critical"),
    "events[].topic": ("text", "status, dates, results …"),
    "events[].headline": ("text", "one plain sentence"),
    "events[].because": ("text", "why it matters; may be empty"),
    "events[].page": ("address", "the page of the paper that it tells of; mostly empty"),
    "events[].changes": ("list", f"the changes behind it, {MOST_CHANGES} at most"),
    "events[].changes[].label": ("text", "what changed, in words"),
    "events[].changes[].field": ("text", "the registry's own path of the field"),
    "events[].changes[].kind": ("text", "added, removed or changed"),
    "events[].changes[].before": ("text", "empty where it was added"),
    "events[].changes[].after": ("text", "empty where it was removed"),
}


def _below(path: str, fields: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {f"{path}[].{name}": described for name, described in fields.items()}


OFFERED: Mapping[str, tuple[str, str]] = {
    "kind": ("text", "alert, digest, or watching (the first sight of a watchlist's trials)"),
    "title": ("text", "the title that the message would have without the template"),
    "subscriber": ("text", "the subscriber's name"),
    "moment": ("text", "when it was put together, on the reader's clock; empty in watching"),
    "lead": ("text", "why this is a digest where the reader did not ask for one; mostly empty"),
    "looks": ("text", "that somebody looked, where nothing changed; mostly empty"),
    "receipt": ("text", "what was held back since the digest before; may be empty"),
    "trials": ("list", f"every trial that is told of, the gravest first, each once, {MOST_TRIALS} at most"),
    **_below("trials", _ALERT),
    "sections": ("list", "the same by watchlist; an alert has one section for each list that asks"),
    "sections[].watchlist": ("text", "its title"),
    "sections[].trials": ("list", "as in `trials` above"),
    **_below("sections[].trials", _ALERT),
    "sections[].watched": ("list", "trials that are watched from now on"),
    **_below("sections[].watched", _TRIAL),
    "sections[].coming": (
        "list",
        "deadlines of the next weeks: all in the first digest of a week, then those that are new",
    ),
    "sections[].coming[].what": ("text", "primary completion, study completion or results due"),
    "sections[].coming[].date": ("text", "its date"),
    "sections[].coming[].estimated": ("yes or no", "whether the date is an estimate"),
    "sections[].coming[].note": ("text", "what is to be known about it; may be empty"),
    "sections[].coming[].trial": ("mapping", "the trial, as in `watched` above"),
    **{f"sections[].coming[].trial.{name}": described for name, described in _TRIAL.items()},
    "sections[].coming_named": ("number", "how many more there are that an earlier digest of the week named"),
    "notes": ("list", "messages about no trial that the digest takes in"),
    "notes[].title": ("text", "what it is about"),
    "notes[].lines": ("list", "its lines, each a text"),
}


def offered(told: Told, title: str, subscriber: str) -> Plain:
    """What a template is given for a message; `title` is the built-in one."""
    values: Plain = {"title": title, "subscriber": one_line(subscriber, 60)}
    values |= {"moment": "", "lead": "", "looks": "", "receipt": "", "trials": [], "notes": []}
    if isinstance(told, AlertContext):
        trial = _alert(told)
        sections = [_section(reason.watchlist, [trial], told.language) for reason in told.reasons]
        return values | {"kind": "alert", "moment": trial["seen"], "trials": [trial], "sections": sections}
    if isinstance(told, WatchingContext):
        sections = [_section(told.watchlist, [], told.language, told.trials)]
        return values | {"kind": "watching", "sections": sections}
    return values | {"kind": "digest"} | _digest(told)


def _digest(told: DigestContext) -> Plain:
    alerts = alerts_told_once(told)[:MOST_TRIALS]
    return {
        "moment": wording.moment(told.until, told.timezone, told.language),
        "lead": one_line(told.lead, 400),
        "looks": looks_words(
            told.looks, told.until, told.timezone, told.language, held_back=told.receipt is not None
        )
        if told.looks
        else "",
        "receipt": receipt_words(told.receipt) if told.receipt is not None else "",
        "trials": [_alert(alert) for alert in alerts],
        "sections": [_of_digest(section, told.language) for section in told.sections],
        "notes": [
            {"title": one_line(note.title, 200), "lines": [one_line(line, 1000) for line in note.lines]}
            for note in told.notes
        ],
    }


def _of_digest(section: DigestSection, language: str) -> Plain:
    trials = [_alert(alert) for alert in by_gravity(section.alerts)[:MOST_TRIALS]]
    return _section(
        section.watchlist, trials, language, section.newly_watched, section.coming, section.coming_named
    )


def _section(
    watchlist: str,
    trials: Sequence[Plain],
    language: str,
    watched: Iterable[WatchedTrial] = (),
    coming: Iterable[ComingUp] = (),
    coming_named: int = 0,
) -> Plain:
    return {
        "watchlist": one_line(watchlist, 120),
        "trials": list(trials),
        "watched": [_trial(trial, language) for trial in tuple(watched)[:MOST_TRIALS]],
        "coming": [_deadline(one, language) for one in coming],
        "coming_named": coming_named,
    }


def _trial(trial: WatchedTrial, language: str) -> Plain:
    (view,) = watched_views([trial], language)
    facts = trial.facts
    return {
        "number": view.number,
        "name": view.name or view.number,
        "title": one_line(facts.title, 300),
        "page": view.page,
        "sponsor": one_line(facts.sponsor, 160),
        "status": view.status,
        "primary_completion": wording.typed_date(facts.primary_completion, language),
        "completion": wording.typed_date(facts.completion, language),
        "enrollment": facts.enrollment or 0,
    }


def _alert(alert: AlertContext) -> Plain:
    verdicts = sorted(alert.verdicts, key=lambda verdict: -verdict.significance)
    return {
        **_trial(WatchedTrial(alert.number, alert.page, alert.facts), alert.language),
        "registry": one_line(alert.registry, 60),
        "registry_date": one_line(alert.registry_date, 40),
        "seen": wording.moment(alert.seen_at, alert.timezone, alert.language),
        "version": alert.version,
        "significance": str(alert.gravest),
        "also_in": [one_line(title, 120) for title in alert.also_in],
        "reasons": [_reason(reason) for reason in alert.reasons],
        "events": [_event(verdict, alert) for verdict in verdicts],
    }


def _reason(reason: Reason) -> Plain:
    return {"watchlist": one_line(reason.watchlist, 120), "why": one_line(reason.why, 200)}


def _event(verdict: Verdict, alert: AlertContext) -> Plain:
    return {
        "significance": str(verdict.significance),
        "topic": verdict.topic,
        "headline": one_line(wording.dates_within(verdict.headline, alert.language), 300),
        "because": one_line(wording.dates_within(verdict.because, alert.language), 400),
        "page": page_of(verdict),
        "changes": [
            _change(alert.changes[position], alert.language) for position in verdict.changes[:MOST_CHANGES]
        ],
    }


def _change(change: Change, language: str) -> Plain:
    return {
        "label": change_line(change, language).label,
        "field": one_line(str(change.path), 300),
        "kind": change.kind,
        "before": value_text(change.before, change, language),
        "after": value_text(change.after, change, language),
    }


def _deadline(coming: ComingUp, language: str) -> Plain:
    deadline: Deadline = coming.deadline
    return {
        "what": deadline.kind.replace("_", " "),
        "date": wording.date_words(deadline.date, language),
        "estimated": deadline.estimated,
        "note": one_line(wording.dates_within(deadline.note, language), 300),
        "trial": _trial(coming.trial, language),
    }
