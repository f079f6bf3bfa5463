"""A field that goes to and fro is told three times, and then once a day, until it rests."""

from datetime import datetime

from monitor.core.observation import Observation
from monitor.core.routing import Flapping
from monitor.core.significance import Significance
from monitor.store.database import Database
from monitor.store.flapping import WINDOW, changed_lately, summary_ahead

# A → B → A → B: the fourth change of one field within a day.
MOST_CHANGES = 3


def flapping(database: Database, observation: Observation, now: datetime) -> Flapping | None:
    """Whether a field that this observation tells of keeps changing, and until when that waits: for the summary that is being gathered
    already, or one a day from now. Only an observation that is not recorded yet may be asked about."""
    fields = {
        place: {str(observation.changes[position].path) for position in verdict.changes}
        for place, verdict in enumerate(observation.verdicts)
        if verdict.significance > Significance.NOISE
    }
    asked = set().union(*fields.values())
    if not asked:
        return None
    times = changed_lately(database, observation.trial, asked, now)
    restless = {field for field, count in times.items() if count >= MOST_CHANGES}
    if not restless:
        return None
    return Flapping(
        max(times.values()) + 1,
        summary_ahead(database, observation.trial, now) or now + WINDOW,
        frozenset(place for place, of_verdict in fields.items() if of_verdict & restless),
    )
