"""What a subscriber was not told, and why: noise, below the wished level, of other topics. Pure counting."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.core.significance import Significance, Topic
from monitor.core.watch import Subscriber


@dataclass(frozen=True, slots=True)
class Untold:
    """What one rule made of one trial and a subscriber was not told: how many `events`; `lists` are the watchlists that hold the trial."""

    trial: str
    lists: tuple[str, ...]
    rule: str
    topic: Topic
    significance: Significance
    events: int = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """Counts of what was held back. `noise`: by its kind (`housekeeping`), in how many `noise_trials`; `below`: by significance, what is
    graver than noise but not grave enough for this subscriber; `elsewhere`: by topic, what is grave enough but of no wished topic."""

    noise: Mapping[str, int] = field(default_factory=dict)
    noise_trials: int = 0
    below: Mapping[Significance, int] = field(default_factory=dict)
    elsewhere: Mapping[Topic, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing was held back."""
        return not (self.noise or self.below or self.elsewhere)


def held_back(untold: Iterable[Untold], wishes: Mapping[str, Subscriber]) -> Receipt:
    """Why each was held back, once each. `wishes` are a subscriber's, by watchlist; where several lists hold a trial, the most generous
    counts. What the wishes ask for was not held back (it was there before the subscriber) and is not counted."""
    noise: Counter[str] = Counter()
    below: Counter[Significance] = Counter()
    elsewhere: Counter[Topic] = Counter()
    trials = set()
    for one in untold:
        asking = [wishes[name] for name in one.lists if name in wishes]
        grave_enough = [wish for wish in asking if one.significance >= wish.at_least]
        if not asking or any(one.topic in wish.topics for wish in grave_enough):
            continue
        if one.significance == Significance.NOISE:
            noise[_kind(one.rule)] += one.events
            trials.add(one.trial)
        elif grave_enough:
            elsewhere[one.topic] += one.events
        else:
            below[one.significance] += one.events
    return Receipt(dict(noise), len(trials), dict(below), dict(elsewhere))


def _kind(rule: str) -> str:
    """`noise.place_names` → `place names`."""
    return rule.rpartition(".")[2].replace("_", " ")
