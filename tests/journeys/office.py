"""A monitor at work in a folder of its own: real configuration, real SQLite, real HTTP to an embedded registry."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from io import StringIO
from pathlib import Path
from typing import Any

from monitor import bootstrap
from monitor.embedded import EmbeddedRegistry
from monitor.jobs.check import check
from monitor.jobs.context import Context, Report
from monitor.jobs.dispatch import dispatch
from monitor.store import queries
from monitor.store.database import Database


class Office:
    """`check_on(day)` is what `trialmon check --now` does on that day; `command(…)` runs the command line in a process of its own."""

    def __init__(self, folder: Path, registry: EmbeddedRegistry, *, destination: str = "") -> None:
        self.folder = folder
        self.registry = registry
        self.config = folder / "trialmon.yaml"
        (folder / "watchlists").mkdir(parents=True, exist_ok=True)
        lines = ["sources:", "  clinicaltrials.gov:", f"    base_url: {registry.base_url}", "    pause: 0s"]
        if destination:
            lines += ["destinations:", f"  desk: {destination}"]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.desk = "desk" if destination else "terminal"

    def watch(
        self, numbers: Iterable[str], *, name: str = "all", at_least: str = "notable", more: str = ""
    ) -> None:
        """A watchlist of these numbers; `more` is further lines under `watch:`."""
        text = "title: Everything\nwatch:\n" + "".join(f"  - trial: {number}\n" for number in numbers) + more
        text += f"subscribers:\n  - {{name: reader, to: [{self.desk}], at_least: {at_least}}}\n"
        (self.folder / "watchlists" / f"{name}.yaml").write_text(text, encoding="utf-8")

    @contextmanager
    def context(self, moment: datetime) -> Iterator[Context]:
        """The monitor's own context, with its clock standing at `moment`."""
        settings = bootstrap.load(self.config, {})
        with bootstrap.context(settings, {}, moment=moment, terminal=StringIO()) as context:
            yield context

    def check_on(self, day: date, *, hour: int = 15, full: bool = False) -> Report:
        """Move the registry to its data of `day` and look at it."""
        self.registry.go_to(day)
        with self.context(datetime.combine(day, time(hour), tzinfo=UTC)) as context:
            return dispatch(context, check(context, full=full))

    def database(self) -> Database:
        return Database.open_readonly(self.folder / "trialmon.db")

    def changes(self, **filters: Any) -> list[dict[str, Any]]:
        """Every change on record, oldest first."""
        database = self.database()
        try:
            return list(queries.changes(database, queries.Filters(**filters)))[::-1]
        finally:
            database.close()

    def events(self, **filters: Any) -> list[dict[str, Any]]:
        """Every event on record, oldest first."""
        database = self.database()
        try:
            return list(queries.events(database, queries.Filters(**filters)))[::-1]
        finally:
            database.close()

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `trialmon …` as a person does, without anything from this process but its interpreter."""
        return subprocess.run(
            [sys.executable, "-m", "monitor", *arguments, "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "PYTHONPATH": str(Path(__file__).parents[2]),
                **environment,
            },
        )
