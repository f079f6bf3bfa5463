"""Which trials are watched, and why: from the watchlists and from what their searches found."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.core.trial import TrialId
from monitor.core.watch import Watch, Watchlist
from monitor.store.database import Database
from monitor.store.standings import standings
from monitor.store.watches import members as members_of_search

Reasons = dict[TrialId, dict[str, str]]


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
    """Trial → (list name → why it is in that list). `members` are the numbers that a search (by its key) finds;
    `moved` says which number a number has become: the watch follows it, and the old number is asked for no more."""
    reasons: Reasons = {}
    for watchlist in watchlists:
        for watch in watchlist.watches:
            if watch.registry != registry:
                continue
            for number, why in _named(watch, members):
                followed = moved.get(number)
                if followed:
                    why += f" (as {number}, which the registry merged into {followed})"
                trial = TrialId(registry, followed or number)
                reasons.setdefault(trial, {}).setdefault(watchlist.name, why)
    return reasons


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
