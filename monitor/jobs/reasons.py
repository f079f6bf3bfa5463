"""Which trials are watched, why, and with which wishes: from the watchlists and from what their searches found."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.core.trial import TrialId
from monitor.core.watch import Holding, Watch, Watchlist, Wishes
from monitor.store.database import Database
from monitor.store.standings import standings
from monitor.store.watches import members as members_of_search

# Trial → (list name → how the trial is in that list).
Reasons = dict[TrialId, dict[str, Holding]]


def watches_of(watchlists: Iterable[Watchlist], registry: str) -> list[Watch]:
    """Every watch of one registry, each once, however many lists hold it."""
    return list(
        {
            watch.key: watch
            for watchlist in watchlists
            for watch in watchlist.watches
            if watch.registry == registry
        }.values()
    )


def reasons_to_watch(
    watchlists: Sequence[Watchlist],
    registry: str,
    members: Mapping[str, Iterable[str]],
    moved: Mapping[str, str],
) -> Reasons:
    """How each trial is in which list. `members` are the numbers that a search (by its key) finds; `moved` says which number a number
    has become: the watch follows it, and the old number is asked for no more."""
    holders: dict[TrialId, dict[str, list[tuple[Watch, str]]]] = {}
    for watchlist in watchlists:
        for watch in watchlist.watches:
            if watch.registry != registry:
                continue
            for number, why in _named(watch, members):
                followed = moved.get(number)
                if followed:
                    why += f" (as {number}, which the registry merged into {followed})"
                trial = TrialId(registry, followed or number)
                holders.setdefault(trial, {}).setdefault(watchlist.name, []).append((watch, why))
    return {
        trial: {
            name: Holding(held[0][1], wishes_of([watch for watch, _ in held])) for name, held in lists.items()
        }
        for trial, lists in holders.items()
    }


def wishes_of(watches: Sequence[Watch]) -> tuple[Wishes, ...]:
    """What the watches of one list that hold a trial wish together; what any of these takes is told.

    What is said where the trial is named wins over what a search says; where it says nothing, the most generous counts.
    """
    named = dict.fromkeys(watch.wishes for watch in watches if watch.kind == "trial")
    found = dict.fromkeys(watch.wishes for watch in watches if watch.kind != "trial")
    if not named:
        return tuple(found)
    return tuple(dict.fromkeys([*named, *(_over(wish, searched) for wish in named for searched in found)]))


def _over(named: Wishes, found: Wishes) -> Wishes:
    return Wishes(
        found.at_least if named.at_least is None else named.at_least,
        found.topics if named.topics is None else named.topics,
        found.slip_of if named.slip_of is None else named.slip_of,
        found.enrollment_by if named.enrollment_by is None else named.enrollment_by,
    )


def _named(watch: Watch, members: Mapping[str, Iterable[str]]) -> Iterable[tuple[str, str]]:
    if watch.kind == "trial":
        note = f" ({watch.note})" if watch.note else ""
        yield watch.number, f"you watch this trial{note}"
    else:
        found_by = "sponsor" if watch.kind == "sponsor" else "search"
        for number in members.get(watch.key, ()):
            yield number, f"found by the {found_by} “{watch.title}”"


def members_of(database: Database, watches: Iterable[Watch]) -> dict[str, tuple[str, ...]]:
    """The numbers that each search holds now, as last read."""
    return {
        watch.key: tuple(trial.number for trial in members_of_search(database, watch.key))
        for watch in watches
        if watch.kind != "trial"
    }


def reasons_now(database: Database, watchlists: Sequence[Watchlist], registry: str) -> Reasons:
    """What is watched of one registry and why, as far as its searches were read, numbers that were merged into others followed."""
    found = members_of(database, watches_of(watchlists, registry))
    direct = reasons_to_watch(watchlists, registry, found, {})
    known = standings(database, list(direct))
    moved = {trial.number: standing.moved_to for trial, standing in known.items() if standing.moved_to}
    return reasons_to_watch(watchlists, registry, found, moved) if moved else direct


def holdings(database: Database, watchlists: Sequence[Watchlist]) -> dict[str, dict[str, Holding]]:
    """How each trial, by its number, is in which of these lists, as far as their searches were read."""
    registries = dict.fromkeys(watch.registry for watchlist in watchlists for watch in watchlist.watches)
    return {
        trial.number: lists
        for registry in registries
        for trial, lists in reasons_now(database, watchlists, registry).items()
    }
