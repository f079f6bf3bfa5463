"""How a destination does, and when it may be tried again: five failures in a row, or one that is plainly its own, open its breaker."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.notification import LONGEST_WAIT

OPENS_AFTER = 5
_FIRST_REST, _LONGEST_REST = timedelta(minutes=5), timedelta(hours=6)
# From then on the others are told of it, and what waited for it comes as one digest.
TOLD_AFTER = timedelta(hours=1)
FOLDED_AFTER = timedelta(days=1)
# A destination gets at most so many messages in such a time, and one digest more.
MOST, WITHIN = 20, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Breaker:
    """What the last attempts at one destination taught. All moments are UTC.

    `failures` in a row since `failing_since`, the last of them for the reason `why`; until `rests_until` it is left alone. `openings` is
    how often in a row the breaker opened: while there are any, one message at a time tries whether the destination works again.
    `told`: the other destinations were told that it is broken. `back_from`: since when it had failed that has just come back after
    more than a day.
    """

    failures: int = 0
    openings: int = 0
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    why: str = ""
    told: bool = False
    back_from: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the destination is taken for broken: what waits for it waits, and uses up no attempts."""
        return self.openings > 0

    def failed(
        self, now: datetime, why: str, again: datetime, *, plainly: bool = False, wish: float | None = None
    ) -> "Breaker":
        """After a failure of the destination. `plainly`: the same would happen to any message. `again` is when the message would be tried
        next by its own schedule; `wish`, in seconds, is what the destination asked for, and is obeyed up to a day."""
        failures = self.failures + 1
        since = self.failing_since or now
        if not (plainly or self.is_open or failures >= OPENS_AFTER):
            return replace(self, failures=failures, failing_since=since, why=why, rests_until=again)
        rest = min(_FIRST_REST * 2 ** min(self.openings, 10), _LONGEST_REST)
        if wish is not None:
            # Not min() alone: a wish may be infinite, or no number.
            rest = max(rest, timedelta(seconds=wish) if 0 < wish < LONGEST_WAIT.total_seconds() else rest)
            rest = LONGEST_WAIT if wish >= LONGEST_WAIT.total_seconds() else rest
        return replace(
            self,
            failures=failures,
            failing_since=since,
            why=why,
            openings=self.openings + 1,
            rests_until=now + rest,
        )

    def worked(self, now: datetime) -> "Breaker":
        """After an answer that shows that the destination works."""
        long = self.failing_since is not None and now - self.failing_since >= FOLDED_AFTER
        return Breaker(back_from=self.failing_since if long else self.back_from)
