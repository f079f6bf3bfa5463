"""How much a change matters, and the rules that say so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Literal

from monitor.core.change import ChangeSet
from monitor.core.facts import TrialFacts
from monitor.core.json import Json
from monitor.core.trial import TrialId

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
        """From the contract's word. Raises ValueError for any other."""
        try:
            return cls[text.upper()]
        except KeyError:
            raise ValueError(f"not a significance: {text!r}") from None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of some changes. `changes` are positions in the ChangeSet that was judged."""

    rule: str
    topic: Topic
    significance: Significance
    headline: str
    because: str
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may know: pure values. `past` are the facts of earlier versions, oldest first,
    the version before this one last; `registry_date` is the registry's own date of the update."""

    trial: TrialId
    before: TrialFacts
    after: TrialFacts
    changes: ChangeSet
    past: tuple[TrialFacts, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Example:
    """A pair of record fragments and what the rule makes of them. It is the rule's test and its documentation:
    `before` and `after` are merged into an otherwise empty record of `registry`; `earlier` are versions before `before`."""

    says: str
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    significance: Significance | None
    headline: str = ""
    earlier: tuple[Mapping[str, Json], ...] = ()
    registry: str = "clinicaltrials.gov"


@dataclass(frozen=True, slots=True)
class Rule:
    """One judgement, declared where it is written. `significance None` in an example means: this rule keeps silent."""

    id: str
    title: str
    doc: str
    topic: Topic
    judge: Callable[[Case], Iterable[Verdict]]
    examples: tuple[Example, ...] = field(default=(), repr=False)
