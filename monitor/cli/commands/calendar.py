"""What is coming: completions and results due."""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common, with_now
from monitor.cli.asking import page_of, reading, require_watchlist

if TYPE_CHECKING:
    from monitor.core.facts import TrialFacts
    from monitor.core.trial import TrialId

    Histories = Mapping[TrialId, tuple[tuple[datetime, TrialFacts], ...]]

_DAYS = 90


@click.command()
@click.option("--ics", is_flag=True, help="As iCalendar on stdout, for a calendar program.")
@click.option("--watchlist", metavar="NAME", help="Of the trials that this watchlist watches.")
@click.option(
    "--days",
    type=click.IntRange(min=0, max=36500),
    metavar="N",
    help=f"Of the next N days. Default: {_DAYS}; with --ics every date, those that were reached too.",
)
@with_now
@common
def command(call: Invocation, ics: bool, watchlist: str | None, days: int | None) -> None:
    """Show which dates of the watched trials come near: primary completion, completion, results due (estimated).

    A date of which the registry gives only the month stands on that month's last day. Calendar programs can subscribe to
    the files that `feeds:` in trialmon.yaml writes; --ics prints one.
    """
    from monitor import bootstrap
    from monitor.store import feeding

    today = bootstrap.clock_at(call.now).now().astimezone(UTC).date()
    with reading(call) as db:
        require_watchlist(db, watchlist)
        histories = feeding.watched_histories(db, watchlist)
    if ics:
        _print_ics(watchlist or "Watched trials", histories, today, days)
        return
    rows = _rows(histories, today, _DAYS if days is None else days)
    if call.output.json:
        call.output.lines(rows)
    elif rows:
        _show(call, rows)
    else:
        call.output.say("Nothing is coming.")


def _print_ics(title: str, histories: "Histories", today: date, days: int | None) -> None:
    from monitor.core.upcoming import coming, deadlines
    from monitor.render.calendar import CalendarTrial, write_calendar

    trials = [
        CalendarTrial(
            trial,
            page_of(trial),
            history,
            deadlines(history[-1][1]) if days is None else coming(history[-1][1], today, days),
        )
        for trial, history in histories.items()
    ]
    sys.stdout.flush()
    sys.stdout.buffer.write(write_calendar(title, trials))
    sys.stdout.buffer.flush()


def _rows(histories: "Histories", today: date, days: int) -> list[dict[str, Any]]:
    """One a date, the soonest first, as --json gives them."""
    from monitor.core.upcoming import coming, course_of

    rows = [
        {
            "trial": trial.number,
            "registry": trial.registry,
            "name": history[-1][1].short_name,
            "kind": deadline.kind,
            "date": str(deadline.date),
            "day": deadline.date.latest.isoformat(),
            "days": (deadline.date.latest - today).days,
            "estimated": deadline.estimated,
            "moves": len(course_of(deadline.kind, history)) - 1,
            "note": deadline.note,
        }
        for trial, history in histories.items()
        for deadline in coming(history[-1][1], today, days)
    ]
    return sorted(rows, key=lambda row: (row["day"], row["trial"]))


def _show(call: Invocation, rows: list[dict[str, Any]]) -> None:
    from monitor.cli.showing import columns
    from monitor.render.wording import count, date_text

    columns(
        call.output,
        (
            {
                "by": row["day"],
                "in": count(row["days"], "day"),
                "trial": row["trial"],
                "name": row["name"],
                "what": row["kind"].replace("_", " ")
                + (" (estimated)" if row["kind"] == "results_due" else ""),
                "as given": date_text(row["date"]),
                "moved": count(row["moves"], "time") if row["moves"] else "",
            }
            for row in rows
        ),
        wraps="name",
    )
