"""`doctor`: what is wrong is found and said with what to do, and what is well is not called wrong."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from monitor.embedded import EmbeddedRegistry, History
from monitor.store import sending
from monitor.store.inspection import files_of
from tests import canary
from tests.builders import NUMBER, a_document
from tests.cli.archive import Answer, Archive
from tests.fetch.wire import Wire

SECRET = canary.TOKEN
DAY = date(2026, 2, 9)


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    made = EmbeddedRegistry(History(), DAY)
    made.put(NUMBER, DAY, a_document())
    with made.serving():
        yield made


@pytest.fixture
def well(known: Archive, registry: EmbeddedRegistry) -> Archive:
    """A monitor with nothing wrong: it looked a minute ago, and its registry answers."""
    configure(known, registry.base_url)
    known.look_succeeded(datetime.now(UTC) - timedelta(minutes=1))
    return known


def configure(archive: Archive, base_url: str, destination: str = "json://127.0.0.1:9/${HOOK}") -> None:
    archive.config.write_text(
        f"sources:\n  clinicaltrials.gov: {{base_url: {base_url}, pause: 0s}}\ndestinations:\n  desk: {destination}\n"
    )


def examined(archive: Archive, **environment: str) -> Answer:
    return archive.ask("doctor", "--json", HOOK=SECRET, **environment)


def wrong(answer: Answer) -> dict[str, dict[str, Any]]:
    """The findings that are not well, by their check."""
    assert all(list(row) == ["check", "ok", "message", "hint"] for row in answer.rows)
    return {row["check"]: row for row in answer.rows if not row["ok"]}


def test_where_nothing_is_wrong_everything_is_called_well(well: Archive) -> None:
    answer = examined(well)
    assert (answer.code, wrong(answer)) == (0, {})
    assert [row["check"] for row in answer.rows] == [
        *("sqlite", "configuration", "secrets", "watchlists", "destination", "integrity", "database"),
        *("looks", "deliveries", "permissions", "disk", "source", "clock"),
    ]


def test_people_read_a_line_a_check(well: Archive) -> None:
    answer = well.ask("doctor", HOOK=SECRET)
    assert answer.code == 0
    assert f"ok     configuration {well.config}" in answer.out
    assert answer.out.endswith("\n13 checks: all is well.\n")


def test_nothing_is_sent_and_nothing_written(well: Archive, httpserver: HTTPServer) -> None:
    configure(well, f"http://127.0.0.1:{httpserver.port}", f"json://127.0.0.1:{httpserver.port}/hook")
    httpserver.expect_request("/api/v2/version").respond_with_json({"apiVersion": "2.0.3"})
    before = well.path.read_bytes()
    examined(well)
    assert [request.path for request, _ in httpserver.log] == ["/api/v2/version"]
    assert well.path.read_bytes() == before


def test_a_configuration_that_is_wrong_is_said_with_its_line(well: Archive) -> None:
    well.config.write_text("databse: x.db\nweb: {port: many}\n")
    answer = examined(well)
    assert answer.code == 2
    lines = [row["message"].partition(": ")[0] for row in answer.rows if row["check"] == "configuration"]
    assert lines == [f"{well.config}:1", f"{well.config}:2"]


def test_a_secret_that_is_not_set_is_named_and_the_rest_is_checked_all_the_same(well: Archive) -> None:
    answer = well.ask("doctor", "--json")
    assert answer.code == 2
    assert "${HOOK} is not set" in wrong(answer)["secrets"]["message"]
    assert "export HOOK=…" in wrong(answer)["secrets"]["hint"]
    assert {"integrity", "source", "disk"} <= {row["check"] for row in answer.rows}


def test_no_secret_is_ever_shown(well: Archive) -> None:
    configure(well, "http://127.0.0.1:9", "slack://${HOOK}")
    answer = examined(well)
    assert "Apprise does not understand this URL" in wrong(answer)["destination"]["message"]
    assert answer.code == 2
    assert SECRET not in answer.out + answer.err


def test_credentials_are_counted_never_read_out(well: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "HOOK").write_text(SECRET)
    answer = well.ask("doctor", "--json", CREDENTIALS_DIRECTORY=str(folder))
    assert wrong(answer) == {}
    assert f"1 in {folder}" in [row["message"] for row in answer.rows]
    assert SECRET not in answer.out
    gone = examined(well, CREDENTIALS_DIRECTORY=str(tmp_path / "none"))
    assert (gone.code, list(wrong(gone))) == (2, ["credentials"])


def test_every_problem_of_a_watchlist_is_said(well: Archive) -> None:
    (well.folder / "watchlists" / "knees.yaml").write_text(
        "watch:\n  - trial: NCT1\n  - trail: NCT09990001\n"
    )
    answer = examined(well)
    assert answer.code == 2
    problems = [row for row in answer.rows if row["check"] == "watchlists" and not row["ok"]]
    assert [row["message"].partition(": ")[0][-12:] for row in problems] == ["knees.yaml:2", "knees.yaml:3"]


def test_a_monitor_that_watches_nothing_is_not_well(well: Archive) -> None:
    (well.folder / "watchlists" / "backs.yaml").unlink()
    assert "there is none" in wrong(examined(well))["watchlists"]["message"]


def test_a_watchlist_of_which_nobody_is_told_is_not_well(well: Archive) -> None:
    (well.folder / "watchlists" / "quiet.yaml").write_text(f"watch:\n  - trial: {NUMBER}\n")
    assert "nobody is told of what changes in quiet" in wrong(examined(well))["watchlists"]["message"]


def test_before_the_first_look_there_need_be_no_database(well: Archive) -> None:
    well.path.unlink()
    answer = examined(well)
    assert (answer.code, wrong(answer)) == (0, {})
    assert "the first look makes" in answer.out
    assert not well.path.exists()


def test_a_database_from_a_newer_trialmon_is_left_alone(well: Archive) -> None:
    with well.database() as db, db.writing() as connection:
        connection.execute("PRAGMA user_version = 999")
    answer = examined(well)
    assert answer.code == 1
    assert "is from a newer trialmon" in wrong(answer)["database"]["message"]
    assert "upgrade trialmon" in wrong(answer)["database"]["hint"]


def test_something_else_than_a_database_is_found(well: Archive) -> None:
    well.path.write_bytes(b"not a database at all " * 1000)
    answer = examined(well)
    assert answer.code == 1
    assert "damaged or not a database" in wrong(answer)["database"]["message"]


def test_a_flipped_bit_in_a_stored_record_is_found_though_every_page_is_whole(well: Archive) -> None:
    with well.database() as db, db.reading() as connection:
        (body,) = connection.execute("SELECT body FROM module_versions ORDER BY LENGTH(body) DESC").fetchone()
    content = well.path.read_bytes()
    position = content.index(body) + len(body) // 2
    well.path.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
    answer = examined(well)
    assert answer.code == 1
    assert NUMBER in wrong(answer)["integrity"]["message"]
    assert "restore the newest file" in wrong(answer)["integrity"]["hint"]


def test_a_damaged_page_is_found(well: Archive) -> None:
    content = bytearray(well.path.read_bytes())
    for page in range(4096, len(content) - 4096, 4096):
        content[page : page + 8] = b"\xff" * 8
    well.path.write_bytes(content)
    assert examined(well).code == 1


def test_a_database_that_lacks_its_newest_writes_is_not_well(well: Archive) -> None:
    older = well.path.read_bytes()
    well.look_succeeded(datetime.now(UTC))
    well.path.write_bytes(older)
    found = wrong(examined(well))["database"]
    assert "lacks its newest write" in found["message"]
    assert "trialmon upkeep --accept-loss" in found["hint"]


def test_a_database_that_others_may_write_is_not_well(well: Archive) -> None:
    well.path.chmod(0o666)
    assert "may be written by other users" in wrong(examined(well))["permissions"]["message"]
    for file in files_of(well.path):  # SQLite gives those beside it the mode of the database
        file.chmod(0o600)
    well.folder.chmod(0o777)
    assert "anybody may replace files" in wrong(examined(well))["permissions"]["message"]
    well.folder.chmod(0o1777)
    assert wrong(examined(well)) == {}


def test_a_day_without_a_look_is_not_well(known: Archive, registry: EmbeddedRegistry) -> None:
    configure(known, registry.base_url)
    known.look_succeeded(datetime.now(UTC) - timedelta(days=2))
    answer = examined(known)
    assert (answer.code, list(wrong(answer))) == (1, ["looks"])


def test_a_look_in_the_future_means_that_the_clock_went_back(
    known: Archive, registry: EmbeddedRegistry
) -> None:
    configure(known, registry.base_url)
    known.look_succeeded(datetime.now(UTC) + timedelta(days=2))
    assert "ahead of this machine's clock" in wrong(examined(known))["clock"]["message"]


def test_messages_that_were_given_up_are_not_well(well: Archive) -> None:
    well.tell()
    now = datetime.now(UTC)
    with well.database() as db:
        (delivery,) = sending.claim(db, now, timedelta(minutes=5), 10, "a daemon")
        sending.settle_gave_up(db, delivery, now, "no")
    found = wrong(examined(well))["deliveries"]
    assert "1 message was given up" in found["message"]
    assert "retry --all-given-up" in found["hint"]


def test_a_source_that_refuses_is_said(well: Archive, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v2/version").respond_with_data("no", status=403)
    configure(well, f"http://127.0.0.1:{httpserver.port}")
    answer = examined(well)
    assert (answer.code, list(wrong(answer))) == (1, ["source"])
    assert "refuses this client" in wrong(answer)["source"]["message"]
    assert len(httpserver.log) == 1


def a_version(date: str, age: int) -> bytes:
    """The registry's answer to /version with these headers."""
    body = b'{"apiVersion": "2.0.3"}'
    return (
        f"HTTP/1.1 200 OK\r\nDate: {date}\r\nAge: {age}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


@pytest.mark.parametrize(
    ("seconds", "age", "is_well"), [(-3600, 0, False), (3600, 0, False), (-3600, 3600, True), (-60, 0, True)]
)
def test_the_clock_here_is_compared_with_the_registry_s(
    well: Archive, seconds: int, age: int, is_well: bool
) -> None:
    theirs = datetime.now(UTC) + timedelta(seconds=seconds)
    with Wire([a_version(format_datetime(theirs, usegmt=True), age)]).listening() as wire:
        configure(well, wire.base_url)
        answer = examined(well)
    assert len(wire.asked) == 1
    assert list(wrong(answer)) == ([] if is_well else ["clock"])
    assert answer.code == (0 if is_well else 1)


def test_a_source_that_sends_no_date_leaves_the_clock_alone(well: Archive) -> None:
    with Wire([a_version("soon", 0)]).listening() as wire:
        configure(well, wire.base_url)
        answer = examined(well)
    assert (answer.code, wrong(answer)) == (0, {})
    assert "clock" not in [row["check"] for row in answer.rows]


def test_what_a_registry_says_cannot_act_on_the_terminal(well: Archive, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v2/version").respond_with_data("\x1b]0;owned\x07 no", status=404)
    configure(well, f"http://127.0.0.1:{httpserver.port}")
    answer = well.ask("doctor", HOOK=SECRET)
    assert answer.code == 1
    assert "answered 404" in answer.out
    assert "\x1b" not in answer.out
