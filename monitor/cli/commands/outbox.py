"""List deliveries, look at one, send again, drop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import SHOWN, reading, say_whether_there_is_more, settings_of, with_limit
from monitor.core.errors import NothingDone, WrongUsage

if TYPE_CHECKING:
    from monitor.store.database import Database

_STATES = ("pending", "sending", "sent", "gave_up", "suppressed")


@click.group()
def command() -> None:
    """Deliveries: what was to be told, to whom, where, and how it went."""


@command.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(_STATES),
    help="Only in this state; may be repeated.",
)
@click.option("--destination", metavar="NAME", help="Only to this destination.")
@with_limit
@common
def list_(call: Invocation, states: tuple[str, ...], destination: str | None, limit: int | None) -> None:
    """List deliveries, the newest first."""
    from monitor.cli.showing import columns
    from monitor.render.wording import count
    from monitor.store import queries

    with reading(call) as db:
        if call.output.json:
            call.output.lines(queries.outbox(db, states, destination, limit))
            return
        most = limit or SHOWN
        rows = list(queries.outbox(db, states, destination, most + 1))
        titles = queries.titles(db, [row["id"] for row in rows])
        held = queries.held(db) if not destination and (not states or "pending" in states) else 0
    if rows:
        columns(call.output, (_cells(row, titles) for row in rows[:most]), wraps="message")
        say_whether_there_is_more(call, rows, most)
    else:
        call.output.say("No such delivery.")
    if held:
        call.output.say(
            f"{count(held, 'message waits', 'messages wait')} for a digest; `trialmon explain event:ID` says until when."
        )


def _cells(row: Mapping[str, Any], titles: Mapping[int, str]) -> dict[str, object]:
    from monitor.cli.showing import minute

    title = titles[row["id"]]
    return {
        "id": row["id"],
        "state": row["state"],
        "to": row["destination"],
        "trial": row["trial"],
        "tries": row["attempts"],
        "due (UTC)": minute(row["due"]),
        "message": f"{row['error']} · {title}" if row["error"] else title,
    }


@command.command()
@click.argument("identity", metavar="ID", type=int)
@common
def show(call: Invocation, identity: int) -> None:
    """Show a delivery: what its destination was really handed, or its message before that, and every attempt at it."""
    from monitor.cli.showing import LABEL, minute, pairs, put
    from monitor.store import queries

    with reading(call) as db:
        found = queries.delivery(db, identity)
        if found is None:
            raise WrongUsage(f"there is no delivery {identity}", "`trialmon outbox list` shows their ids")
        tries = queries.attempts(db, identity)
    output = call.output
    if output.json:
        output.lines([{**found, "tries": tries}])
        return
    put(output, (found["title"], LABEL))
    output.say()
    payload = found["payload"]
    part = [("Part", f"{found['part']} of {found['parts']}")] if found["parts"] > 1 else []
    sent = [("Handed over as", payload["form"])] if payload is not None else []
    if payload is not None and payload["body_digest"] is not None:
        sent.append(
            ("Thinned", f"what was handed over is gone (blake2b {payload['body_digest']}); what it told:")
        )
    pairs(
        output,
        [
            ("To", f"{found['destination']}, for {found['subscriber'] or 'everybody'}"),
            *part,
            ("Because", found["why"]),
            ("State", found["state"].replace("_", " ")),
            ("Written", minute(found["created_at"])),
            ("Sent" if found["sent_at"] else "Due", minute(found["sent_at"] or found["due"])),
            ("Error", found["error"]),
            ("Key", found["key"]),
            *sent,
        ],
    )
    output.say(f"\n{_words(found)}")
    if tries:
        output.say()
        columns = ["try", "began (UTC)", "ended (UTC)", "outcome", "error"]
        output.table(
            columns,
            (
                [
                    one["n"],
                    minute(one["began_at"]),
                    minute(one["ended_at"]),
                    one["outcome"] or "under way",
                    one["error"],
                ]
                for one in tries
            ),
        )


def _words(found: Mapping[str, Any]) -> str:
    """What was handed over, as it was, where people can read it; of HTML its plain alternative."""
    payload = found["payload"]
    if payload is None or payload["body_digest"] is not None:
        return str(found["text"])
    return str((payload["text"] or payload["body"]) if payload["form"] == "html" else payload["body"])


@command.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all-given-up", is_flag=True, help="Every delivery that was given up.")
@common
def retry(call: Invocation, ids: tuple[int, ...], all_given_up: bool) -> None:
    """Make deliveries due now, with new patience: those given up or dropped (with all parts that were dropped), or those that wait.

    A destination that is left alone because it failed is tried again at once. The daemon sends them, or `trialmon deliver`.
    Exit 1 if some could not be changed, 3 if none.
    """
    from monitor import bootstrap
    from monitor.store import outbox, queries

    if bool(ids) == all_given_up:
        raise WrongUsage("name deliveries by their ids, or say --all-given-up", "`trialmon outbox list`")
    with _writing(call) as db:
        wanted = ids or tuple(row["id"] for row in queries.outbox(db, ["gave_up"]))
        now = bootstrap.clock_at(call.now).now()
        if not wanted:
            call.output.say("Nothing was given up.")
            return
        _report(call, db, wanted, lambda: outbox.retry(db, wanted, now), "is due now")


@command.command()
@click.argument("ids", metavar="ID...", nargs=-1, type=int, required=True)
@common
def drop(call: Invocation, ids: tuple[int, ...]) -> None:
    """Never send these deliveries, nor what is left of a message of which one is a part. They stay in the list as suppressed; `retry`
    brings them back.

    Exit 1 if some could not be changed, 3 if none.
    """
    from monitor.store import outbox

    with _writing(call) as db:
        _report(call, db, ids, lambda: outbox.drop(db, ids), "will not be sent")


@contextmanager
def _writing(call: Invocation) -> "Iterator[Database]":
    """The database, open for writing, but never made anew by a command that only asks for what is in it."""
    from monitor.store.database import Database

    path = settings_of(call).database
    if not path.exists():
        raise NothingDone(f"there is no database at {path} yet", "run `trialmon check` first")
    with Database.open(path) as db:
        yield db


def _report(
    call: Invocation, db: "Database", ids: Sequence[int], change: Callable[[], list[int]], done: str
) -> None:
    """Do it, and say of each whether it was done and why not."""
    from monitor.store import queries

    ids = list(dict.fromkeys(ids))
    changed = set(change())
    ids += sorted(changed - set(ids))  # the other parts of a message
    found = {identity: queries.delivery(db, identity) for identity in ids}
    refused = {identity: _why_not(found[identity]) for identity in ids if identity not in changed}
    for identity, why in refused.items():
        call.output.warn(f"trialmon: delivery {identity}: {why}")
    if call.output.json:
        call.output.lines({"id": one, "done": one in changed, "why": refused.get(one, "")} for one in ids)
    for one in ids:
        row = found[one]
        if one in changed and row is not None:
            part = f" (part {row['part']} of {row['parts']})" if row["parts"] > 1 else ""
            call.output.say(f"{one}: “{row['title']}”{part} to {row['destination']} {done}.")
    if refused:
        raise click.exceptions.Exit(1 if changed else 3)


def _why_not(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "there is none of this id"
    if row["state"] == "sending":
        return "it is being sent at this moment; try again in a minute"
    if row["state"] == "sent":
        return "it was sent already"
    if row["folded_into"] is not None:
        return f"it was folded into {row['folded_into']}, which tells it in its place"
    return "it was dropped already"
