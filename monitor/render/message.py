"""Messages: a title of one line, and the body as plain text, Markdown and HTML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.core.notification import Message
from monitor.core.significance import Significance
from monitor.render import wording
from monitor.render.contexts import (
    OUR_LANGUAGE,
    AlertContext,
    DigestContext,
    NoticeContext,
    WatchingContext,
)
from monitor.render.escape import cut, one_line, plain
from monitor.render.receipt import receipt_words
from monitor.render.sinks import write
from monitor.render.slips import HEIGHT, WIDTH
from monitor.render.styles import CSS, PILLS
from monitor.render.values import ChangeLine
from monitor.render.views import (
    MOST_TRIALS_IN_A_SECTION,
    MOST_WATCHED_NAMED,
    alerts_told_once,
    is_known,
    looks_words,
    note_view,
    section_view,
    trial_name,
    trial_view,
    watched_views,
)

MOST_OF_A_TITLE = 160
# Gmail cuts a mail at about 102 kB, encoded as it is sent; what lies behind the cut is seen by nobody. In bytes.
MOST_OF_A_PAGE = 90_000
# What mail programs show of a message beside its subject.
_MOST_OF_A_PREVIEW = 140


def render_alert(alert: AlertContext) -> Message:
    """What is told of one trial's version: title, its short name and the gravest headline."""
    trial = trial_view(alert)
    headline = trial.verdicts[0].headline if trial.verdicts else "updated"
    said = [_in_a_line(line) for verdict in trial.verdicts for line in verdict.lines]
    preview = [*said, *(watchlist for watchlist, _ in trial.reasons)]
    return _message(f"{trial.name}: {headline}", "alert", {"trial": trial}, preview)


def render_digest(digest: DigestContext) -> Message:
    """Many alerts in one message, by watchlist, the gravest first."""
    alerts = alerts_told_once(digest)
    looks = ""
    if digest.looks is not None:
        held = digest.receipt is not None
        looks = looks_words(digest.looks, digest.until, digest.timezone, digest.language, held_back=held)
    headlines = [
        f"{trial_name(alert)}: {one_line(wording.dates_within(verdict.headline, alert.language), 200)}"
        for alert in alerts
        for verdict in sorted(alert.verdicts, key=lambda verdict: -verdict.significance)[:1]
    ]
    title = _title_of_a_digest(digest, alerts, headlines)
    values: dict[str, object] = {
        "heading": _counted(alerts) if alerts else _without_names(digest, title),
        "lead": one_line(digest.lead, 300),
        "looks": looks,
        "notes": tuple(note_view(note) for note in digest.notes),
        "sections": tuple(section_view(section, digest.language) for section in digest.sections),
        "whole": len(alerts),
        "folded": False,
        "until": wording.moment(digest.until, digest.timezone, digest.language),
        "receipt": one_line(receipt_words(digest.receipt), 1000) if digest.receipt is not None else "",
        "receipt_since": digest.receipt_since,
    }
    message = _message(title, "digest", values, [*headlines, looks])
    return message if _fits(message) else _on_one_page(digest, alerts, message, values, headlines)


def _fits(message: Message) -> bool:
    return len(message.html.encode()) <= MOST_OF_A_PAGE


def _on_one_page(
    digest: DigestContext,
    alerts: Sequence[AlertContext],
    message: Message,
    values: Mapping[str, object],
    headlines: Sequence[str],
) -> Message:
    """The page made short enough that no mail program cuts it: as many of the gravest trials as fit are told in full, the others in a line
    each; of very many lines the least grave of each list are counted. The other forms keep everything."""

    def written(whole: int, most: int) -> Message:
        in_full = {id(alert) for alert in alerts[:whole]}
        sections = tuple(
            section_view(section, digest.language, most, lambda alert: id(alert) in in_full)
            for section in digest.sections
        )
        shorter = {**values, "title": message.title, "sections": sections, "whole": whole, "folded": True}
        return replace(message, html=_page("digest", shorter, headlines))

    most = MOST_TRIALS_IN_A_SECTION
    found = written(0, most)
    while most > 1 and not _fits(found):
        most //= 2
        found = written(0, most)
    low, high = 0, len(alerts)
    while low < high:  # the most that fit
        middle = (low + high + 1) // 2
        tried = written(middle, most)
        if _fits(tried):
            low, found = middle, tried
        else:
            high = middle - 1
    return found


