"""How we treat a host: never faster than it likes, not at all while it is down, never back too early.

One request per pause. After five failures in a row the host is left alone for five minutes, then asked once, and left alone
twice as long each time that fails, up to six hours; after a refusal for a day. Retry-After is obeyed. What is waited for in
the middle of a look is short; anything longer ends the look, and the next one comes when it is due.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Lock

from monitor.core.clock import Clock
from monitor.core.errors import CouldNotFindOut, Refused, Rejected, Resting, TooLarge

FAILURES_ALLOWED = 5
FIRST_REST = 5 * 60.0
LONGEST_REST = 6 * 3600.0
REST_AFTER_REFUSAL = 24 * 3600.0
PATIENCE = 60.0
_FIRST_DELAY = 2.0


@dataclass(slots=True)
class HostState:
    """What we remember of a host, as plain values: failures in a row, how often it was left alone since it last answered,
    until when (ISO 8601, empty: not resting) and why."""

    failures: int = 0
    rests: int = 0
    until: str = ""
    why: str = ""


class Politeness:
    """Keeps the manners towards every host for one process; may be asked by several threads."""

    def __init__(
        self,
        clock: Clock,
        random: Callable[[], float],
        *,
        pause: float = 1.0,
        pauses: Mapping[str, float] | None = None,
        states: Mapping[str, Mapping[str, int | str]] | None = None,
    ) -> None:
        """`random` gives numbers from 0 to 1. `pause` is in seconds, `pauses` for single hosts; `states` is an earlier `export()`."""
        self._clock = clock
        self._random = random
        self._pause = pause
        self._pauses = dict(pauses or {})
        self._states = {host: _state_from(values) for host, values in (states or {}).items()}
        self._next_turn: dict[str, float] = {}
        self._lock = Lock()

    def before(self, host: str) -> None:
        """Wait for our turn. Raises Resting where that is further off than a look should wait."""
        with self._lock:
            rest = self._rest(host)
            if rest > PATIENCE:
                raise Resting(
                    f"{host} is left alone for {_in_words(rest)} more: {self._states[host].why}",
                    retry_after=rest,
                )
            present = self._clock.monotonic()
            turn = max(present + rest, self._next_turn.get(host, present))
            self._next_turn[host] = turn + self._pauses.get(host, self._pause)
        if turn > present:
            self._clock.sleep(turn - present)

    def succeeded(self, host: str) -> None:
        """The host answered."""
        with self._lock:
            self._states.pop(host, None)

    def failed(self, host: str, error: CouldNotFindOut) -> None:
        """The host did not answer, or not so that it could be used."""
        if isinstance(error, Rejected | TooLarge):
            self.succeeded(host)
            return
        with self._lock:
            state = self._states.setdefault(host, HostState())
            state.failures += 1
            rest = error.retry_after or 0.0
            if isinstance(error, Refused):
                rest = max(rest, REST_AFTER_REFUSAL)
            elif state.failures >= FAILURES_ALLOWED:
                rest = max(rest, min(FIRST_REST * 2.0 ** min(state.rests, 20), LONGEST_REST))
                state.rests += 1
            if rest:
                state.until = (self._clock.now() + timedelta(seconds=rest)).isoformat()
                state.why = error.message

    def delay(self, attempt: int, error: CouldNotFindOut) -> float | None:
        """Seconds to wait after the `attempt`-th failure (from 1) before the next; None where trying again now is no use.

        Full jitter: anything between nothing and the whole step, so that many clients do not come back together.
        """
        if isinstance(error, Refused | Rejected | TooLarge | Resting):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= PATIENCE else None
        return self._random() * min(_FIRST_DELAY * 2.0 ** (attempt - 1), PATIENCE)

    def wait(self, seconds: float) -> None:
        """Let that much time pass."""
        if seconds > 0:
            self._clock.sleep(seconds)

    def export(self) -> dict[str, dict[str, int | str]]:
        """What is remembered, as plain values, for a process that starts again."""
        with self._lock:
            return {host: asdict(state) for host, state in self._states.items()}

    def _rest(self, host: str) -> float:
        state = self._states.get(host)
        if state is None or not state.until:
            return 0.0
        left = (datetime.fromisoformat(state.until) - self._clock.now()).total_seconds()
        # More than we ever set: the clock went back, and nobody should wait for it to catch up.
        return left if 0 < left <= REST_AFTER_REFUSAL else 0.0


def _state_from(values: Mapping[str, int | str]) -> HostState:
    until = str(values.get("until", ""))
    try:
        aware = not until or datetime.fromisoformat(until).tzinfo is not None
    except ValueError:
        aware = False
    return HostState(
        int(values.get("failures", 0)),
        int(values.get("rests", 0)),
        until if aware else "",
        str(values.get("why", "")),
    )


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
