"""A database with a history, made as a look makes it, and the commands that ask about it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from monitor.cli import cli
from monitor.core.decide import decide
from monitor.core.errors import TrialmonError
from monitor.core.json import Json
from monitor.core.notification import Message, Notification
from monitor.core.observation import Observation
from monitor.core.significance import Significance
from monitor.core.source import Found, Reading
from monitor.core.watch import Watch
from monitor.discovery import rules
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import observations, runs, snapshots, watches
from monitor.store.database import Database
from tests.builders import NUMBER, a_moment, a_record, a_trial, a_watchlist

RULES = list(rules())


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Archive:
    """A folder with trialmon.yaml, a watchlist called backs, and trialmon.db."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "trialmon.yaml"
        self.path = folder / "trialmon.db"
        (folder / "watchlists").mkdir()
        (folder / "watchlists" / "backs.yaml").write_text(
            f"title: Backs\nwatch:\n  - trial: {NUMBER}\nsubscribers:\n  - {{name: me, to: [desk]}}\n"
        )
        # A command that only reads must not need what is not set.
        self.config.write_text(
            "sources: {pubmed: {enabled: false}, europepmc: {enabled: false}}\ndestinations:\n  desk: json://127.0.0.1:9/${NOT_SET}\n"
        )

    @contextmanager
    def database(self) -> Iterator[Database]:
        with Database.open(self.path) as db:
            yield db

    def watch(self, number: str = NUMBER, *, note: str = "", also: tuple[str, ...] = ()) -> None:
        """The list `backs` now watches this trial."""
        watch = Watch("trial", SHAPE.registry, number, note=note, also=also)
        with self.database() as db:
            watches.sync_watchlists(db, [a_watchlist("backs", watches=[watch])], a_moment("2026-01-01"))

    def see(self, document: Mapping[str, Json], at: str, number: str = NUMBER) -> int:
        """A look at that moment finds this record; gives the version."""
        return self.read(Found(a_record(document, number)), at, number)

    def read(self, reading: Reading, at: str, number: str = NUMBER, *told: Notification) -> int:
        """A look at that moment gives this reading; `told` is told of it."""
        trial, now = a_trial(number), a_moment(at)
        with self.database() as db:
            before = snapshots.snapshots(db, [trial]).get(trial)
            if before is not None and before.version:
                before = replace(before, modules=snapshots.modules_of(db, trial))
            seen: Observation = decide(trial, before, reading, SHAPE, RULES, now)
            run = runs.begin_run(db, SHAPE.registry, now, full=False)
            return observations.record(db, replace(seen, notifications=told), run).version

    def tell(self, key: str = "k1", *, title: str = "Completed", text: str = "It is completed.") -> int:
        """A message to the desk waits in the outbox; gives the delivery's id."""
        from monitor.store.outbox import notify

        told = Notification(
            key, "alert", "me", ("backs",), ("desk",), Message(title, text, text, text), Significance.NOTABLE,
            "you watch this trial", a_moment("2026-02-09"), trial=str(a_trial()),
        )  # fmt: skip
        with self.database() as db:
            return notify(db, [told], a_moment("2026-02-09"))[0]

    def look_succeeded(self, at: datetime, stamp: str = "2026-02-09T09:00:05") -> None:
        with self.database() as db:
            runs.raise_mark(db, SHAPE.registry, stamp, stamp[:10])
            runs.note_success(db, SHAPE.registry, at)

    def ask(self, *arguments: str, **environment: str) -> Answer:
        """Run a command on this folder, in this process."""
        ran = CliRunner().invoke(cli, [*arguments, "--config", str(self.config)], env=environment)
        if isinstance(ran.exception, TrialmonError):
            return Answer(ran.exception.exit_code, ran.stdout, f"{ran.stderr}trialmon: {ran.exception}\n")
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Answer(ran.exit_code, ran.stdout, ran.stderr)
