"""Write the history for other programs: CSV, JSON Lines or Parquet."""

from datetime import datetime
from pathlib import Path

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import beginning, reading
from monitor.core.errors import WrongUsage

_FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", "": "parquet"}


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file, or for Parquet the folder.",
)
@click.option(
    "--what",
    type=click.Choice(["changes", "events", "versions"]),
    default="changes",
    show_default=True,
    help="Which rows.",
)
@click.option(
    "--format",
    "wanted",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    help="Else the ending of FILE tells: .csv, .jsonl, .parquet.",
)
@click.option(
    "--since", callback=beginning, metavar="DATE", help="Only what was seen on this day or later (UTC)."
)
@click.option(
    "--records", is_flag=True, help="With `--what versions`: each version's whole record too, as JSON."
)
@common
def command(
    invocation: Invocation, target: Path, what: str, wanted: str | None, since: datetime | None, records: bool
) -> None:
    """Write every change, event or version to FILE. It is complete when it has its name; one that is there is replaced.

    CSV is for spreadsheets: what a registry wrote can be no formula there. Parquet is a folder with one below it for each month in which
    rows were seen (`month=2026-03`).
    """
    from monitor.render.wording import size
    from monitor.store import export, parquet

    if str(target) == "-":
        raise WrongUsage(
            "an export is a file, complete when it has its name",
            f"`trialmon {'changes' if what == 'versions' else what} --json` streams to stdout",
        )
    form = wanted or _FORMATS.get(target.suffix.lower())
    if form is None:
        raise WrongUsage(
            f"what is {target.name} to be?", "end it in .csv, .jsonl or .parquet, or say --format"
        )
    if records and what != "versions":
        raise WrongUsage("only versions have records", "--what versions --records")
    columns = export.columns_of(what, records=records)  # type: ignore[arg-type]
    with reading(invocation) as db:
        total = export.count(db, what)  # type: ignore[arg-type]
        with invocation.output.progress(f"writing {what}", total) as tick:
            rows = export.rows(db, what, since, records=records, tick=tick)  # type: ignore[arg-type]
            if form == "csv":
                written = export.write_csv(rows, target, columns)
            elif form == "jsonl":
                written = export.write_json_lines(rows, target)
            else:
                written = parquet.write_parquet(rows, target, columns)
    files = [target] if target.is_file() else list(target.rglob("*.parquet"))
    weight = sum(file.stat().st_size for file in files)
    if invocation.output.json:
        invocation.output.lines(
            [{"file": str(target.absolute()), "what": what, "rows": written, "bytes": weight}]
        )
    else:
        invocation.output.say(f"{written:,} {what} were written to {target} ({size(weight)}).")
