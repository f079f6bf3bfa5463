"""Killed at every named point between look and delivery, then started again: nothing lost, nothing told twice that need not be."""

import os
import signal
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.builders import a_document
from tests.house.crash_points import crash_points
from tests.journeys.collector import Collector, Got, assert_all_came
from tests.journeys.office import Office
from tests.journeys.starter import Ended, Starter, a_starter

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 2, day) for day in (9, 10, 11))
TERMINATED, SLIPPED, CUT, GONE, MERGED, QUIET = (f"NCT0999000{n}" for n in range(1, 7))
TARGET, LATER, UNKNOWN = "NCT09990007", "NCT09990008", "NCT09990009"
KNEES = ["NCT09990021", "NCT09990022", "NCT09990023"]
LEAVES, ENTERS = "NCT09990022", "NCT09990024"

# Where a message is out of the house and not yet written down as sent: the only places from which it is sent again.
BETWEEN_SENDING_AND_WRITING = {"dispatch:after-send", "settle:before-commit"}
WHILE_TELLING = sorted(
    point for point in crash_points() if point.startswith(("claim:", "freeze:", "dispatch:", "settle:"))
)
# A storm has a journey of its own: test_storm.
IN_A_STORM = sorted(point for point in crash_points() if point.startswith("fold:"))
AT_THE_DIGEST = sorted(point for point in crash_points() if point.startswith("digest:"))
# Nothing is thinned unless somebody asks: test_thinning.
WHILE_THINNING = sorted(point for point in crash_points() if point.startswith("thin:"))
AT_THE_FIRST_START = sorted(point for point in crash_points() if point.startswith("migrate:"))
# A record that kills has one, too: test_quarantine.
AT_THE_QUARANTINE = {point for point in crash_points() if point.startswith("quarantine:")}
# So has what is held: test_mass_change.
WHEN_IT_IS_HELD = sorted(point for point in crash_points() if point.startswith(("hold:", "hold-")))
# So has the literature: test_literature.
AT_THE_LITERATURE = {point for point in crash_points() if point.startswith(("papers:", "literature:"))}


def _passings(point: str) -> Sequence[int]:
    """Which passings of a point are died at. One is passed once a trial, so that each leaves another half of the look behind."""
    if point == "record:after-commit":
        return range(1, 13) if ALL else (1, 4, 9)
    return (1, 2) if ALL else (1,)


# `make kills` kills at every passing, and twice in every pair; with the other tests each point has its first passing.
ALL = os.environ.get("TRIALMON_KILLS") == "all"
KILLS = [
    (point, passing)
    for point in sorted(
        crash_points().keys()
        - {
            *AT_THE_DIGEST,
            *AT_THE_FIRST_START,
            *IN_A_STORM,
            *AT_THE_LITERATURE,
            *AT_THE_QUARANTINE,
            *WHILE_THINNING,
            *WHEN_IT_IS_HELD,
        }
    )
    for passing in _passings(point)
]

WATCHED = f"""title: Backs and knees
watch:
{"".join(f"  - trial: {number}{chr(10)}" for number in (TERMINATED, SLIPPED, CUT, GONE, MERGED, QUIET))}
  - search: {{condition: knee pain}}
subscribers:
  - {{name: reader, to: [desk], at_least: notable}}
  - {{name: morning, to: [early], at_least: routine, when: daily 07:30}}
"""
ADDED = f"""title: Added later
watch:
  - trial: {LATER}
  - trial: {UNKNOWN}
subscribers:
  - {{name: reader, to: [desk], at_least: notable}}
"""


def on_knees(number: str, condition: str = "Knee Pain") -> dict[str, Any]:
    return a_document(number, conditionsModule={"conditions": [condition], "keywords": None})


def a_history() -> History:
    history = History()
    for number in (TERMINATED, SLIPPED, CUT, GONE, MERGED, QUIET, TARGET, LATER):
        history.put(number, MONDAY, a_document(number))
    for number in KNEES:
        history.put(number, MONDAY, on_knees(number))
    history.put(GONE, TUESDAY, None)
    stopped = {"overallStatus": "TERMINATED", "whyStopped": "The sponsor withdrew its support."}
    history.put(TERMINATED, WEDNESDAY, a_document(TERMINATED, statusModule=stopped))
    slipped = {"primaryCompletionDateStruct": {"date": "2027-03", "type": "ESTIMATED"}}
    history.put(SLIPPED, WEDNESDAY, a_document(SLIPPED, statusModule=slipped))
    cut = {"enrollmentInfo": {"count": 40, "type": "ESTIMATED"}}
    history.put(CUT, WEDNESDAY, a_document(CUT, designModule=cut))
    history.put(MERGED, WEDNESDAY, None, moved_to=TARGET)
    history.put(LEAVES, WEDNESDAY, on_knees(LEAVES, "Hip Pain"))
    history.put(ENTERS, WEDNESDAY, on_knees(ENTERS))
    return history


