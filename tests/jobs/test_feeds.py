"""Feeds as files: written when there is something new, and removed when nobody watches any more."""

from datetime import date

import feedparser
import pytest

from monitor.jobs.feeds import write_feeds
from monitor.jobs.tending import Tending
from tests.builders import a_document, a_moment
from tests.faults.desk import NUMBERS, Desk

ENDINGS = (".atom", ".ics", ".json")


@pytest.fixture
def fed(desk: Desk) -> Desk:
    """A desk whose feeds are written into the folder `out`."""
    with desk.office.config.open("a", encoding="utf-8") as config:
        config.write("feeds: {folder: out, base_url: https://trials.example.org/f}\n")
    assert written(desk, "2026-02-09T15:01") == 12
    return desk


def written(desk: Desk, moment: str) -> int:
    with desk.office.context(a_moment(moment)) as context:
        return write_feeds(context)


def files(desk: Desk) -> dict[str, bytes]:
    folder = desk.office.folder / "out"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_there_is_one_of_each_kind_for_every_list_and_every_trial(fed: Desk) -> None:
    names = ["backs", *(f"trials/{number}" for number in NUMBERS)]
    assert sorted(files(fed)) == sorted(name + ending for name in names for ending in ENDINGS)


def test_nothing_new_and_nothing_is_written(fed: Desk) -> None:
    before = files(fed)
    assert fed.look("2026-02-10T15:00").failed == []
    assert written(fed, "2026-02-10T15:01") == 0
    assert files(fed) == before


def test_an_event_stands_in_the_feeds_of_its_trial_and_its_list_and_no_other_changes(fed: Desk) -> None:
    before = files(fed)
    fed.registry.history.put(
        NUMBERS[0], date(2026, 2, 10), a_document(NUMBERS[0], statusModule={"overallStatus": "TERMINATED"})
    )
    assert fed.look("2026-02-10T15:00").changed == 1
    assert written(fed, "2026-02-10T15:01") > 0
    after = files(fed)
    assert {name for name in after if after[name] != before[name]} == {
        name + ending for name in ("backs", f"trials/{NUMBERS[0]}") for ending in ENDINGS
    }
    for name in ("backs", f"trials/{NUMBERS[0]}"):
        feed = feedparser.parse(after[f"{name}.atom"])
        (entry,) = feed.entries
        assert "Terminated" in entry.title
        assert entry.updated == "2026-02-10T15:00:00Z"
        assert feed.feed.links[0]["href"] == f"https://trials.example.org/f/{name}.atom"
    assert b"UID:" in before["backs.ics"]
    assert f"UID:{NUMBERS[0]}".encode() not in after["backs.ics"], "what is over promises nothing"


def test_a_file_that_was_taken_away_is_written_again(fed: Desk) -> None:
    (fed.office.folder / "out" / "backs.json").unlink()
    assert written(fed, "2026-02-09T15:02") == 1


def test_what_nobody_watches_any_more_has_no_feed(fed: Desk) -> None:
    other = fed.office.folder / "out" / "trials" / "mine.txt"
    other.write_text("not ours")
    fed.watch(NUMBERS[0])
    fed.look("2026-02-10T15:00")
    written(fed, "2026-02-10T15:01")
    assert sorted(name for name in files(fed) if name.startswith("trials/")) == sorted(
        ["trials/mine.txt", *(f"trials/{NUMBERS[0]}{ending}" for ending in ENDINGS)]
    )


def test_a_folder_that_cannot_be_written_is_logged_once_and_harms_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    (desk.office.folder / "out").write_text("a file, not a folder")
    with desk.office.config.open("a", encoding="utf-8") as config:
        config.write("feeds: {folder: out/feeds}\n")
    tending = Tending()
    with desk.office.context(a_moment("2026-02-09T15:01")) as context:
        tending(context)
        tending(context)
    (said,) = [record.getMessage() for record in caplog.records if record.name == "trialmon.tending"]
    assert said.startswith("the feeds: ")
    assert "cannot be written" in said


def test_without_the_key_nothing_is_written(desk: Desk) -> None:
    assert written(desk, "2026-02-09T15:01") == 0
    assert not (desk.office.folder / "feeds").exists()
