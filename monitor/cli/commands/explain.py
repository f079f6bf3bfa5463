"""The chain behind a message: registry field, whose act, rule, subscription, destination."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import reading, settings_of
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.cli.output import Output
    from monitor.jobs.chain import Lists
    from monitor.store.database import Database

_ID = re.compile(r"(?:(event|change|delivery):)?(-?[0-9]{1,18})")
_HOW_IDS_ARE_FOUND = {
    "event": "`trialmon events --json` gives the ids of events",
    "change": "`trialmon changes --json` gives the ids of changes",
    "delivery": "`trialmon outbox list` gives the ids of deliveries",
}
# So many of each are shown to people; --json has all.
_MOST_CHANGES = 12
_MOST_EVENTS = 10


@click.command()
@click.argument("identity", metavar="ID")
@common
def command(invocation: Invocation, identity: str) -> None:
    """Show why somebody was told, or not: from the registry's field to the destination.

    ID is an event's, as `events --json` gives it; change:ID and delivery:ID explain the events behind a change or a delivery.
    """
    from monitor.cli.showing import change_of
    from monitor.jobs.chain import chain
    from monitor.store import queries

    kind, number = _asked(identity)
    with reading(invocation) as db:
        carried = queries.delivery(db, number) if kind == "delivery" else None
        lists = _lists(invocation)
        explained = [chain(db, event, lists, change_of) for event in _events(db, kind, number)]
        names = queries.trial_names(db)
    if invocation.output.json:
        row: dict[str, Any] = {"asked": f"{kind}:{number}", "delivery": carried, "events": explained}
        invocation.output.lines([row])
        return
    if carried is not None:
        _show_delivery(invocation.output, carried)
    elif not explained:
        past = "It is from before the trial was watched: of the past nobody is told, and no rule is asked."
        invocation.output.say(past if number < 0 else "No rule made anything of this change.")
    for nth, one in enumerate(explained[:_MOST_EVENTS]):
        if nth or carried is not None:
            invocation.output.say()
        _show(invocation.output, one, names)
    if len(explained) > _MOST_EVENTS:
        more = len(explained) - _MOST_EVENTS
        invocation.output.say(f"\nAnd {more} more events: --json has all.")


def _asked(text: str) -> tuple[str, int]:
    match = _ID.fullmatch(text.strip())
    if match is None:
        raise WrongUsage(f"{text!r} is no id", "; ".join(_HOW_IDS_ARE_FOUND.values()))
    return match[1] or "event", int(match[2])


def _events(db: "Database", kind: str, number: int) -> list[int]:
    from monitor.store import lineage

    if kind == "event":
        found = [number] if lineage.event(db, number) is not None else None
    elif kind == "change":
        found = lineage.events_of_change(db, number)
    else:
        found = lineage.events_of_delivery(db, number)
    if found is None:
        raise WrongUsage(f"there is no {kind} {number}", _HOW_IDS_ARE_FOUND[kind])
    return found


def _lists(invocation: Invocation) -> "Lists":
    from monitor.config.watchlists import load_watchlists
    from monitor.jobs.chain import Lists

    settings = settings_of(invocation)
    loaded = load_watchlists(settings.watchlists, settings)
    problem = f"not all watchlists can be read: {loaded.problems[0]}" if loaded.problems else ""
    return Lists({watchlist.name: watchlist for watchlist in loaded.watchlists}, problem)


def _show_delivery(output: "Output", carried: Mapping[str, Any]) -> None:
    from monitor.cli.showing import LABEL, pairs, put

    put(output, (carried["title"], LABEL))
    pairs(
        output,
        [
            ("Delivery", f"{carried['id']}, to {carried['destination']}: {_state(carried)}"),
            ("For", carried["subscriber"] or "everybody"),
            ("Because", carried["why"]),
            ("Error", carried["error"]),
        ],
    )


def _show(output: "Output", chain: Mapping[str, Any], names: dict[str, str]) -> None:
    from monitor.cli.showing import DIM, TINTS, put, version_heading

    event, rule = chain["event"], chain["rule"]
    put(output, *version_heading(event, names))
    put(output, event["headline"], lead=(f"{event['significance']:<8}", TINTS.get(event["significance"], "")))
    for paper in chain["papers"]:
        _show_paper(output, paper)
    if chain["changes"] or not chain["papers"]:
        _heading(output, "What changed")
        _show_changes(output, event, chain["changes"])
    _heading(output, "Whose act")
    behind = "the literature" if chain["papers"] else "the calendar, a search or the number itself"
    put(output, _act_in_words(chain["made_by"], behind), indent=2)
    _heading(output, "Rule")
    put(output, rule["id"], (f" · {rule['title'] or 'this trialmon has it no more'}", DIM), indent=2)
    put(output, f"{rule['significance']}, because {rule['because']}", indent=2)
    _heading(output, "Told")
    for one in chain["told"]:
        _show_telling(output, one)
    if not chain["told"]:
        put(output, "nobody", indent=2)
    if chain["not_told"]:
        _heading(output, "Not told")
    for one in chain["not_told"]:
        put(output, f"{one['subscriber']} ({one['watchlist']}): {one['why']}", indent=2)
    if chain["problem"]:
        output.warn(f"trialmon: {chain['problem']}")


def _heading(output: "Output", text: str) -> None:
    from monitor.cli.showing import LABEL, put

    put(output, (text, f"{LABEL} underline"))


def _show_changes(output: "Output", event: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> None:
    from monitor.cli.showing import DIM, change_of, put, worded
    from monitor.render.values import change_line

    for row in changes[:_MOST_CHANGES]:
        line = change_line(change_of({**row, "registry": event["registry"]}))
        put(output, (row["field"], DIM), indent=2)
        put(output, line.label, ": ", *worded(line), indent=6)
    if len(changes) > _MOST_CHANGES:
        put(output, f"and {len(changes) - _MOST_CHANGES} more fields: --json has all", indent=2)
    if not changes:
        put(output, "no field of the record", indent=2)


def _show_paper(output: "Output", paper: Mapping[str, Any]) -> None:
    from monitor.cli.showing import DIM, minute, put
    from monitor.render.wording import LINKS

    _heading(output, "What was found")
    said = (paper["title"], paper["journal"], paper["published"], paper["doi"], LINKS.get(paper["link"]))
    put(output, " · ".join(one for one in said if one), indent=2)
    for one in paper["records"]:
        named = f"{one['source']} {one['id']}, version {one['version']}, seen {minute(one['seen_at'])} UTC"
        put(output, named, (f" · digest {one['digest']}", DIM), indent=6)


def _act_in_words(made_by: Mapping[str, Any], behind: str) -> str:
    before, after = made_by["submitted_before"], made_by["submitted_after"]
    if made_by["by"] == "sponsor":
        return f"sponsor-submitted: the last submission moved from {before} to {after}"
    if made_by["by"] == "registry" and (before != after or not after):
        moved = f", though the last submission moved from {before} to {after}" if before and after else ""
        return f"registry-made: the same edit in {made_by['same_edit_in']:,} trials on one day{moved}"
    if made_by["by"] == "registry":
        return f"registry-made: the last submission is {after}, before and after"
    if made_by["by"] == "unknown":
        dates = f"before: {before or 'none'}, after: {after or 'none'}"
        return (
            f"not known: the record does not say on both sides when the sponsor last submitted it ({dates})"
        )
    return f"no edit: it follows from {behind}, not from a new version"


def _show_telling(output: "Output", told: Mapping[str, Any]) -> None:
    from monitor.cli.showing import DIM, minute, put

    lists = f" ({', '.join(told['watchlists'])})" if told["watchlists"] else ""
    put(output, f"{told['subscriber'] or 'everybody'}{lists}: ", (told["why"], DIM), indent=2)
    if told["slot"] and told["digest"] is None:
        put(output, f"waits for the digest of {minute(told['slot'])} UTC", indent=6)
    elif told["digest"] is not None:
        put(output, f"in the digest of {minute(told['slot'])} UTC", indent=6)
    for delivery in told["deliveries"]:
        put(output, f"→ {delivery['destination']}: {_state(delivery)}", indent=6)
        for one in delivery["tries"]:
            ended = f"{one['outcome']} {minute(one['ended_at'])}" if one["ended_at"] else "under way"
            why = f": {one['error']}" if one["error"] else ""
            put(output, (f"try {one['n']}, {minute(one['began_at'])}: {ended}{why}", DIM), indent=10)


def _state(delivery: Mapping[str, Any]) -> str:
    """`sent 2026-02-09 14:03 UTC`, `pending, due …`, `suppressed: you muted sites`, with how often it was tried."""
    from monitor.cli.showing import minute
    from monitor.render.wording import count

    tries = f" ({count(delivery['attempts'], 'try', 'tries')})" if delivery["attempts"] else ""
    if delivery["state"] == "sent":
        return f"sent {minute(delivery['sent_at'])} UTC{tries}"
    if delivery["state"] == "pending":
        return f"pending, due {minute(delivery['due'])} UTC{tries}"
    why = f": {delivery['error']}" if delivery["error"] and delivery["state"] == "suppressed" else ""
    told = f", which was sent {minute(delivery['told_at'])} UTC" if delivery.get("told_at") else ""
    return f"{delivery['state'].replace('_', ' ')}{tries}{why}{told}"
