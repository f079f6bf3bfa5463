"""Compare two versions of a trial, the changed words marked."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import moment, never_given, reading, source_of, the_trial
from monitor.core.errors import NothingDone, WrongUsage

if TYPE_CHECKING:
    from monitor.core.change import Change
    from monitor.core.shape import Shape
    from monitor.core.trial import TrialId
    from monitor.store.database import Database

_MOST_WORDS = 400
_FEWEST_WORDS = 4  # a shorter text is told as a whole: before → after
_HOUSEKEEPING = "registry housekeeping"


@click.command()
@click.argument("trial")
@click.argument("a", required=False)
@click.argument("b", required=False)
@common
def command(invocation: Invocation, trial: str, a: str | None, b: str | None) -> None:
    """Show what differs between versions A and B of TRIAL: numbers, or days on which they were in force.

    Without them the last two are compared; with A alone, A and the newest. With --json as `changes`, without ids.
    """
    from monitor.store import queries

    output = invocation.output
    with reading(invocation) as db:
        meant = the_trial(db, trial)
        versions = list(queries.history(db, meant))
        if not versions:
            raise never_given(meant)
        if len(versions) == 1 and a is None:
            said = f"{meant.number} has only one version, seen on {versions[0]['seen_at'][:10]}: nothing to compare."
            output.warn(said) if output.json else output.say(said)
            return
        old, new = _meant(versions, a, b)
        shape = source_of(meant).shape
        changes = _changes(db, meant, shape, old["version"], new["version"])
        name = queries.trial_names(db).get(str(meant), "")
    if output.json:
        output.lines(_row(meant, new, change) for change in changes)
    else:
        _show(invocation, f"{meant.number} {name}", (old, new), changes)


def _meant(
    versions: Sequence[Mapping[str, Any]], a: str | None, b: str | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if a is None:
        return versions[-2], versions[-1]
    return _version(versions, a), versions[-1] if b is None else _version(versions, b)


def _version(versions: Sequence[Mapping[str, Any]], text: str) -> Mapping[str, Any]:
    """The version of that number, or the one in force at that time."""
    if text.isascii() and text.isdigit() and (int(text) <= len(versions) or len(text) < 4):
        if not 1 <= int(text) <= len(versions):
            raise WrongUsage(
                f"there is no version {text}", f"there are 1 to {len(versions)}; see `trialmon history`"
            )
        return versions[int(text) - 1]
    try:
        at = moment(text, end=True)
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"{text!r} is neither a version nor a day", "a version is a number from `trialmon history`"
        ) from None
    until = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    before = [version for version in versions if version["seen_at"] <= until]
    if not before:
        raise NothingDone(f"nothing was known on {text}", f"first seen on {versions[0]['seen_at'][:10]}")
    return before[-1]


def _changes(db: "Database", trial: "TrialId", shape: "Shape", old: int, new: int) -> "tuple[Change, ...]":
    from monitor.core.diff import diff
    from monitor.core.shape import split
    from monitor.store.queries import record_at_version

    sides = [record_at_version(db, trial, version) for version in (old, new)]
    before, after = (split(side["record"]) if side is not None else {} for side in sides)
    return diff(before, after, shape)


def _row(trial: "TrialId", version: Mapping[str, Any], change: "Change") -> dict[str, Any]:
    return {
        "trial": trial.number,
        "registry": trial.registry,
        "version": version["version"],
        "seen_at": version["seen_at"],
        "registry_date": version["registry_date"] or None,
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
    sides: tuple[Mapping[str, Any], Mapping[str, Any]],
    changes: "Sequence[Change]",
) -> None:
    from monitor.cli.showing import DIM, LABEL, order, put, worded

    output = invocation.output
    spans = " → ".join(f"version {side['version']} ({side['seen_at'][:10]})" for side in sides)
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
