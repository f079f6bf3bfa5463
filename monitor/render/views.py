"""From contexts to what the templates print: worded, ordered, capped. No escaping here; the sinks do that."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from monitor.core.facts import TrialFacts
from monitor.core.significance import Verdict
from monitor.render import wording
from monitor.render.base_rates import base_rate
from monitor.render.contexts import (
    AlertContext,
    ComingUp,
    DigestContext,
    DigestSection,
    Looks,
    Note,
    WatchedTrial,
)
from monitor.render.escape import one_line
from monitor.render.sinks import Ours
from monitor.render.slips import SlipsView, slips_view
from monitor.render.values import ChangeLine, change_line, reading_order

MOST_LINES = 25
MOST_LINES_IN_A_DIGEST = 6
MOST_VERDICTS = 12
MOST_TRIALS_IN_A_SECTION = 40
MOST_WATCHED_NAMED = 40
MOST_LINES_OF_A_NOTE = 15
MOST_COMING = 20
_MOST_UNREAD = 10
# Below this much without a look it is no news that nobody looked.
_A_WHILE = timedelta(days=1)
_PAGE = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9._~/%?=&+-]*")
_BEHIND = re.compile(r"; https://\S+$")


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A headline, why it matters, how often such a thing happens, the changes behind it that were not shown above, and all that was
    ever promised of a date that it says has moved. `page` is the https page of what it is about, where that is not the trial."""

    weight: str
    headline: str
    because: str
    rate: str
    lines: tuple[ChangeLine, ...]
    slips: tuple[SlipsView, ...]
    page: Ours

    @property
    def has_both_sides(self) -> bool:
        """Whether any of its lines says what was and what is."""
        return any(line.before and line.after for line in self.lines)


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial with its verdicts, gravest first. `more` counts the changes that did not fit, `more_verdicts` the verdicts. `brief`: only its
    gravest headline is to be shown, `others` counting the rest."""

    name: str
    title: str
    number: str
    status: str
    registry: str
    page: Ours
    place: str
    version: int
    registry_date: str
    seen: str
    reasons: tuple[tuple[str, str], ...]
    also_in: tuple[str, ...]
    verdicts: tuple[VerdictView, ...]
    more: int
    more_verdicts: int
    brief: bool = False

    @property
    def others(self) -> int:
        """How many verdicts there are beside the gravest."""
        return max(len(self.verdicts) + self.more_verdicts - 1, 0)


@dataclass(frozen=True, slots=True)
class WatchedView:
    """A row of the table of watched trials."""

    number: str
    name: str
    status: str
    ends: str
    page: Ours

    @property
    def standing(self) -> str:
        """Status and end in one phrase."""
        return f"{self.status}, {self.ends}" if self.ends else self.status


@dataclass(frozen=True, slots=True)
class SectionView:
    """A watchlist's part of a digest. `more_trials`, `more_watched` and `more_coming` count what is not shown; `named_coming` what a
    digest named before."""

    watchlist: str
    trials: tuple[TrialView, ...]
    more_trials: int
    watched: tuple[WatchedView, ...]
    more_watched: int
    coming: tuple["ComingView", ...]
    more_coming: int
    named_coming: int


@dataclass(frozen=True, slots=True)
class ComingView:
    """A deadline: its date, what it is, of which trial, and what a reader must know to trust it."""

    date: str
    what: str
    name: str
    number: str
    page: Ours
    note: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """Another message, quoted. `more` counts its lines that are not shown."""

    title: str
    lines: tuple[str, ...]
    more: int


def trial_view(alert: AlertContext, most_lines: int = MOST_LINES, *, rates: bool = True) -> TrialView:
    """An alert as it is printed. Each change appears once, under the gravest verdict that names it; each rate under the first."""
    verdicts, shown, said, room = [], set[int](), {""}, most_lines
    relevant = {position for verdict in alert.verdicts for position in verdict.changes}
    for verdict in sorted(alert.verdicts, key=lambda verdict: -verdict.significance)[:MOST_VERDICTS]:
        fresh = [position for position in dict.fromkeys(verdict.changes) if position not in shown]
        fresh = sorted(fresh, key=lambda position: reading_order(alert.changes[position]))[:room]
        shown.update(fresh)
        room -= len(fresh)
        lines = tuple(change_line(alert.changes[position], alert.language) for position in fresh)
        headline = one_line(wording.dates_within(verdict.headline, alert.language), 300)
        about = page_of(verdict)
        because = without_page(verdict.because) if about else verdict.because
        because = one_line(wording.dates_within(because, alert.language), 400)
        rate = base_rate(verdict, alert.facts) if rates else ""
        roles = {alert.changes[position].role for position in fresh}
        slips = tuple(slips_view(one, alert.language) for one in alert.slips if one.role in roles)
        weight = wording.weight(verdict.significance)
        rate = "" if rate in said else rate
        verdicts.append(VerdictView(weight, headline, because, rate, lines, slips, about))
        said.add(rate)
    page = _page(alert.page)
    return TrialView(
        name=trial_name(alert),
        title=one_line(alert.facts.title, 200),
        number=one_line(alert.number, 60),
        status=one_line(wording.status(alert.facts.status), 60),
        registry=one_line(alert.registry, 60),
        page=page,
        place=urlsplit(page).hostname or "",
        version=alert.version,
        registry_date=one_line(wording.date_text(alert.registry_date, alert.language), 40),
        seen=_seen(alert),
        reasons=tuple(
            (one_line(reason.watchlist, 120), one_line(reason.why, 200)) for reason in alert.reasons
        ),
        also_in=tuple(one_line(title, 120) for title in alert.also_in),
        verdicts=_slips_told_once(verdicts),
        more=len(relevant - shown),
        more_verdicts=max(len(alert.verdicts) - MOST_VERDICTS, 0),
    )


def _slips_told_once(verdicts: Sequence[VerdictView]) -> tuple[VerdictView, ...]:
    """All that was promised of a date stands under the last verdict that moved it, not under each of them."""
    told, kept = set[str](), list[VerdictView]()
    for verdict in reversed(verdicts):
        kept.append(replace(verdict, slips=tuple(one for one in verdict.slips if one.name not in told)))
        told.update(one.name for one in verdict.slips)
    return tuple(reversed(kept))


def _seen(alert: AlertContext) -> str:
    """When it was seen: `9 February 2026 12:00 UTC`, or the first time and the last."""
    last = wording.moment(alert.seen_at, alert.timezone, alert.language)
    if alert.seen_from is None:
        return last
    return f"{wording.moment(alert.seen_from, alert.timezone, alert.language)} to {last}"


def trial_name(alert: AlertContext) -> str:
    """What to call the trial in a title: its short name, else its number."""
    return one_line(alert.facts.short_name, 80) or one_line(alert.number, 60)


def watched_views(trials: Iterable[WatchedTrial], language: str) -> tuple[WatchedView, ...]:
    """The rows of a table of watched trials, as many as fit."""
    return tuple(
        WatchedView(
            number=one_line(trial.number, 60),
            name=one_line(trial.facts.short_name, 80),
            status=one_line(wording.status(trial.facts.status), 60) or "no status",
            ends=_ends(trial.facts, language),
            page=_page(trial.page),
        )
        for trial in tuple(trials)[:MOST_WATCHED_NAMED]
    )


def _ends(facts: TrialFacts, language: str) -> str:
    """When the trial is to end or ended: its primary completion, else its completion; empty where the record gives neither."""
    if facts.primary_completion is not None:
        return f"primary completion {wording.typed_date(facts.primary_completion, language)}"
    return (
        f"study completion {wording.typed_date(facts.completion, language)}"
        if facts.completion is not None
        else ""
    )


def _everything(_: AlertContext) -> bool:
    return True


def section_view(
    section: DigestSection,
    language: str,
    most: int = MOST_TRIALS_IN_A_SECTION,
    whole: Callable[[AlertContext], bool] = _everything,
) -> SectionView:
    """A watchlist's part of a digest, the gravest trial first: `most` of them, those that are not `whole` in a line each."""
    shown = by_gravity(section.alerts)[:most]
    return SectionView(
        watchlist=one_line(section.watchlist, 120) or "In no watchlist",
        trials=tuple(
            replace(trial_view(alert, MOST_LINES_IN_A_DIGEST, rates=False), brief=not whole(alert))
            for alert in shown
        ),
        more_trials=len(section.alerts) - len(shown),
        watched=watched_views(section.newly_watched, language),
        more_watched=max(len(section.newly_watched) - MOST_WATCHED_NAMED, 0),
        coming=tuple(_coming(one, language) for one in section.coming[:MOST_COMING]),
        more_coming=max(len(section.coming) - MOST_COMING, 0),
        named_coming=section.coming_named,
    )


