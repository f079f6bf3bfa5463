"""A monitor at work in a folder of its own: real configuration, real SQLite, real HTTP to an embedded registry."""

import os
import shutil
import subprocess
import sys
import time as real_time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from monitor import bootstrap
from monitor.config.load import settings_in_force
from monitor.embedded import EmbeddedRegistry
from monitor.fetch.client import Limits
from monitor.jobs.check import check
from monitor.jobs.context import Context, Report
from monitor.jobs.dispatch import dispatch
from monitor.store import queries
from monitor.store.database import Database
from tests import canary


@dataclass
class FakeClock:
    """Begins at `moment`; what is waited for passes at once, what a request takes is real."""

    moment: datetime
    waited: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment + timedelta(seconds=sum(self.waited))

    def monotonic(self) -> float:
        return real_time.monotonic() + sum(self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


class Office:
    """`check_on(day)` is what `trialmon check --now` does on that day; `command(…)` runs the command line in a process of its own."""

    def __init__(
        self,
        folder: Path,
        registry: EmbeddedRegistry,
        *,
        destination: str = "",
        more: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`destination` is the URL of the one called desk, `more` those of others; `limits` are those of a request to the registry."""
        self.folder, self.registry, self.limits = folder, registry, limits
        self.config = folder / "trialmon.yaml"
        (folder / "watchlists").mkdir(parents=True, exist_ok=True)
        lines = ["sources:", "  clinicaltrials.gov:", f"    base_url: {registry.base_url}", "    pause: 0s"]
        destinations = {**({"desk": destination} if destination else {}), **(more or {})}
        if destinations:
            lines += ["destinations:", *(f"  {name}: {url}" for name, url in destinations.items())]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.desk = "desk" if destination else "terminal"

    def copied_to(self, folder: Path) -> "Office":
        """The same office, as it stands, in another folder. Nobody may be at work in it."""
        shutil.copytree(self.folder, folder)
        other = object.__new__(Office)
        other.folder, other.registry, other.limits, other.desk = folder, self.registry, self.limits, self.desk
        other.config = folder / "trialmon.yaml"
        return other

    def watch(
        self, numbers: Iterable[str], *, name: str = "all", at_least: str = "notable", more: str = ""
    ) -> None:
        """A watchlist of these numbers; `more` is further lines under `watch:`."""
        text = "title: Everything\nwatch:\n" + "".join(f"  - trial: {number}\n" for number in numbers) + more
        text += f"subscribers:\n  - {{name: reader, to: [{self.desk}], at_least: {at_least}}}\n"
        (self.folder / "watchlists" / f"{name}.yaml").write_text(text, encoding="utf-8")

    @contextmanager
    def context(self, moment: datetime) -> Iterator[Context]:
        """The monitor's own context; its clock begins at `moment`, and nobody waits."""
        settings = settings_in_force(self.config, {})
        with bootstrap.context(
            settings, {}, clock=FakeClock(moment), limits=self.limits, terminal=StringIO()
        ) as context:
            yield context

    def check_on(self, day: date, *, hour: int = 15, full: bool = False) -> Report:
        """Move the registry to its data of `day` and look at it."""
        self.registry.go_to(day)
        return self.check_at(datetime.combine(day, time(hour), tzinfo=UTC), full=full)

    def check_at(self, moment: datetime, *, full: bool = False) -> Report:
        """Look at the registry as it is, at a moment of our own."""
        with self.context(moment) as context:
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
                "A_TOKEN_OF_SOMETHING_ELSE": canary.TOKEN,
                **environment,
            },
        )