def _title_of_a_digest(
    digest: DigestContext, alerts: Sequence[AlertContext], headlines: Sequence[str]
) -> str:
    """Of one trial, what an alert would say; of several, how much there is to tell, how much of it is critical, and of which."""
    watched = sum(len(section.newly_watched) for section in digest.sections)
    if len(headlines) == 1 and not digest.notes:
        more = sum(len(alert.verdicts) for alert in alerts) - 1
        return headlines[0] + (f"; and {more} more" if more else "")
    if alerts:
        return f"{_counted(alerts)}: {', '.join(dict.fromkeys(trial_name(alert) for alert in alerts))}"
    if digest.notes:
        titles = "; ".join(note.title for note in digest.notes)
        return f"{wording.count(len(digest.notes), 'message')}: {titles}"
    if watched:
        return f"Now watching {wording.count(watched, 'trial')} more"
    if digest.looks is not None and not is_known(digest.looks, digest.until):
        return "Not known whether anything changed"
    if digest.looks is not None and digest.looks.later:
        return f"No changes until {wording.moment(digest.until, digest.timezone, digest.language)}"
    if digest.looks is not None and digest.looks.unread:
        return "No changes in what could be read"
    return "No changes"


def _without_names(digest: DigestContext, title: str) -> str:
    """What a title says before it names messages: `3 messages`."""
    return title.partition(":")[0] if digest.notes else title


def _counted(alerts: Iterable[AlertContext]) -> str:
    """`5 changes in 2 trials, 1 critical`."""
    verdicts = [(alert, verdict) for alert in alerts for verdict in alert.verdicts]
    trials = len({(alert.registry, alert.number) for alert, _ in verdicts})
    grave = sum(verdict.significance is Significance.CRITICAL for _, verdict in verdicts)
    critical = f", {grave} critical" if grave else ""
    return f"{wording.count(len(verdicts), 'change')} in {wording.count(trials, 'trial')}{critical}"


def render_watching(watching: WatchingContext) -> Message:
    """A watchlist's first look: no news, but a word that it is watched, and how the trials stand."""
    trials = watched_views(watching.trials, watching.language)
    more = max(len(watching.trials) - MOST_WATCHED_NAMED, 0)
    name = one_line(watching.watchlist, 120)
    title = f"Now watching {wording.count(len(watching.trials), 'trial')} for {name}"
    preview = ["From now on you hear what changes", *(trial.name for trial in trials)]
    return _message(title, "watching", {"trials": trials, "more": more, "watchlist": name}, preview)


def render_notice(notice: NoticeContext) -> Message:
    """Something about the monitor itself."""
    values = {
        "paragraphs": tuple(one_line(paragraph, 1000) for paragraph in notice.paragraphs),
        "hint": one_line(notice.hint, 400),
    }
    return _message(notice.title, "notice", values, notice.paragraphs)


def _in_a_line(line: ChangeLine) -> str:
    """A change as a preview shows it: `Overall status: Recruiting → Terminated`."""
    span = " → ".join(part for part in (line.before, line.after) if part)
    return f"{line.label}: {span}" if span else line.label


def _message(title: str, template: str, values: Mapping[str, object], preview: Iterable[str] = ()) -> Message:
    title = cut(plain(one_line(title, 2 * MOST_OF_A_TITLE)), MOST_OF_A_TITLE)
    everything = {"title": title, **values}
    return Message(
        title=title,
        text=write(template, "text", everything),
        markdown=write(template, "markdown", everything),
        html=_page(template, everything, preview),
    )


def _page(template: str, values: Mapping[str, object], preview: Iterable[str]) -> str:
    said = one_line(" · ".join(part for part in preview if part), _MOST_OF_A_PREVIEW)
    of_html = {
        "preview": said,
        "language": OUR_LANGUAGE,
        "css": CSS,
        "pills": PILLS,
        "bar": {"width": WIDTH, "height": HEIGHT},
    }
    return write(template, "html", {**values, **of_html})
