"""A record at work on which the process is killed, whenever it is: all else is told, and the trial itself once it can be."""

import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.core.significance import Significance
from monitor.embedded import EmbeddedRegistry, History
from monitor.store.database import Database
from monitor.store.quarantine import keep_suspects, suspects
from tests.builders import a_document
from tests.journeys.collector import Collector, Got
from tests.journeys.office import Office
from tests.journeys.starter import Ended, Starter, a_starter

REGISTRY = "clinicaltrials.gov"
MONDAY, TUESDAY, THURSDAY, FRIDAY = (date(2026, 2, day) for day in (9, 10, 12, 13))
FIRST, POISON, LAST = TRIALS = [f"NCT0999000{n}" for n in range(1, 4)]
NEW = "NCT09990004"
KILLED = -signal.SIGKILL

# The two ways in which a record can kill: while the answer that it came in is read, and while it is judged and written down.
_NUMBER = re.compile(r"NCT\d{8}")

WAYS = ("read", "judge")


class Ward:
    """A monitor that has seen Monday. On Tuesday all trials became smaller, and the record of one of them kills, `way` saying where."""

    def __init__(self, office: Office, inbox: Collector, starter: Starter) -> None:
        self.office, self.inbox, self.starter = office, inbox, starter
        self.way = ""

    def look(self, now: str, *arguments: str, dying_at: str = "") -> Ended:
        """What the registry has on that day, with the deadly record if `way` says so, or dying at a point that any process may pass."""
        self.office.registry.go_to(date.fromisoformat(now[:10]))
        deadly = dying_at or (f"{self.way}:{POISON}" if self.way else "")
        environment = {"TRIALMON_CRASH_AT": deadly} if deadly else {}
        return self.starter.run(self.office, "check", "--now", now, *arguments, **environment)

    def told(self) -> list[str]:
        """What came since that was last asked: a number for news of a trial, of a notice its title."""
        return sorted(_about(got) for got in self.inbox.taken())

    def deaths(self) -> dict[str, int]:
        with self.office.database() as database:
            return {number: one.deaths for number, one in suspects(database, REGISTRY).items()}


def _about(got: Got) -> str:
    """News of a trial has its number in what it says, not in its title."""
    return got.title if _NUMBER.search(got.title) else " ".join(dict.fromkeys(_NUMBER.findall(got.text)))


def a_history() -> History:
    """On Thursday one that does not kill grows again, on Friday the one that does is withdrawn."""
    history = History()
    smaller = {"enrollmentInfo": {"count": 40, "type": "ESTIMATED"}}
    for number in (*TRIALS, NEW):
        history.put(number, MONDAY, a_document(number))
    for number in TRIALS:
        submitted = {"lastUpdateSubmitDate": "2026-02-09"}
        history.put(number, TUESDAY, a_document(number, designModule=smaller, statusModule=submitted))
    history.put(LAST, THURSDAY, a_document(LAST))
    withdrawn = {"overallStatus": "WITHDRAWN", "lastUpdateSubmitDate": "2026-02-12"}
    history.put(POISON, FRIDAY, a_document(POISON, designModule=smaller, statusModule=withdrawn))
    return history


@pytest.fixture(scope="module")
def on_monday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with (
        EmbeddedRegistry(a_history()).serving() as registry,
        Collector().listening() as inbox,
        a_starter() as starter,
    ):
        ward = Ward(
            Office(tmp_path_factory.mktemp("monday"), registry, destination=inbox.url()), inbox, starter
        )
        ward.office.watch(TRIALS)
        assert ward.look("2026-02-09T15:00Z").code == 0
        yield ward


@pytest.fixture
def ward(on_monday: Ward, tmp_path: Path) -> Ward:
    on_monday.told()
    return Ward(on_monday.office.copied_to(tmp_path / "ward"), on_monday.inbox, on_monday.starter)


