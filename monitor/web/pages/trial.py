"""A trial: what is known now, how it came to that, what was promised and kept, and who was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.dates import duration_in_words
from monitor.core.facts import TrialFacts, TypedDate
from monitor.core.promises import Promise
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
# More are counted beside the facts; all stand below, with their sites.
_FEW_COUNTRIES = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the timeline: a version with what was made of it, or what befell the trial on a day without one."""

    day: date
    version: dashboard.Version | None
    events: tuple[dashboard.Told, ...]


def _trial(asked: Asked) -> Answer:
    found = the_trial(asked)
    number = found.number
    versions = dashboard.versions(asked.database, found.id)
    events = dashboard.events_of(asked.database, found.id, _MOST_EVENTS)
    today = asked.now.date()
    timeline = _timeline(versions, events)
    slips = slip_chart(versions, today)
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
            "deadline_words": wording.DATES,
            "first": versions[0].number if versions else None,
            "open_part": timeline[:_UNFOLDED],
            "folded": timeline[_UNFOLDED:],
            "folded_versions": sum(one.version is not None for one in timeline[_UNFOLDED:]),
            "slips": slips,
            "in_short": [(one.name, *_in_short(one.said)) for one in slips.courses] if slips else [],
            "enrolment": enrolment_chart(versions, today),
            "sites": sites_chart(versions, today),
            "opened": countries_chart(versions, today),
            "countries": dashboard.countries_of(asked.database, found.id),
            "pipeline": _pipeline(found.facts),
            "aliases": numbers_with_sayers(asked.database, identity),
            "papers": list(publications(asked.database, identity))[:_MOST_PAPERS],
            "paper_page": asked.house.published.page_of_paper,
            "links": wording.LINKS,
            "watchlists": watched_by(asked.database, identity),
            "deliveries": dashboard.deliveries_of(asked.database, found.registry, number, _MOST_DELIVERIES),
            "status_words": wording.status(found.facts.status),
        },
    )


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
        "Countries": _countries(facts),
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


def _countries(facts: TrialFacts) -> str:
    many = len(facts.countries) > _FEW_COUNTRIES
    return wording.count(len(facts.countries), "country", "countries") if many else ", ".join(facts.countries)


def _pipeline(facts: TrialFacts) -> list[tuple[str, str, bool]]:
    """The way of the results, as (step, when, done): ended, submitted, in quality control, posted."""
    ended = facts.primary_completion
    steps = [
        (
            "Primary completion",
            _dated(ended) or "the record gives no date",
            ended is not None and ended.type == "ACTUAL",
        ),
        ("Results submitted", facts.results_submitted, bool(facts.results_submitted)),
        ("Quality control", "; ".join(facts.submissions), bool(facts.submissions) or facts.has_results),
        ("Results posted", facts.results_posted, facts.has_results),
    ]
    if facts.certificate_of_delay:
        steps.insert(1, ("Certificate of delay", facts.certificate_of_delay, True))
    return steps


def _in_short(promises: Sequence[Promise[date]]) -> tuple[str, str, date, str]:
    """What became of a date since the first promise that is known: how far it moved; from where, and when
    that was promised; to where, and in how many steps."""
    first, last = promises[0], promises[-1]
    later = sum(one.moved > 0 for one in promises)
    earlier = sum(one.moved < 0 for one in promises)
    if not last.total:
        how_far = "where it was at first" if later or earlier else "never moved"
    else:
        how_far = f"{duration_in_words(last.total)} {'later' if last.total > 0 else 'earlier'}"
    then = ""
    if later or earlier:
        then = f" → {last.date.date.in_words()}, {wording.count(later, 'slip')}"
        then += f" and {wording.count(earlier, 'move')} earlier" if earlier else ""
    return how_far, first.date.date.in_words(), first.made, then + ("; reached" if last.reached else "")


def _timeline(versions: Sequence[dashboard.Version], events: Sequence[dashboard.Told]) -> list[Entry]:
    """The versions, the newest first, and in between what befell the trial without one, on the day on which it was seen."""
    of_version: dict[int | None, list[dashboard.Told]] = {}
    for event in events:
        of_version.setdefault(event.version, []).append(event)
    apart = sorted(of_version.get(None, []), key=lambda one: one.seen_at)
    found = []
    for version in reversed(versions):
        seen = version.day if version.origin == "backfill" else _day(version.seen_at)
        while apart and _day(apart[-1].seen_at) >= seen:
            event = apart.pop()
            found.append(Entry(_day(event.seen_at), None, (event,)))
        of_it = sorted(
            of_version.get(version.number, ()), key=lambda one: -Significance.parse(one.significance)
        )
        found.append(Entry(version.day, version, tuple(of_it)))
    return found + [Entry(_day(event.seen_at), None, (event,)) for event in reversed(apart)]


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])


PAGE = Page(
    "/trial/{number}",
    "A trial",
    "What is known of a trial, its versions, its promises and slips, its enrolment and sites, its results, and who was told.",
    _trial,
    params=(THE_TRIAL,),
)
