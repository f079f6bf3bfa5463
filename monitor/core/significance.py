"""How much a change matters, and the rules that say so."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from monitor.core.change import ChangeSet
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.portfolio import Happening
from monitor.core.trial import TrialId

if TYPE_CHECKING:
    from monitor.core.paper import (
        PaperSeen,
    )  # by way of sources and shapes it needs the topics of this module

Topic = Literal[
    "status",
    "dates",
    "results",
    "enrollment",
    "outcomes",
    "design",
    "eligibility",
    "sites",
    "sponsor",
    "publications",
    "documents",
    "record",
    "deadlines",
]
TOPICS: tuple[Topic, ...] = Topic.__args__  # type: ignore[attr-defined]


class Significance(IntEnum):
    """noise < routine < notable < critical."""

    NOISE = 0
    ROUTINE = 1
    NOTABLE = 2
    CRITICAL = 3

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> "Significance":
        """From its word. Raises ValueError for any other."""
        try:
            return cls[text.upper()]
        except KeyError:
            raise ValueError(f"not a significance: {text!r}") from None


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a change is, for readers who asked for the large ones only. A `slip` is in days, positive: later; `enrollment` is a share
    of the number before, positive: more. `step` is this change; `total_before` and `total` are the way from the first promise to the value
    before it and to the value after it."""

    kind: Literal["slip", "enrollment"]
    step: float
    total_before: float
    total: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of some changes. `changes` are positions in the ChangeSet that was judged. `once`: of what the clock brought
    about, what tells it from the next of its kind (the date that is near, and how near), so that it is told once; of a verdict on several
    trials, which they are; of a paper, what of it is told. `page` is where a person reads what it is about, if that is
    not the trial's own page; `because` ends with it then."""

    rule: str
    topic: Topic
    significance: Significance
    headline: str
    because: str
    changes: tuple[int, ...] = ()
    once: str = ""
    measure: Measure | None = None
    page: str = ""


Occurrence = Literal[
    "changed", "gone", "back", "moved", "unknown", "entered", "left", "clock", "portfolio", "paper"
]


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may know: pure values. `past` are the facts of the versions before `before`, oldest first.

    `occurrence` says what happened: the record changed; or the number went, came back, became another's (`about`: which), is not
    known; or the trial entered or left a search (`about`: the search; `why`: why it left, as far as known); or a day went by
    (`clock`: before and after are the same, `now` has moved on; `since` is when its status was first seen); or it is seen beside others
    (`portfolio`: `happenings` are what lately befell all watched trials; or, where there are `members`, what befell so many trials that
    one search finds, `about` its title and `why` its key). A verdict on several trials is given for the one that came last to them.
    `unclaimed` are the positions of changes that no rule before spoke of; only rules that are `last` see them. `burst` are those of
    edits that were seen alike in so many trials on one day that the registry is thought to have made them, whatever the sponsor submitted.
    `paper`: of the occurrence of that name, the publication and how it is tied to the trial (`about`: the title of a reader's own query
    that found one of no watched trial). `papers` are the PubMed numbers of publications that were told of this trial already.
    """

    trial: TrialId
    before: TrialFacts
    after: TrialFacts
    now: datetime
    changes: ChangeSet = ()
    past: tuple[TrialFacts, ...] = ()
    occurrence: Occurrence = "changed"
    about: str = ""
    why: str = ""
    since: datetime | None = None
    unclaimed: tuple[int, ...] = ()
    happenings: tuple[Happening, ...] = ()
    members: int = 0
    burst: frozenset[int] = frozenset()
    paper: "PaperSeen | None" = None
    papers: frozenset[str] = frozenset()

    @property
    def registry_made(self) -> bool:
        """Whether the registry changed the record by itself: the date of the sponsor's last submission did not move."""
        return self.after.submitted_date == self.before.submitted_date != ""

    def positions(self, *roles: str) -> tuple[int, ...]:
        """Where in `changes` the fields of these roles are."""
        return tuple(n for n, change in enumerate(self.changes) if change.role in roles)


@dataclass(frozen=True, slots=True)
class Example:
    """A pair of record fragments and what the rule makes of them. It is the rule's test and its documentation:
    `before` and `after` are merged into an otherwise empty record of `registry`; `earlier` are versions before `before`. Of `happenings`
    the example's trial is that of the last. `burst`: two other trials had the same edits that day."""

    says: str
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    significance: Significance | None
    headline: str = ""
    occurrence: Occurrence = "changed"
    about: str = ""
    why: str = ""
    earlier: tuple[Mapping[str, Json], ...] = ()
    now: str = "2026-03-01"
    since: str = ""
    happenings: tuple[Happening, ...] = ()
    members: int = 0
    registry: str = "clinicaltrials.gov"
    burst: bool = False
    paper: "PaperSeen | None" = None
    papers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One judgement, declared where it is written: on which occurrence it is asked, and whether `last`, for what no other claimed.
    `significance None` in an example means: this rule keeps silent."""

    id: str
    title: str
    doc: str
    topic: Topic
    judge: Callable[[Case], Iterable[Verdict]]
    examples: tuple[Example, ...] = field(default=(), repr=False)
    on: Occurrence = "changed"
    last: bool = False


def assess(case: Case, rules: Sequence[Rule]) -> tuple[Verdict, ...]:
    """Every verdict on a case, gravest first. No change stays without one: rules that are `last` speak, by the order of their ids,
    of what is left.

    Facts are the registry's exact words, changes leave spelling apart (white space, entities); so a rule may see facts differ where
    nothing changed. A verdict on a changed record that names no change is therefore dropped.
    """
    asked = [rule for rule in rules if rule.on == case.occurrence]
    verdicts = _founded(case, (verdict for rule in asked if not rule.last for verdict in rule.judge(case)))
    left: Case | None = None  # the case as the last rules see it; made anew only after one of them has spoken
    for rule in sorted((rule for rule in asked if rule.last), key=lambda rule: rule.id):
        left = left or replace(case, unclaimed=_unclaimed(case, verdicts))
        if said := _founded(case, rule.judge(left)):
            verdicts += said
            left = None
    return gravest_first(verdicts)


def _unclaimed(case: Case, verdicts: Iterable[Verdict]) -> tuple[int, ...]:
    """The positions of changes that none of these verdicts speaks of."""
    claimed = {position for verdict in verdicts for position in verdict.changes}
    return tuple(position for position in range(len(case.changes)) if position not in claimed)


# What readers want to hear of first, between verdicts of equal significance.
_READERS_ORDER: tuple[Topic, ...] = ("status", "results", "dates", "outcomes", "enrollment")


def gravest_first(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """By significance, then in the readers' order of topics, then by rule; one rule's in the order in which it gave them."""
    rank = {topic: place for place, topic in enumerate(_READERS_ORDER)}
    return tuple(
        sorted(
            verdicts,
            key=lambda verdict: (-verdict.significance, rank.get(verdict.topic, len(rank)), verdict.rule),
        )
    )


def _founded(case: Case, verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.changes or case.occurrence != "changed"]
