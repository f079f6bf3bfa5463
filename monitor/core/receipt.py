"""What a subscriber was not told, and why: noise, below the wished level, of other topics, too small, muted. Pure counting."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.significance import Measure, Significance, Topic
from monitor.core.watch import Holding, Subscriber, Wishes
from monitor.core.wishes import FATES, Fate, News, fate_of


@dataclass(frozen=True, slots=True)
class Untold:
    """What one rule made of one trial and a subscriber was not told: how many `events`; `lists` are the watchlists that hold the trial,
    `number` is its number at the registry, `measure` how large the change is, where that is known."""

    trial: str
    lists: tuple[str, ...]
    rule: str
    topic: Topic
    significance: Significance
    events: int = 1
    number: str = ""
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Counts of what was held back. `noise`: by its kind (`housekeeping`), in how many `noise_trials`; `below`: by significance, what is
    graver than noise but not grave enough for this subscriber; `elsewhere`: by topic, what is grave enough but of no wished topic;
    `small`: by topic, dates and numbers that moved by less than wished for; `muted`: what the subscriber muted."""

    noise: Mapping[str, int] = field(default_factory=dict)
    noise_trials: int = 0
    below: Mapping[Significance, int] = field(default_factory=dict)
    elsewhere: Mapping[Topic, int] = field(default_factory=dict)
    small: Mapping[Topic, int] = field(default_factory=dict)
    muted: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was held back."""
        return not (self.noise or self.below or self.elsewhere or self.small or self.muted)


def held_back(
    untold: Iterable[Untold],
    wishes: Mapping[str, Subscriber],
    held: Mapping[str, Mapping[str, Holding]] | None = None,
) -> Receipt:
    """Why each was held back, once each. `wishes` are a subscriber's, by watchlist; where several lists hold a trial, the most generous
    counts. `held`: how a trial (by its number) is in each list, where its watches have wishes of their own.
    What the wishes ask for was not held back (it was there before the subscriber) and is not counted."""
    noise: Counter[str] = Counter()
    below: Counter[Significance] = Counter()
    elsewhere: Counter[Topic] = Counter()
    small: Counter[Topic] = Counter()
    muted = 0
    trials = set()
    for one in untold:
        fate = _fate(one, wishes, (held or {}).get(one.number, {}))
        if fate is None or fate == "told":
            continue
        if fate == "muted":
            muted += one.events
        elif one.significance == Significance.NOISE:
            noise[_kind(one.rule)] += one.events
            trials.add(one.trial)
        elif fate == "below":
            below[one.significance] += one.events
        else:
            (elsewhere if fate == "elsewhere" else small)[one.topic] += one.events
    return Receipt(dict(noise), len(trials), dict(below), dict(elsewhere), dict(small), muted)


def _fate(one: Untold, wishes: Mapping[str, Subscriber], held: Mapping[str, Holding]) -> Fate | None:
    """The kindest of what the lists that hold the trial make of it; None if none of them is the subscriber's."""
    news = News(one.number, one.rule, one.topic, one.significance, one.measure)
    fates = [fate_of(news, wishes[name], _wishes(held, name))[0] for name in one.lists if name in wishes]
    return max(fates, key=FATES.index, default=None)


def _wishes(held: Mapping[str, Holding], watchlist: str) -> Sequence[Wishes]:
    return held[watchlist].wishes if watchlist in held else (Wishes(),)


def _kind(rule: str) -> str:
    """`noise.place_names` → `place names`."""
    return rule.rpartition(".")[2].replace("_", " ")