def _coming(one: ComingUp, language: str) -> ComingView:
    return ComingView(
        date=wording.date_words(one.deadline.date, language),
        what=wording.DEADLINES[one.deadline.kind],
        name=one_line(one.trial.facts.short_name, 80) or one_line(one.trial.number, 60),
        number=one_line(one.trial.number, 60),
        page=_page(one.trial.page),
        note=one_line(wording.dates_within(one.deadline.note, language), 200),
    )


def is_known(looks: Looks, now: datetime) -> bool:
    """Whether somebody looked of late, so that silence means that nothing changed."""
    return looks.last is not None and now - looks.last <= _A_WHILE


def looks_words(looks: Looks, now: datetime, zone: tzinfo, language: str, *, held_back: bool = False) -> str:
    """What a quiet day means: that somebody looked and found nothing (or nothing that was asked for: the rest is `held_back`), or that
    nobody knows."""
    if looks.last is None:
        return "No look has succeeded yet: what changed is not known."
    last = wording.moment(looks.last, zone, language)
    trials = wording.count(looks.trials, "trial")
    if not is_known(looks, now):
        return f"No look has succeeded since {last}: what changed since then in your {trials} is not known."
    changed = "Nothing that you asked for changed" if held_back else "Nothing changed"
    if looks.unread:
        changed += " in what could be read"
    names = wording.first_of([one_line(name, 80) for name in looks.unread], _MOST_UNREAD)
    unread = f" Not known of {names}." if names else ""
    if looks.later:
        until = wording.moment(now, zone, language)
        return (
            f"{changed} until {until}. {trials} looked at, last look at {last}; what was seen since then comes with the next digest."
            + unread
        )
    return f"{changed}. {trials} looked at, last look at {last}.{unread}"


