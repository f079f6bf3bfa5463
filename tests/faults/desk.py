"""A reader's desk: what is watched for it, what is looked at when, and what arrives."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from monitor.embedded import EmbeddedRegistry
from monitor.jobs.context import Report
from monitor.jobs.dispatch import dispatch
from monitor.store import health
from tests.builders import a_document
from tests.journeys.collector import Collector, Got
from tests.journeys.office import Office

MONDAY = date(2026, 2, 9)
NUMBERS = [f"NCT0999000{n}" for n in range(1, 4)]
KNEES = [f"NCT0999002{n}" for n in range(1, 8)]


def on_knees(number: str, condition: str = "Knee Pain") -> dict[str, Any]:
    return a_document(number, conditionsModule={"conditions": [condition], "keywords": None})


class Desk:
    """`look` and `deliver` work at a moment like `2026-02-10T15:00`; the registry is then of that day."""

    def __init__(self, folder: Path, registry: EmbeddedRegistry, inbox: Collector) -> None:
        self.registry, self.inbox = registry, inbox
        self.office = Office(
            folder, registry, destination=inbox.url("desk"), more={"other": inbox.url("other")}
        )
        self.watch(*NUMBERS)

    def watch(self, *numbers: str, searches: tuple[str, ...] = (), to: tuple[str, ...] = ("desk",)) -> None:
        """From now on the list holds these numbers and searches (conditions), for these destinations."""
        lines = ["title: Backs", "watch:", *(f"  - trial: {number}" for number in numbers)]
        lines += [f"  - search: {{condition: {condition}}}" for condition in searches]
        lines += ["subscribers:", *(f"  - {{name: {name}, to: [{name}]}}" for name in to)]
        (self.office.folder / "watchlists" / "backs.yaml").write_text(
            "\n".join(lines) + "\n", encoding="utf-8"
        )

    def look(self, moment: str) -> Report:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        self.registry.go_to(now.date())
        return self.office.check_at(now)

    def deliver(self, moment: str) -> Report:
        """Send what is due, and look at nothing."""
        with self.office.context(datetime.fromisoformat(moment).replace(tzinfo=UTC)) as context:
            return dispatch(context)

    def told(self) -> list[str]:
        """The titles that arrived since the last time that was asked, at any destination."""
        return [one.title for one in self.arrived()]

    def arrived(self) -> list[Got]:
        return self.inbox.taken()

    def rules(self) -> list[tuple[str, str]]:
        """What was made of everything so far: (number, rule), in order."""
        return [(event["trial"], event["rule"]) for event in self.office.events()]

    def status(self, moment: str) -> dict[str, Any]:
        database = self.office.database()
        try:
            return health.status(database, datetime.fromisoformat(moment).replace(tzinfo=UTC))
        finally:
            database.close()
