"""Ask the history in SQL, read-only and within limits."""

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.store.asking import Table, Value

_SHOWN = 200


@click.command()
@click.argument("statement", required=False, metavar="[SELECT]")
@click.option(
    "--question", "asked_for", metavar="NAME", help="A ready-made question instead of a SELECT of yours."
)
@click.option("--questions", "listed", is_flag=True, help="List the ready-made questions.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV for a spreadsheet, with a line of names.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=10,
    show_default=True,
    metavar="N",
    help="Give up after so long.",
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"At most so many; {_SHOWN} for people, else 100000.",
)
@click.option(
    "--datasette-metadata",
    "metadata",
    is_flag=True,
    help="Print the file for `datasette --metadata`, and nothing else.",
)
@common
def command(
    invocation: Invocation,
    statement: str | None,
    asked_for: str | None,
    listed: bool,
    as_csv: bool,
    seconds: float,
    rows: int | None,
    metadata: bool,
) -> None:
    """Answer one SELECT over the views: trials, versions, changes, events, slips, sites, watchlists, watched, deliveries, looks.

    docs/reference/database.md says what their columns mean. Nothing can be changed, nor anything else be read.
    """
    from monitor import bootstrap
    from monitor.store.asking import Bounds, asked
    from monitor.store.questions import QUESTIONS

    if sum(map(bool, (statement, asked_for, listed, metadata))) != 1:
        raise WrongUsage("either a SELECT is asked, or --question NAME, --questions or --datasette-metadata")
    if listed:
        _list(invocation, [{"name": one.name, "title": one.title, "sql": one.sql} for one in QUESTIONS])
        return
    path = settings_of(invocation).database
    if metadata:
        _print_metadata(invocation)
        return
    people = not (invocation.output.json or as_csv)
    most = rows or (_SHOWN if people else Bounds().rows)
    # One row more than people are shown, so that it can be said that there are more.
    bounds = Bounds(seconds=seconds, rows=most + (1 if people else 0))
    with asked(path, statement or _sql_of(asked_for), bootstrap.clock_at(None), bounds) as table:
        if invocation.output.json:
            invocation.output.lines(
                dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows
            )
        elif as_csv:
            _write_csv(table)
        else:
            _show(invocation, table, most)


def _sql_of(name: str | None) -> str:
    from monitor.store.questions import names, question

    found = question(name or "")
    if found is None:
        raise WrongUsage(f"there is no question {name!r}", f"there are: {', '.join(names())}")
    return found.sql


def _list(invocation: Invocation, rows: list[dict[str, str]]) -> None:
    if invocation.output.json:
        invocation.output.lines(rows)
        return
    invocation.output.table(["question", "what it tells"], [(row["name"], row["title"]) for row in rows])


def _print_metadata(invocation: Invocation) -> None:
    from monitor.cli.asking import reading
    from monitor.store.questions import datasette_metadata

    with reading(invocation) as db, db.reading() as connection:
        tables = tuple(
            row["name"]
            for row in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        )
    click.echo(json.dumps(datasette_metadata(db.path.stem, tables), indent=2, ensure_ascii=False))


def _plain(value: "Value") -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _write_csv(table: "Table") -> None:
    from monitor.store.cells import inert

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([inert(name) for name in table.columns])
    for row in table.rows:
        writer.writerow([inert(_plain(value)) for value in row])


def _show(invocation: Invocation, table: "Table", most: int) -> None:
    from itertools import islice

    found = list(islice(table.rows, most + 1))
    if not found:
        invocation.output.say("No row.")
        return
    invocation.output.table(table.columns, [[_plain(value) for value in row] for row in found[:most]])
    if len(found) > most:
        invocation.output.say(
            f"There are more than these {most}; --rows shows more, --json and --csv up to 100000."
        )
