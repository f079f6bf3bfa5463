"""Show how things stand: sources, watched trials, outbox, database."""

import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.cli.output import Output

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.store.database import Database
    from monitor.store.past import Backfilling

_PARTS_SHOWN = 5


@click.command()
@click.option("--metrics", is_flag=True, help="As metrics for Prometheus on stdout.")
@common
def command(invocation: Invocation, metrics: bool) -> None:
    """Show health now, for people and for probes. Exit 1 if silence may not mean that nothing changed, and why on stderr.

    `trialmon doctor` checks everything that could be wrong, and says what to do.
    """
    from monitor import bootstrap
    from monitor.jobs.silence import doubts
    from monitor.store import health
    from monitor.store.database import Database
    from monitor.store.drift import drifted
    from monitor.store.past import how_the_past_stands

    settings = settings_of(invocation)
    now = bootstrap.clock_at(invocation.now).now()
    with Database.open_readonly(settings.database) as db:
        report = health.status(db, now, tuple(settings.looked_at), settings.patience)
        found = doubts(db, settings, now)
        new_fields = len(drifted(db))
        past = how_the_past_stands(db, now)
        numbers = _metrics(db, settings, now) if metrics else b""
    report["ok"] = not found
    report["problems"] = [str(doubt) for doubt in found]
    if metrics:
        sys.stdout.flush()
        sys.stdout.buffer.write(numbers)
        sys.stdout.buffer.flush()
    elif invocation.output.json:
        invocation.output.lines([report])
    else:
        _board(invocation.output, report, now, new_fields)
        if any(source.backfill for source in settings.sources.values()):
            _past(invocation.output, past)
    for doubt in found:
        invocation.output.warn(f"trialmon: {doubt}")
    if found:
        raise click.exceptions.Exit(1)


def _metrics(db: "Database", settings: "Settings", now: datetime) -> bytes:
    from monitor.jobs.metrics import metrics

    return metrics(db, settings, now)


def _board(output: Output, report: Mapping[str, Any], now: datetime, new_fields: int) -> None:
    from monitor.cli.showing import IN, ago, put
    from monitor.render.wording import count, size

    held = {one["source"] for one in report["held"]}
    for source in report["sources"]:
        # The literature does not say of which day its data are.
        data = f"data of {source['registry_date']}, " if source["registry_date"] else ""
        looked = f"looked {ago(source['last_look'], now)}" if source["last_look"] else "never looked at"
        word = "held" if source["source"] in held else "not ok"
        state = ("ok", IN) if source["ok"] else (word, "bold red")
        put(output, f"{source['source']}  {data}{looked}, ", state)
    stored = report["database"]
    waiting, gave_up = report["outbox"]["pending"], report["outbox"]["gave_up"]
    put(output, f"{count(report['watched'], 'trial')} watched, {count(stored['versions'], 'version')} stored")
    put(output, f"{count(waiting, 'message waits', 'messages wait')} to be sent, {gave_up} given up")
    put(output, f"{stored['path']}, {size(stored['bytes'])}")
    largest = list(stored["parts"].items())[:_PARTS_SHOWN]
    if largest:
        put(output, "of which " + ", ".join(f"{part} {size(number)}" for part, number in largest), indent=2)
    if new_fields:
        put(output, f"{count(new_fields, 'field')} that no model knows (`trialmon doctor` names them)")


def _past(output: Output, past: "Backfilling") -> None:
    from monitor.cli.showing import put
    from monitor.render.wording import count

    for source, why in past.refused.items():
        put(output, f"{source} gives no past versions at present: {why}; asked again within a day")
    if past.to_go and not past.refused:
        put(
            output,
            f"The past of {count(past.to_go, 'trial')} is still to be fetched (`trialmon backfill` does it now)",
        )
    if past.failed:
        put(output, f"The past of {count(past.failed, 'trial')} cannot be read; asked again within a day")
