"""Killed while old noise is made smaller: what was done is whole, and the next call does the rest."""

import signal
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.embedded import EmbeddedRegistry, History
from tests.builders import a_document, a_location
from tests.journeys.collector import Collector
from tests.journeys.office import Office

TRIAL = "NCT09990001"
FIRST = date(2026, 2, 9)
THINNING = ("upkeep", "--thin-older-than", "300d", "--yes", "--now", "2027-02-10T15:00Z")
STORED = (
    "SELECT id, digest, body FROM module_versions",
    "SELECT id, base FROM thinned",
    "SELECT markdown, html FROM notifications",
    "SELECT body, body_digest FROM payloads",
)


def a_history() -> History:
    """A telephone number changes on two days; then the trial is stopped, which is told."""
    history = History()
    for day, telephone in enumerate(("1", "22", "333", "333")):
        sites = [a_location(f"Clinic {n * 7919}", f"City {n}") for n in range(40)]
        sites[7] = {**sites[7], "contacts": [{"role": "CONTACT", "name": "Office", "phone": telephone}]}
        status = {"overallStatus": "TERMINATED" if day == 3 else "RECRUITING"}
        document = a_document(TRIAL, contactsLocationsModule={"locations": sites}, statusModule=status)
        history.put(TRIAL, FIRST + timedelta(days=day), document)
    return history


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A monitor that saw those four days and told of the last."""
    with EmbeddedRegistry(a_history()).serving() as registry, Collector().listening() as inbox:
        office = Office(tmp_path_factory.mktemp("office"), registry, destination=inbox.url())
        office.watch([TRIAL])
        for day in range(4):
            office.check_on(FIRST + timedelta(days=day))
        assert [one.inbox for one in inbox.taken()] == ["desk", "desk"], "now watching; and terminated"
        yield office


def stored(office: Office) -> list[list[tuple[object, ...]]]:
    database = office.database()
    try:
        with database.reading() as connection:
            return [sorted(map(tuple, connection.execute(sql)), key=repr) for sql in STORED]
    finally:
        database.close()


def test_a_kill_at_either_portion_leaves_what_the_next_call_completes(office: Office, tmp_path: Path) -> None:
    undisturbed = office.copied_to(tmp_path / "undisturbed")
    assert undisturbed.command(*THINNING).returncode == 0
    assert stored(undisturbed) != stored(office)
    for passing, done in ((1, False), (2, True)):
        killed = office.copied_to(tmp_path / f"killed-{passing}")
        ended = killed.command(*THINNING, TRIALMON_CRASH_AT=f"thin:before-commit:{passing}")
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert (stored(killed)[1] != []) is done, "the records were thinned, or not begun"
        assert stored(killed)[2:] == stored(office)[2:], "messages come last"
        shown = [
            killed.command("show", TRIAL, "--json", "--at", f"2026-02-{day}").stdout for day in range(10, 13)
        ]
        assert shown == [
            office.command("show", TRIAL, "--json", "--at", f"2026-02-{day}").stdout for day in range(10, 13)
        ]
        assert killed.command(*THINNING).returncode == 0
        assert stored(killed) == stored(undisturbed)
