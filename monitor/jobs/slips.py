"""Which promised dates a message says have moved, and all that was ever promised of them."""

from collections.abc import Iterable, Sequence

from monitor.core.change import Change
from monitor.core.facts import TrialFacts
from monitor.core.promises import by_the_registry, promises
from monitor.core.significance import Verdict
from monitor.render.contexts import SLIPPING, Slips

# The rules that say that a promised date moved.
_MOVED = frozenset({"dates.slipped", "dates.pulled_in"})


def slips_in(
    history: Sequence[TrialFacts], verdicts: Iterable[Verdict], changes: Sequence[Change]
) -> tuple[Slips, ...]:
    """The dates that these verdicts say have moved, each with all that was ever promised of it, where that is more than the change itself
    says. `history`: oldest first."""
    moved = {
        changes[position].role
        for verdict in verdicts
        if verdict.rule in _MOVED
        for position in verdict.changes
    }
    found = []
    for role in SLIPPING:
        promised = promises(by_the_registry(history), role) if role in moved else ()
        # Two dates are the change's before and after; only the days on which they were given are new.
        if len(promised) > 2 or (len(promised) == 2 and any(one.made is not None for one in promised)):
            found.append(Slips(role, promised))
    return tuple(found)
