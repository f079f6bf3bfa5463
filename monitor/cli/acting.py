"""What the commands that look and tell have in common: all that they work with, and how they say what failed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.cli import Invocation
from monitor.cli.asking import settings_of

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.config.watchlists import Loaded
    from monitor.jobs.context import Context, Report


@contextmanager
def acting(
    call: Invocation, settings: "Settings | None" = None, loaded: "Loaded | None" = None
) -> "Iterator[Context]":
    """All that looking and telling need, by the settings in force unless others are given. Raises what `bootstrap.context` raises."""
    from monitor import bootstrap

    with bootstrap.context(
        settings or settings_of(call, secrets=True),
        call.environment,
        moment=call.now,
        progress=call.output.progress,
        terminal=sys.stderr if call.output.json else None,
        loaded=loaded,
    ) as context:
        yield context


def say_what_failed(call: Invocation, report: "Report") -> None:
    """A line on stderr for each source, trial, search and destination that failed."""
    for failure in report.failed:
        (kind, name), *_ = failure.items()
        call.output.warn(f"trialmon: {kind} {name}: {failure['why']}")
