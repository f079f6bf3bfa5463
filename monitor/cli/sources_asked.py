"""What `doctor` asks the sources: whether they answer, and what time it is there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from monitor.cli.checkup import Finding
from monitor.core.errors import CouldNotFindOut
from monitor.core.source import Flow, Freshness, Response

if TYPE_CHECKING:
    from monitor.config.settings import Settings
    from monitor.jobs.context import Door, LiteratureDoor

_MOST_SKEW = timedelta(minutes=5)
_PATIENCE = 20.0  # seconds for a source to answer: somebody is waiting
# The example that ClinicalTrials.gov itself gives.
_A_NUMBER = "NCT00000102"


def sources_answer(settings: "Settings") -> Iterator[Finding]:
    """One polite question to each, and its clock beside ours."""
    from monitor import bootstrap
    from monitor.fetch.client import Limits

    clock = bootstrap.clock_at(None)
    with bootstrap.doors(settings, clock, Limits(deadline=_PATIENCE, step=_PATIENCE / 2)) as doors:
        for door in doors.values():
            heard: list[Response] = []
            try:
                freshness = _ask(door, heard)
            except CouldNotFindOut as error:
                hint = (
                    error.hint
                    or "try `curl` from this machine: a firewall, a proxy or the registry may be in the way"
                )
                yield Finding("source", False, f"{door.source.id}: {error.message}", hint)
                continue
            yield Finding(
                "source",
                True,
                f"{door.source.id} answers; its data are of {freshness.stamp or 'a day it does not say'}",
            )
            yield from _clock(door.source.title, heard, clock.now())
    with bootstrap.literature_doors(
        settings, clock, Limits(deadline=_PATIENCE, step=_PATIENCE / 2)
    ) as others:
        for other in others.values():
            yield _literature(other, clock.now())


def _literature(door: "LiteratureDoor", now: datetime) -> Finding:
    """One question to a source of papers that finds nothing, or little."""
    try:
        door.drive(door.source.naming([_A_NUMBER], now.date()))
    except CouldNotFindOut as error:
        hint = error.hint or "try `curl` from this machine; `enabled: false` below its name switches it off"
        return Finding("source", False, f"{door.source.id}: {error.message}", hint)
    return Finding("source", True, f"{door.source.id} answers")


def _ask(door: "Door", heard: list[Response]) -> Freshness:
    answer = door.drive(_overheard(door.source.freshness(), heard))
    assert isinstance(answer, Freshness)
    return answer


def _overheard(flow: Flow[Freshness], heard: list[Response]) -> Flow[Freshness]:
    """The same flow; its answers are kept."""
    try:
        request = next(flow)
        while True:
            answer = yield request
            heard.append(answer)
            request = flow.send(answer)
    except StopIteration as finished:
        value: Freshness = finished.value
        return value


def _clock(title: str, heard: list[Response], now: datetime) -> Iterator[Finding]:
    headers = heard[-1].headers
    try:
        theirs = parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
        # What a cache kept for a while says when it was made.
        theirs += timedelta(seconds=int(headers.get("age") or 0))
    except (ValueError, OverflowError):
        return
    skew = now - theirs
    words = f"{now:%Y-%m-%d %H:%M:%S} UTC here, {theirs:%Y-%m-%d %H:%M:%S} at {title}"
    if abs(skew) > _MOST_SKEW:
        yield Finding("clock", False, words, "set this machine's clock: `timedatectl set-ntp true`")
    else:
        yield Finding("clock", True, words)
