"""Apprise says why a call failed in its log only, and its log quotes URLs. So the log is heard here and goes nowhere else."""

import logging
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cache

from monitor.deliver.reading import Line
from monitor.deliver.within import heard_within

# What Apprise calls: they log the addresses that they connect to, and with them tokens.
_BELOW = ("urllib3", "requests", "charset_normalizer")
_heard: ContextVar[list[Line] | None] = ContextVar("heard", default=None)


class _Keep(logging.Filter):
    """Stands before every handler of Apprise's logger: keeps a record for whoever listens in this context, lets none through."""

    def filter(self, record: logging.LogRecord) -> bool:
        lines = _heard.get()
        if lines is not None:
            lines.append((record.levelname, record.getMessage()))
        return False


@cache
def confine() -> None:
    """From now on, for the whole process, no handler gets a record of Apprise's or of the libraries it sends with."""
    logger = logging.getLogger("apprise")
    logger.addFilter(_Keep())
    logger.setLevel(logging.DEBUG)
    for name in _BELOW:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def listening() -> AbstractContextManager[list[Line]]:
    """What Apprise says within this context: pairs of level and message, as they come."""
    return heard_within(_heard)
