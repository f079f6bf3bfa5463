"""The chain behind an event: the registry's fields, whose act they were, the rule, who was told, and who was not and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.core.change import Change
from monitor.core.significance import Rule, Significance
from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Subscriber, Watchlist, Wishes
from monitor.core.wishes import News, fate_of, muted_by
from monitor.discovery import rules
from monitor.jobs.bursts import EditsOfADay
from monitor.jobs.reasons import holdings
from monitor.rules._bursts import TRIALS_OF_A_BURST
from monitor.store import lineage, publications, queries
from monitor.store.database import Database

# How a row of `changes` is read.
Reading = Callable[[Mapping[str, Any]], Change]
# Of an event's row, what stands in another link of the chain.
_ELSEWHERE = ("changes", "because", "submitted_before", "submitted_after", "measure")


@dataclass(frozen=True, slots=True)
class Lists:
    """The watchlists as their files say now, by name; or what keeps them from being read."""

    by_name: Mapping[str, Watchlist]
    problem: str = ""


def chain(db: Database, identity: int, lists: Lists, change_of: Reading) -> dict[str, Any]:
    """The chain behind an event that there is, as `explain --json` gives it. `change_of` reads a row of `changes`."""
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
        "papers": publications.papers_of_event(db, identity),
        "made_by": _whose_act(db, event, change_of),
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


def _rule(identity: str) -> Rule | None:
    """The rule of that id; None if this trialmon has it no more."""
    return next((rule for rule in rules() if rule.id == identity), None)


def _whose_act(db: Database, event: Mapping[str, Any], change_of: Reading) -> dict[str, Any]:
    """`by`: sponsor, registry, unknown, or empty where no record was changed; with the dates that say so, and in how many trials the same
    edit was seen that day (0 for edits that are not counted)."""
    before, after = event["submitted_before"], event["submitted_after"]
    by = ""
    if event["version"] is not None:
        by = "unknown" if not (before and after) else "registry" if before == after else "sponsor"
    trials = _trials_with_the_same(db, event, change_of) if by else 0
    if trials >= TRIALS_OF_A_BURST:
        by = "registry"
    return {"by": by, "submitted_before": before, "submitted_after": after, "same_edit_in": trials}


def _trials_with_the_same(db: Database, event: Mapping[str, Any], change_of: Reading) -> int:
    changes = [change_of({**row, "registry": event["registry"]}) for row in event["changes"]]
    day = datetime.fromisoformat(event["seen_at"]).date()
    return EditsOfADay(db, event["registry"]).most_trials(changes, day)


def _not_told(
    event: Mapping[str, Any],
    rule: Rule | None,
    watching: Sequence[Watchlist],
    held: Mapping[str, Holding],
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


def _unwished(event: Mapping[str, Any], subscriber: Subscriber, holding: Holding | None) -> str:
    """Why a subscriber did not ask for it, by what the list says now; empty if it was asked for."""
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
