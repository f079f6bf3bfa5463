"""Time as something handed in, so that every moment of trialmon's life can be replayed."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. `monitor/bootstrap.py` holds the real one; tests and `--now` bring their own."""

    def now(self) -> datetime:
        """The present as an aware datetime in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment, never going back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        ...
