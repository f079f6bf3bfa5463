"""Metrics: how the monitor stands, in numbers."""

from datetime import datetime

from monitor import __version__
from monitor.config.settings import Settings
from monitor.jobs.context import Context
from monitor.jobs.silence import ABOUT, doubts
from monitor.render.metrics import SourceStanding, Standing, write_metrics
from monitor.store import counts, health
from monitor.store.database import Database
from monitor.store.drift import drifted
from monitor.store.files import touch_file, write_file
from monitor.store.runs import source_state
from monitor.store.silence import last_complete_looks


def metrics(db: Database, settings: Settings, now: datetime) -> bytes:
    """As a collector reads them, and as the file holds them."""
    report = health.status(db, now, tuple(settings.looked_at), settings.patience)
    complete = last_complete_looks(db)
    held = {one["source"]: one["trials"] for one in report["held"]}
    found = [doubt.what for doubt in doubts(db, settings, now)]
    return write_metrics(
        Standing(
            version=__version__,
            sources=[
                SourceStanding(
                    one["source"],
                    one["ok"],
                    source_state(db, one["source"]).last_ok_at,
                    complete.get(one["source"]),
                    held.get(one["source"], 0),
                )
                for one in report["sources"]
            ],
            watched=report["watched"],
            recorded=counts.recorded(db),
            deliveries=counts.deliveries_by_state(db),
            database_bytes=report["database"]["bytes"],
            doubts={about: found.count(about) for about in ABOUT},
            drift=len(drifted(db)),
        )
    )


def write_metrics_file(context: Context) -> None:
    """Bring the file up to date where `metrics:` is configured. Its time of change says that the monitor lives, even where no number
    moved. Raises NothingDone where it cannot be written."""
    path = context.settings.metrics
    if path is not None and not write_file(
        path, metrics(context.database, context.settings, context.clock.now())
    ):
        touch_file(path)
