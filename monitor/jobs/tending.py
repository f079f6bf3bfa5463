"""What follows every cycle: feeds, metrics, the heartbeat. It may fail in every part without harm to a look or a delivery: a line in
the log is all that comes of it."""

import logging
from collections.abc import Callable

from monitor.core.errors import TrialmonError
from monitor.jobs.context import Context

_log = logging.getLogger("trialmon.tending")


class Tending:
    """Does what is to be done after a cycle, and remembers what failed: the same failure is logged once for as long as it lasts."""

    def __init__(self) -> None:
        self._failing: dict[str, str] = {}

    def __call__(self, context: Context) -> None:
        """Bring feeds and metrics up to date and say that we live, as far as trialmon.yaml asks for each. Never raises."""
        wishes = context.settings
        if wishes.feeds is not None:
            self._try("the feeds", _feeds, context)
        if wishes.metrics is not None:
            self._try("the metrics", _metrics, context)
        if wishes.heartbeat is not None:
            self._try("the heartbeat", _heartbeat, context)

    def _try(self, part: str, work: Callable[[Context], None], context: Context) -> None:
        try:
            work(context)
        except TrialmonError as error:
            self._failed(part, str(error))
        except Exception as error:  # noqa: BLE001 - nothing here is worth a look or a delivery
            self._failed(part, f"an error of trialmon itself ({type(error).__name__})", error)
        else:
            self._failing.pop(part, None)

    def _failed(self, part: str, said: str, error: Exception | None = None) -> None:
        if self._failing.get(part) != said:
            _log.warning("%s: %s", part, said, exc_info=error)
        self._failing[part] = said


# Each is imported only where it is asked for: none of them is light.


def _feeds(context: Context) -> None:
    from monitor.jobs.feeds import write_feeds

    write_feeds(context)


def _metrics(context: Context) -> None:
    from monitor.jobs.metrics import write_metrics_file

    write_metrics_file(context)


def _heartbeat(context: Context) -> None:
    from monitor.jobs.heartbeat import beat

    beat(context)
