"""The burst test: which of a trial's edits were made alike in other trials on the same day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from monitor.core.change import Change
from monitor.core.trial import TrialId
from monitor.rules._bursts import BURST_TOPICS, TRIALS_OF_A_BURST, Edit, edits_of
from monitor.store.database import Database
from monitor.store.edits import edits_seen


class EditsOfADay:
    """The edits of a registry's records that were seen on one day, and in which trials. What was written since it was last asked is read
    on, so that a look over a thousand changed trials reads each change once, and that of other processes too."""

    def __init__(self, database: Database, registry: str) -> None:
        self._database = database
        self._registry = registry
        self._day: date | None = None
        self._read_to = 0
        # Of each edit, the trials that have it, and the id of a change of the version that brought it.
        self._seen: dict[Edit, dict[str, int]] = defaultdict(dict)

    def burst(self, trial: TrialId, changes: Sequence[Change], day: date) -> frozenset[int]:
        """The positions of the changes that make this the third trial, or a later one, with the same edit on that day.

        The first two are told as they come: when they are judged, nobody knows of the third.
        """
        edits = edits_of(changes)
        if not edits:
            return frozenset()
        self._read(day)
        return frozenset(
            position
            for edit, positions in edits.items()
            if 1 + self._others_before(trial, edit) >= TRIALS_OF_A_BURST
            for position in positions
        )

    def most_trials(self, changes: Sequence[Change], day: date) -> int:
        """In how many trials the most widespread of these edits was seen on that day; 0 where none can be part of a burst."""
        edits = edits_of(changes)
        if edits:
            self._read(day)
        return max((len(self._seen.get(edit, ())) for edit in edits), default=0)

    def _others_before(self, trial: TrialId, edit: Edit) -> int:
        """How many other trials had the edit: before this one had it, where its version is written already and judged once more."""
        seen = self._seen.get(edit, {})
        own = seen.get(trial.number)
        return sum(number != trial.number and (own is None or at < own) for number, at in seen.items())

    def _read(self, day: date) -> None:
        if day != self._day:
            self._day, self._read_to, self._seen = day, 0, defaultdict(dict)
        for version in edits_seen(self._database, self._registry, day, BURST_TOPICS, self._read_to):
            self._read_to = version.last
            for edit in edits_of(version.changes):
                self._seen[edit].setdefault(version.number, version.last)
