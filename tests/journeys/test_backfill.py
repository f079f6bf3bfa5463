"""The past from the registry's own history: as if it had been watched from the first day on, and no news of it."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.core.canonical import fingerprint
from monitor.core.trial import TrialId
from monitor.embedded import EmbeddedRegistry, History
from monitor.jobs.backfill import Backfilled, backfill_watched
from monitor.jobs.check import check
from monitor.sources.clinicaltrials_gov.shape import REGISTRY, SHAPE
from monitor.store import lineage
from monitor.store.past import how_the_past_stands
from monitor.store.queries import record_at_version
from monitor.store.snapshots import snapshots
from monitor.store.timeline import Axis, at_time, record_of, timeline
from tests.journeys.made import MadeTrials, day_of
from tests.journeys.office import Office

ONE, TWO, QUIET = "NCT99900001", "NCT99900002", "NCT99900003"
MADE = (ONE, TWO, QUIET)
LAST = 40
HISTORY = "/api/int/studies"
AXES: tuple[Axis, ...] = ("seen", "registry")
CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"


def promised(completion: str) -> dict[str, Any]:
    return {"primaryCompletionDateStruct": {"date": completion, "type": "ESTIMATED"}}


def criteria(age: int) -> dict[str, str]:
    return {
        "eligibilityCriteria": f"Inclusion Criteria:\n\n* Age \\>= {age}\n* BMI \\[kg/m\\^2\\] \\< 30\n  1. or 32"
    }


def made_trials() -> MadeTrials:
    made = MadeTrials(*MADE)
    made.edit(3, ONE, statusModule=promised("2029-01"), eligibilityModule=criteria(18))
    made.edit(8, ONE, eligibilityModule=criteria(21))
    made.edit(10, TWO, statusModule={"overallStatus": "SUSPENDED", "whyStopped": "Cells \\> 5 days old"})
    made.edit(15, ONE, statusModule=promised("2029-06"))
    made.edit(20, TWO, statusModule={"overallStatus": "RECRUITING", "whyStopped": ""})
    made.edit(30, ONE, statusModule=promised("2029-12"), designModule={"enrollmentInfo": {"count": 7}})
    return made


@pytest.fixture(scope="module")
def registry() -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry(made_trials().history).serving() as serving:
        yield serving


@pytest.fixture(scope="module")
def daily(registry: EmbeddedRegistry, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Who watched from the first day on, and looked every day."""
    office = Office(tmp_path_factory.mktemp("daily"), registry)
    office.watch(MADE)
    for ahead in range(LAST + 1):
        assert office.check_on(day_of(ahead)).failed == []
    return office


@pytest.fixture
def late(registry: EmbeddedRegistry, tmp_path: Path) -> Office:
    """Who began on the last day."""
    registry.behave()
    office = Office(tmp_path / "late", registry)
    office.watch(MADE, at_least="noise")
    assert office.check_on(day_of(LAST)).failed == []
    return office


def noon(ahead: int) -> datetime:
    return datetime.combine(day_of(ahead), time(12), UTC)


def backfilled(office: Office, ahead: int = LAST, most: int = 1000) -> Backfilled:
    with office.context(noon(ahead) + timedelta(hours=4)) as context:
        return backfill_watched(context, most)


def records(office: Office, number: str) -> list[bytes]:
    """What is stored of a trial, version by version, as it is compared, less what moves every day."""
    trial = TrialId(REGISTRY, number)
    with office.database() as db:
        found = [record_at_version(db, trial, one.version) for one in timeline(db, trial)]
    return [fingerprint(settled(one["record"])) for one in found if one is not None]


def settled(record: Any) -> Any:
    """A record without the day of the data."""
    record.get("derivedSection", {}).get("miscInfoModule", {}).pop("versionHolder", None)
    return record


def numbers(office: Office, number: str) -> list[int]:
    with office.database() as db:
        return [one.version for one in timeline(db, TrialId(REGISTRY, number))]


