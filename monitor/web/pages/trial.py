"""A trial: what is known now, how it came to that, what was promised and kept, and who was told."""

from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.significance import Significance
from monitor.core.trial import TrialId
from monitor.core.upcoming import deadlines
from monitor.render import wording
from monitor.store import dashboard
from monitor.store.publications import numbers_with_sayers, publications
from monitor.store.queries import watched_by
from monitor.web.charts.slips import slip_chart
from monitor.web.charts.spans import countries_chart
from monitor.web.charts.steps import enrolment_chart, sites_chart
from monitor.web.meant import THE_TRIAL, the_trial
from monitor.web.page import Answer, Asked, Page, Shown

_MOST_EVENTS = 200
_MOST_DELIVERIES = 50
# So many versions of the timeline stand open.
_UNFOLDED = 30
_MOST_PAPERS = 50
_LINKS = {
    "registry": "the registry refers to it",
    "number": "its record gives the number",
    "mention": "its text mentions the number",
}


def _trial(asked: Asked) -> Answer:
    found = the_trial(asked)
    number = found.number
    versions = dashboard.versions(asked.database, found.id)
    events = dashboard.events_of(asked.database, found.id, _MOST_EVENTS)
    today = asked.now.date()
    identity = TrialId(found.registry, found.number)
    return Shown(
        "trial",
        f"{found.facts.short_name or number}, {number}",
        {
            "trial": found,
            "facts": found.facts,
            "page": asked.house.sources[found.registry].page_url(number),
            "rows": _rows(found.facts),
            "deadlines": deadlines(found.facts),
            "deadline_words": _DEADLINES,
            "versions": list(reversed(versions)),
            "unfolded": _UNFOLDED,
            "of_version": _by_version(events),
            "without_version": [one for one in events if one.version is None],
            "slips": slip_chart(versions, today),
            "enrolment": enrolment_chart(versions, today),
            "sites": sites_chart(versions, today),
            "opened": countries_chart(versions, today),
            "countries": dashboard.countries_of(asked.database, found.id),
            "pipeline": _pipeline(found.facts),
            "aliases": numbers_with_sayers(asked.database, identity),
            "papers": list(publications(asked.database, identity))[:_MOST_PAPERS],
            "links": _LINKS,
            "watchlists": watched_by(asked.database, identity),
            "deliveries": dashboard.deliveries_of(asked.database, found.registry, number, _MOST_DELIVERIES),
            "status_words": wording.status(found.facts.status),
        },
    )


_DEADLINES = {
    "primary_completion": "Primary completion",
    "completion": "Study completion",
    "results_due": "Results due",
}


def _rows(facts: TrialFacts) -> list[tuple[str, str]]:
    """What is known, as label and words; what the record leaves out is left out."""
    known = {
        "Status": wording.status(facts.status),
        "Last known status": wording.status(facts.last_known_status) if facts.last_known_status else "",
        "Why stopped": facts.why_stopped,
        "Sponsor": facts.sponsor,
        "Phase": ", ".join(phase.replace("PHASE", "Phase ").replace("_", " ") for phase in facts.phases),
        "Conditions": ", ".join(facts.conditions),
        "Start": _dated(facts.start),
        "Primary completion": _dated(facts.primary_completion),
        "Study completion": _dated(facts.completion),
        "Enrolment": _enrolment(facts),
        "Sites": _sites(facts),
        "Countries": ", ".join(facts.countries),
        "Last update posted": facts.registry_date,
        "Last submitted": facts.submitted_date,
        "Last verified": facts.verified,
    }
    return [(label, words) for label, words in known.items() if words]


def _dated(dated: TypedDate | None) -> str:
    return wording.typed_date(dated) if dated is not None else ""


def _enrolment(facts: TrialFacts) -> str:
    if facts.enrollment is None:
        return ""
    return f"{facts.enrollment:,}" + (f" ({facts.enrollment_type.lower()})" if facts.enrollment_type else "")


def _sites(facts: TrialFacts) -> str:
    if not facts.sites:
        return ""
    recruiting = f", {facts.sites_recruiting:,} recruiting" if facts.sites_recruiting else ""
    return f"{facts.sites:,}{recruiting}"


def _pipeline(facts: TrialFacts) -> list[tuple[str, str, bool]]:
    """The way of the results, as (step, when, done): ended, submitted, in quality control, posted."""
    ended = facts.primary_completion
    steps = [
        ("Primary completion", _dated(ended), ended is not None and ended.type == "ACTUAL"),
        ("Results submitted", facts.results_submitted, bool(facts.results_submitted)),
        ("Quality control", "; ".join(facts.submissions), bool(facts.submissions) or facts.has_results),
        ("Results posted", facts.results_posted, facts.has_results),
    ]
    if facts.certificate_of_delay:
        steps.insert(1, ("Certificate of delay", facts.certificate_of_delay, True))
    return steps


def _by_version(events: list[dashboard.Told]) -> dict[int, list[dashboard.Told]]:
    found: dict[int, list[dashboard.Told]] = {}
    for event in events:
        if event.version is not None:
            found.setdefault(event.version, []).append(event)
    return {
        version: sorted(of_it, key=lambda one: -Significance.parse(one.significance))
        for version, of_it in found.items()
    }


PAGE = Page(
    "/trial/{number}",
    "A trial",
    "What is known of a trial, its versions, its promises and slips, its enrolment and sites, its results, and who was told.",
    _trial,
    params=(THE_TRIAL,),
)
