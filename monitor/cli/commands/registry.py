"""Serve dated records as ClinicalTrials.gov would, on this machine, to try rules and watchlists."""

import errno
from pathlib import Path

import click

from monitor.cli import Invocation, common
from monitor.core.errors import NothingDone, WrongUsage


@click.command()
@click.argument("records", type=click.Path(path_type=Path))
@click.option(
    "--literature",
    "papers",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of papers (seeds/literature), to be served as PubMed and Europe PMC would.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8351,
    show_default=True,
    help="On 127.0.0.1; 0 takes a free one.",
)
@click.option(
    "--day", help="The registry day to begin with (YYYY-MM-DD); without it, the first of the records."
)
@common
def command(invocation: Invocation, records: Path, papers: Path | None, port: int, day: str | None) -> None:
    """Serve RECORDS (a folder of seed files, a .jsonl or .jsonl.xz) as an API v2 registry until interrupted.

    Point `sources: clinicaltrials.gov: base_url:` at it, with --literature those of `pubmed` and `europepmc` as well. Another terminal
    moves it on and makes it misbehave:

    \b
      curl -d '{"day": "next"}' http://127.0.0.1:8351/_control/day
      curl -d '{"name": "cut_gzip", "times": 1}' http://127.0.0.1:8351/_control/misbehave
    """
    from datetime import date

    from monitor.embedded import EmbeddedRegistry, History, HistoryError, Shelf

    try:
        history = History.load(records)
        registry = EmbeddedRegistry(
            history,
            date.fromisoformat(day) if day else None,
            shelf=Shelf.load(papers) if papers is not None else None,
            control=True,
        )
    except (HistoryError, OSError, ValueError) as error:
        raise WrongUsage(f"{records}: {error}", "see seeds/README.md for the form of the records") from None
    output = invocation.output

    def ready(base_url: str) -> None:
        output.say(f"{len(history.trials)} trials on {len(registry.days)} registry days at {base_url}")
        output.lines([{"base_url": base_url, "day": str(registry.day)}] if output.json else [])

    try:
        registry.serve_forever(port, ready)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        hint = "another program may have it; try --port 0"
        raise NothingDone(f"port {port} of 127.0.0.1 cannot be listened on: {error.strerror}", hint) from None
