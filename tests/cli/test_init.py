"""`trialmon init` gives a person something to begin with, and takes nothing away."""

import json
import re
from pathlib import Path

import pytest

from monitor.config.reference import settings_schema
from tests.cli.conftest import Trialmon


def test_init_writes_files_that_are_right(trialmon: Trialmon, tmp_path: Path) -> None:
    answer = trialmon("init")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert (tmp_path / "trialmon.yaml").is_file()
    assert (tmp_path / "watchlists/example.yaml").is_file()
    assert "all is well" in trialmon("watchlist", "check").stdout


def test_init_writes_where_config_says(trialmon: Trialmon, tmp_path: Path) -> None:
    answer = trialmon("init", "--json", "--config", "deep/er/mine.yaml")
    files = [json.loads(line)["file"] for line in answer.stdout.splitlines()]
    assert files == ["deep/er/mine.yaml", "deep/er/watchlists/example.yaml"]
    assert all((tmp_path / file).is_file() for file in files)
    assert trialmon("watchlist", "check", "--config", files[0]).returncode == 0


@pytest.mark.parametrize("there", ["trialmon.yaml", "watchlists/example.yaml"])
def test_init_overwrites_nothing_and_then_writes_nothing(
    trialmon: Trialmon, tmp_path: Path, there: str
) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / there).write_text("mine")
    answer = trialmon("init")
    assert answer.returncode == 2
    assert there in answer.stderr
    assert (tmp_path / there).read_text() == "mine"
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1


def test_a_place_that_cannot_be_written_is_said(trialmon: Trialmon, tmp_path: Path) -> None:
    (tmp_path / "watchlists").write_text("a file where a folder should be")
    answer = trialmon("init")
    assert answer.returncode == 2
    assert "cannot be written" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_first_configuration_offers_every_key_and_what_it_offers_is_right(
    trialmon: Trialmon, tmp_path: Path
) -> None:
    trialmon("init")
    file, keys = tmp_path / "trialmon.yaml", {*settings_schema()["properties"]}
    taken = re.sub(rf"^# ({'|'.join(keys)}):", r"\1:", file.read_text(), flags=re.MULTILINE)
    assert {line.partition(":")[0] for line in taken.splitlines()} >= keys
    file.write_text(taken.replace("[mailbox]", "[terminal]").replace("${HEARTBEAT_TOKEN}", "token"))
    answer = trialmon("watchlist", "check")
    assert (answer.returncode, answer.stderr) == (0, "")
