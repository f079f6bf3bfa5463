"""How the monitor stands: sources, looks, what waits to be told, the database. Whether silence means that nothing changed."""

from monitor.render import wording
from monitor.store import health
from monitor.store.inspection import free_bytes
from monitor.web.page import Answer, Asked, Page, Shown

_LOOKS = 20


def _health(asked: Asked) -> Answer:
    report = health.status(asked.database, asked.now, tuple(asked.house.sources))
    return Shown(
        "health",
        "Health",
        {
            "doubts": asked.house.published.doubts(),
            "sources": report["sources"],
            "held": {one["source"]: one for one in report["held"]},
            "watched": report["watched"],
            "outbox": report["outbox"],
            "database": report["database"],
            "free": free_bytes(asked.database.path),
            "size": wording.size,
            "looks": health.last_runs(asked.database, _LOOKS),
        },
    )


PAGE = Page(
    "/health",
    "Health",
    "How the monitor stands: sources, looks, what waits to be told, the database.",
    _health,
    nav="Health",
    order=40,
)
