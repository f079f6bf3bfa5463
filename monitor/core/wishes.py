"""What a reader wishes to be told: whether one verdict is, and if not, why not. Pure comparing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from monitor.core.significance import Measure, Significance, Topic
from monitor.core.watch import Subscriber, Wishes

# Why a reader is told, or is not, from what is said last to what is said first where several wishes differ:
# below the level, of a topic not asked for, smaller than asked for, muted.
Fate = Literal["below", "elsewhere", "small", "muted", "told"]
FATES: tuple[Fate, ...] = Fate.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class News:
    """A verdict or a stored event, as far as wishes look at it; `number` is its trial's."""

    number: str
    rule: str
    topic: Topic
    significance: Significance
    measure: Measure | None = None


def fate_of(news: News, subscriber: Subscriber, wishes: Sequence[Wishes]) -> tuple[Fate, Significance]:
    """What becomes of it for this reader, and how grave it is to them. Where the watches that hold the trial wish for different things
    (`wishes`), the most generous counts."""
    fate, significance = max(
        (_fate(news, subscriber, wish) for wish in wishes), key=lambda one: (FATES.index(one[0]), one[1])
    )
    return ("muted", significance) if fate == "told" and muted_by(news, subscriber) else (fate, significance)


def muted_by(news: News, subscriber: Subscriber) -> str:
    """The word under `mute` that silences it: its trial, rule or topic; empty if none does."""
    return next((word for word in (news.number, news.rule, news.topic) if word in subscriber.mute), "")


def _fate(news: News, subscriber: Subscriber, wish: Wishes) -> tuple[Fate, Significance]:
    significance, small = news.significance, False
    threshold = _threshold(news.measure, subscriber, wish)
    if news.measure is not None and threshold is not None and significance < Significance.CRITICAL:
        # Whoever says how much is much wants to hear of it from there on, whatever the rule calls notable.
        small = not is_large(news.measure, threshold)
        significance = significance if small else max(significance, Significance.NOTABLE)
    if significance < (subscriber.at_least if wish.at_least is None else wish.at_least):
        return "below", significance
    if news.topic not in (subscriber.topics if wish.topics is None else wish.topics):
        return "elsewhere", significance
    return ("small" if small else "told"), significance


def _threshold(measure: Measure | None, subscriber: Subscriber, wish: Wishes) -> float | None:
    if measure is None:
        return None
    if measure.kind == "enrollment":
        return subscriber.enrollment_by if wish.enrollment_by is None else wish.enrollment_by
    slip = subscriber.slip_of if wish.slip_of is None else wish.slip_of
    return slip / timedelta(days=1) if slip is not None else None


def is_large(measure: Measure, threshold: float) -> bool:
    """Whether a change reaches the threshold, either way; or the way since the first promise has come to a further multiple of it, so
    that many small steps are not lost. Within one multiple on either side of the first promise, small steps back and forth stay small."""
    return abs(measure.step) >= threshold or int(measure.total_before / threshold) != int(
        measure.total / threshold
    )
