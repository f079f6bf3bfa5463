"""Compare two versions of a trial, the changed words marked."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import never_given, reading, source_of, the_trial
from monitor.cli.citing import by, citation, meant, when

if TYPE_CHECKING:
    from monitor.core.change import Change
    from monitor.core.trial import TrialId
    from monitor.store.timeline import Axis, Version

_MOST_WORDS = 400
_FEWEST_WORDS = 4  # a shorter text is told as a whole: before → after
_HOUSEKEEPING = "registry housekeeping"


# Below the baseline versions have numbers like -3, which are no options.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("trial")
@click.argument("a", required=False)
@click.argument("b", required=False)
@by
@common
def command(invocation: Invocation, trial: str, a: str | None, b: str | None, by: "Axis | None") -> None:
    """Show what differs between versions A and B of TRIAL: numbers (-3 too), days on which they were in force, or “3 months ago”.

    Without them the last two are compared; with A alone, A and the newest. With --json as `changes`, without ids.
    """
    from monitor.core.diff import compared
    from monitor.store import queries
    from monitor.store.timeline import digest_of_record, record_of, timeline

    output = invocation.output
    with reading(invocation) as db:
        trial_meant = the_trial(db, trial)
        versions = timeline(db, trial_meant)
        if not versions:
            raise never_given(trial_meant)
        if len(versions) == 1 and a is None:
            seen = versions[0].seen_at[:10]
            said = f"{trial_meant.number} has only one version, seen on {seen}: nothing to compare."
            output.warn(said) if output.json else output.say(said)
            return
        old = versions[-2] if a is None else meant(versions, a, by).version
        new = versions[-1] if b is None else meant(versions, b, by).version
        shape = source_of(trial_meant).shape
        records = [record_of(db, trial_meant, side, shape) for side in (old, new)]
        name = queries.trial_names(db).get(str(trial_meant), "")
    changes = compared((old.version, records[0]), (new.version, records[1]), shape)
    if output.json:
        output.lines(_row(trial_meant, new, change) for change in changes)
        return
    _show(invocation, f"{trial_meant.number} {name}", (old, new), changes)
    output.say()
    for side, record in zip((old, new), records, strict=True):
        output.say(citation(trial_meant, side, digest_of_record(record, shape)))


def _row(trial: "TrialId", version: "Version", change: "Change") -> dict[str, Any]:
    return {
        "trial": trial.number,
        "registry": trial.registry,
        "version": version.version,
        "seen_at": version.seen_at,
        "registry_date": version.posted or None,
        "topic": change.topic,
        "field": str(change.path),
        "label": change.label,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
    }


def _show(
    invocation: Invocation,
    name: str,
    sides: "tuple[Version, Version]",
    changes: "Sequence[Change]",
) -> None:
    from monitor.cli.showing import DIM, LABEL, order, put, worded

    output = invocation.output
    spans = " → ".join(f"version {side.version} ({when(side)})" for side in sides)
    put(output, (name, LABEL), (f" · {spans}", DIM))
    if not changes:
        output.say("Nothing differs.")
    by_topic = groupby(
        sorted(changes, key=order), key=lambda one: _HOUSEKEEPING if one.housekeeping else one.topic
    )
    for topic, group in by_topic:
        output.say()
        put(output, (topic, f"{LABEL} underline"))
        for change in group:
            line = _line(change)
            put(output, line.label, indent=2)
            put(output, *worded(line), indent=6)


def _line(change: "Change") -> Any:
    """The change, worded; of a text of some words, those that differ."""
    from dataclasses import replace

    from monitor.render.values import change_line
    from monitor.render.words import marked

    line = change_line(change)
    if isinstance(change.before, str) and isinstance(change.after, str):
        longest = max(len(change.before.split()), len(change.after.split()))
        if longest >= _FEWEST_WORDS:
            return replace(line, pieces=marked(change.before, change.after, _MOST_WORDS) or line.pieces)
    return line
