"""Single trials and searches that cannot be read although the rest of their source can: told once, and once when it is over."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from monitor.core.source import Source
from monitor.core.trial import TrialId
from monitor.core.watch import Watch
from monitor.jobs.context import Context
from monitor.jobs.health import notices_to_all
from monitor.render.contexts import NoticeContext
from monitor.render.wording import first_of
from monitor.store.database import Database
from monitor.store.health import SILENCE
from monitor.store.holds import held_trials
from monitor.store.marks import mark, set_mark
from monitor.store.outbox import notify
from monitor.store.quarantine import suspects
from monitor.store.standings import not_read_since, read_since

_NAMED = 20
# What is remembered of each, by number or by the key of the search: since when it fails (ISO), and whether that was told.
_Failing = dict[str, dict[str, str]]


def note_left_unread(
    context: Context, source: Source, watches: Sequence[Watch], failed: Sequence[Mapping[str, str]]
) -> None:
    """A look succeeded but for single trials and searches (`failed`, as in a report). What nobody could read for a day, from the first
    look on or later, is named to everybody: the rest being well must not hide it. What was named and is read again is named once more."""
    now, name = context.clock.now(), _mark_of(source)
    before: _Failing = json.loads(mark(context.database, name) or "{}")
    searches = {watch.key: watch.title or watch.key for watch in watches if watch.kind != "trial"}
    why = _by_thing(failed, searches)
    failing: _Failing = {
        thing: before.get(thing, {"since": now.isoformat(), "told": ""}) for thing in sorted(why)
    }
    _tell_what_is_over(context, source, searches, {t: was for t, was in before.items() if t not in why}, now)
    _tell_what_is_unread(context, source, searches, failing, why, now)
    if failing != before:
        set_mark(context.database, name, json.dumps(failing))


def unread_now(context: Context, watchlists: Collection[str], trials: Iterable[TrialId]) -> tuple[str, ...]:
    """Of these trials and of the searches of these lists what the last look could not read, left alone, or holds; by name, searches
    first. Nobody knows whether it changed."""
    unread: set[TrialId] = set()
    asked = [watch for one in context.watchlists if one.name in watchlists for watch in one.watches]
    searches: dict[str, str] = {}
    for name, door in context.doors.items():
        things = _things_unread(context.database, door.source)
        unread |= {TrialId(name, thing) for thing in things}
        searches |= {watch.key: watch.title or watch.key for watch in asked if watch.key in things}
    named = sorted(trial.number for trial in unread.intersection(trials))
    return (*(_named(key, searches) for key in sorted(searches)), *named)


def _things_unread(database: Database, source: Source) -> set[str]:
    """Numbers of trials and keys of searches."""
    things = set(json.loads(mark(database, _mark_of(source)) or "{}"))
    things |= {number for number, suspect in suspects(database, source.id).items() if suspect.in_quarantine}
    return things | {trial.number for trial in held_trials(database, source.id)}


def _by_thing(failed: Sequence[Mapping[str, str]], searches: Mapping[str, str]) -> dict[str, str]:
    """Why each trial (by number) and search (by key) could not be read."""
    keys = {title: key for key, title in searches.items()}
    found = {entry["trial"]: entry["why"] for entry in failed if "trial" in entry}
    found |= {keys[entry["search"]]: entry["why"] for entry in failed if entry.get("search") in keys}
    return found


def _tell_what_is_unread(
    context: Context,
    source: Source,
    searches: Mapping[str, str],
    failing: _Failing,
    why: Mapping[str, str],
    now: datetime,
) -> None:
    untold = [thing for thing, what in failing.items() if not what["told"]]
    trials = [TrialId(source.id, thing) for thing in untold if thing not in searches]
    numbers, keys = not_read_since(context.database, now - SILENCE, trials, set(untold) & set(searches))
    long = {*keys, *(trial.number for trial in numbers)}
    # What was never read has no last reading: how long it has been failing is remembered.
    long |= {t for t in untold if now - datetime.fromisoformat(failing[t]["since"]) >= SILENCE}
    things = sorted(long, key=lambda thing: (thing not in searches, thing))
    if not things:
        return
    names = [_named(thing, searches) for thing in things]
    told = NoticeContext(
        _headline("Not read for a day", names),
        (
            f"{source.title} is read, but for more than a day not: {first_of(names, _NAMED)}.",
            f"Of the first, the last failure: {why[things[0]]}",
            "What changes in them is not seen meanwhile. You will be told when they are read again.",
        ),
        "run `trialmon check --full` to see every failure",
    )
    _tell_all(context, told, ("unread", source.id), {thing: failing[thing] for thing in things}, now)
    for thing in things:
        failing[thing] = {**failing[thing], "told": now.isoformat()}


def _tell_what_is_over(
    context: Context, source: Source, searches: Mapping[str, str], ended: _Failing, now: datetime
) -> None:
    """Only what was told, and was read since: what is watched no longer just ends."""
    over = []
    for thing, was in ended.items():
        if not was["told"]:
            continue
        since = datetime.fromisoformat(was["told"])
        is_search = thing in searches
        trials, keys = [] if is_search else [TrialId(source.id, thing)], [thing] if is_search else []
        if any(read_since(context.database, since, trials, keys)):
            over.append(thing)
    if not over:
        return
    names = [_named(thing, searches) for thing in over]
    told = NoticeContext(
        _headline("Read again", names),
        (
            f"These could not be read for more than a day, and are read again: {first_of(names, _NAMED)}.",
            "What changed meanwhile has been found by comparing with the last versions; steps in between may be missing.",
        ),
    )
    _tell_all(context, told, ("read-again", source.id), {thing: ended[thing] for thing in over}, now)


def _tell_all(
    context: Context, told: NoticeContext, what: tuple[str, str], things: _Failing, now: datetime
) -> None:
    """Once for each time that these things failed."""
    about = (*what, *(f"{thing} {was['since']}" for thing, was in things.items()))
    notify(context.database, notices_to_all(context, told, about, now), now)


def _mark_of(source: Source) -> str:
    return f"unread {source.id}"


def _headline(what: str, names: Sequence[str]) -> str:
    return f"{what}: {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _named(thing: str, searches: Mapping[str, str]) -> str:
    return f"the search “{searches[thing]}”" if thing in searches else thing
