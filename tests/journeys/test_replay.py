"""Registry days played one after the other through the real HTTP path: each real change recorded, and no other."""

import json
import lzma
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.core.canonical import fingerprint
from monitor.core.change import Change, FieldPath
from monitor.embedded import EmbeddedRegistry, History
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from tests.core.replaying import Impossible, replayed, settled
from tests.journeys.office import Office

SEEDS = Path(__file__).parents[2] / "seeds"
GOLDEN = Path(__file__).parent / "golden" / "replay.txt"
FLIPPED_TO_UNKNOWN = "NCT05294952"


def weekdays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        if first.weekday() < 5:
            yield first
        first += timedelta(days=1)


def as_change(row: dict[str, Any]) -> Change:
    path = FieldPath.parse(row["field"])
    return Change(path, row["kind"], row["before"], row["after"], row["topic"], row["label"])


def rebuilds(before: Any, after: Any, changes: list[Change]) -> bool:
    try:
        result = replayed(before, changes, SHAPE)
    except Impossible:
        return False
    return fingerprint(result) == fingerprint(settled(after, SHAPE))


@pytest.fixture(scope="module")
def recorded(registry_data: Path) -> dict[str, list[tuple[date, Any]]]:
    """The real captures: trial → its states with their registry days, oldest first."""
    states: dict[str, list[tuple[date, Any]]] = defaultdict(list)
    with lzma.open(registry_data / "replay.jsonl.xz") as lines:
        for line in lines:
            entry = json.loads(line)
            number = entry["study"]["protocolSection"]["identificationModule"]["nctId"]
            states[number].append((date.fromisoformat(entry["dataDate"]), entry["study"]))
    return states


