"""Messages: a title of one line, and the body as plain text, Markdown and HTML."""

from collections.abc import Mapping

from monitor.core.notification import Message
from monitor.render import wording
from monitor.render.contexts import AlertContext, DigestContext, NoticeContext, WatchingContext
from monitor.render.escape import cut, one_line, plain
from monitor.render.receipt import receipt_words
from monitor.render.sinks import write
from monitor.render.views import (
    MOST_WATCHED_NAMED,
    alerts_told_once,
    note_view,
    section_view,
    trial_name,
    trial_view,
    watched_views,
)

MOST_OF_A_TITLE = 160


def render_alert(alert: AlertContext) -> Message:
    """What is told of one trial's version: title, its short name and the gravest headline."""
    trial = trial_view(alert)
    headline = trial.verdicts[0].headline if trial.verdicts else "updated"
    return _message(f"{trial.name}: {headline}", "alert", {"trial": trial})


def render_digest(digest: DigestContext) -> Message:
    """Many alerts in one message, by watchlist, the gravest first."""
    alerts = alerts_told_once(digest)
    sections = tuple(section_view(section) for section in digest.sections)
    changes = sum(len(alert.verdicts) for alert in alerts)
    trials = len({(alert.registry, alert.number) for alert in alerts})
    watched = sum(len(section.newly_watched) for section in digest.sections)
    if alerts:
        names = ", ".join(dict.fromkeys(trial_name(alert) for alert in alerts))
        title = f"{wording.count(changes, 'change')} in {wording.count(trials, 'trial')}: {names}"
    elif digest.notes:
        title = (
            f"{wording.count(len(digest.notes), 'message')}: {'; '.join(note.title for note in digest.notes)}"
        )
    else:
        title = f"Now watching {wording.count(watched, 'trial')} more" if watched else "No changes"
    values = {
        "lead": one_line(digest.lead, 300),
        "notes": tuple(note_view(note) for note in digest.notes),
        "sections": sections,
        "until": wording.moment(digest.until, digest.timezone),
        "receipt": receipt_words(digest.receipt) if digest.receipt is not None else "",
        "receipt_since": digest.receipt_since,
    }
    return _message(title, "digest", values)


def render_watching(watching: WatchingContext) -> Message:
    """A watchlist's first look: no news, but a word that it is watched, and how the trials stand."""
    trials = watched_views(watching.trials)
    more = max(len(watching.trials) - MOST_WATCHED_NAMED, 0)
    name = one_line(watching.watchlist, 120)
    title = f"Now watching {wording.count(len(watching.trials), 'trial')} for {name}"
    return _message(title, "watching", {"trials": trials, "more": more, "watchlist": name})


def render_notice(notice: NoticeContext) -> Message:
    """Something about the monitor itself."""
    values = {
        "paragraphs": tuple(one_line(paragraph, 1000) for paragraph in notice.paragraphs),
        "hint": one_line(notice.hint, 400),
    }
    return _message(notice.title, "notice", values)


def _message(title: str, template: str, values: Mapping[str, object]) -> Message:
    title = cut(plain(one_line(title, 2 * MOST_OF_A_TITLE)), MOST_OF_A_TITLE)
    everything = {"title": title, **values}
    return Message(
        title=title,
        text=write(template, "text", everything),
        markdown=write(template, "markdown", everything),
        html=write(template, "html", everything),
    )
