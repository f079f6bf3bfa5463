"""The views that people, Datasette and `trialmon sql` ask: their names and columns stay, whatever becomes of the tables behind them.

In the file they are called `v_trials` and so on, because the tables behind have the plain names; `trialmon sql` takes both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PREFIX = "v_"

_MEANING = {
    "trial": "The registry's number: NCT03737461.",
    "registry": "Which registry: clinicaltrials.gov.",
    "title": "The trial's title as of the newest version.",
    "acronym": "Its acronym, where it has one.",
    "sponsor": "The lead sponsor.",
    "status": "The registry's word for its state: RECRUITING, COMPLETED, TERMINATED …",
    "why_stopped": "The registry's sentence on why it was stopped; empty otherwise.",
    "start": "Start date as the registry has it: a year, a month or a day.",
    "start_type": "ACTUAL, ESTIMATED or empty.",
    "primary_completion": "Primary completion date: a year, a month or a day.",
    "primary_completion_type": "ACTUAL, ESTIMATED or empty.",
    "completion": "Study completion date: a year, a month or a day.",
    "completion_type": "ACTUAL, ESTIMATED or empty.",
    "enrollment": "How many people: a target, or a count where the type is ACTUAL.",
    "enrollment_type": "ACTUAL, ESTIMATED or empty.",
    "has_results": "1 where results are posted.",
    "results_submitted": "When results were first submitted; empty otherwise.",
    "results_posted": "When results were first posted; empty otherwise.",
    "version": "The number of the version; 1 is where we came in, what is older has 0 and less.",
    "seen_at": "When we saw it (UTC).",
    "registry_date": "The registry's own date of the update.",
    "submitted_date": "When the sponsor submitted the update.",
    "origin": "poll: seen by a look of ours; backfill: taken later from the registry's own history; seed.",
    "topic": "status, dates, results, enrollment … as in a watchlist.",
    "id": "As `trialmon explain` takes it.",
    "watchlist": "The watchlist's name.",
}


@dataclass(frozen=True, slots=True)
class View:
    """One view: its plain name, what a row is, and what each column means, in order."""

    name: str
    row: str
    columns: Mapping[str, str]

    @property
    def in_file(self) -> str:
        """Its name in the database file."""
        return PREFIX + self.name


def _view(name: str, row: str, columns: str, **own: str) -> View:
    """`columns` in order; what a column means is in `own` where this view means something of its own by it."""
    return View(
        name,
        row,
        MappingProxyType({one: own[one] if one in own else _MEANING[one] for one in columns.split()}),
    )


_STATE = (
    "start start_type primary_completion primary_completion_type completion completion_type enrollment"
    " enrollment_type has_results"
)

VIEWS = (
    _view(
        "trials",
        "A trial as it is now.",
        f"trial registry acronym title sponsor status why_stopped phases conditions countries {_STATE} results_posted"
        " registry_date version first_seen_at last_seen_at gone_at",
        phases="PHASE2; PHASE3.",
        conditions="The conditions, separated by semicolons.",
        countries="The countries with a site, separated by semicolons.",
        version="The number of the newest version.",
        first_seen_at="When it was first seen (UTC).",
        last_seen_at="When it was last seen (UTC).",
        gone_at="When it was found to be no longer in the registry; NULL otherwise.",
    ),
    _view(
        "versions",
        "A version of a trial: one distinct record, and the facts in it.",
        "trial registry version seen_at last_seen_at registry_date submitted_date origin changes title sponsor status"
        f" why_stopped {_STATE} results_submitted results_posted",
        last_seen_at="When it was last seen so (UTC).",
        changes="How many fields differ from the version before.",
        title="The title in this version.",
    ),
    _view(
        "changes",
        "A field of a record that changed from one version to the next.",
        "id trial registry version seen_at registry_date origin topic field label kind before after housekeeping cut",
        version="The version in which the field has its new value.",
        field="The registry's own path; an item of a list is named by what identifies it.",
        label="What people call the field.",
        kind="added, removed or changed.",
        before="The value before: a text as it is, an object or list as JSON; NULL where there was none.",
        after="The value after, likewise.",
        housekeeping="1 for the registry's own bookkeeping.",
        cut="1 where a value is so long that only its beginning stands here; `trialmon changes --json` has it all.",
    ),
    _view(
        "events",
        "A verdict of a rule on what changed.",
        "id trial registry title version seen_at registry_date rule topic significance headline because",
        version="The version that it is about; NULL where the event made none.",
        rule="The rule that spoke: dates.slipped.",
        significance="noise, routine, notable or critical.",
        headline="What happened, in one sentence.",
        because="Why the rule says so.",
    ),
    _view(
        "slips",
        "A move of a promised completion date: later (a slip), or earlier (pulled in).",
        "trial registry title sponsor which version seen_at registry_date origin before before_type after after_type days nth"
        " first_promised total_days",
        which="primary completion or completion.",
        version="The version that has the new date.",
        before="The date before.",
        before_type="ACTUAL, ESTIMATED or empty.",
        after="The date after.",
        after_type="ACTUAL, ESTIMATED or empty.",
        days="By how many days it moved, the ends of months and years compared; negative: earlier.",
        nth="How many slips of this date there have been, this one included.",
        first_promised="The first date on record.",
        total_days="Days from the first date on record to this one.",
    ),
    _view(
        "sites",
        "A place where a trial is done now.",
        "trial registry trial_title trial_status facility city state postcode country status latitude longitude",
        trial_title="The trial's title.",
        trial_status="The trial's state.",
        facility="The site's name.",
        city="Its city.",
        state="Its state or region.",
        postcode="Its postal code.",
        country="Its country.",
        status="The site's own state, often empty.",
        latitude="Degrees, as the registry has it.",
        longitude="Degrees, as the registry has it.",
    ),
    _view(
        "watchlists",
        "A watchlist in force.",
        "watchlist title added_at trials",
        title="What people call it.",
        added_at="Since when it is in force (UTC).",
        trials="How many trials it watches now.",
    ),
    _view(
        "watched",
        "A trial that a watchlist watches now, by number or because a search finds it.",
        "watchlist trial registry acronym title status",
    ),
    _view(
        "deliveries",
        "A message on its way to one destination, or there.",
        "id key destination subscriber kind trial significance title why created_at state attempts due sent_at error",
        id="As `trialmon outbox` takes it.",
        key="The same in every attempt, so that a receiver can drop a repeat.",
        destination="The destination's name.",
        subscriber="Who is told.",
        kind="alert, digest, watching or notice.",
        trial="The trial's number; empty where the message is not about one trial.",
        significance="The gravest in the message.",
        title="The message's title.",
        why="Why the subscriber gets it.",
        created_at="When it was written (UTC).",
        state="pending, sending, sent, gave_up or suppressed.",
        attempts="How many tries there were.",
        due="When it is tried next (UTC).",
        sent_at="When it was accepted (UTC).",
        error="Why the last try failed.",
    ),
    _view(
        "looks",
        "One cycle of a source.",
        "id source began_at ended_at complete is_full looked changed events failed why data_of",
        id="The run's number.",
        source="The registry that was read.",
        began_at="When (UTC).",
        ended_at="When it ended; NULL where it was cut short.",
        complete="1 where everything was read.",
        is_full="1 where every record was read whether or not it moved.",
        looked="How many trials were looked at.",
        changed="How many had changed.",
        events="How many verdicts that made.",
        failed="How many could not be read.",
        why="What failed.",
        data_of="The age of the data, as the registry says it.",
    ),
)