def note_view(note: Note) -> NoteView:
    """Another message as a digest quotes it."""
    shown = note.lines[:MOST_LINES_OF_A_NOTE]
    return NoteView(
        one_line(note.title, 200),
        tuple(one_line(line, 400) for line in shown),
        len(note.lines) - len(shown),
    )


def by_gravity(alerts: Iterable[AlertContext]) -> list[AlertContext]:
    """The gravest first; among equals the order they came in."""
    return sorted(alerts, key=lambda alert: -alert.gravest)


def alerts_told_once(digest: DigestContext) -> list[AlertContext]:
    """All alerts of a digest, gravest first; what stands in two watchlists is counted once."""
    alerts = [alert for section in digest.sections for alert in section.alerts]
    return by_gravity({(one.registry, one.number, one.seen_at, one.verdicts): one for one in alerts}.values())


def without_page(because: str) -> str:
    """A `because` without the page at its end, where that is shown as the link that it is."""
    return _BEHIND.sub("", because)


def page_of(verdict: Verdict) -> Ours:
    """The page of what a verdict is about, where that is not the trial's."""
    return _page(verdict.page)


def _page(url: str) -> Ours:
    """A registry page's address, if it is one: an https address of harmless characters. Else nothing: then there is no link."""
    return Ours(url) if _PAGE.fullmatch(url) else Ours()