def asked(registry: EmbeddedRegistry) -> list[str]:
    return [one.path for one in registry.requests if one.path.startswith(HISTORY)]


def test_the_past_is_what_daily_looks_would_have_stored(daily: Office, late: Office) -> None:
    done = backfilled(late)
    assert (done.trials, done.versions, done.left, done.failed) == (3, 6, 0, {})
    assert numbers(late, ONE) == [-3, -2, -1, 0, 1]
    assert numbers(late, QUIET) == [1]
    for number in MADE:
        assert records(late, number) == records(daily, number)


def test_its_changes_are_those_that_daily_looks_found(daily: Office, late: Office) -> None:
    backfilled(late)

    def found(office: Office) -> list[tuple[Any, ...]]:
        keys = ("trial", "registry_date", "field", "kind", "before", "after")
        rows = [row for number in MADE for row in office.changes(trial=number)]
        return sorted(tuple(map(repr, (row[key] for key in keys))) for row in rows)

    assert found(late) == found(daily)
    assert any(CRITERIA in row[2] for row in found(late))


def test_nobody_is_told_of_the_past(late: Office, registry: EmbeddedRegistry) -> None:
    with late.database() as db, db.reading() as connection:
        before = [tuple(row) for row in connection.execute("SELECT kind, title FROM notifications")]
    backfilled(late)
    for ahead in (LAST + 1, LAST + 2):
        assert late.check_on(day_of(ahead), full=True).events == 0
    with late.database() as db, db.reading() as connection:
        assert [tuple(row) for row in connection.execute("SELECT kind, title FROM notifications")] == before
    assert {kind for kind, _ in before} == {"watching"}


def test_the_past_is_not_among_what_was_seen_and_can_be_found_all_the_same(late: Office) -> None:
    backfilled(late)
    late.check_on(day_of(LAST + 1))
    assert late.changes() == []
    assert late.changes(trial=ONE, since=noon(0)) == []
    dates = [row["registry_date"] for row in late.changes(trial=ONE)]
    assert dates == sorted(dates)
    assert {row["version"] for row in late.changes(trial=ONE)} == {-2, -1, 0, 1}
    assert {row["trial"] for row in late.changes(text="cells days")} == {TWO}


def test_blame_and_the_slips_reach_back(late: Office) -> None:
    backfilled(late)
    trial = TrialId(REGISTRY, ONE)
    with late.database() as db:
        by_field = {ledger.field: ledger for ledger in lineage.field_ledgers(db, trial)}
        past = snapshots(db, [trial])[trial].past
    completion = by_field["protocolSection.statusModule.primaryCompletionDateStruct.date"]
    assert (completion.times, completion.before, completion.version) == (3, "2029-06", 1)
    assert completion.seen_at == day_of(30).isoformat()
    assert (by_field[CRITERIA].version, by_field[CRITERIA].seen_at) == (-1, day_of(8).isoformat())
    dates = [str(facts.primary_completion.date) for facts in past if facts.primary_completion]
    assert dates == ["2028-06", "2029-01", "2029-01", "2029-06"]


def test_the_next_slip_is_told_with_those_before(tmp_path: Path) -> None:
    made = made_trials()
    made.edit(LAST + 2, ONE, statusModule=promised("2030-06"))
    with EmbeddedRegistry(made.history).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch([ONE])
        office.check_on(day_of(LAST))
        backfilled(office)
        office.check_on(day_of(LAST + 2))
    (slip,) = [event for event in office.events() if event["rule"] == "dates.slipped"]
    assert "the fourth slip" in slip["headline"]


def test_a_little_at_a_time_comes_to_the_same(
    daily: Office, late: Office, registry: EmbeddedRegistry
) -> None:
    registry.requests.clear()
    rounds = 0
    while backfilled(late, most=2).left:
        rounds += 1
    assert rounds > 3
    assert len(asked(registry)) == len(set(asked(registry))), "nothing is fetched twice"
    for number in MADE:
        assert records(late, number) == records(daily, number)
    registry.requests.clear()
    assert backfilled(late).trials == 0
    assert asked(registry) == []


