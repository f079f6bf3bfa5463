"""`trialmon snooze` and `trialmon mute` write into the watchlists that are meant."""

import json
from pathlib import Path

import pytest

from monitor.core.watch import Watch
from monitor.sources.clinicaltrials_gov.shape import SHAPE
from monitor.store import watches
from tests.builders import a_moment, a_trial, a_watchlist
from tests.cli.archive import Archive
from tests.cli.conftest import Trialmon

ONE, OTHER = "NCT03737461", "NCT06325566"


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """backs.yaml and knees.yaml; both watch the first trial, backs.yaml another one too."""
    folder = tmp_path / "watchlists"
    folder.mkdir()
    both = "title: {}  # mine\nwatch:\n{}subscribers: [{{name: {}, to: [terminal]}}]\n"
    (folder / "backs.yaml").write_text(both.format("Backs", f"- trial: {ONE}\n- trial: {OTHER}\n", "me"))
    (folder / "knees.yaml").write_text(both.format("Knees", f"- trial: {ONE}\n", "you"))
    return folder


def texts(lists: Path) -> list[str]:
    return [(lists / name).read_text() for name in ("backs.yaml", "knees.yaml")]


def test_a_trial_is_snoozed_in_every_list_that_watches_it_until_that_is_ended(
    trialmon: Trialmon, lists: Path
) -> None:
    before = texts(lists)
    answer = trialmon("snooze", ONE, "until", "2099-12-01")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count(f"{ONE} snoozed until 2099-12-01") == 2
    assert texts(lists) == [text + f"snooze: {{{ONE}: 2099-12-01}}\n" for text in before]
    assert "is snoozed until 2099-12-01 already" in trialmon("snooze", ONE, "until", "2099-12-01").stdout
    assert trialmon("snooze", ONE, "off").returncode == 0
    assert texts(lists) == before


def test_a_trial_is_snoozed_where_it_is_watched_alone(trialmon: Trialmon, lists: Path) -> None:
    answer = trialmon("snooze", OTHER, "until", "2099-12-01", "--json")
    assert [json.loads(line) for line in answer.stdout.splitlines()] == [
        {"file": str(lists / "backs.yaml"), "changed": True}
    ]
    assert "snooze" not in texts(lists)[1]


def test_a_list_and_a_subscriber_may_be_named(trialmon: Trialmon, lists: Path) -> None:
    assert trialmon("mute", "sites", "--watchlist", "knees").returncode == 0
    assert trialmon("mute", ONE, "--subscriber", "me").returncode == 0
    backs, knees = texts(lists)
    before_it = knees.removesuffix("mute: [sites]\n")
    assert f"to: [terminal], mute: [{ONE}]}}" in backs
    assert knees.endswith("mute: [sites]\n")
    assert trialmon("mute", "sites", "--watchlist", "knees", "--off").returncode == 0
    assert texts(lists)[1] == before_it


def test_a_rule_or_topic_is_muted_in_every_list(trialmon: Trialmon, lists: Path) -> None:
    assert trialmon("mute", "dates.edited").returncode == 0
    assert all(text.endswith("mute: [dates.edited]\n") for text in texts(lists))


def test_a_trial_that_a_search_found_is_watched_by_that_list(trialmon: Trialmon, archive: Archive) -> None:
    path = archive.folder / "watchlists" / "backs.yaml"
    path.write_text("watch: [{search: {condition: pain}}]\nsubscribers: []\n")
    searching = Watch("search", SHAPE.registry, query=(("query.cond", "pain"),))
    with archive.database() as db:
        watches.sync_watchlists(db, [a_watchlist("backs", watches=[searching])], a_moment("2026-01-01"))
        watches.update_members(db, searching.key, [a_trial(ONE)], a_moment("2026-01-01"))
    answer = trialmon("mute", ONE)
    assert answer.returncode == 0, answer.stderr
    assert path.read_text().endswith(f"mute: [{ONE}]\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("snooze", ONE), "Missing argument"),
        (("snooze", ONE, "for", "long"), "say until when"),
        (("snooze", ONE, "until", "soon"), "“soon” is not a day (write it like 2026-12-01)"),
        (("snooze", ONE, "until", "2020-01-01"), "2020-01-01 has passed"),
        (("snooze", "NCT1", "off"), "NCT1: 1 digit, 8 needed"),
        (("snooze", "NCT00000009", "off"), "no watchlist watches NCT00000009"),
        (("mute", "everything"), "“everything” is not a trial, a rule or a topic"),
        (("mute", "sites", "--watchlist", "hips"), "there is no watchlist hips (there are: backs, knees)"),
        (("mute", "sites", "--subscriber", "she"), "no such watchlist has a subscriber she"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_written(
    trialmon: Trialmon, lists: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = texts(lists)
    answer = trialmon(*arguments)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert texts(lists) == before
