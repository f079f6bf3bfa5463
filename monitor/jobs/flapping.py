"""A field that goes to and fro is told three times, and then once a day, until it rests."""

from collections.abc import Callable
from datetime import datetime

from monitor.core.observation import Observation
from monitor.core.routing import Flapping
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.store.database import Database
from monitor.store.flapping import WINDOW, changed_lately, summary_ahead

# A → B → A → B: the fourth change of one field within a day.
MOST_CHANGES = 3


def flapping(database: Database, observation: Observation, now: datetime) -> Flapping | None:
    """Whether a field that this observation tells of keeps changing, and until when that waits: for the summary that is being gathered
    already, or one a day from now. Only an observation that is not recorded yet may be asked about."""
    return _restless(
        observation,
        lambda asked: changed_lately(database, observation.trial, asked, now),
        lambda: summary_ahead(database, observation.trial, now) or now + WINDOW,
    )


class PastFlapping:
    """The same of observations that are recorded, asked one after the other, the oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._summaries: dict[TrialId, datetime] = {}

    def flapping(self, observation: Observation, now: datetime) -> Flapping | None:
        """As it was when the observation was made, at `now`."""
        trial, version = observation.trial, observation.version

        def until() -> datetime:
            if self._summaries.get(trial, now) <= now:
                self._summaries[trial] = now + WINDOW
            return self._summaries[trial]

        return _restless(
            observation, lambda asked: changed_lately(self._database, trial, asked, now, version), until
        )


def _restless(
    observation: Observation, lately: Callable[[set[str]], dict[str, int]], until: Callable[[], datetime]
) -> Flapping | None:
    """`lately`: how often each of these fields changed within a day; `until`: when the summary comes."""
    fields = {
        place: {str(observation.changes[position].path) for position in verdict.changes}
        for place, verdict in enumerate(observation.verdicts)
        if verdict.significance > Significance.NOISE
    }
    asked = set().union(*fields.values())
    if not asked:
        return None
    times = lately(asked)
    restless = {field for field, count in times.items() if count >= MOST_CHANGES}
    if not restless:
        return None
    return Flapping(
        max(times.values()) + 1,
        until(),
        frozenset(place for place, of_verdict in fields.items() if of_verdict & restless),
    )