class Story(NamedTuple):
    """What is in the database and in the inboxes at the end."""

    written: dict[str, list[tuple[Any, ...]]]
    got: list[Got]


_WRITTEN = {
    "trials": "SELECT number, version, gone_at IS NOT NULL, moved_to, unknown_told, absence_since IS NOT NULL FROM trials",
    "versions": "SELECT t.number, v.version, v.change_count FROM versions AS v JOIN trials AS t ON t.id = v.trial",
    "modules": "SELECT t.number, m.module, m.since_version, m.digest FROM module_versions AS m JOIN trials AS t ON t.id = m.trial",
    "changes": "SELECT t.number, c.version, c.field, c.kind, c.before, c.after FROM changes AS c JOIN trials AS t ON t.id = c.trial",
    "events": "SELECT t.number, e.version, e.rule, e.significance, e.headline FROM events AS e JOIN trials AS t ON t.id = e.trial",
    "members": "SELECT t.number, m.announced, m.left_at IS NOT NULL, m.pending_left_since IS NOT NULL AND m.left_at IS NULL"
    " FROM search_members AS m JOIN trials AS t ON t.id = m.trial",
    "announced": "SELECT a.watchlist, t.number FROM announced AS a JOIN trials AS t ON t.id = a.trial",
    "notifications": "SELECT kind, subscriber, trial, title, folded_into IS NOT NULL FROM notifications",
    "deliveries": "SELECT d.destination, n.title, d.state FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification",
}


def written(office: Office) -> dict[str, list[tuple[Any, ...]]]:
    """All that must be the same however often the work was interrupted; moments and row numbers apart."""
    database = office.database()
    try:
        with database.reading() as connection:
            return {
                name: sorted(map(tuple, connection.execute(sql)), key=repr) for name, sql in _WRITTEN.items()
            }
    finally:
        database.close()


class Stage:
    """A registry, an inbox, a monitor that has seen Monday and Tuesday, and the means to start it anew from there."""

    def __init__(self, folder: Path, registry: EmbeddedRegistry, inbox: Collector, starter: Starter) -> None:
        self.folder, self.registry, self.inbox, self.starter = folder, registry, inbox, starter
        self.number = 0
        more = {"early": inbox.url("early")}
        self.before = Office(folder / "before", registry, destination=inbox.url(), more=more)
        self.add_list("all", WATCHED)
        self.registry.go_to(MONDAY)
        assert self.check(self.before, "2026-02-09T15:00Z").code == 0
        self.registry.go_to(TUESDAY)
        assert self.check(self.before, "2026-02-10T15:00Z").code == 0
        self.registry.go_to(WEDNESDAY)
        self.add_list("later", ADDED)
        inbox.taken()

    def add_list(self, name: str, text: str) -> None:
        (self.before.folder / "watchlists" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def an_office(self, like: Office | None = None) -> Office:
        self.number += 1
        self.inbox.taken()
        return (like or self.before).copied_to(self.folder / str(self.number))

    def check(self, office: Office, now: str, **environment: str) -> Ended:
        return self.starter.run(office, "check", "--now", now, **environment)

    def recovered(self, office: Office) -> Story:
        """Two clean starts: the same day, and the next morning when the digest's moment has come."""
        for now in ("2026-02-11T16:00Z", "2026-02-12T08:00Z"):
            ended = self.check(office, now)
            assert ended.code == 0, ended.stderr
        return Story(written(office), self.inbox.taken())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        EmbeddedRegistry(a_history()).serving() as registry,
        Collector().listening() as inbox,
        a_starter() as starter,
    ):
        yield Stage(tmp_path_factory.mktemp("killed"), registry, inbox, starter)


@pytest.fixture(scope="module")
def undisturbed(stage: Stage) -> Story:
    """What Wednesday and the morning after lead to if nothing goes wrong."""
    office = stage.an_office()
    assert stage.check(office, "2026-02-11T15:00Z").code == 0
    return stage.recovered(office)


@pytest.fixture(scope="module")
def seen_on_wednesday(stage: Stage) -> Office:
    """The monitor after Wednesday's look: the digest waits for its morning."""
    office = stage.an_office()
    assert stage.check(office, "2026-02-11T15:00Z").code == 0
    stage.inbox.taken()
    return office


def test_an_undisturbed_wednesday_tells_all_there_is_to_tell(undisturbed: Story) -> None:
    assert {(number, rule) for number, _, rule, _, _ in undisturbed.written["events"]} == {
        (TERMINATED, "status.halted"),
        (SLIPPED, "dates.slipped"),
        (CUT, "enrollment.changed"),
        (GONE, "record.gone"),
        (MERGED, "record.moved"),
        (UNKNOWN, "record.unknown_number"),
        (LEAVES, "record.edited"),
        (LEAVES, "record.left_search"),
        (ENTERS, "record.entered_search"),
    }
    assert [number for number, version, _ in undisturbed.written["versions"] if version == 2] == [
        TERMINATED,
        SLIPPED,
        CUT,
        LEAVES,
    ]
    assert {state for _, _, state in undisturbed.written["deliveries"]} == {"sent"}
    assert len([one for one in undisturbed.got if one.inbox == "early"]) == 1, "the digest"
    assert_all_came(undisturbed.got, undisturbed.got)


