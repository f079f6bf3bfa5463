"""What befell several watched trials: the values that rules over more than one trial look at."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Happening:
    """What lately befell one watched trial: its `status` or lead `sponsor` went from `before` to `after`, or there was `news` of it,
    notable or graver. `day` is the registry's own date of the update, or else the day on which it was seen; `sponsor` who leads the
    trial since."""

    number: str
    day: date
    seen_at: datetime
    what: Literal["status", "sponsor", "news"]
    before: str = ""
    after: str = ""
    sponsor: str = ""
