"""What the templates are told: plain values, nothing looked up while writing."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from monitor.core.change import ChangeSet
from monitor.core.facts import TrialFacts
from monitor.core.receipt import Receipt
from monitor.core.significance import Significance, Verdict


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is told: the watchlist's title, and how the trial came to be in it ("you watch this trial")."""

    watchlist: str
    why: str


@dataclass(frozen=True, slots=True)
class AlertContext:
    """A trial's version and what is to be told of it.

    `number` is the registry's number, `page` its https page (empty: none), `registry_date` the registry's own date of the update
    ("2026-02-09" or empty), `seen_at` aware, shown in `timezone`. `changes` is the whole ChangeSet; `verdicts` are those that this
    reader is told, their `changes` being positions in it.
    """

    number: str
    registry: str
    page: str
    facts: TrialFacts
    version: int
    registry_date: str
    seen_at: datetime
    reasons: tuple[Reason, ...]
    verdicts: tuple[Verdict, ...]
    changes: ChangeSet
    timezone: tzinfo = UTC

    @property
    def gravest(self) -> Significance:
        """Of its verdicts; noise where there are none."""
        return max((verdict.significance for verdict in self.verdicts), default=Significance.NOISE)


@dataclass(frozen=True, slots=True)
class WatchedTrial:
    """A line of "now watching": a trial at first sight."""

    number: str
    page: str
    facts: TrialFacts


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One watchlist's part of a digest: the alerts, and the trials seen for the first time."""

    watchlist: str
    alerts: tuple[AlertContext, ...]
    newly_watched: tuple[WatchedTrial, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestContext:
    """Everything since the last digest, by watchlist. `until` is the moment it was put together; `receipt` counts what was held
    back since `receipt_since`, if anything was."""

    sections: tuple[DigestSection, ...]
    until: datetime
    timezone: tzinfo = UTC
    receipt: Receipt | None = None
    receipt_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class WatchingContext:
    """A watchlist's first look is complete: these trials are watched from now on."""

    watchlist: str
    trials: tuple[WatchedTrial, ...]


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """Something about the monitor itself: what happened, what it means, what to do. `paragraphs` may quote others' words."""

    title: str
    paragraphs: tuple[str, ...]
    hint: str = ""
