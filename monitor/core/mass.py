"""Whether what changed in one look is the registry's own doing, in so many trials that it is no news of any of them. Pure.

A registry that migrates touches records of which the sponsors submitted nothing, and does the same to nearly all of them. A sponsor
that submits may well edit all its trials on one day: so what was submitted counts once a sponsor.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from monitor.core.breaker import MOST
from monitor.core.change import Change, Item, Kind
from monitor.core.facts import TrialFacts
from monitor.core.observation import Observation
from monitor.core.significance import Significance

# Fewer are never held: so many messages a destination takes one by one.
FEWEST = MOST
# Above this part of the trials that were read, a change is the registry's; of fields that come or go, above the smaller one.
SHARE, SHARE_OF_A_FIELD = 0.3, 0.1

_NAMED = 3
_KEPT = 20
_DONE: dict[Kind, str] = {"added": "new in", "removed": "gone from", "changed": "changed in"}
_UNNAMED = "a sponsor without a name"


@dataclass(frozen=True, order=True, slots=True)
class Edit:
    """What was done where, whatever the values: `field` is the plain path, with `[]` where it is an item of a list that came or went."""

    kind: Kind
    field: str
    label: str

    @property
    def is_field(self) -> bool:
        """Whether a field came or went, so that records have another form."""
        return self.kind != "changed" and not self.field.endswith("[]")


@dataclass(frozen=True, slots=True)
class Touched:
    """A trial that changed by more than noise, and by whose submission; `sponsor` is empty where nothing was submitted."""

    edits: frozenset[Edit]
    sponsor: str = ""


@dataclass(frozen=True, slots=True)
class MassChange:
    """`trials` of the trials that were `read` changed at once. `unsubmitted`: so many did without a submission; `widespread`: edits that
    are in too many trials by themselves, `submitted` those of them that are so with what sponsors submitted; `edits`: the most
    frequent ones, each with the number of trials."""

    trials: int
    read: int
    unsubmitted: bool
    widespread: frozenset[Edit]
    submitted: frozenset[Edit]
    edits: tuple[tuple[Edit, int], ...]

    def includes(self, one: Touched) -> bool:
        """Whether what changed in a trial is a part of it. What a sponsor submitted is not, unless too many others submitted the same."""
        if one.sponsor:
            return not one.edits.isdisjoint(self.submitted)
        return bool(one.edits) and (self.unsubmitted or not one.edits.isdisjoint(self.widespread))

    def explains(self, edits: Iterable[Edit]) -> bool:
        """Whether one of these edits is among those that were made alike in many trials; any is, where there are no such."""
        alike = {edit for edit, n in self.edits if n >= FEWEST}
        return not alike or not alike.isdisjoint(edits)

    def __str__(self) -> str:
        though = " although their sponsors submitted nothing" if self.unsubmitted else ""
        often = [(edit, n) for edit, n in self.edits if n >= FEWEST] or self.edits
        named = ", ".join(f"{edit.label} {_DONE[edit.kind]} {n}" for edit, n in often[:_NAMED])
        return f"{self.trials} of {self.read} trials changed at once{though} ({named})"


def edit_of(change: Change) -> Edit:
    """The edit that a change is."""
    item = "[]" if isinstance(change.path.steps[-1], Item) else ""
    return Edit(change.kind, change.path.plain + item, change.label)


def edits_in(observation: Observation) -> dict[int, Edit]:
    """The edits of an observation that are more than noise, by the positions of their changes."""
    positions = {
        position
        for verdict in observation.verdicts
        if verdict.significance > Significance.NOISE
        for position in verdict.changes
    }
    return {position: edit_of(observation.changes[position]) for position in sorted(positions)}


def submitter(before: TrialFacts, after: TrialFacts) -> str:
    """The sponsor that submitted what changed; empty where the registry says that nobody did, or takes back when it was."""
    if before.submitted_date and after.submitted_date <= before.submitted_date:
        return ""
    return before.sponsor or _UNNAMED


def mass_change(touched: Iterable[Touched], read: int) -> MassChange | None:
    """The mass change that these trials, out of so many that were read, amount to; None if they do not."""
    changed = [one for one in touched if one.edits]
    own: Counter[Edit] = Counter()
    sponsors: dict[Edit, set[str]] = defaultdict(set)
    for one in changed:
        for edit in one.edits:
            own[edit] += not one.sponsor
            sponsors[edit] |= {one.sponsor} - {""}
    unsubmitted = _too_many(sum(not one.sponsor for one in changed), read, SHARE)
    by_itself = frozenset(edit for edit, n in own.items() if _too_many(n, read, _share_of(edit)))
    submitted = frozenset(
        edit
        for edit, n in own.items()
        if edit not in by_itself and _too_many(n + len(sponsors[edit]), read, SHARE)
    )
    if not (unsubmitted or by_itself or submitted):
        return None
    found = MassChange(0, read, unsubmitted, by_itself | submitted, submitted, ())
    part = [one for one in changed if found.includes(one)]
    counts = Counter(edit for one in part for edit in one.edits)
    often = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return replace(found, trials=len(part), edits=tuple(often[:_KEPT]))


def _share_of(edit: Edit) -> float:
    return SHARE_OF_A_FIELD if edit.is_field else SHARE


def _too_many(trials: int, read: int, share: float) -> bool:
    return trials >= FEWEST and trials > share * read
