"""What happened to a trial while nobody looked: the versions between the last that was seen and the one that is there now.

They come from the registry's own history, are written down in order with numbers of their own, and are told together with what is there
now, as seen late. Where the history is not given, the look goes on without, and says that steps in between may be missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.decide import decide, modules_to_compare
from monitor.core.errors import CouldNotFindOut
from monitor.core.notification import Notification
from monitor.core.observation import Observation
from monitor.core.record import Record, Snapshot
from monitor.core.significance import Rule, Verdict
from monitor.core.source import Found, PastVersion, Reading, Remembering
from monitor.jobs.backfill import SENT
from monitor.jobs.context import Context, Door
from monitor.render.wording import date_text
from monitor.store.paper_links import papers_told
from monitor.store.past import note_refusal, refusal
from monitor.store.snapshots import modules_of

# A registry rests at weekends, and one look fails now and then; from here on we have been away.
AWAY_FOR = timedelta(days=3)
# So many steps are fetched of one trial: more of them in one absence, and the look would take minutes.
_MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Missed:
    """The records in between, oldest first; `why` they could not be had, empty where they could."""

    records: tuple[Record, ...] = ()
    why: str = ""


NOTHING_MISSED = Missed()


def missed_steps(
    context: Context, door: Door, before: Snapshot | None, reading: Reading, now: datetime
) -> Missed:
    """What lies between the newest version and what was found, if nobody looked for days and something was submitted meanwhile."""
    source, database = door.source, context.database
    if (
        not isinstance(reading, Found)
        or before is None
        or before.version == 0
        or now - before.seen_at < AWAY_FOR
    ):
        return NOTHING_MISSED
    known, found = before.facts.submitted_date, reading.record.facts.submitted_date
    if not (known and known < found and modules_to_compare(before, reading.record)):
        return NOTHING_MISSED
    if not (isinstance(source, Remembering) and context.settings.sources[source.id].backfill):
        return NOTHING_MISSED
    if why := refusal(database, source.id, now):
        return Missed(why=why)
    number = before.trial.number
    try:
        listed: tuple[PastVersion, ...] = door.drive(source.past_versions(number))
        # The last one of the day on which the record that is there was submitted is that record.
        between = [one for one in listed if known < one.submitted <= found]
        between = between[:-1] if between and between[-1].submitted == found else between
        if len(between) > _MOST_STEPS:
            return Missed(why=f"there are {len(between)}")
        documents = [door.drive(source.past_version(number, one.n)) for one in between]
    except CouldNotFindOut as error:
        # The look goes before: nothing more is asked of the history for a day, lest its failures count against the registry.
        note_refusal(database, source.id, error.message, now)
        return Missed(why=error.message)
    if not documents:
        return NOTHING_MISSED
    spelled_like = [reading.record.document, _whole(context, before).document]
    return Missed(tuple(source.settled(document, spelled_like) for document in documents))


def _whole(context: Context, before: Snapshot) -> Record:
    """The newest version as a record, whole."""
    modules = modules_of(context.database, before.trial)
    return Record(before.trial, modules, before.digests, before.facts)


def steps_of(
    context: Context, door: Door, before: Snapshot, missed: Missed, rules: Sequence[Rule], now: datetime
) -> tuple[list[Observation], Snapshot]:
    """An observation for each record in between that says something new, and what is believed after the last of them."""
    known = replace(before, modules=_whole(context, before).modules)
    steps: list[Observation] = []
    for record in missed.records:
        record = _as_sent(record, known)
        step = decide(
            before.trial,
            known,
            Found(record),
            door.source.shape,
            rules,
            now,
            papers=lambda: papers_told(context.database, before.trial),
        )
        if not step.changes:
            continue
        steps.append(_seen_late(step))
        known = replace(
            known,
            version=step.version,
            digests=record.digests,
            facts=record.facts,
            modules=record.modules,
            past=(*known.past, known.facts),
            gone=False,
        )
    return steps, known


def _as_sent(record: Record, known: Snapshot) -> Record:
    """What the registry works out by itself is not always in its history, or not in the same form: it counts as it was, until what is
    there now says what became of it."""
    kept = {name: body for name, body in known.modules.items() if not name.startswith(SENT)}
    sent = {name: body for name, body in record.modules.items() if name.startswith(SENT)}
    modules = {**sent, **kept}
    digests = {name: (known if name in kept else record).digests[name] for name in modules}
    return replace(record, modules=modules, digests=digests)


@dataclass(frozen=True, slots=True)
class Together:
    """All that is told at once: `told` holds the verdicts of the steps in between and of the last one, the gravest first; `order` says
    which of them, counted as they are written down, each is."""

    told: Observation
    order: tuple[int, ...]

    def as_written(self, notifications: Sequence[Notification]) -> tuple[Notification, ...]:
        """Notifications of `told`, with the positions of their events as they are written down."""
        return tuple(
            replace(one, events=tuple(self.order[place] for place in one.events)) for one in notifications
        )


def told_together(steps: Sequence[Observation], last: Observation, before: Snapshot) -> Together:
    """The steps in between and the last one, as one thing to tell."""
    verdicts: list[Verdict] = []
    changes = last.changes[:0]
    for step in (*steps, last):
        for verdict in step.verdicts:
            positions = tuple(position + len(changes) for position in verdict.changes)
            verdicts.append(replace(verdict, changes=positions))
        changes += step.changes
    order = sorted(range(len(verdicts)), key=lambda place: -verdicts[place].significance)
    told = replace(
        last,
        expected_version=before.version,
        changes=changes,
        verdicts=tuple(verdicts[place] for place in order),
    )
    return Together(told, tuple(order))


def _seen_late(step: Observation) -> Observation:
    """A step in between: its headlines say when it was posted, and that it was seen late."""
    posted = step.record.facts.registry_date if step.record is not None else ""
    said = f"posted {date_text(posted)}, seen late" if posted else "seen late"
    verdicts = (replace(one, headline=f"{one.headline} ({said})") for one in step.verdicts)
    return replace(step, verdicts=tuple(verdicts), origin="backfill", aliases=())


def not_seen(last: Observation, before: Snapshot) -> Observation:
    """The record that is there now, where what came before it could not be had."""
    since = date_text(before.seen_at.date().isoformat())
    unsure = f"not looked at since {since}: steps in between may be missing"
    return replace(
        last,
        verdicts=tuple(replace(one, because=f"{one.because}; {unsure}") for one in last.verdicts),
    )
