"""The chain behind a message: registry field, whose act, rule, subscription, destination."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import Invocation, common
from monitor.cli.asking import reading, settings_of
from monitor.core.errors import WrongUsage

if TYPE_CHECKING:
    from monitor.cli.output import Output
    from monitor.core.significance import Rule
    from monitor.core.watch import Holding, Subscriber, Watchlist
    from monitor.store.database import Database

_ID = re.compile(r"(?:(event|change|delivery):)?([0-9]{1,18})")
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
    from monitor.store import queries

    kind, number = _asked(identity)
    with reading(invocation) as db:
        carried = queries.delivery(db, number) if kind == "delivery" else None
        lists = _lists(invocation)
        explained = [_explained(db, event, lists) for event in _events(db, kind, number)]
        names = queries.trial_names(db)
    if invocation.output.json:
        row: dict[str, Any] = {"asked": f"{kind}:{number}", "delivery": carried, "events": explained}
        invocation.output.lines([row])
        return
    if carried is not None:
        _show_delivery(invocation.output, carried)
    elif not explained:
        invocation.output.say("No rule made anything of this change.")
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


@dataclass(frozen=True, slots=True)
class _Lists:
    """The watchlists as their files say now, by name; or what keeps them from being read."""

    by_name: "Mapping[str, Watchlist]"
    problem: str = ""


def _lists(invocation: Invocation) -> _Lists:
    from monitor.config.watchlists import load_watchlists

    settings = settings_of(invocation)
    loaded = load_watchlists(settings.watchlists, settings)
    problem = f"not all watchlists can be read: {loaded.problems[0]}" if loaded.problems else ""
    return _Lists({watchlist.name: watchlist for watchlist in loaded.watchlists}, problem)


def _explained(db: "Database", identity: int, lists: _Lists) -> dict[str, Any]:
    """One event's chain, as --json gives it."""
    from monitor.core.trial import TrialId
    from monitor.jobs.reasons import holdings
    from monitor.store import lineage, queries

    event = lineage.event(db, identity)
    assert event is not None
    rule = _rule(event["rule"])
    told = lineage.tellings(db, identity)
    trial = TrialId(event["registry"], event["trial"])
    listed = [one["watchlist"] for one in queries.watched_by(db, trial)]
    watching = [lists.by_name[name] for name in listed if name in lists.by_name]
    return {
        "event": {name: event[name] for name in event if name not in _ELSEWHERE},
        "changes": event["changes"],
        "made_by": _whose_act(db, event),
        "rule": {
            "id": event["rule"],
            "title": rule.title if rule is not None else "",
            "doc": rule.doc if rule is not None else "",
            "because": event["because"],
            "significance": event["significance"],
        },
        "told": told,
        "not_told": list(
            _not_told(event, rule, watching, holdings(db, watching).get(event["trial"], {}), told)
        ),
        "problem": lists.problem,
    }


_ELSEWHERE = ("changes", "because", "submitted_before", "submitted_after", "measure")


def _rule(identity: str) -> "Rule | None":
    """The rule of that id; None if this trialmon has it no more."""
    from monitor.discovery import rules

    return next((rule for rule in rules() if rule.id == identity), None)


def _whose_act(db: "Database", event: Mapping[str, Any]) -> dict[str, Any]:
    """`by`: sponsor, registry, unknown, or empty where no record was changed; with the dates that say so, and in how many trials the same
    edit was seen that day (0 for edits that are not counted)."""
    from monitor.rules._bursts import TRIALS_OF_A_BURST

    before, after = event["submitted_before"], event["submitted_after"]
    by = ""
    if event["version"] is not None:
        by = "unknown" if not (before and after) else "registry" if before == after else "sponsor"
    trials = _trials_with_the_same(db, event) if by else 0
    if trials >= TRIALS_OF_A_BURST:
        by = "registry"
    return {"by": by, "submitted_before": before, "submitted_after": after, "same_edit_in": trials}


def _trials_with_the_same(db: "Database", event: Mapping[str, Any]) -> int:
    from datetime import datetime

    from monitor.cli.showing import change_of
    from monitor.jobs.bursts import EditsOfADay

    changes = [change_of({**row, "registry": event["registry"]}) for row in event["changes"]]
    day = datetime.fromisoformat(event["seen_at"]).date()
    return EditsOfADay(db, event["registry"]).most_trials(changes, day)


def _not_told(
    event: Mapping[str, Any],
    rule: "Rule | None",
    watching: "Sequence[Watchlist]",
    held: "Mapping[str, Holding]",
    told: Sequence[Mapping[str, Any]],
) -> Iterable[dict[str, str]]:
    """The present subscribers of the lists that watch the trial and that were not told through them, each with the reason."""
    for watchlist in watching:
        for subscriber in watchlist.subscribers:
            lists = [one["watchlists"] for one in told if one["subscriber"] == subscriber.name]
            if any(watchlist.name in names for names in lists):
                continue
            if rule is not None and rule.on in ("entered", "left"):
                why = "only the readers of the lists that hold this search are told of it"
            elif rule is not None and rule.on == "unknown":
                why = "unknown numbers are told together, in one message that is kept with the first of them"
            else:
                why = _unwished(event, subscriber, held.get(watchlist.name))
                if not why and lists:
                    why = f"they were told of it through {', '.join(lists[0])}"
            yield {
                "subscriber": subscriber.name,
                "watchlist": watchlist.name,
                "why": why
                or "they ask for it as the list stands now; when it was seen, they or the trial were not in the list",
            }


def _unwished(event: Mapping[str, Any], subscriber: "Subscriber", holding: "Holding | None") -> str:
    """Why a subscriber did not ask for it, by what the list says now; empty if it was asked for."""
    from monitor.core.significance import Significance
    from monitor.core.watch import Wishes
    from monitor.core.wishes import News, fate_of, muted_by

    weight = Significance.parse(event["significance"])
    news = News(event["trial"], event["rule"], event["topic"], weight, event["measure"])
    wishes = holding.wishes if holding is not None else (Wishes(),)
    match fate_of(news, subscriber, wishes)[0]:
        case "below":
            least = min(subscriber.at_least if wish.at_least is None else wish.at_least for wish in wishes)
            return f"this is {weight}, and they are told what is at least {least}"
        case "elsewhere":
            return f"they do not ask for the topic {event['topic']}"
        case "small":
            return "it is smaller than they ask for, and so is the way since the first promise"
        case "muted":
            return f"they muted {muted_by(news, subscriber)}"
        case _:
            return ""


# --- for people


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
    _heading(output, "What changed")
    _show_changes(output, event, chain["changes"])
    _heading(output, "Whose act")
    put(output, _act_in_words(chain["made_by"]), indent=2)
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


def _act_in_words(made_by: Mapping[str, Any]) -> str:
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
    return "no edit: it follows from the calendar, a search or the number itself, not from a new version"


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
    """`sent 2026-02-09 14:03 UTC`, `pending, due …`, with how often it was tried."""
    from monitor.cli.showing import minute
    from monitor.render.wording import count

    tries = f" ({count(delivery['attempts'], 'try', 'tries')})" if delivery["attempts"] else ""
    if delivery["state"] == "sent":
        return f"sent {minute(delivery['sent_at'])} UTC{tries}"
    if delivery["state"] == "pending":
        return f"pending, due {minute(delivery['due'])} UTC{tries}"
    return f"{delivery['state'].replace('_', ' ')}{tries}"
