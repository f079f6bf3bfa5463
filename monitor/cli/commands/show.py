"""Show a trial's record as people read it, now or as of a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import never_given, reading, source_of, the_trial
from monitor.cli.citing import Meant, by, citation, dates, meant

if TYPE_CHECKING:
    from monitor.cli.showing import Words
    from monitor.core.facts import TrialFacts
    from monitor.core.record import Snapshot
    from monitor.core.source import Source
    from monitor.core.trial import TrialId
    from monitor.store.database import Database
    from monitor.store.timeline import Axis, Version

_MOST_COUNTRIES = 8
_MOST_PAPERS = 3


@click.command()
@click.argument("trial")
@click.option(
    "--at",
    metavar="DATE",
    help="As it was on this day (its end, UTC), at this moment, “3 months ago”; or a version's number.",
)
@by
@common
def command(invocation: Invocation, trial: str, at: str | None, by: "Axis | None") -> None:
    """Show what is known of TRIAL, by any of its numbers. With --json the record as the registry gave it."""
    from monitor.store.timeline import digest_of_record, record_of, timeline

    with reading(invocation) as db:
        known = the_trial(db, trial)
        shape = source_of(known).shape
        versions = timeline(db, known)
        if not versions:
            raise never_given(known)
        asked = meant(versions, at, by) if at else Meant(versions[-1], by or "seen")
        version = asked.version
        record = record_of(db, known, version, shape, asked.at)
        digest = digest_of_record(record, shape)
        if invocation.output.json:
            found = {
                "trial": known.number,
                "version": version.version,
                "seen_at": version.seen_at,
                "record": record,
            }
            cited = {"by": asked.axis, "origin": version.origin, **dates(version), "digest": digest}
            invocation.output.lines([found | cited])
        else:
            as_of = asked.at or (_end_of(versions, version) if at else None)
            _show(invocation, db, known, Shown(versions, version, record, digest, as_of, asked.axis))


def _end_of(versions: "Sequence[Version]", version: "Version") -> datetime | None:
    """A moment at which a version asked for by its number was the newest; None if it is still."""
    if version is versions[-1]:
        return None
    return datetime.fromisoformat(
        version.seen_at if version.version > 0 else f"{version.in_force}T23:59:59+00:00"
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: a version among all of a trial, its record, and along which time it was asked for."""

    versions: "Sequence[Version]"
    version: "Version"
    record: "Mapping[str, Any]"
    digest: str
    at: datetime | None
    axis: "Axis"


def _show(invocation: Invocation, db: "Database", trial: "TrialId", shown: Shown) -> None:
    from monitor.cli.showing import DIM, LABEL, minute, pairs, put
    from monitor.store import queries
    from monitor.store.snapshots import snapshots

    output, source, version = invocation.output, source_of(trial), shown.version
    facts = source.shape.facts(shown.record)
    known = snapshots(db, [trial])[trial]
    put(output, (trial.number, LABEL), f" {facts.acronym}", (f" · {_which(shown)}", DIM))
    put(output, facts.title)
    became = _what_became_of_it(known, trial)
    if became and shown.at is None:
        put(output, (became, "yellow"))
    output.say()
    today = (shown.at or _now()).date()
    until = sum(one.version < version.version for one in shown.versions) + 1
    promises = _promises([*known.past, known.facts][:until])
    pairs(output, _facts(facts, promises, _sites(source, shown.record), today))
    output.say()
    lists = [
        f"{one['watchlist']}" + (f" ({one['note']})" if one["note"] else "")
        for one in queries.watched_by(db, trial)
    ]
    first = next(one for one in shown.versions if one.version == 1)
    pairs(
        output,
        [
            ("Other numbers", _numbers(db, trial)),
            ("Publications", _papers(db, trial)),
            ("Watched by", "; ".join(lists) or "no watchlist now"),
            ("First seen", f"{minute(first.seen_at)}, last {minute(known.seen_at.isoformat())} UTC"),
            ("Registry's page", source.page_url(trial.number)),
            ("To cite it", citation(trial, version, shown.digest)),
        ],
    )


def _numbers(db: "Database", trial: "TrialId") -> str:
    """Each other number with who said so; what cannot all be right is said, and left to the reader."""
    from monitor.store.publications import numbers_with_sayers

    return "; ".join(
        f"{one['number']} ({', '.join(one['said_by'])}{'; another of this kind is said too' if one['conflict'] else ''})"
        for one in numbers_with_sayers(db, trial)
    )


def _papers(db: "Database", trial: "TrialId") -> str:
    """How many are known, and which the newest are."""
    from monitor.store.publications import publications

    rows = list(publications(db, trial))
    named = [
        f"PMID {row['pmid']}" if row["pmid"] else row["doi"] or row["title"] for row in rows[:_MOST_PAPERS]
    ]
    listed = f"{', '.join(named)}{' …' if len(rows) > _MOST_PAPERS else ''}"
    return f"{len(rows)}: {listed}; `trialmon publications {trial.number}` lists them" if rows else ""


