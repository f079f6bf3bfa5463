"""When to look at a source again, from what the store remembers of it. Pure: a restart, a crash or a suspend changes nothing here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.runs import SourceState

LONGEST_BACK_OFF = timedelta(hours=6)
_JITTER = 0.1
_LONGEST_JITTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a source is asked, and how often all of it is read whatever it says of itself."""

    check_every: timedelta
    full_read_every: timedelta

    def next_look(self, state: SourceState, now: datetime, random: float) -> datetime:
        """The moment of the next look, after one that ended `now`. `random` is a number in 0..1.

        While looks fail, the wait is as long as they have been failing: it doubles each time, needs no counter, and outlives
        a restart. It never exceeds six hours or a quarter of `full_read_every`. What is held is read again when that counts.
        """
        again = state.read_again_at
        if again is not None and now < again <= now + self._longest():
            wait = again - now
        else:
            wait = self._wait(state, now)
        return now + wait + random * _most_jitter(wait)

    def is_due(self, state: SourceState, now: datetime) -> bool:
        """Also where the next look is further ahead than we ever set it: then the clock went back, or the pace was quickened."""
        due = state.next_look_at
        if due is None or due <= now:
            return True
        furthest = self._longest() if state.failing_since is not None else self.check_every
        return due > now + furthest + _most_jitter(furthest)

    def _wait(self, state: SourceState, now: datetime) -> timedelta:
        if state.failing_since is None:
            return self.check_every
        return min(max(now - state.failing_since, self.check_every), self._longest())

    def _longest(self) -> timedelta:
        return max(self.check_every, min(LONGEST_BACK_OFF, self.full_read_every / 4))


def _most_jitter(wait: timedelta) -> timedelta:
    return min(_JITTER * wait, _LONGEST_JITTER)
