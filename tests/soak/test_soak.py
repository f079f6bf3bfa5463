"""Months of a monitor's life in one process: edits, faults, storms, failing inboxes, edited lists, deaths, clocks that are set. After each
cycle nothing may have been lost or invented; at the end, when all is well again, everything must have been found and told.

The short life runs with every test; `make soak` lives two years (TRIALMON_SOAK_DAYS, TRIALMON_SOAK_SEED choose others).
"""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor import bootstrap
from monitor.config.load import settings_in_force
from monitor.core.errors import TrialmonError
from monitor.embedded import EmbeddedRegistry
from monitor.fetch.client import Limits
from monitor.jobs.backfill import backfill_watched
from monitor.jobs.check import check
from monitor.jobs.context import Context
from monitor.jobs.dispatch import dispatch
from monitor.store.database import Database
from tests.journeys.made import FIRST
from tests.journeys.office import Office
from tests.soak import promises
from tests.soak.world import MOODS, NUMBERS, Inboxes, Registry, SetClock, noon, told_to, watchlists

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEED = int(os.environ.get("TRIALMON_SOAK_SEED", "8350"))
SHORT = 45  # days


class Died(BaseException):
    """The process ended in the middle of something."""


class Life:
    """A monitor, and what befalls it. `story` is what happened last, for whoever has to find out why a promise was broken."""

    def __init__(self, folder: Path, seed: int, stack: ExitStack) -> None:
        self.chance, self.folder = random.Random(seed), folder
        self.truth = Registry(self.chance)
        self.registry = stack.enter_context(EmbeddedRegistry(self.truth.trials.history).serving())
        self.inboxes = stack.enter_context(Inboxes().listening())
        self.office = Office(folder, self.registry, more=self.inboxes.urls())
        self.clock, self.off = SetClock(noon(FIRST)), timedelta()
        self.day, self.story, self.checked = FIRST, list[str](), dict[str, tuple[int, int]]()
        self.sound, self.gone_told = False, 0
        self._running = ExitStack()
        stack.callback(self._running.close)
        self.write_lists()
        self.start()

    def write_lists(self) -> None:
        for name, text in watchlists(self.chance, self.day).items():
            (self.folder / "watchlists" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Begin again, as after a crash or with other lists; what was in memory is gone."""
        self._running.close()
        settings = settings_in_force(self.office.config, {})
        context = self._running.enter_context(
            bootstrap.context(settings, {}, clock=self.clock, limits=Limits(deadline=5))
        )
        self.context: Context = replace(context, random=self.chance.random)

    def live(self, days: int) -> Iterator[int]:
        """One day after the other; two or three looks on each."""
        for n in range(days):
            self.day += DAY
            self.story.append(f"{self.day}")
            del self.story[:-60]
            self.truth.live_through(self.day, stormy=self.chance.random() < 0.04)
            self.befall()
            for _ in range(self.chance.randint(1, 2)):
                self.cycle()
            self.clock.pass_by(noon(self.day) - (self.clock.now() - self.off))
            yield n

    def befall(self) -> None:
        """What may happen on any day, to anybody but the registry."""
        if self.chance.random() < 0.3:
            for inbox in self.inboxes.names:
                self.inboxes.mood[inbox] = self.chance.choice(MOODS)
            self.story.append(f"inboxes {self.inboxes.mood}")
        if self.chance.random() < 0.1:
            self.story.append("lists edited")
            self.write_lists()
            self.start()
        if self.chance.random() < 0.05:
            off = self.chance.choice((timedelta(), 5 * HOUR, -3 * HOUR, 30 * HOUR, -26 * HOUR))
            self.story.append(f"clock set from {self.off} to {off}")
            self.clock.set_by(off - self.off)
            self.off = off

    def cycle(self, *, well: bool = False) -> None:
        """A look, a little of the past, what is to be told; then the promises."""
        self.clock.pass_by(self.chance.randint(1, 8) * HOUR)
        self.registry.behave()
        self.registry.requests.clear()
        self.registry.go_to(self.day)
        if not well and self.chance.random() < 0.3:
            self.story.append(told_to(self.registry, self.chance, lies=self.sound))
        died = not well and self.chance.random() < 0.05
        self.sound = self._look(dying=died)
        if died:
            self.start()
        dispatch(self.context)
        self.promises_hold()

    def _look(self, *, dying: bool) -> bool:
        """Whether everything was read."""
        left = self.chance.randrange(60) if dying else -1

        def at(point: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                self.story.append(f"died at {point}")
                raise Died

        context, database = replace(self.context, at=at), self.context.database
        database.at, before = at, database.at
        try:
            sound = check(context, full=self.chance.random() < 0.1).failed == []
            backfill_watched(context, most=15)
        except Died:
            return False
        except TrialmonError as error:
            self.story.append(str(error))
            return False
        finally:
            database.at = before
        return sound

    def promises_hold(self) -> None:
        database = self.context.database
        broken = [
            *promises.breaches(database),
            *promises.untruths(database, self.truth.published, self.checked),
            *promises.wrong_deliveries(database, self.inboxes),
            *self._false_removals(database),
        ]
        assert not broken, "\n".join([f"seed {SEED}", *self.story[-25:], *broken[:8]])
        self.checked = promises.stored_versions(database)

    def _false_removals(self, database: Database) -> Iterator[str]:
        with database.reading() as connection:
            rows = connection.execute(
                "SELECT e.id, t.number FROM events AS e JOIN trials AS t ON t.id = e.trial WHERE e.rule = 'record.gone' AND e.id > ?",
                (self.gone_told,),
            ).fetchall()
        for row in rows:
            self.gone_told = row["id"]
            since: date | None = self.truth.gone.get(row["number"])
            if since is None or self.day - since < DAY:
                yield f"{row['number']} counts as gone; the registry has it"

    def recover(self) -> None:
        """Nothing fails any more, nothing is edited: within a week all must be found and told."""
        self.inboxes.mood.clear()
        self.clock.set_by(-self.off)
        self.off = timedelta()
        self.start()
        for _ in range(11):
            self.day += DAY
            self.cycle(well=True)
            self.clock.pass_by(noon(self.day) - self.clock.now())
        database = self.context.database
        left = [*promises.unsettled(database), *promises.damage(database, self.folder)]
        stored = promises.stored_versions(database)
        for number in NUMBERS[:7]:
            if number not in self.truth.gone and not promises.newest_is_true(
                database, number, self.truth.published[number][-1]
            ):
                left.append(f"{number}: version {stored[number][1]} is not what the registry says")
        assert not left, "\n".join([f"seed {SEED}", *self.story[-25:], *left[:8]])


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


def test_weeks_of_trouble_lose_nothing_and_invent_nothing(tmp_path: Path, stack: ExitStack) -> None:
    life = Life(tmp_path, SEED, stack)
    for _ in life.live(SHORT):
        pass
    life.recover()
    with life.context.database.reading() as connection:
        seen = connection.execute("SELECT COUNT(*) FROM versions WHERE version > 1").fetchone()[0]
    assert seen > 40, "hardly anything happened"


def used() -> tuple[int, int]:
    """Memory in kB, and how many files are open."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(resident), len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif("TRIALMON_SOAK_DAYS" not in os.environ, reason="runs for many minutes: make soak")
def test_years_of_trouble_lose_nothing_and_use_no_more_than_in_the_beginning(
    tmp_path: Path, stack: ExitStack
) -> None:
    days = int(os.environ["TRIALMON_SOAK_DAYS"])
    life = Life(tmp_path, SEED, stack)
    course: list[tuple[int, int]] = []
    for n in life.live(days):
        if n % max(days // 20, 1) == 0:
            course.append(used())
            print(f"day {n}: {course[-1][0] // 1024} MB, {course[-1][1]} files", flush=True)
    life.recover()
    settled = course[len(course) // 4]
    assert course[-1][1] <= settled[1] + 5, course
    assert course[-1][0] <= settled[0] + 60 * 1024, course
