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
    told = {
        str(observation.changes[position].path)
        for verdict in observation.verdicts
        if verdict.significance > Significance.NOISE
        for position in verdict.changes
    }
    if not told:
        return None
    before = changed_lately(database, observation.trial, told, now)
    if before < MOST_CHANGES:
        return None
    return Flapping(before + 1, summary_ahead(database, observation.trial, now) or now + WINDOW)