def test_a_check_tells_first_and_fetches_the_past_then(
    daily: Office, registry: EmbeddedRegistry, tmp_path: Path
) -> None:
    registry.behave()
    registry.go_to(day_of(LAST))
    registry.requests.clear()
    office = Office(tmp_path, registry)
    office.watch(MADE)
    ended = office.command("check", "--now", noon(LAST).isoformat())
    assert ended.returncode == 0, ended.stderr
    assert "Of the past: 6 versions of 3 trials fetched." in ended.stdout
    paths = [one.path.startswith(HISTORY) for one in registry.requests]
    assert paths == sorted(paths)
    assert records(office, ONE) == records(daily, ONE)
    again = office.command("run", "--once", "--now", noon(LAST + 1).isoformat())
    assert again.returncode == 0, again.stderr
    assert len(asked(registry)) == len(set(asked(registry)))


def test_a_refusal_in_the_middle_is_remembered_too(late: Office, registry: EmbeddedRegistry) -> None:
    registry.misbehave("status_403", times=None, path=HISTORY, after=5)
    done = backfilled(late)
    assert done.left > 0
    with late.database() as db:
        assert how_the_past_stands(db, noon(LAST) + timedelta(hours=5)).refused
    registry.behave()


@pytest.mark.parametrize(
    "point",
    ["backfill:outline-kept", "backfill:page-kept:3", "backfill:before-commit", "backfill:after-commit:2"],
)
def test_killed_in_the_middle_it_goes_on_where_it_was(
    daily: Office, late: Office, registry: EmbeddedRegistry, point: str
) -> None:
    registry.requests.clear()
    at = (noon(LAST) + timedelta(hours=5)).isoformat()
    killed = late.command("backfill", "--now", at, TRIALMON_CRASH_AT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    ended = late.command("backfill", "--json", "--now", at)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(asked(registry)) == len(set(asked(registry))), "nothing is fetched twice"
    for number in MADE:
        assert records(late, number) == records(daily, number)


def test_before_anything_is_watched_no_past_is_said_to_be_there(
    tmp_path: Path, registry: EmbeddedRegistry
) -> None:
    fresh = Office(tmp_path / "fresh", registry)
    fresh.watch(MADE)
    said = fresh.command("backfill")
    assert (said.returncode, said.stderr) == (0, "")
    assert "`trialmon check` looks" in said.stdout


def test_a_refusal_is_remembered_for_a_day_and_hinders_no_look(
    late: Office, registry: EmbeddedRegistry
) -> None:
    registry.misbehave("status_403", times=None, path=HISTORY)
    done = backfilled(late)
    assert (done.trials, done.left) == (0, 3)
    assert "does not give" in done.failed[REGISTRY]
    assert late.check_on(day_of(LAST + 1)).failed == []
    registry.requests.clear()
    assert backfilled(late, LAST).left == 3
    assert asked(registry) == []
    at = noon(LAST) + timedelta(hours=5)
    with late.database() as db:
        standing = how_the_past_stands(db, at)
        assert (standing.to_go, standing.failed, list(standing.refused)) == (3, 0, [REGISTRY])
        assert how_the_past_stands(db, at + timedelta(days=2)).refused == {}
    registry.behave()
    assert backfilled(late, LAST + 2).trials == 3


@pytest.mark.parametrize("fault", ["html_with_200", "cut_gzip", "status_503", "status_404"])
def test_a_broken_history_is_no_past_and_no_alarm(
    late: Office, registry: EmbeddedRegistry, fault: str
) -> None:
    registry.misbehave(fault, times=None, path=HISTORY)
    done = backfilled(late)
    assert done.trials == 0
    assert done.failed
    assert numbers(late, ONE) == [1]
    assert late.check_on(day_of(LAST + 1)).failed == []


def test_one_broken_history_hinders_neither_a_look_nor_the_others(
    late: Office, registry: EmbeddedRegistry
) -> None:
    with late.context(noon(LAST) + timedelta(hours=4)) as context:
        registry.misbehave("html_with_200", times=None, path=f"{HISTORY}/{ONE}")
        assert backfill_watched(context).left == 3
        assert check(context, full=True).failed == [], "the registry is not left alone for it"
        assert backfill_watched(context).trials == 2
    registry.behave()
    assert backfilled(late, LAST + 2).trials == 1


def test_a_history_of_another_form_is_left_alone_for_a_day(late: Office, registry: EmbeddedRegistry) -> None:
    registry.misbehave("html_with_200", times=None, path=HISTORY)
    for _ in MADE:
        assert backfilled(late).trials == 0
    with late.database() as db:
        assert how_the_past_stands(db, noon(LAST) + timedelta(hours=5)).refused
    registry.behave()


def test_who_does_not_want_the_past_asks_for_none(late: Office, registry: EmbeddedRegistry) -> None:
    text = late.config.read_text(encoding="utf-8").replace(
        "    pause: 0s", "    pause: 0s\n    backfill: false"
    )
    late.config.write_text(text, encoding="utf-8")
    registry.requests.clear()
    assert backfilled(late) == Backfilled()
    assert asked(registry) == []


def test_who_asked_for_the_past_after_weeks_of_looking_gets_what_was_before(
    daily: Office, registry: EmbeddedRegistry, tmp_path: Path
) -> None:
    office = Office(tmp_path, registry)
    office.watch([ONE])
    for ahead in (12, 16, LAST):
        office.check_on(day_of(ahead))
    backfilled(office)
    assert numbers(office, ONE) == [-1, 0, 1, 2, 3]
    assert records(office, ONE) == records(daily, ONE)


def an_absence(office: Office) -> None:
    """The office looks on the twelfth day, and then not before the last."""
    office.watch([ONE, QUIET])
    office.check_on(day_of(12))
    report = office.check_on(day_of(LAST))
    assert (report.failed, report.changed) == ([], 1)


def messages(office: Office) -> list[dict[str, Any]]:
    with office.database() as db, db.reading() as connection:
        return [dict(row) for row in connection.execute("SELECT * FROM notifications WHERE kind = 'alert'")]


def test_what_happened_while_nobody_looked_is_recorded_in_order_and_told_once(
    daily: Office, registry: EmbeddedRegistry, tmp_path: Path
) -> None:
    office = Office(tmp_path, registry)
    an_absence(office)
    trial = TrialId(REGISTRY, ONE)
    with office.database() as db:
        versions = timeline(db, trial)
    assert [(one.version, one.origin) for one in versions] == [(1, "poll"), (2, "backfill"), (3, "poll")]
    assert [one.in_force for one in versions[1:]] == [day_of(15).isoformat(), day_of(30).isoformat()]
    assert records(office, ONE) == records(daily, ONE)[2:]
    (told,) = messages(office)
    late = f"(posted {day_of(15):%-d %B %Y}, seen late)"
    assert late in told["text"]
    slips = [event for event in office.events() if event["rule"] == "dates.slipped"]
    assert [(event["version"], late in event["headline"]) for event in slips] == [(2, True), (3, False)]
    assert "second slip" in slips[1]["headline"]
    with office.database() as db, db.reading() as connection:
        told_of = connection.execute(
            "SELECT event FROM notification_events WHERE notification = ?", (told["id"],)
        )
        assert {row[0] for row in told_of} >= {event["id"] for event in slips}
    assert office.check_on(day_of(LAST + 1), full=True).events == 0


def test_where_the_steps_in_between_are_refused_the_look_goes_on_and_says_so(
    registry: EmbeddedRegistry, tmp_path: Path
) -> None:
    office = Office(tmp_path, registry)
    registry.misbehave("status_403", times=None, path=HISTORY)
    an_absence(office)
    registry.behave()
    assert numbers(office, ONE) == [1, 2]
    assert len(messages(office)) == 1
    (slip,) = [event for event in office.events() if event["rule"] == "dates.slipped"]
    assert f"not looked at since {day_of(12):%-d %B %Y}: steps in between may be missing" in slip["because"]


def test_after_a_weekend_nobody_asks_for_the_steps_in_between(
    registry: EmbeddedRegistry, tmp_path: Path
) -> None:
    office = Office(tmp_path, registry)
    office.watch([ONE])
    office.check_on(day_of(13))
    registry.requests.clear()
    assert office.check_on(day_of(15)).changed == 1
    assert asked(registry) == []


def test_every_day_shows_what_the_registry_served_by_both_times(
    daily: Office, registry: EmbeddedRegistry
) -> None:
    assert_every_day_is_shown(daily, registry.history, MADE, [day_of(ahead) for ahead in range(LAST + 1)])


def assert_every_day_is_shown(
    office: Office, history: History, trials: tuple[str, ...] | list[str], days: list[date]
) -> None:
    """`show --at` for every day and trial, without the command line, gives the record that was served, in its form of comparison. Which
    version a day means is worked out for each; the records of a version are compared whenever another state of it is served."""
    compared: dict[tuple[str, int], object] = {}
    with office.database() as db:
        for number in trials:
            trial = TrialId(REGISTRY, number)
            versions = timeline(db, trial)
            for day in days:
                served = history.on(day).records.get(number)
                at = datetime.combine(day, time(23, 59, 59), UTC)
                for axis in AXES:
                    version = at_time(versions, at, axis)
                    if served is None:
                        assert version is None or axis == "registry"
                        continue
                    assert version is not None, (number, day, axis)
                    if compared.get((number, version.version)) is not served:
                        record = record_of(db, trial, version, SHAPE, at)
                        assert fingerprint(record) == fingerprint(served.stamped(day)), (number, day, axis)
                        compared[number, version.version] = served


def test_the_command_line_shows_the_same(daily: Office, registry: EmbeddedRegistry) -> None:
    for ahead in (0, 9, 29, 30):
        for by in ("seen", "registry"):
            day = day_of(ahead)
            shown = daily.command("show", ONE, "--at", day.isoformat(), "--by", by, "--json")
            assert shown.returncode == 0, shown.stderr
            row = json.loads(shown.stdout)
            served = registry.history.on(day).records[ONE].stamped(day)
            assert fingerprint(row["record"]) == fingerprint(served)
            assert (row["by"], len(row["digest"])) == (by, 32)


# --- the same with what was really captured


@pytest.fixture(scope="module")
def real(registry_data: Path) -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry(History.load(registry_data / "replay.jsonl.xz")).serving() as serving:
        yield serving


@pytest.fixture(scope="module")
def really_daily(real: EmbeddedRegistry, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("really"), real)
    office.watch(real.history.trials)
    for day in real.days:
        assert office.check_on(day).failed == []
    return office


def test_real_versions_from_the_history_equal_those_that_daily_looks_stored(
    really_daily: Office, real: EmbeddedRegistry, tmp_path: Path
) -> None:
    moved = [number for number in real.history.trials if len(real.history.states(number)) > 1]
    some = sorted({*moved, *real.history.trials[::25]})
    office = Office(tmp_path, real)
    office.watch(some)
    real.go_to(real.days[-1])
    office.check_on(real.days[-1])
    at = datetime.combine(real.days[-1], time(17), UTC)
    with office.context(at) as context:
        done = backfill_watched(context, 10_000)
    assert (done.failed, done.left, done.trials) == ({}, 0, len(some))
    assert done.versions == 26
    assert len(moved) == 22
    for number in some:
        assert records(office, number) == records(really_daily, number), number
    assert office.events() == []
    for number in moved:
        assert len(office.changes(trial=number)) == len(really_daily.changes(trial=number))


def test_every_real_day_shows_what_the_registry_served_by_both_times(
    really_daily: Office, real: EmbeddedRegistry
) -> None:
    assert_every_day_is_shown(really_daily, real.history, real.history.trials, real.days)
