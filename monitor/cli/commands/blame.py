"""Since when each field of a trial has its present value, and what it was before."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import never_given, reading, source_of, the_trial
from monitor.core.change import FieldPath, Item
from monitor.core.change import Step as Part
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.cli.output import Output
    from monitor.core.change import Change
    from monitor.core.shape import Shape
    from monitor.store.lineage import Ledger

Steps = tuple[Part, ...]


@click.command()
@click.argument("trial")
@click.option(
    "--field",
    "prefix",
    metavar="PATH",
    default="",
    help="Only fields whose path, or a part of it, begins so: protocolSection.statusModule, locations[Rush, overallStatus.",
)
@common
def command(invocation: Invocation, trial: str, prefix: str) -> None:
    """Show since when each field of TRIAL has its value, what it was before and how often it changed; the latest first.

    Fields that are as they were at first sight are counted; the registry's own bookkeeping too, unless --field asks for it.
    """
    from monitor.core.diff import diff
    from monitor.store import lineage, queries
    from monitor.store.snapshots import modules_of
    from monitor.store.timeline import timeline

    with reading(invocation) as db:
        meant = the_trial(db, trial)
        first = next(iter(timeline(db, meant)), None)
        if first is None:
            raise never_given(meant)
        shape = source_of(meant).shape
        ledgers = lineage.field_ledgers(db, meant)
        present = [change.path for change in diff({}, modules_of(db, meant), shape)]
        name = queries.trial_names(db).get(str(meant), "")
    newest = _newest(ledgers)
    standing = {steps: ledger for steps, ledger in newest.items() if ledger.kind != "removed"}
    gone = sum(
        ledger.kind == "removed" and _begins(FieldPath(steps), prefix) for steps, ledger in newest.items()
    )
    untouched = [path for path in _untouched(present, standing) if _begins(path, prefix)]
    fields = [
        (path, ledger) for steps, ledger in standing.items() if _begins(path := FieldPath(steps), prefix)
    ]
    if prefix and not fields and not untouched and not gone:
        raise WrongUsage(
            f"{meant.number} has no field {prefix!r}", "`trialmon changes --json` shows how fields are named"
        )
    if invocation.output.json:
        invocation.output.lines(_row(ledger) for _, ledger in fields)
        return
    from monitor.cli.showing import DIM, LABEL, put

    since = first.seen_at[:10] if first.version == 1 else first.in_force
    put(invocation.output, (meant.number, LABEL), " ", name, (f" · {since} to now", DIM))
    _show(invocation.output, fields, shape, everything=bool(prefix))
    sight = f"at first sight, {since}" if first.version == 1 else f"in the oldest version, posted {since}"
    _summary(invocation.output, len(untouched), gone, sight)


def _newest(ledgers: "Iterable[Ledger]") -> "dict[Steps, Ledger]":
    """What was last heard of every field, those left out that came or went since together with the part that holds them."""
    newest = {FieldPath.parse(ledger.field).steps: ledger for ledger in ledgers}

    def replaced(steps: Steps, ledger: "Ledger") -> bool:
        holders = (newest.get(steps[:length]) for length in range(1, len(steps)))
        return any(holder is not None and holder.version > ledger.version for holder in holders)

    return {steps: ledger for steps, ledger in newest.items() if not replaced(steps, ledger)}


def _untouched(present: Iterable[FieldPath], standing: "dict[Steps, Ledger]") -> Iterator[FieldPath]:
    """The fields of the record in which nothing ever changed and that came with no part that did."""
    touched = {steps[:length] for steps in standing for length in range(1, len(steps) + 1)}
    for path in present:
        came_with = any(path.steps[:length] in standing for length in range(1, len(path.steps)))
        if path.steps not in touched and not came_with:
            yield path


def _begins(path: FieldPath, prefix: str) -> bool:
    """Whether the path, or what is left of it from one of its parts on, begins with the prefix; case aside."""
    wanted = prefix.casefold()
    return any(
        str(FieldPath(path.steps[start:])).casefold().startswith(wanted)
        for start, step in enumerate(path.steps)
        if start == 0 or not isinstance(step, Item)
    )


def _row(ledger: "Ledger") -> dict[str, Any]:
    return {
        "field": ledger.field,
        "label": ledger.label,
        "value": ledger.after,
        "since": ledger.seen_at,
        "version": ledger.version,
        "before": ledger.before,
        "changes": ledger.times,
    }


def _show(
    output: "Output", fields: "Sequence[tuple[FieldPath, Ledger]]", shape: "Shape", *, everything: bool
) -> None:
    from monitor.cli.showing import DIM, order, put
    from monitor.render.wording import count

    for _, group in groupby(fields, key=lambda field: field[1].version):
        version = [(_change(path, ledger, shape), ledger) for path, ledger in group]
        shown = [pair for pair in version if everything or not pair[0].housekeeping]
        hidden = len(version) - len(shown)
        ledger = version[0][1]
        more = f" · {count(hidden, 'field')} of the registry's bookkeeping" if hidden else ""
        output.say()
        posted = ", by the registry's date" if ledger.version <= 1 else ""
        put(output, f"since {ledger.seen_at[:10]}{posted}", (f" · version {ledger.version}{more}", DIM))
        for change, ledger in sorted(shown, key=lambda pair: order(pair[0])):
            _line(output, change, ledger)


def _change(path: FieldPath, ledger: "Ledger", shape: "Shape") -> "Change":
    from monitor.core.change import Change

    plain = path.plain
    return Change(
        path,
        ledger.kind,
        ledger.before,
        ledger.after,
        shape.topic(plain),
        ledger.label,
        housekeeping=shape.is_housekeeping(plain),
    )


def _line(output: "Output", change: "Change", ledger: "Ledger") -> None:
    """`Overall status: Completed · was Recruiting (2 changes)`; of a long text the words that changed last."""
    from monitor.cli.showing import DIM, IN, OUT, marked_words, put
    from monitor.render.values import change_line

    line = change_line(change)
    times = f" ({ledger.times} changes)" if ledger.times > 1 else ""
    if line.pieces:
        words = marked_words(line.pieces)
    elif line.before:
        words = [(line.after, IN), " · was ", (line.before, OUT)]
    else:
        words = [(line.after, IN), (" · was not there", DIM)]
    put(output, line.label, ": ", *words, (times, DIM), indent=2, lead=(f"{change.topic:<12}", DIM))


def _summary(output: "Output", untouched: int, gone: int, sight: str) -> None:
    from monitor.render.wording import count

    output.say()
    if untouched:
        output.say(f"{count(untouched, 'field')} as {sight}.")
    if gone:
        output.say(
            f"{count(gone, 'field')} {'is' if gone == 1 else 'are'} no longer there; `trialmon changes` has what they said."
        )