def assert_as_if_undisturbed(story: Story, undisturbed: Story, *, repeats: bool) -> None:
    for name, rows in undisturbed.written.items():
        assert story.written[name] == rows, name
    assert_all_came(story.got, undisturbed.got, repeats=repeats)


@pytest.mark.parametrize(("point", "passing"), KILLS)
def test_a_kill_while_looking_and_telling_loses_nothing(
    stage: Stage, undisturbed: Story, point: str, passing: int
) -> None:
    office = stage.an_office()
    ended = stage.check(office, "2026-02-11T15:00Z", TRIALMON_CRASH_AT=f"{point}:{passing}")
    if ended.code == 0 and passing > 1:
        return  # this point is not passed so often
    assert ended.code == -signal.SIGKILL, ended.stderr
    story = stage.recovered(office)
    between = point in BETWEEN_SENDING_AND_WRITING
    assert_as_if_undisturbed(story, undisturbed, repeats=between)
    assert len(story.got) - len({one.key for one in story.got}) == int(between)


@pytest.mark.parametrize("passing", [1, 2])
@pytest.mark.parametrize("point", AT_THE_FIRST_START)
def test_a_kill_while_the_database_is_made_leaves_one_that_can_be_made(
    stage: Stage, undisturbed: Story, point: str, passing: int
) -> None:
    office = stage.an_office()
    for file in office.folder.glob("trialmon.db*"):
        file.unlink()
    ended = stage.check(office, "2026-02-11T15:00Z", TRIALMON_CRASH_AT=f"{point}:{passing}")
    assert ended.code == -signal.SIGKILL or passing > 1, ended.stderr
    story = stage.recovered(office)
    assert all(version is None for _, version, *_ in story.written["events"]), "the past is no news"
    assert {version for _, version, _ in story.written["versions"] if version > 0} == {1}
    assert len(story.got) == len({one.key for one in story.got})


@pytest.mark.parametrize("point", [*AT_THE_DIGEST, *WHILE_TELLING])
def test_a_kill_while_a_digest_is_told_loses_nothing(
    stage: Stage, undisturbed: Story, seen_on_wednesday: Office, point: str
) -> None:
    office = stage.an_office(seen_on_wednesday)
    ended = stage.check(office, "2026-02-12T08:00Z", TRIALMON_CRASH_AT=point)
    assert ended.code == -signal.SIGKILL, ended.stderr
    story = stage.recovered(office)
    early = [one for one in undisturbed.got if one.inbox == "early"]
    between = point in BETWEEN_SENDING_AND_WRITING
    assert_as_if_undisturbed(
        Story(story.written, story.got), Story(undisturbed.written, early), repeats=between
    )
    assert len(story.got) - len({one.key for one in story.got}) == int(between)


FIRSTS = ("check:mark-raised", "record:after-commit", "dispatch:after-send")
SECONDS = ("record:after-commit", "claim:after-commit", "dispatch:after-send")
PAIRS = list(product(FIRSTS, SECONDS)) if ALL else list(zip(FIRSTS, SECONDS, strict=True))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_second_kill_during_recovery_loses_nothing(
    stage: Stage, undisturbed: Story, first: str, second: str
) -> None:
    office = stage.an_office()
    for point, now in ((first, "2026-02-11T15:00Z"), (second, "2026-02-11T15:30Z")):
        ended = stage.check(office, now, TRIALMON_CRASH_AT=point)
        assert ended.code in (-signal.SIGKILL, 0), ended.stderr
    story = stage.recovered(office)
    assert_as_if_undisturbed(story, undisturbed, repeats=True)
    sent_again = len(story.got) - len({one.key for one in story.got})
    assert sent_again <= sum(point in BETWEEN_SENDING_AND_WRITING for point in (first, second))


def test_a_process_that_begins_from_nothing_is_killed_and_replaced(stage: Stage, undisturbed: Story) -> None:
    """As the others, but each process is started as a shell starts it."""
    office = stage.an_office()
    killed = office.command("check", "--now", "2026-02-11T15:00Z", TRIALMON_CRASH_AT="dispatch:after-send:2")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for now in ("2026-02-11T16:00Z", "2026-02-12T08:00Z"):
        started = office.command("check", "--now", now)
        assert started.returncode == 0, started.stderr
    assert_as_if_undisturbed(Story(written(office), stage.inbox.taken()), undisturbed, repeats=True)
