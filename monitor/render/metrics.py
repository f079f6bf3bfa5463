"""How things stand, for Prometheus and whatever reads its text format."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Metric


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """One source: whether its last look succeeded; when one last did, and when one last read everything (aware; None: never). `held`: in
    how many trials too much changed at once, so that a second reading is waited for."""

    name: str
    ok: bool
    last_success: datetime | None
    last_complete: datetime | None
    held: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What the metrics tell. `deliveries` counts by (destination, state), `recorded` what was ever written down by its kind, `doubts` the
    reasons why silence may not mean that nothing changed, by what they are about; `drift` counts fields that no model knows."""

    version: str
    sources: Sequence[SourceStanding]
    watched: int
    recorded: Mapping[str, int]
    deliveries: Mapping[tuple[str, ...], int]
    database_bytes: int
    doubts: Mapping[str, int] = field(default_factory=dict)
    drift: int = 0


def write_metrics(standing: Standing) -> bytes:
    """Prometheus' text format. The same standing gives the same bytes: nothing of the process that writes them is in it."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(standing))
    return generate_latest(registry)


class _Collector:
    """What prometheus_client asks for the metrics."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def collect(self) -> Iterator["Metric"]:
        """Every family of metrics with its values."""
        standing = self._standing
        yield _gauge("info", "The version at work.", ["version"], {(standing.version,): 1})
        yield _gauge("watched_trials", "Trials that some watchlist watches.", [], {(): standing.watched})
        yield _gauge("database_bytes", "The database and its log.", [], {(): standing.database_bytes})
        about = "Fields seen in records that the registry's own model does not have."
        yield _gauge("drifted_fields", about, [], {(): standing.drift})
        about = "Reasons why silence may not mean that nothing changed."
        yield _gauge(
            "doubts", about, ["about"], {(name,): number for name, number in standing.doubts.items()}
        )
        about = "Messages by destination and state; what was sent stays counted."
        yield _gauge("deliveries", about, ["destination", "state"], standing.deliveries)
        yield _recorded(standing.recorded)
        yield from _of_sources(standing.sources)


def _of_sources(sources: Sequence[SourceStanding]) -> Iterator["Metric"]:
    about = "Whether the last look at a source succeeded."
    yield _gauge("source_ok", about, ["source"], {(one.name,): one.ok for one in sources})
    about = "Trials that changed at once in a source and are held until a second reading says the same."
    yield _gauge("source_held_trials", about, ["source"], {(one.name,): one.held for one in sources})
    yield _gauge(
        "source_last_success_timestamp_seconds",
        "When a look at a source last succeeded.",
        ["source"],
        {(one.name,): one.last_success.timestamp() for one in sources if one.last_success is not None},
    )
    yield _gauge(
        "source_last_complete_timestamp_seconds",
        "When a look at a source last read everything that is watched, or knew that nothing was new.",
        ["source"],
        {(one.name,): one.last_complete.timestamp() for one in sources if one.last_complete is not None},
    )


def _gauge(name: str, about: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"trialmon_{name}", about, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _recorded(counts: Mapping[str, int]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily("trialmon_recorded", "What was ever written down.", labels=["kind"])
    for kind, number in counts.items():
        family.add_metric([kind], number)
    return family
