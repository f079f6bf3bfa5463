"""What the templates are told: plain values, nothing looked up while writing."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from monitor.core.change import ChangeSet
from monitor.core.dates import PartialDate
from monitor.core.facts import TrialFacts
from monitor.core.promises import Promise
from monitor.core.receipt import Receipt
from monitor.core.significance import Significance, Verdict
from monitor.core.upcoming import Deadline

# In what language dates are written; `en` is the project's own way, anything else is CLDR's.
OUR_LANGUAGE = "en"
# The dates of a trial that are promised, by their fields in TrialFacts.
Slipping = Literal["start", "primary_completion", "completion"]
SLIPPING: tuple[Slipping, ...] = Slipping.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is told: the watchlist's title, and how the trial came to be in it ("you watch this trial")."""

    watchlist: str
    why: str


@dataclass(frozen=True, slots=True)
class Slips:
    """A date of a trial that did not stay where it was promised: `role` is its field in TrialFacts, `promises` all its values, at
    least two."""

    role: Slipping
    promises: tuple[Promise[PartialDate | None], ...]


@dataclass(frozen=True, slots=True)
class AlertContext:
    """A trial's version and what is to be told of it.

    `number` is the registry's number, `page` its https page (empty: none), `registry_date` the registry's own date of the update
    ("2026-02-09" or empty), `seen_at` aware, shown in `timezone`. `changes` is the whole ChangeSet; `verdicts` are those that this
    reader is told, their `changes` being positions in it. `slips` are the dates that these verdicts say have moved. In a digest,
    where a trial is told of once, several versions may come together: `seen_from` is when the first of them was seen, and `also_in` are
    the titles of the other watchlists that hold the trial.
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
    language: str = OUR_LANGUAGE
    slips: tuple[Slips, ...] = ()
    seen_from: datetime | None = None
    also_in: tuple[str, ...] = ()

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
class ComingUp:
    """A deadline of a watched trial."""

    trial: WatchedTrial
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class DigestSection:
    """One watchlist's part of a digest: the alerts, the trials seen for the first time, and the deadlines that are near. `coming_named`
    counts those that a digest named before in the same week and that stand as they did."""

    watchlist: str
    alerts: tuple[AlertContext, ...]
    newly_watched: tuple[WatchedTrial, ...] = ()
    coming: tuple[ComingUp, ...] = ()
    coming_named: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Another message that a digest takes in, one that is about no trial: its title and its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """That somebody looked: at how many trials, and when last (None: never yet). `later`: something was seen after the moment of the
    digest, which comes late; the next one tells it. `unread`: the trials and searches of which that look does not say what changed."""

    trials: int
    last: datetime | None
    later: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestContext:
    """Everything since the last digest, by watchlist. `until` is the moment it was put together; `receipt` counts what was held
    back since `receipt_since`, if anything was. `lead` says why this is a digest where the reader did not ask for one. `looks` is told
    where nothing changed."""

    sections: tuple[DigestSection, ...]
    until: datetime
    timezone: tzinfo = UTC
    receipt: Receipt | None = None
    receipt_since: datetime | None = None
    language: str = OUR_LANGUAGE
    lead: str = ""
    notes: tuple[Note, ...] = ()
    looks: Looks | None = None


@dataclass(frozen=True, slots=True)
class WatchingContext:
    """A watchlist's first look is complete: these trials are watched from now on."""

    watchlist: str
    trials: tuple[WatchedTrial, ...]
    language: str = OUR_LANGUAGE


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """Something about the monitor itself: what happened, what it means, what to do. `paragraphs` may quote others' words."""

    title: str
    paragraphs: tuple[str, ...]
    hint: str = ""
