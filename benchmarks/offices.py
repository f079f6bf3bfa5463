"""Two monitors that watch the same trials, each with its files in a folder: trialmon, and the plain loop."""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, cost_of

_HOUR = "15:00Z"


class Office:
    """trialmon, watching `numbers` for one reader, who is told at once on the terminal."""

    def __init__(
        self, folder: Path, base_url: str, numbers: Sequence[str], *, literature: bool = False
    ) -> None:
        """`literature`: the registry's address answers for PubMed and Europe PMC, too, and they are asked."""
        self.folder, self.base_url, self.numbers = folder, base_url, numbers
        (folder / "watchlists").mkdir(parents=True)
        # The pause between two requests is time spent waiting, which is not what is measured here. Nor is the past, some of which is
        # fetched after each look until all of it is there: it would be in every figure, as long as there is some left.
        settings = (
            f"sources:\n  clinicaltrials.gov:\n    base_url: {base_url}\n    pause: 0s\n    backfill: false\n"
        )
        if literature:
            settings += "".join(f"  {name}:\n    base_url: {base_url}\n" for name in ("pubmed", "europepmc"))
        (folder / "trialmon.yaml").write_text(settings, encoding="utf-8")
        watched = "".join(f"  - trial: {number}\n" for number in numbers)
        reader = "subscribers:\n  - {name: reader, to: [terminal]}\n"
        (folder / "watchlists" / "all.yaml").write_text(
            f"title: Everything\nwatch:\n{watched}{reader}", encoding="utf-8"
        )
        (folder / "numbers").write_text("\n".join(numbers), encoding="utf-8")

    def copy(self, folder: Path) -> "Office":
        """The same with all that it remembers, in another folder, from which it can look again and again for the first time."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        copied = object.__new__(Office)
        copied.folder, copied.base_url, copied.numbers = folder, self.base_url, self.numbers
        return copied

    def check(self, day: date, hour: str = _HOUR) -> tuple[Cost, dict[str, Any]]:
        """`trialmon check` on that day, in the afternoon unless told otherwise: its cost and what it said. Raises RuntimeError where
        anything failed."""
        cost, said = cost_of(
            ["monitor", "check", "--json", "--config", "trialmon.yaml", "--now", f"{day}T{hour}"],
            self.folder,
        )
        report: dict[str, Any] = json.loads(said)
        if report["failed"]:
            raise RuntimeError(f"the look failed: {report['failed']}")
        return cost, report

    def plain_loop(self, *options: str) -> tuple[Cost, dict[str, Any]]:
        """The plain loop over the same numbers, with a database of its own in the same folder."""
        command = ["benchmarks.plain_loop", self.base_url, "plain.db", "numbers", *options]
        cost, said = cost_of(command, self.folder)
        return cost, json.loads(said)
