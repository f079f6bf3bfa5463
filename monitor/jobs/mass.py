"""The mass-change gate: so much changed at once that it is held until a second reading says the same.

A registry that migrates, or that is read in the midst of it, must not become a storm of news of trials to which nothing happened. While
enough trials are watched for that, what changed in a look is kept aside until all of it can be weighed. What is held is neither
applied nor told; a second reading some minutes later decides. Said twice, it is stored like everything else and told together.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.core.decide import decide, modules_to_compare
from monitor.core.errors import TrialmonError
from monitor.core.mass import FEWEST, Edit, MassChange, Touched, edits_in, mass_change, submitter
from monitor.core.notification import Notification
from monitor.core.observation import Observation
from monitor.core.record import Record, Snapshot, canonical_json
from monitor.core.source import Found, Reading
from monitor.core.trial import TrialId
from monitor.jobs.context import Context, Door
from monitor.rules._bursts import TRIALS_OF_A_BURST, edits_of
from monitor.rules._bursts import Edit as Respelling
from monitor.store.also import Also
from monitor.store.holds import (
    HeldRecord,
    Hold,
    accept,
    end_hold,
    fingerprints,
    hold_back,
    open_hold,
    part_of,
)
from monitor.store.paper_links import papers_told
from monitor.store.snapshots import modules_of, snapshots
from monitor.store.values import pack, unpack

# How long after the first reading the second is due, and how much sooner it may be and still counts.
AGAIN_AFTER, _EARLY = timedelta(minutes=15), timedelta(minutes=5)
# Readings that differ from one to the next are held no longer than this.
_LONGEST = timedelta(days=1)
# A trial that was not seen for longer may well have changed: its change says nothing about the registry.
_LOST_SIGHT = timedelta(days=7)
# So large a part of what is held must have been read again, and must have come as it was.
_ENOUGH, _THE_SAME = 0.5, 0.9

# How the reason begins why something is held.
HELD = "held: "

_log = logging.getLogger("trialmon.check")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mass change that two readings said. What it brings is marked as a part of it, and told in one digest a reader."""

    hold: int
    change: MassChange

    def marked(self, observation: Observation, before: Snapshot | None) -> Observation:
        """The observation, if it is a part, with that as a reason in each verdict on what many trials have alike."""
        if before is None or not self._has(observation, before):
            return observation
        why = f"seen in {self.change.trials} of {self.change.read} trials at once: thought to be the registry's doing"
        edits = edits_in(observation)
        return replace(
            observation,
            verdicts=tuple(
                replace(one, because=f"{one.because}; {why}")
                if self.change.explains(edits[n] for n in one.changes if n in edits)
                else one
                for one in observation.verdicts
            ),
        )

    def together(
        self, observation: Observation, before: Snapshot | None
    ) -> tuple[Observation, tuple[Also, ...]]:
        """The observation with notifications that wait for a digest, and what is to be written with it; as it is, if it is no part."""
        if before is None or not self._has(observation, before):
            return observation, ()
        told = tuple(_waiting(one) for one in observation.notifications)
        step = part_of(self.hold, observation.trial, observation.version)
        return replace(observation, notifications=told), (step,)

    def _has(self, observation: Observation, before: Snapshot) -> bool:
        if observation.record is None:
            return False
        edits = frozenset(edits_in(observation).values())
        return self.change.includes(Touched(edits, submitter(before.facts, observation.record.facts)))


def _waiting(notification: Notification) -> Notification:
    if notification.slot is not None or notification.withheld:
        return notification
    return replace(notification, slot=notification.due)


@dataclass(frozen=True, slots=True)
class _Aside:
    """A changed record that waits for the others: packed, for there may be thousands."""

    record: HeldRecord
    raw_digest: str
    sponsor: str
    edits: dict[int, Edit]
    respellings: dict[Respelling, frozenset[int]]


