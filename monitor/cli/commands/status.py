"""Show how things stand: sources, watched trials, outbox, database."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import settings_of
from monitor.cli.output import Output


@click.command()
@common
def command(invocation: Invocation) -> None:
    """Show health now. Exit 1 if a source fails, no look has succeeded for a day, or messages do not arrive.

    `trialmon doctor` checks everything that could be wrong, and says what to do.
    """
    from monitor import bootstrap
    from monitor.store import health
    from monitor.store.database import Database

    settings = settings_of(invocation)
    now = bootstrap.clock_at(invocation.now).now()
    with Database.open_readonly(settings.database) as db:
        report = health.status(db, now, tuple(settings.sources))
        refusing = health.refusing_destinations(db, now)
    report["ok"] = report["ok"] and not refusing
    if invocation.output.json:
        invocation.output.lines([report])
    else:
        _board(invocation.output, report, now)
    for problem in _problems(report, refusing):
        invocation.output.warn(f"trialmon: {problem}")
    if not report["ok"]:
        raise click.exceptions.Exit(1)


def _problems(report: Mapping[str, Any], refusing: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Everything that is not as it should be, each with what to do where that is not plain."""
    for source in report["sources"]:
        if not source["ok"]:
            yield f"source {source['source']}: {source['why'] or 'the last look failed'}"
    for name, what in refusing.items():
        yield (
            f"destination {name}: nothing has arrived since {what['since'][:10]}, {what['waiting']} wait: "
            f"{what['why']} (`trialmon destinations test {name}`)"
        )
    if report["outbox"]["gave_up"]:
        yield (
            f"{report['outbox']['gave_up']} given up after three days of trying (`trialmon outbox list --state gave_up`,"
            " then `trialmon outbox retry --all-given-up` or `trialmon outbox drop`)"
        )


def _board(output: Output, report: Mapping[str, Any], now: datetime) -> None:
    from monitor.cli.showing import IN, ago, put, size
    from monitor.render.wording import count

    for source in report["sources"]:
        data = f"data of {source['registry_date']}" if source["registry_date"] else "no data yet"
        looked = f"looked {ago(source['last_look'], now)}" if source["last_look"] else "never looked at"
        state = ("ok", IN) if source["ok"] else ("not ok", "bold red")
        put(output, f"{source['source']}  {data}, {looked}, ", state)
    stored = report["database"]
    waiting, gave_up = report["outbox"]["pending"], report["outbox"]["gave_up"]
    put(output, f"{count(report['watched'], 'trial')} watched, {count(stored['versions'], 'version')} stored")
    put(output, f"{count(waiting, 'message waits', 'messages wait')} to be sent, {gave_up} given up")
    put(output, f"{stored['path']}, {size(stored['bytes'])}")