@pytest.fixture(scope="module")
def played(
    registry_data: Path, recorded: dict[str, list[tuple[date, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> Office:
    """Every weekday of the six weeks, every trial watched; versionHolder moves daily in all of them."""
    history = History.load(registry_data / "replay.jsonl.xz")
    with EmbeddedRegistry(history).serving() as registry:
        office = Office(tmp_path_factory.mktemp("replay"), registry)
        office.watch(sorted(recorded))
        for day in weekdays(registry.days[0], date(2026, 3, 13)):
            report = office.check_on(day)
            assert report.failed == []
            assert report.looked == len(recorded)
        return office


def real_transitions(recorded: dict[str, list[tuple[date, Any]]]) -> dict[tuple[str, str], tuple[Any, Any]]:
    return {
        (number, after[0].isoformat()): (before[1], after[1])
        for number, states in recorded.items()
        for before, after in pairwise(states)
    }


def stored_changes(office: Office) -> dict[tuple[str, str], list[Change]]:
    stored: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for row in office.changes():
        stored[row["trial"], row["seen_at"][:10]].append(as_change(row))
    return stored


def test_all_26_real_transitions_are_recorded_and_no_change_on_any_other_day(
    played: Office, recorded: dict[str, list[tuple[date, Any]]]
) -> None:
    transitions = real_transitions(recorded)
    assert len(transitions) == 26
    assert set(stored_changes(played)) == set(transitions)


def test_no_day_of_the_registry_is_held_for_its_own_doing(played: Office) -> None:
    database = played.database()
    try:
        with database.reading() as connection:
            assert connection.execute("SELECT COUNT(*) FROM holds").fetchone()[0] == 0
    finally:
        database.close()


def test_each_transition_has_every_path_that_really_changed_and_no_other(
    played: Office, recorded: dict[str, list[tuple[date, Any]]]
) -> None:
    stored = stored_changes(played)
    for step, (before, after) in real_transitions(recorded).items():
        changes = stored[step]
        assert rebuilds(before, after, changes), (
            f"{step}: the changes do not lead from one record to the other"
        )
        for change in changes:
            assert fingerprint(change.before) != fingerprint(change.after), (
                f"{step}: {change.path} did not change"
            )
        paths = [change.path.steps for change in changes]
        for path in paths:
            inside = [other for other in paths if other[: len(path)] == path]
            assert inside == [path], f"{step}: {FieldPath(path)} is told twice"


def test_the_status_that_became_unknown_without_a_posted_update_is_among_them(played: Office) -> None:
    changes = played.changes(trial=FLIPPED_TO_UNKNOWN)
    assert {(change["field"], change["after"]) for change in changes} == {
        ("protocolSection.statusModule.overallStatus", "UNKNOWN"),
        ("protocolSection.statusModule.lastKnownStatus", "NOT_YET_RECRUITING"),
    }
    (event,) = [event for event in played.events(trial=FLIPPED_TO_UNKNOWN) if event["topic"] == "status"]
    assert event["rule"] == "status.unknown"


def test_every_change_has_an_event(played: Office) -> None:
    judged = {change for event in played.events() for change in event["changes"]}
    assert {change["id"] for change in played.changes()} == judged


def test_made_days_give_just_the_changes_that_were_written_down_by_hand(tmp_path: Path) -> None:
    expected = json.loads((SEEDS / "made" / "expected.json").read_text(encoding="utf-8"))
    with EmbeddedRegistry(History.load(SEEDS / "made" / "week.jsonl")).serving() as registry:
        office = Office(tmp_path, registry)
        office.watch(f"NCT999000{number:02d}" for number in range(1, 13))
        for day in registry.days:
            assert office.check_on(day).failed == []
            if day.isoformat() == expected["first_day"]:
                assert office.changes() == []
                continue
            of_day = expected["days"][day.isoformat()]
            found: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in office.changes():
                if row["seen_at"][:10] == day.isoformat():
                    found[row["trial"]].append(
                        {
                            key: row[key]
                            for key in ("field", "kind", "before", "after")
                            if row[key] is not None
                        }
                    )
            assert {trial: by_field(rows) for trial, rows in found.items()} == {
                trial: by_field(rows) for trial, rows in of_day["changes"].items()
            }


def by_field(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["field"]))


def told(office: Office) -> list[dict[str, Any]]:
    """Every message about a trial's version that went out, with the events that it tells."""
    database = office.database()
    try:
        with database.reading() as connection:
            return [
                dict(row)
                for row in connection.execute(
                    "SELECT n.id, n.trial, substr(n.created_at, 1, 10) AS day, json_group_array(e.rule) AS rules,"
                    " json_group_array(e.significance) AS significances FROM notifications AS n"
                    " JOIN notification_events AS x ON x.notification = n.id JOIN events AS e ON e.id = x.event"
                    " WHERE n.kind = 'alert' AND e.version IS NOT NULL GROUP BY n.id"
                )
            ]
    finally:
        database.close()


def test_a_trial_is_told_of_at_most_once_a_day(played: Office) -> None:
    messages = [(message["trial"], message["day"]) for message in told(played)]
    assert len(messages) == len(set(messages))
    assert messages


def test_nobody_is_alerted_by_the_registrys_housekeeping(played: Office) -> None:
    for message in told(played):
        assert set(json.loads(message["significances"])) & {"notable", "critical"}, message
        assert not any(rule.startswith("noise.") for rule in json.loads(message["rules"])), message


def test_the_real_transitions_read_as_reviewed(played: Office) -> None:
    """The headlines as a reader would get them. TRIALMON_WRITE_GOLDEN=1 writes them anew, to be read before they are committed."""
    lines: list[str] = []
    for event in played.events():
        if event["version"] is None:
            continue
        place = f"{event['seen_at'][:10]} {event['trial']}"
        if place not in lines:
            lines += [place]
        lines += [f"  {event['significance']:8} {event['rule']:24} {event['headline']}"]
    if os.environ.get("TRIALMON_WRITE_GOLDEN"):
        GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == GOLDEN.read_text(encoding="utf-8").splitlines()
