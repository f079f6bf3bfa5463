"""The papers of a trial or of a watchlist."""

from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import SHOWN, find, reading, the_trial

if TYPE_CHECKING:
    from monitor.core.trial import TrialId
    from monitor.store.database import Database


@click.command()
@click.argument("wanted", metavar="[TRIAL|WATCHLIST]", required=False)
@common
def command(invocation: Invocation, wanted: str | None) -> None:
    """Show the papers that name TRIAL, or a trial of WATCHLIST, or any that is watched: the newest seen first.

    How each is tied to the trial is said; none of it says that a paper holds results.
    """
    from monitor.store.publications import publications

    output = invocation.output
    with reading(invocation) as db:
        trial, watchlist = _meant(db, wanted)
        rows = list(publications(db, trial, watchlist))
    if output.json:
        output.lines({key: value for key, value in row.items() if key != "source_id"} for row in rows)
        return
    if not rows:
        output.say("No paper is known. `trialmon status` says when the literature was last looked at.")
    for row in rows[:SHOWN]:
        _show(invocation, row, with_trial=trial is None)
    if len(rows) > SHOWN:
        output.say(f"These are the newest {SHOWN} of {len(rows)}; --json shows all.")


def _meant(db: "Database", wanted: str | None) -> "tuple[TrialId | None, str | None]":
    """A watchlist by its name, or a trial by any of its numbers. Raises WrongUsage or NothingDone."""
    from monitor.store.queries import watchlist_names

    if wanted is None:
        return None, None
    if find(db, wanted) is None and wanted in watchlist_names(db):
        return None, wanted
    return the_trial(db, wanted), None


def _show(invocation: Invocation, row: dict[str, Any], *, with_trial: bool) -> None:
    """One paper in three lines."""
    from monitor.cli.showing import DIM, LABEL, put
    from monitor.render.wording import LINKS

    number = f"PMID {row['pmid']}" if row["pmid"] else f"doi {row['doi']}" if row["doi"] else row["source"]
    put(invocation.output, (number, LABEL), " ", row["title"] or "without a title")
    tie = LINKS[row["link"]] if row["link"] else "found by a publications watch"
    about = [row["trial"]] if with_trial and row["trial"] else []
    parts = [
        row["journal"],
        row["published"] or "",
        *row["types"][:3],
        *about,
        tie,
        f"seen {row['seen_at'][:10]}",
    ]
    put(invocation.output, (" · ".join(part for part in parts if part), DIM), indent=2)
    put(invocation.output, (" · ".join(_pages(row)), DIM), indent=2)


def _pages(row: dict[str, Any]) -> list[str]:
    """Where the paper is read: its record at the source, and the paper itself by its DOI."""
    from urllib.parse import quote

    from monitor.cli.asking import page_of
    from monitor.core.trial import TrialId

    record = page_of(TrialId(row["source"], row["source_id"]))
    paper = f"https://doi.org/{quote(row['doi'], safe='/')}" if row["doi"] else ""
    return [page for page in (record, paper) if page]
