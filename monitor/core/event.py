"""A verdict that has been written down."""

from dataclasses import dataclass
from datetime import datetime

from monitor.core.significance import Significance, Topic
from monitor.core.trial import TrialId


@dataclass(frozen=True, slots=True)
class Event:
    """`id` is its number in this database. `version` is the one that it is about, None where it made none; `seen_at` is aware;
    `registry_date` is the registry's own, empty where there is none; `paper` is the paper that it tells of, as its source numbers it."""

    id: int
    trial: TrialId
    version: int | None
    rule: str
    topic: Topic
    significance: Significance
    headline: str
    because: str
    seen_at: datetime
    registry_date: str
    paper: TrialId | None