class Gate:
    """What one look at a source changed, until all that is known was read. `hold` is what an earlier look held."""

    def __init__(self, context: Context, door: Door, known: Collection[TrialId], hold: Hold | None) -> None:
        self._context, self._door, self._hold = context, door, hold
        held = fingerprints(context.database, hold) if hold is not None else {}
        self._held = {trial: held[trial] for trial in known if trial in held}
        self._read = 0
        self._same = 0
        self._answered = 0
        self._aside: list[_Aside] = []
        self.accepted: Accepted | None = None

    def saw(self, unchanged: Iterable[TrialId]) -> None:
        """These trials came as they were."""
        for trial in unchanged:
            self._read += 1
            self._answered += trial in self._held

    def keeps(self, trial: TrialId, reading: Reading) -> bool:
        """Whether a reading is kept aside: it is of a trial that we have a version of, and its record changed."""
        if not isinstance(reading, Found):
            self._answered += trial in self._held
            return False
        before = snapshots(self._context.database, [trial]).get(trial)
        if before is None or before.version == 0:
            return False
        try:
            aside = self._weighed(before, reading)
        except TrialmonError:
            raise
        except Exception as error:  # noqa: BLE001 - whoever applies the reading stumbles over the same, and reports it
            _log.info("%s could not be weighed (%s)", trial, type(error).__name__)
            return False
        if aside is None:
            self.saw([trial])
            return False
        self._read += 1
        if trial in self._held:
            self._answered += 1
            self._same += self._held[trial] == aside.record.fingerprint
        self._aside.append(aside)
        return True

    def _weighed(self, before: Snapshot, reading: Found) -> _Aside | None:
        now, record = self._context.clock.now(), reading.record
        names = modules_to_compare(before, record)
        observation = decide(
            before.trial,
            replace(before, modules=modules_of(self._context.database, before.trial, names)),
            reading,
            self._door.source.shape,
            self._context.rules,
            now,
            papers=lambda: papers_told(self._context.database, before.trial),
        )
        if not observation.changes:
            return None
        lately = self._hold is not None or now - before.seen_at <= _LOST_SIGHT
        return _Aside(
            HeldRecord(before.trial, _fingerprint(record), pack(record.document)),
            record.raw_digest,
            submitter(before.facts, record.facts),
            edits_in(observation) if lately else {},
            edits_of(observation.changes),
        )

    def judge(self) -> str:
        """Weigh all that was read. Empty: what was kept aside is applied now (`let_through`); else why it is held, for people."""
        now, database, hold = self._context.clock.now(), self._context.database, self._hold
        touched = list(self._touched())
        if hold is not None and hold.accepted_at is not None:
            rest = [one for one in touched if not hold.change.includes(one)]
            other = mass_change(rest, self._read)
            if other is None:
                self.accepted = Accepted(hold.id, hold.change)
                return ""
            end_hold(database, hold, "accepted", now)
            return self._held_back(other, now)
        change = mass_change(touched, self._read)
        if hold is None:
            return self._held_back(change, now) if change is not None else ""
        if self._answered < _ENOUGH * len(self._held):
            return self._still_held(hold, "too little of it could be read again")
        if change is None:
            end_hold(database, hold, "back to normal", now)
            _log.warning(
                "%s is back to normal; what was held was never applied: %s", hold.source, hold.change
            )
            return ""
        if timedelta(0) <= now - hold.held_at < AGAIN_AFTER - _EARLY:
            return self._still_held(hold, "it is too early for a second reading")
        if self._same < _THE_SAME * self._answered and now - hold.since < _LONGEST:
            return self._held_back(change, now, hold)
        if not accept(database, hold, change, now):
            return self._still_held(hold, "another look has just read something else")
        _log.warning("%s: a second reading says the same, so that it is applied: %s", hold.source, change)
        self.accepted = Accepted(hold.id, change)
        return ""

    def _touched(self) -> Iterator[Touched]:
        """The trials that changed by more than noise; a place that is respelled in several is noise."""
        often = Counter(respelling for one in self._aside for respelling in one.respellings)
        for one in self._aside:
            noise = {
                position
                for respelling, positions in one.respellings.items()
                if often[respelling] >= TRIALS_OF_A_BURST
                for position in positions
            }
            edits = frozenset(edit for position, edit in one.edits.items() if position not in noise)
            if edits:
                yield Touched(edits, one.sponsor)

    def _held_back(self, change: MassChange, now: datetime, before: Hold | None = None) -> str:
        source, again = self._door.source.id, now + AGAIN_AFTER
        hold_back(
            self._context.database, source, change, (one.record for one in self._aside), now, again, before
        )
        why = "the second reading said something else" if before is not None else ""
        return _why(change, again, why)

    def _still_held(self, hold: Hold, why: str) -> str:
        return _why(hold.change, hold.read_again_at, why)

    def let_through(self) -> Iterator[tuple[TrialId, Found]]:
        """What was kept aside, in the order in which it came."""
        shape = self._door.source.shape
        for one in self._aside:
            trial, document = one.record.trial, unpack(one.record.record)
            yield trial, Found(Record.read(trial, document, shape, one.raw_digest))

    def written(self) -> None:
        """All that was let through is written down. If all that was held is among it, the digests may go; else they wait for the rest of
        it a while."""
        hold, now = self._hold, self._context.clock.now()
        if self.accepted is None or hold is None:
            return
        waited = hold.accepted_at is not None and now - hold.accepted_at >= _LONGEST
        if waited or self._answered == len(self._held):
            end_hold(self._context.database, hold, "accepted", now)


def gate_for(context: Context, door: Door, known: Collection[TrialId]) -> Gate | None:
    """The gate of a look at these trials, of which we have versions; None where they are too few for anything to be held."""
    hold = open_hold(context.database, door.source.id)
    return Gate(context, door, known, hold) if hold is not None or len(known) >= FEWEST else None


def _fingerprint(record: Record) -> str:
    return blake2b(canonical_json(dict(record.digests)), digest_size=16).hexdigest()


def _why(change: MassChange, again: datetime, more: str = "") -> str:
    more = f"; {more}" if more else ""
    return (
        f"{HELD}{change}{more}. That looks like the registry's own doing: nothing of it is applied or told until a second reading says"
        f" the same, which counts from {again:%Y-%m-%d %H:%M} UTC on. The daemon makes it by itself; else run `trialmon check` then"
    )
