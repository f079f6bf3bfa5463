"""What a watchlist would have told, by today's rules, from stored history."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import beginning, ending, reading, settings_of
from monitor.core.errors import NothingDone, WrongConfiguration, WrongUsage

if TYPE_CHECKING:
    from monitor.cli.output import Output
    from monitor.config.settings import Settings
    from monitor.core.watch import Watchlist
    from monitor.jobs.backtest import Backtest, Week, WouldTell

_EXAMPLES = 3
_LEFT_OUT = (
    "what the clock brings (deadlines, silence)",
    "trials that go, come back or are merged",
    "what enters or leaves a search",
)


@click.command()
@click.argument("watchlist")
@click.option(
    "--since",
    callback=beginning,
    required=True,
    metavar="DATE",
    help="From the versions seen on this day or at this moment on (UTC).",
)
@click.option(
    "--until", callback=ending, metavar="DATE", help="To those seen then or earlier; a day counts whole."
)
@common
def command(invocation: Invocation, watchlist: str, since: datetime, until: datetime | None) -> None:
    """Show what WATCHLIST would have told by the present rules, and compare it with what was told. Writes and sends nothing.

    WATCHLIST is a list's name, or the path of a YAML file: an edited copy can be tried before it is put in force. Every stored version is
    judged again as on the day when it was seen. With --json a line for each message, and a summary last.
    """
    from monitor.discovery import rules, sources
    from monitor.jobs.backtest import Backtest

    if until is not None and until < since:
        raise WrongUsage("--until is before --since", "the period would be empty")
    wanted = _loaded(watchlist, settings_of(invocation))
    if not wanted.subscribers:
        raise NothingDone(f"nobody is told of the list {wanted.name}", "give it `subscribers:`")
    output = invocation.output
    with reading(invocation) as db:
        backtest = Backtest(db, sources(), rules(), wanted, since, until)
        for title in backtest.searches_never_read():
            output.warn(f"trialmon: what the search “{title}” finds is not known: it was never read")
        reasons = backtest.reasons()
        tally = _Tally(len(reasons))
        with output.progress("Judging versions", backtest.versions(reasons)) as advance:
            weeks = backtest.weeks(reasons, advance)
            if output.json:
                output.lines(_rows(weeks, tally, backtest))
                return
            for week in weeks:
                tally.add(week)
    _show(output, backtest, tally)


def _loaded(name: str, settings: "Settings") -> "Watchlist":
    """The list of that name in the folder of watchlists, or in that file. Raises WrongUsage or WrongConfiguration."""
    from monitor.config.watchlists import load_watchlist

    is_path = name.endswith((".yaml", ".yml")) or os.sep in name
    path = Path(name) if is_path else settings.watchlists / f"{name}.yaml"
    if not path.is_file():
        there = sorted(file.stem for file in settings.watchlists.glob("*.yaml"))
        hint = f"there are: {', '.join(there)}" if there else "`trialmon init` writes a first one"
        raise WrongUsage(f"there is no watchlist {name}", hint)
    loaded = load_watchlist(path, settings)
    if loaded.problems:
        raise WrongConfiguration(list(loaded.problems))
    return loaded.watchlists[0]


@dataclass(frozen=True, slots=True)
class _Sum:
    """What is kept of a week: how many messages of each significance, and the gravest."""

    name: str
    monday: date
    judged: int
    weights: Counter[str]
    gravest: "tuple[WouldTell, ...]"


@dataclass
class _Tally:
    """What the weeks come to."""

    trials: int
    weeks: list[_Sum] = field(default_factory=list)
    judged: int = 0
    readers: Counter[str] = field(default_factory=Counter)
    weights: Counter[str] = field(default_factory=Counter)
    summarised: int = 0
    told: int = 0
    fewer: int = 0
    more: int = 0
    no_longer: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def add(self, week: "Week") -> None:
        weights = Counter(str(one.significance) for one in week.would)
        if week.would:
            self.weeks.append(_Sum(week.name, week.monday, week.judged, weights, _gravest(week.would)))
        self.judged += week.judged
        self.readers.update(one.subscriber for one in week.would)
        self.weights.update(weights)
        self.summarised += sum(one.summarised for one in week.would)
        self.told += week.told
        self.fewer += len(week.fewer)
        self.more += len(week.more)
        _keep(
            self.no_longer, [f"{one.seen_at:%Y-%m-%d} to {one.subscriber}: {one.title}" for one in week.fewer]
        )
        _keep(self.new, [f"{one.seen_at:%Y-%m-%d} to {one.subscriber}: {one.title}" for one in week.more])


def _gravest(messages: "Sequence[WouldTell]") -> "tuple[WouldTell, ...]":
    """The gravest few, each version once however many are told of it."""
    versions = {(one.trial, one.version): one for one in sorted(messages, key=lambda one: one.significance)}
    ranked = sorted(versions.values(), key=lambda one: (-one.significance, one.seen_at, one.trial.number))
    return tuple(ranked[:_EXAMPLES])


def _keep(kept: list[str], found: Sequence[str]) -> None:
    kept += found[: _EXAMPLES - len(kept)]


# --- for programs


def _rows(weeks: "Iterator[Week]", tally: _Tally, backtest: "Backtest") -> Iterator[dict[str, Any]]:
    for week in weeks:
        tally.add(week)
        for one in week.would:
            yield {
                "week": week.name,
                "seen_at": one.seen_at,
                "trial": one.trial.number,
                "subscriber": one.subscriber,
                "significance": str(one.significance),
                "headline": one.headline,
                "title": one.title,
                "summarised": one.summarised,
            }
    yield {
        "watchlist": backtest.watchlist.name,
        "since": backtest.since,
        "until": backtest.until,
        "trials": tally.trials,
        "versions": tally.judged,
        "would_tell": tally.readers.total(),
        "significance": dict(tally.weights),
        "subscribers": dict(tally.readers),
        "summarised": tally.summarised,
        "told": tally.told,
        "fewer": tally.fewer,
        "more": tally.more,
        "left_out": list(_LEFT_OUT),
    }


# --- for people


def _show(output: "Output", backtest: "Backtest", tally: _Tally) -> None:
    from monitor.cli.showing import DIM, LABEL, columns, put
    from monitor.render.wording import count

    until = f"{backtest.until:%Y-%m-%d}" if backtest.until is not None else "now"
    put(output, (backtest.watchlist.title, LABEL), (f" · {backtest.since:%Y-%m-%d} to {until}", DIM))
    judged = (
        f"{count(tally.judged, 'version')} of {count(tally.trials, 'trial')} judged by the present rules: "
    )
    output.say(
        judged + (f"{count(tally.readers.total(), 'message')}." if tally.weeks else "nothing would be told.")
    )
    if tally.weeks:
        output.say()
        columns(output, (_cells(week) for week in tally.weeks), wraps="week")
        _examples(output, tally.weeks)
        told_to = ", ".join(f"{name} {times}" for name, times in tally.readers.most_common())
        output.say(f"\nMessages to {told_to}.")
        if tally.summarised:
            output.say(f"Of these {tally.summarised} in daily summaries, for a field kept changing.")
    _comparison(output, tally)
    output.say(f"Left out, since no version tells it: {'; '.join(_LEFT_OUT)}.")
    output.say("A search counts with the trials that it holds now.")


def _cells(week: _Sum) -> dict[str, object]:
    from monitor.core.significance import Significance

    weights = {str(one): week.weights[str(one)] or "" for one in reversed(Significance)}
    return {"week": week.name, "versions": week.judged, **weights}


def _examples(output: "Output", weeks: Sequence[_Sum]) -> None:
    from monitor.cli.showing import DIM, TINTS, put

    for week in weeks:
        days = f"{week.monday:%Y-%m-%d} to {week.monday + timedelta(days=6):%Y-%m-%d}"
        output.say()
        put(output, week.name, (f" · {days}", DIM))
        for one in week.gravest:
            weight = str(one.significance)
            put(output, one.title, indent=2, lead=(f"{weight:<8}", TINTS.get(weight, "")))


def _comparison(output: "Output", tally: _Tally) -> None:
    from monitor.cli.showing import put
    from monitor.render.wording import count

    if not tally.told:
        output.say(
            "Nothing was told of these versions when they were seen: there is nothing to compare with."
        )
        return
    difference = f"{tally.fewer} fewer, {tally.more} more" if tally.fewer or tally.more else "the same ones"
    output.say(
        f"Told then: {count(tally.told, 'message')}; would be told now: {tally.readers.total()}; {difference}."
    )
    for word, total, examples in (("fewer", tally.fewer, tally.no_longer), ("more", tally.more, tally.new)):
        for example in examples:
            put(output, example, indent=2, lead=f"{word:<5}")
        if total > len(examples):
            put(output, f"and {total - len(examples)} more", indent=2, lead=f"{word:<5}")
