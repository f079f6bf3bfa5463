"""What people ask about a trial, typed: read out of a record by its source, judged by the rules, stored in columns.

The names of the fields here are also the *roles* by which a source marks its own paths (`Shape.roles`), so that a rule
can speak of "the primary completion date" without knowing where a registry keeps it.
"""

from dataclasses import dataclass, field
from typing import Literal

from monitor.core.dates import PartialDate

DateType = Literal["ACTUAL", "ESTIMATED", ""]


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date with what the registry says of it: already happened, or expected (or it does not say)."""

    date: PartialDate
    type: DateType = ""


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """The facts of one version. Everything may be absent: None or empty. Statuses and types are the registry's own words.

    `verified` is the month or day for which the sponsor last vouched for the record; `certificate_of_delay` the day on which one was
    submitted (42 CFR 11.44); `fda_regulated` whether the record says that an FDA-regulated drug or device is studied.
    `submissions` are the steps of results that are not posted yet, sorted: `2021-10-13 RELEASE` (`?` for a day that the registry does
    not know), `2021-10-13 ROUND 6` where it numbers them. `primary_results` are the titles of the primary outcomes in posted results,
    as texts are compared.
    """

    title: str = ""
    acronym: str = ""
    sponsor: str = ""
    status: str = ""
    last_known_status: str = ""
    why_stopped: str = ""
    start: TypedDate | None = None
    primary_completion: TypedDate | None = None
    completion: TypedDate | None = None
    enrollment: int | None = None
    enrollment_type: str = ""
    has_results: bool = False
    results_submitted: str = ""
    results_posted: str = ""
    registry_date: str = ""
    submitted_date: str = ""
    data_date: str = ""
    phases: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sites: int | None = None
    sites_recruiting: int | None = None
    aliases: tuple[str, ...] = field(default=())
    verified: str = ""
    study_type: str = ""
    primary_purpose: str = ""
    fda_regulated: bool | None = None
    certificate_of_delay: str = ""
    submissions: tuple[str, ...] = ()
    primary_results: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """What to call the trial in a line: its acronym, else its title cut at a word."""
        if self.acronym:
            return self.acronym
        if len(self.title) <= 70:
            return self.title
        return self.title[:70].rsplit(" ", 1)[0] + "…"
