"""The daemon's log: one line an event on standard error, for the journal or a terminal."""

import logging
import sys
from collections.abc import Mapping

from monitor.render.escape import clean

# As in <syslog.h>; the journal reads them from the beginning of a line.
_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}


class _Line(logging.Formatter):
    """`MOMENT LEVEL what happened`; in the journal, which knows the moment, `<PRIORITY>what happened`."""

    def __init__(self, journal: bool) -> None:
        super().__init__("%(message)s")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        # One line an event, but for the traceback of a mistake of ours, which is of use only whole.
        first = " ".join(clean(record.getMessage()).split())
        lines = [first]
        if record.exc_info:
            lines += clean(self.formatException(record.exc_info)).splitlines()
        if self._journal:
            priority = _PRIORITIES.get(record.levelno, 6)
            return "\n".join(f"<{priority}>{line}" for line in lines)
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        return "\n".join([f"{moment} {record.levelname.lower()} {first}", *lines[1:]])


def write_log(environment: Mapping[str, str]) -> None:
    """Send what trialmon logs to standard error, and what libraries log nowhere: their lines quote URLs, and with them secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(journal="JOURNAL_STREAM" in environment))
    ours = logging.getLogger("trialmon")
    ours.handlers[:] = [handler]
    ours.setLevel(logging.INFO)
    ours.propagate = False
    # Without any handler Python would write a library's warnings to standard error by itself.
    logging.getLogger().addHandler(logging.NullHandler())