@pytest.fixture(scope="module")
def on_tuesday(on_monday: Ward, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    """It has killed twice, and the third look, at 17:00, has left it alone."""
    office = on_monday.office.copied_to(tmp_path_factory.mktemp("tuesday") / "ward")
    ward = Ward(office, on_monday.inbox, on_monday.starter)
    ward.way = "judge"
    codes = [ward.look(f"2026-02-10T{hour}:00Z").code for hour in (15, 16, 17)]
    assert codes == [KILLED, KILLED, 1]
    return ward


@pytest.fixture
def quarantine(on_tuesday: Ward, tmp_path: Path) -> Ward:
    """As it is then, and all that was told has been read. The record kills no more, unless `way` says so."""
    on_tuesday.told()
    return Ward(on_tuesday.office.copied_to(tmp_path / "ward"), on_tuesday.inbox, on_tuesday.starter)


LEFT_ALONE = f"{POISON} is left alone: trialmon is killed at work on its record"
READ_AGAIN = f"{POISON} is read again"


@pytest.mark.parametrize("way", WAYS)
def test_after_two_deaths_the_others_are_told_and_it_is_left_alone(ward: Ward, way: str) -> None:
    ward.way = way
    assert ward.look("2026-02-10T15:00Z").code == KILLED
    assert ward.look("2026-02-10T16:00Z").code == KILLED
    ended = ward.look("2026-02-10T17:00Z")
    assert ended.code == 1
    assert f"trial {POISON}: trialmon was killed twice at work on its record" in ended.stderr
    assert ward.told() == sorted([LEFT_ALONE, FIRST, LAST])
    assert ward.deaths() == {POISON: 2}, "also where all came in one answer"
    for hour in (18, 19):
        ended = ward.look(f"2026-02-10T{hour}:00Z")
        assert (ended.code, POISON in ended.stderr) == (1, True)
    assert ward.told() == [], "it is told once"


def test_one_death_is_no_reason_to_leave_it_alone(ward: Ward) -> None:
    ward.way = "read"
    assert ward.look("2026-02-10T15:00Z").code == KILLED
    ward.way = ""
    assert ward.look("2026-02-10T16:00Z").code == 0
    assert ward.told() == TRIALS
    assert ward.deaths() == {}


def test_once_a_day_it_is_tried_again_and_nobody_pays_for_it(quarantine: Ward) -> None:
    quarantine.way = "judge"
    assert quarantine.look("2026-02-12T17:30Z").code == KILLED
    assert quarantine.told() == [LAST], "what had come of the others was told before"
    ended = quarantine.look("2026-02-12T18:00Z")
    assert (ended.code, "killed 3 times" in ended.stderr) == (1, True)
    assert quarantine.look("2026-02-13T17:30Z").code == 1, "a day after its last death, not after its first"
    assert quarantine.told() == []


def test_when_it_works_again_what_changed_is_told_and_that_it_is_over(quarantine: Ward) -> None:
    assert quarantine.look("2026-02-11T17:30Z").code == 1, "the look itself left it alone"
    assert quarantine.told() == sorted([POISON, READ_AGAIN])
    assert quarantine.look("2026-02-11T18:00Z").code == 0
    assert (quarantine.told(), quarantine.deaths()) == ([], {})
    assert [event["trial"] for event in quarantine.office.events(rule="enrollment.changed")] == [
        FIRST,
        LAST,
        POISON,
    ]


def test_what_came_in_between_is_told_as_seen_late(quarantine: Ward) -> None:
    quarantine.look("2026-02-13T17:30Z")
    news = quarantine.office.events(trial=POISON, at_least=Significance.NOTABLE)
    assert [(event["rule"], event["headline"].endswith(", seen late)")) for event in news] == [
        ("enrollment.changed", True),
        ("status.halted", False),
    ]
    assert quarantine.told() == sorted([LAST, POISON, READ_AGAIN])


def test_a_person_who_asks_for_everything_has_it_tried_at_once(quarantine: Ward) -> None:
    assert quarantine.look("2026-02-10T17:30Z").code == 1
    assert quarantine.told() == []
    quarantine.look("2026-02-10T18:00Z", "--full")
    assert quarantine.told() == sorted([POISON, READ_AGAIN])


def test_another_version_of_trialmon_tries_it_at_once(quarantine: Ward) -> None:
    with Database.open(quarantine.office.folder / "trialmon.db") as database:
        [(number, suspect)] = suspects(database, REGISTRY).items()
        keep_suspects(database, REGISTRY, {number: replace(suspect, by="0.0.1")})
    quarantine.look("2026-02-10T17:30Z")
    assert quarantine.told() == sorted([POISON, READ_AGAIN])


def test_status_says_that_it_is_left_alone(quarantine: Ward) -> None:
    said = quarantine.starter.run(quarantine.office, "status")
    assert said.code == 1
    assert f"{POISON} is in quarantine: trialmon was killed twice" in said.stderr


def test_what_is_watched_no_longer_is_forgotten(quarantine: Ward) -> None:
    quarantine.office.watch([FIRST, LAST])
    assert quarantine.look("2026-02-10T18:00Z").code == 0
    assert (quarantine.deaths(), quarantine.told()) == ({}, [])


@pytest.mark.parametrize(
    "points", [("", "quarantine:counted", "", "quarantine:counted"), ("", "", "quarantine:told")]
)
def test_a_kill_while_the_deaths_are_counted_counts_none_twice_and_tells_none_twice(
    ward: Ward, points: tuple[str, ...]
) -> None:
    ward.way = "judge"
    for minute, point in enumerate(points):
        assert ward.look(f"2026-02-10T15:{minute:02}Z", dying_at=point).code == KILLED
    assert ward.look("2026-02-10T16:00Z").code == 1
    assert ward.deaths() == {POISON: 2}
    assert ward.told() == sorted([LEFT_ALONE, FIRST, LAST])


def test_a_trial_that_kills_from_its_first_look_on_keeps_no_other_from_being_told(ward: Ward) -> None:
    ward.office.watch([*TRIALS, NEW])
    for hour in (15, 16):
        assert ward.look(f"2026-02-10T{hour}:00Z", dying_at=f"judge:{NEW}").code == KILLED
    ended = ward.look("2026-02-10T17:00Z", dying_at=f"judge:{NEW}")
    assert (ended.code, f"trial {NEW}:" in ended.stderr) == (1, True)
    assert set(TRIALS) <= set(ward.told())
