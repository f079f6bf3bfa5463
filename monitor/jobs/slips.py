"""Which promised dates a message says have moved, and all that was ever promised of them."""

from collections.abc import Iterable, Sequence

from monitor.core.change import Change
from monitor.core.facts import TrialFacts
from monitor.core.promises import promises
from monitor.core.significance import Verdict
from monitor.render.contexts import SLIPPING, Slips

# The rules that say that a promised date moved.
_MOVED = frozenset({"dates.slipped", "dates.pulled_in"})


def slips_in(
    history: Sequence[TrialFacts], verdicts: Iterable[Verdict], changes: Sequence[Change]
) -> tuple[Slips, ...]:
    """The dates that these verdicts say have moved, each with all that was ever promised of it. `history`: oldest first."""
    moved = {
        changes[position].role
        for verdict in verdicts
        if verdict.rule in _MOVED
        for position in verdict.changes
    }
    found = []
    for role in SLIPPING:
        if role in moved and len(promised := promises(history, role)) > 1:
            found.append(Slips(role, promised))
    return tuple(found)
