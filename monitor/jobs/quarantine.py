"""A record that kills the process at work on it must not kill every later look, too.

While a look works on a record it marks whose that is (`store/under_work`); the look after its death counts what was marked. A trial that
was marked at one death is read alone, after all others. After the second death in a row it is in quarantine: looks leave it alone and
report it, everybody is told once, and `jobs/trying_again` tries it now and then, apart from all else.
"""

import logging
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from monitor.core.errors import CouldNotFindOut
from monitor.core.source import Flow, Source, T
from monitor.core.trial import TrialId
from monitor.jobs.context import Context, Door, Report
from monitor.jobs.health import notices_to_all
from monitor.render.contexts import NoticeContext
from monitor.render.wording import count
from monitor.store.outbox import notify
from monitor.store.quarantine import DEATHS, Suspect, keep_suspects, suspects
from monitor.store.runs import was_cut_short
from monitor.store.under_work import Left, UnderWork, under_work

_log = logging.getLogger("trialmon.check")


@dataclass
class Guard:
    """Marks what one run of one source is at work on, and knows which trials to beware of (`suspects`, by number). `trying_again`: those in
    quarantine are read, too."""

    context: Context
    door: Door
    run: int
    report: Report
    work: UnderWork
    suspects: dict[str, Suspect]
    trying_again: bool = False

    def portions(self, trials: Sequence[TrialId]) -> Iterator[Sequence[TrialId]]:
        """What is to be read, in portions that the source reads at once: suspects alone and last, those in quarantine not at all. These
        are reported."""
        trusted, alone = [], []
        for trial in trials:
            suspect = self.suspects.get(trial.number)
            if suspect is None:
                trusted.append(trial)
            elif suspect.in_quarantine and not self.trying_again:
                self.report.fail("trial", trial.number, f"{in_words(suspect)}; it is left alone for now")
            else:
                alone.append(trial)
        yield from self.door.batches(trusted)
        yield from ([trial] for trial in alone)

    def leaves_alone(self, number: str | None) -> bool:
        """Whether this number is in quarantine."""
        return number in self.suspects and self.suspects[number].in_quarantine

    @contextmanager
    def on(self, trial: TrialId) -> Iterator[None]:
        """While the block runs, the trial's record is under work."""
        with self.work.on(self.run, self.door.source.id, [trial.number]):
            self.context.at(f"judge:{trial.number}")
            yield

    def marking(self, flow: Flow[T], trials: Sequence[TrialId]) -> Flow[T]:
        """The flow; while it makes something of an answer, these trials are under work. While an answer is waited for, none is."""
        numbers = [trial.number for trial in trials]
        try:
            request = next(flow)
            while True:
                try:
                    answer = yield request
                except CouldNotFindOut as error:
                    request = flow.throw(error)
                else:
                    with self.work.on(self.run, self.door.source.id, numbers):
                        for number in numbers:
                            self.context.at(f"read:{number}")
                        request = flow.send(answer)
        except StopIteration as finished:
            value: T = finished.value
            return value
        finally:
            flow.close()

    def survived(self, trials: Iterable[TrialId]) -> None:
        """Their records were worked on to the end. What was suspected no longer is; who was told of it is told that it is over."""
        for trial in trials:
            number = trial.number
            if number in self.suspects and all(entry.get("trial") != number for entry in self.report.failed):
                suspect = self.suspects.pop(number)
                if suspect.told:
                    _tell_that_it_is_over(self.context, self.door.source, number, suspect)
                self._keep(self.suspects)

    def forget_all_but(self, watched: Iterable[TrialId]) -> None:
        """What is not watched any more is nobody's concern."""
        numbers = {trial.number for trial in watched} if self.suspects else set()
        if not self.suspects.keys() <= numbers:
            self.suspects = {number: one for number, one in self.suspects.items() if number in numbers}
            self._keep(self.suspects)

    def _keep(self, numbers: Container[str]) -> None:
        """Of what is kept now, by whomever, these stay."""
        database, source = self.context.database, self.door.source.id
        kept = {number: one for number, one in suspects(database, source).items() if number in numbers}
        keep_suspects(database, source, kept)


@contextmanager
def guarded(
    context: Context, door: Door, run: int, report: Report, *, trying_again: bool = False
) -> Iterator[Guard]:
    """A Guard for a run. Before it, whatever killed the process of an earlier one is counted, and told of where that is due."""
    with under_work(context.database.path) as work:
        if work.left is not None:
            _count_deaths(context, work.left)
            work.clear()
        known = _tell_of_quarantine(context, door.source, suspects(context.database, door.source.id))
        yield Guard(context, door, run, report, work, known, trying_again)


def in_words(suspect: Suspect) -> str:
    """Why a trial is in quarantine."""
    return f"trialmon was killed {_often(suspect)} at work on its record, last noticed {suspect.last_at:%Y-%m-%d %H:%M} UTC"


def _often(suspect: Suspect) -> str:
    return "twice" if suspect.deaths == DEATHS else count(suspect.deaths, "time")


def _count_deaths(context: Context, left: Left) -> None:
    """Count each trial that was marked once for each run. A run that has ended did not die, whatever a power cut may have left marked."""
    if not was_cut_short(context.database, left.run):
        return
    now, known = context.clock.now(), suspects(context.database, left.source)
    _log.error("a process was killed while at work on %s", ", ".join(left.numbers))
    for number in left.numbers:
        before = known.get(number) or Suspect(0, 0, now, now, left.by)
        if before.run != left.run:
            known[number] = replace(before, deaths=before.deaths + 1, run=left.run, last_at=now, by=left.by)
    keep_suspects(context.database, left.source, known)
    context.at("quarantine:counted")


def _tell_of_quarantine(context: Context, source: Source, known: dict[str, Suspect]) -> dict[str, Suspect]:
    now = context.clock.now()
    untold = {number: one for number, one in known.items() if one.in_quarantine and not one.told}
    for number, suspect in untold.items():
        told = NoticeContext(
            f"{number} is left alone: trialmon is killed at work on its record",
            (
                f"The process was killed {_often(suspect)} in a row at work on what {source.title} has of {number}: for want of memory,"
                " for instance. All else is read as ever.",
                "What changes in this trial is not seen meanwhile. It is tried again once a day, and at once by another version of"
                " trialmon. You will be told when it is read again.",
            ),
            "`trialmon check --full` tries it now; please report it, with the number and the version",
        )
        about = ("quarantine", source.id, f"{number} {suspect.since.isoformat()}")
        notify(context.database, notices_to_all(context, told, about, now), now)
        context.at("quarantine:told")
    if untold:
        known |= {number: replace(one, told=True) for number, one in untold.items()}
        keep_suspects(context.database, source.id, known)
    return known


def _tell_that_it_is_over(context: Context, source: Source, number: str, suspect: Suspect) -> None:
    now = context.clock.now()
    told = NoticeContext(
        f"{number} is read again",
        (
            f"Since {suspect.since:%Y-%m-%d %H:%M} UTC trialmon was killed at work on its record, and it was left alone.",
            "What changed meanwhile has been found by comparing with the last version; steps in between may be missing.",
        ),
    )
    about = ("quarantine-over", source.id, f"{number} {suspect.since.isoformat()}")
    notify(context.database, notices_to_all(context, told, about, now), now)
