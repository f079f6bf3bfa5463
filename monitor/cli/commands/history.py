"""Show the versions of a trial, oldest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import never_given, reading, source_of, the_trial
from monitor.cli.citing import citation, dates

if TYPE_CHECKING:
    from monitor.core.trial import TrialId
    from monitor.store.database import Database
    from monitor.store.timeline import Version


_MOST_PAPERS = 10


@click.command()
@click.argument("trial")
@common
def command(invocation: Invocation, trial: str) -> None:
    """Show every version of TRIAL, oldest first: those that were seen, and before them the registry's own (0, -1, …).

    Submitted and posted are the registry's days, seen is ours. `trialmon diff` compares two of them.
    """
    from monitor.cli.showing import columns, put
    from monitor.store.publications import publications
    from monitor.store.timeline import moved, timeline

    output = invocation.output
    with reading(invocation) as db:
        meant = the_trial(db, trial)
        versions = timeline(db, meant)
        if not versions:
            raise never_given(meant)
        topics = moved(db, meant)
        if output.json:
            output.lines(_rows(db, meant, versions, topics))
            return
        papers = list(publications(db, meant))
        cited = citation(meant, versions[-1], _digest(db, meant, versions[-1]))
    columns(output, (_cells(one, topics.get(one.version, [])) for one in versions), wraps="moved")
    for paper in papers[:_MOST_PAPERS]:
        number = f"PMID {paper['pmid']}" if paper["pmid"] else paper["doi"] or paper["source"]
        put(output, (f"{paper['seen_at'][:10]} paper ", "dim"), f"{number}: {paper['title']}")
    if len(papers) > _MOST_PAPERS:
        put(output, (f"and {len(papers) - _MOST_PAPERS} more: trialmon publications {meant.number}", "dim"))
    put(output, ("To cite the newest: ", "dim"), cited)


def _digest(db: "Database", trial: "TrialId", version: "Version") -> str:
    from monitor.store.timeline import digest_of_record, record_of

    shape = source_of(trial).shape
    return digest_of_record(record_of(db, trial, version, shape), shape)


def _rows(
    db: "Database", trial: "TrialId", versions: "Sequence[Version]", topics: Mapping[int, list[str]]
) -> Iterator[dict[str, Any]]:
    for one in versions:
        yield {
            "trial": trial.number,
            "version": one.version,
            "seen_at": one.seen_at,
            "registry_date": one.posted or None,
            "origin": one.origin,
            "status": one.status,
            "primary_completion": one.primary_completion,
            "completion": one.completion,
            "enrollment": one.enrollment,
            "has_results": one.has_results,
            "changes": one.changes,
            **dates(one),
            "moved": topics.get(one.version, []),
            "digest": _digest(db, trial, one),
        }


def _cells(version: "Version", moved: list[str]) -> dict[str, object]:
    from monitor.render.wording import status

    return {
        "": version.version,
        "submitted": version.submitted,
        "posted": version.posted,
        "seen": version.seen_at[:10] if version.version > 0 else "",
        "status": status(version.status),
        "primary": version.primary_completion,
        "completion": version.completion,
        "people": version.enrollment,
        "results": "yes" if version.has_results else "",
        "moved": ", ".join(moved),
    }