def _which(shown: Shown) -> str:
    """Which version it is, since when, and by which time it was found."""
    from monitor.cli.showing import minute

    version, newest = shown.version, shown.versions[-1].version
    if shown.axis == "registry":
        since = f"in force since {version.in_force} by the registry's dates"
    else:
        since = f"since {minute(version.seen_at)} UTC"
    past = ", from the registry's own history" if version.version < 1 else ""
    return f"version {version.version} of {newest}{past}, {since}"


def _now() -> datetime:
    from monitor import bootstrap

    return bootstrap.clock_at(None).now()


def _what_became_of_it(known: "Snapshot", trial: "TrialId") -> str:
    if known.moved_to:
        return f"{trial.registry} has merged this number into {known.moved_to}."
    if known.gone:
        return f"{trial.registry} no longer has this trial. What follows was last seen."
    return ""


def _facts(
    facts: "TrialFacts", promises: Mapping[str, str], sites: int, today: date
) -> "Iterator[tuple[str, Words]]":
    from monitor.render import wording
    from monitor.render.wording import date_text, typed_date

    status = wording.status(facts.status)
    if facts.last_known_status:
        status += f" (last known: {wording.status(facts.last_known_status)})"
    yield "Status", status
    yield "Why stopped", facts.why_stopped
    for role, name in (
        ("start", "Start"),
        ("primary_completion", "Primary completion"),
        ("completion", "Study completion"),
    ):
        yield name, " · ".join(part for part in (typed_date(getattr(facts, role)), promises[role]) if part)
    if facts.enrollment is not None:
        kind = (
            f" ({wording.WORDS.get(facts.enrollment_type, facts.enrollment_type)})"
            if facts.enrollment_type
            else ""
        )
        yield "Enrolment", f"{facts.enrollment}{kind}"
    yield "Open places", _open_places(facts, today)
    yield "Results", _results(facts)
    yield "Results due", _results_due(facts)
    yield "Sponsor", facts.sponsor
    yield "Phase", ", ".join(wording.WORDS.get(phase, phase) for phase in facts.phases)
    yield "Conditions", ", ".join(facts.conditions)
    yield "Sites", _places(facts, sites)
    yield "Registry's date", date_text(facts.registry_date)


def _results(facts: "TrialFacts") -> str:
    from monitor.render.wording import date_text

    if facts.has_results or facts.results_posted:
        return f"posted {date_text(facts.results_posted)}".strip()
    return (
        f"submitted {date_text(facts.results_submitted)}, not posted"
        if facts.results_submitted
        else "none posted"
    )


def _open_places(facts: "TrialFacts", today: date) -> str:
    from monitor.rules._places import open_places

    places = open_places(facts, today)
    if places is None:
        return ""
    return places.up_to or f"not known: {places.unknown_because}"


def _results_due(facts: "TrialFacts") -> str:
    """Until when, as estimated, or why not; nothing where they are there."""
    from monitor.core.results_due import results_due

    if facts.has_results or facts.results_posted or facts.results_submitted:
        return ""
    due = results_due(facts)
    if not due.applies:
        return f"not thought to be under FDAAA 801: {due.because}"
    if due.day is None:
        return f"no primary completion date to count from; thought to be under FDAAA 801: {due.because}"
    on = "" if due.reached else ", if primary completion comes as expected"
    return f"{due.day:%-d %B %Y} under FDAAA 801, as estimated{on}: {due.because}"


def _places(facts: "TrialFacts", sites: int) -> str:
    from monitor.render.wording import count

    if not sites:
        return ""
    named = ", ".join(facts.countries[:_MOST_COUNTRIES])
    more = len(facts.countries) - _MOST_COUNTRIES
    return f"{count(sites, 'site')}: {named}" + (
        f" and {count(more, 'more country', 'more countries')}" if more > 0 else ""
    )


def _sites(source: "Source", record: Mapping[str, Any]) -> int:
    """How many items are in the list whose items have the countries."""
    path = next((path for path, role in source.shape.roles.items() if role == "countries"), "")
    value: Any = record
    for key in path.split(".")[:-1]:
        value = value.get(key) if isinstance(value, Mapping) else None
    return len(value) if isinstance(value, list) else 0


def _promises(history: "Sequence[TrialFacts]") -> dict[str, str]:
    """What the versions up to this one say of how each date was kept."""
    from monitor.rules.dates import MILESTONES, slip_ledger

    return {one.role: _kept(slip_ledger([one.of(facts) for facts in history])) for one in MILESTONES}


def _kept(ledger: Any) -> str:
    from monitor.core.dates import duration_in_words

    if not ledger.slips:
        return ""
    days = ledger.days_from_first_promise
    times = {1: "once", 2: "twice"}.get(ledger.slips, f"{ledger.slips} times")
    where = (
        f"now {duration_in_words(days)} {'later' if days > 0 else 'earlier'} than first on record"
        if days
        else "back where it was"
    )
    return f"slipped {times}, {where}"
