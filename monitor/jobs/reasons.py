"""Which trials are watched, and why: from the watchlists and from what their searches found."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.core.trial import TrialId
from monitor.core.watch import Watch, Watchlist

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
