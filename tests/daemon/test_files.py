"""The configuration of a running daemon: what is good is taken up, what is wrong changes nothing."""

import logging
import os
from pathlib import Path

import pytest

from monitor.core.errors import WrongConfiguration
from monitor.daemon.files import Files
from tests import canary
from tests.daemon.builders import numbers

ONE, TWO, THREE = numbers(3)
WRONG = "watch:\n  - trial: NCT1\n"


class Desk:
    """A folder with configuration, and what the daemon says about it."""

    def __init__(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        self.folder, self.caplog = folder, caplog
        self.environment = {"TOKEN": canary.TOKEN}
        self.write("trialmon.yaml", "destinations: {desk: 'json://127.0.0.1:9/${TOKEN}'}\n")
        self.write(
            "watchlists/a.yaml", f"watch: [{{trial: {ONE}}}]\nsubscribers: [{{name: me, to: [desk]}}]\n"
        )
        self.write("watchlists/b.yaml", f"watch: [{{trial: {TWO}}}]\n")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def files(self) -> Files:
        return Files.at_start(self.folder / "trialmon.yaml", self.environment)

    def said(self) -> list[str]:
        """What was logged since the last call, the folder's name left out."""
        said = [record.getMessage().replace(f"{self.folder}/", "") for record in self.caplog.records]
        self.caplog.clear()
        return said


@pytest.fixture
def desk(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(logging.getLogger("trialmon"), "propagate", True)
    caplog.set_level(logging.INFO, "trialmon")
    return Desk(tmp_path, caplog)


def watched(files: Files) -> dict[str, list[str]]:
    return {
        watchlist.name: [watch.number for watch in watchlist.watches]
        for watchlist in files.in_force.loaded.watchlists
    }


def test_nothing_new_in_the_files_is_nothing_new_in_force(desk: Desk) -> None:
    files = desk.files()
    assert watched(files) == {"a": [ONE], "b": [TWO]}
    assert not files.reload()
    assert desk.said() == []


def test_a_changed_list_is_taken_up(desk: Desk) -> None:
    files = desk.files()
    desk.write("watchlists/a.yaml", f"watch: [{{trial: {ONE}}}, {{trial: {THREE}}}]\n")
    assert files.reload()
    assert watched(files) == {"a": [ONE, THREE], "b": [TWO]}


def test_a_new_list_comes_and_a_removed_one_goes(desk: Desk) -> None:
    files = desk.files()
    desk.write("watchlists/c.yaml", f"watch: [{{trial: {THREE}}}]\n")
    (desk.folder / "watchlists/a.yaml").unlink()
    assert files.reload()
    assert watched(files) == {"b": [TWO], "c": [THREE]}


def test_a_wrong_list_keeps_its_last_good_version_and_is_told_once_with_its_line(desk: Desk) -> None:
    files = desk.files()
    desk.write("watchlists/a.yaml", WRONG)
    assert not files.reload()
    assert watched(files) == {"a": [ONE], "b": [TWO]}
    problem, consequence = desk.said()
    assert problem.startswith("watchlists/a.yaml:2: ")
    assert consequence == "watchlists/a.yaml: the last good version stays in force"
    assert not files.reload()
    assert desk.said() == []
    desk.write("watchlists/a.yaml", f"watch: [{{trial: {THREE}}}]\n")
    assert files.reload()
    assert watched(files)["a"] == [THREE]
    assert desk.said() == ["watchlists/a.yaml: is right again"]


def test_another_mistake_in_a_wrong_list_is_told_again(desk: Desk) -> None:
    files = desk.files()
    desk.write("watchlists/a.yaml", WRONG)
    files.reload()
    desk.said()
    desk.write("watchlists/a.yaml", "watch: 3\n")
    files.reload()
    assert desk.said()[0].startswith("watchlists/a.yaml:1: ")


def test_a_list_that_is_wrong_from_the_start_stops_no_other(desk: Desk) -> None:
    desk.write("watchlists/a.yaml", WRONG)
    files = desk.files()
    assert watched(files) == {"b": [TWO]}
    assert [problem.line for problem in files.in_force.problems] == [2]
    assert desk.said()[-1] == "watchlists/a.yaml: nothing in this list is watched until it is right"


def test_a_wrong_trialmon_yaml_at_the_start_is_an_error(desk: Desk) -> None:
    desk.write("trialmon.yaml", "databse: x\n")
    with pytest.raises(WrongConfiguration, match="databse"):
        desk.files()


def test_a_trialmon_yaml_that_became_wrong_keeps_its_last_good_version(desk: Desk) -> None:
    files = desk.files()
    desk.write("trialmon.yaml", "destinations: 3\n")
    desk.write("watchlists/b.yaml", f"watch: [{{trial: {THREE}}}]\n")
    assert files.reload()
    assert set(files.in_force.destinations) == {"desk", "terminal"}
    assert watched(files) == {"a": [ONE], "b": [THREE]}
    assert desk.said()[-1] == "trialmon.yaml: the last good version stays in force"


def test_a_trialmon_yaml_that_vanished_keeps_its_last_good_version(desk: Desk) -> None:
    files = desk.files()
    (desk.folder / "trialmon.yaml").unlink()
    assert not files.reload()
    assert "there is no such file" in desk.said()[0]


def test_a_list_that_still_needs_a_destination_that_was_taken_out_keeps_it(desk: Desk) -> None:
    files = desk.files()
    desk.write("trialmon.yaml", "")
    files.reload()
    assert watched(files)["a"] == [ONE]
    assert files.in_force.destinations["desk"].url.reveal() == f"json://127.0.0.1:9/{canary.TOKEN}"
    assert "no destination called" in desk.said()[0]
    files.reload()
    assert "desk" in files.in_force.destinations


def test_a_destination_that_moved_is_used_where_it_is_now(desk: Desk) -> None:
    files = desk.files()
    desk.write("trialmon.yaml", "destinations: {desk: 'json://127.0.0.1:10/'}\n")
    desk.write("watchlists/a.yaml", WRONG)
    assert files.reload()
    assert files.in_force.destinations["desk"].url.reveal() == "json://127.0.0.1:10/"


def test_a_folder_that_cannot_be_read_empties_no_list(desk: Desk) -> None:
    files = desk.files()
    (desk.folder / "watchlists").rename(desk.folder / "elsewhere")
    assert not files.reload()
    assert watched(files) == {"a": [ONE], "b": [TWO]}
    (desk.folder / "elsewhere").rename(desk.folder / "watchlists")
    assert not files.reload()
    assert watched(files) == {"a": [ONE], "b": [TWO]}


def test_another_database_waits_for_the_next_start(desk: Desk) -> None:
    files = desk.files()
    desk.write("trialmon.yaml", "database: other.db\n")
    files.reload()
    assert files.in_force.settings.database == desk.folder / "trialmon.db"
    assert "until the daemon is restarted" in desk.said()[0]


def test_no_secret_is_ever_said(desk: Desk) -> None:
    desk.write(
        "watchlists/a.yaml",
        f"watch: [{{trial: {ONE}}}]\nsubscribers: [{{name: me, to: ['slac://${{TOKEN}}']}}]\n",
    )
    files = desk.files()
    desk.write("trialmon.yaml", "destinations: {desk: 'json//${TOKEN}'}\n")
    files.reload()
    assert canary.STEM not in "".join(desk.said()) + repr(files)


def test_a_file_that_is_still_being_written_is_waited_for(desk: Desk) -> None:
    files = desk.files()
    assert not files.changed()
    desk.write("watchlists/a.yaml", "watch:\n")
    assert not files.changed()
    desk.write("watchlists/a.yaml", f"watch:\n  - trial: {THREE}\n")
    assert not files.changed()
    assert files.changed()
    files.reload()
    assert not files.changed()


def test_a_change_is_seen_by_name_size_time_or_another_file_in_its_place(desk: Desk) -> None:
    files = desk.files()
    path = desk.folder / "watchlists/b.yaml"

    def noticed() -> bool:
        files.changed()
        seen = files.changed()
        files.reload()
        return seen

    os.utime(path, ns=(1, 1))
    assert noticed()
    path.rename(desk.folder / "watchlists/c.yaml")
    assert noticed()
    copy = desk.folder / "copy"
    copy.write_bytes((desk.folder / "watchlists/c.yaml").read_bytes())
    os.utime(copy, ns=(1, 1))
    copy.rename(desk.folder / "watchlists/c.yaml")
    assert noticed()
    (desk.folder / "watchlists/notes.txt").write_text("not a list")
    assert not noticed()
