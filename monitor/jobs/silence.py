"""Does silence mean that nothing changed? One answer for whoever asks: `status`, `doctor`, the metrics, and the heartbeat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from monitor.config.settings import Settings
from monitor.jobs.quarantine import in_words
from monitor.render.wording import count
from monitor.store import health
from monitor.store.database import Database
from monitor.store.destinations import breaker_of
from monitor.store.holds import held_since
from monitor.store.inspection import free_bytes
from monitor.store.quarantine import suspects
from monitor.store.silence import last_complete_looks, overdue

# What a doubt can be about.
About = Literal["looks", "clock", "deliveries", "disk"]
ABOUT: tuple[About, ...] = get_args(About)

# A look that takes a while, or begins a little late, is no reason to doubt.
_LEAST_PATIENCE = timedelta(minutes=15)
_LATE = timedelta(hours=1)
_MOST_SKEW = timedelta(minutes=5)
LEAST_FREE = 200 * 2**20


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason why silence may not mean that nothing changed. `what` is what `doctor` calls the matter; `told`: somebody was told of
    it already, at a destination that works, so that nobody takes the silence for health."""

    what: About
    message: str
    hint: str
    told: bool = False

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"


def doubts(db: Database, settings: Settings, now: datetime) -> list[Doubt]:
    """Every reason to doubt; none: silence means that nothing changed."""
    report = health.status(db, now, tuple(settings.looked_at), settings.patience)
    return [
        *_looks(db, settings, report["sources"], now),
        *_deliveries(db, report, now),
        *_disk(db),
    ]


def of_looks(db: Database, settings: Settings, now: datetime) -> list[Doubt]:
    """Those reasons alone that have to do with looking: whether what is shown may lack what the registry has. Quick at any size."""
    return list(
        _looks(
            db, settings, health.source_reports(db, now, tuple(settings.looked_at), settings.patience), now
        )
    )


def _looks(db: Database, settings: Settings, sources: list[dict[str, Any]], now: datetime) -> Iterator[Doubt]:
    """Whether each source was read in every part lately, by a clock that can be believed."""
    complete = last_complete_looks(db)
    for name in settings.looked_at:
        for number, suspect in suspects(db, name).items():
            if suspect.in_quarantine:
                message = f"{number} is in quarantine: {in_words(suspect)}"
                yield Doubt("looks", message, "`trialmon check --full` tries it now", suspect.told)
    for source in sources:
        name, looked = source["source"], source["last_look"]
        if not source["ok"]:
            why = source["why"] or "the last look failed"
            hint = "`trialmon check` looks now, and says what fails"
            if held_since(db, name) is not None:
                hint = "nothing need be done while the daemon runs"
            yield Doubt("looks", f"source {name}: {why}", hint)
            continue
        if now < datetime.fromisoformat(looked) - _MOST_SKEW:
            message = f"the last look was at {looked}, ahead of this machine's clock"
            yield Doubt("clock", message, "set the clock; looks are made all the same")
        wishes, last = settings.looked_at.get(name), complete.get(name)
        if wishes is None:
            continue
        if last is None or now - last > max(2 * wishes.check_every, _LEAST_PATIENCE):
            since = f"since {last:%Y-%m-%d %H:%M} UTC" if last is not None else "yet"
            message = f"source {name}: no look has read everything {since}"
            hint = (
                "does the daemon run? `trialmon check` looks now; `check_every` says how often that should be"
            )
            yield Doubt("looks", message, hint)


def _deliveries(db: Database, report: dict[str, Any], now: datetime) -> Iterator[Doubt]:
    """Whether what was to be told was told, or somebody was told that it was not."""
    late = {one.destination: one for one in overdue(db, now - _LATE)}
    refusing = health.refusing_destinations(db, now)
    for name, what in refusing.items():
        message = f"destination {name}: nothing has arrived since {what['since'][:10]}, {what['waiting']} wait: {what['why']}"
        told = name not in late or late[name].told
        yield Doubt("deliveries", message, f"`trialmon destinations test {name}`", told)
    for name, one in late.items():
        if name not in refusing:
            message = (
                f"destination {name}: {one.waiting} should have been sent since {one.due:%Y-%m-%d %H:%M} UTC"
            )
            why = breaker_of(db, name).why
            hint = (
                f"the last attempt: {why}; `trialmon destinations test {name}`"
                if why
                else "does the daemon run? `trialmon deliver` sends what is due"
            )
            yield Doubt("deliveries", message, hint, one.told)
    if report["outbox"]["gave_up"]:
        message = f"{count(report['outbox']['gave_up'], 'message was', 'messages were')} given up"
        hint = "`trialmon outbox list --state gave_up`, then `trialmon outbox retry --all-given-up` or `trialmon outbox drop`"
        yield Doubt("deliveries", message, hint)


def _disk(db: Database) -> Iterator[Doubt]:
    free = free_bytes(db.path)
    if free < LEAST_FREE:
        message = f"only {free // 2**20} MiB are free beside {db.path}"
        yield Doubt("disk", message, "make room: what cannot be written down is not told")
