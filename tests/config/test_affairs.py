"""What trialmon.yaml says of feeds, metrics, the heartbeat, and who hears of the monitor's own affairs."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.settings import FeedSettings
from monitor.core.significance import Significance
from tests import canary
from tests.config.conftest import Problems, ReadSettings

DESK = "destinations:\n  desk: json://127.0.0.1/desk\n"


def test_all_of_it_may_be_said(read_settings: ReadSettings, tmp_path: Path) -> None:
    settings = read_settings(
        DESK
        + "feeds: {folder: out, base_url: https://trials.example.org/feeds/, at_least: routine}\n"
        + "heartbeat: {url: 'https://hc.example.org/${BEAT}', every: 5m, private: true}\n"
        + "metrics: /var/lib/node/trialmon.prom\noperator: [desk, terminal]\n",
        {"BEAT": "token"},
    )
    assert settings.feeds == FeedSettings(
        tmp_path / "out", "https://trials.example.org/feeds", Significance.ROUTINE
    )
    beat = settings.heartbeat
    assert beat is not None
    assert (beat.url.reveal(), beat.every, beat.private) == (
        "https://hc.example.org/token",
        timedelta(minutes=5),
        True,
    )
    assert settings.metrics == Path("/var/lib/node/trialmon.prom")
    assert settings.operator == ("desk", "terminal")


def test_none_of_it_is_there_unless_it_is_said(read_settings: ReadSettings) -> None:
    settings = read_settings(DESK + "feeds:\nheartbeat:\n")
    assert (settings.feeds, settings.heartbeat, settings.metrics, settings.operator) == (None, None, None, ())


def test_an_empty_mapping_asks_for_feeds_beside_the_database(
    read_settings: ReadSettings, tmp_path: Path
) -> None:
    assert read_settings("feeds: {}\n").feeds == FeedSettings(tmp_path / "feeds")
    under_systemd = read_settings("feeds: {}\n", {"STATE_DIRECTORY": "/var/lib/trialmon"})
    assert under_systemd.feeds == FeedSettings(Path("/var/lib/trialmon/feeds"))


def test_one_operator_needs_no_list(read_settings: ReadSettings) -> None:
    assert read_settings(DESK + "operator: desk\n").operator == ("desk",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("operator: dsk\n", "3: “dsk” is not a destination (did you mean “desk”?)"),
        (
            "operator: slack://a/b/c\n",
            "3: this is no destination's name (write an Apprise URL under `destinations:`)",
        ),
        ("heartbeat: {every: 5m}\n", "3: “url” is missing from the heartbeat"),
        (
            "heartbeat: {url: 'https://hc.example.org/${BEAT}'}\n",
            "3: ${BEAT} is not set (export BEAT=… or give systemd a credential of that name)",
        ),
        ("heartbeat: {url: 'http://hc.example.org/x'}\n", "3: a heartbeat goes over https"),
        ("heartbeat: {url: 'file:///etc/passwd'}\n", "3: this is not an address of the web"),
        (
            "heartbeat: {url: 'https://hc.example.org/x', private: perhaps}\n",
            "3: “perhaps” is neither true nor false",
        ),
        ("feeds: {at_least: grave}\n", "3: “grave” is not a significance"),
        ("feeds: {base_url: 'ftp://example.org'}\n", "3: this is not the address of a folder"),
        (
            "feeds: {base_url: 'https://me:pw@example.org'}\n",
            "3: an address here must not hold a user or password",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(settings_problems: Problems, text: str, said: str) -> None:
    (problem,) = settings_problems(DESK + text)
    assert problem.startswith(said)


def test_the_heartbeats_address_shows_nowhere(
    read_settings: ReadSettings, settings_problems: Problems
) -> None:
    text = "heartbeat: {url: '${BEAT}'}\n"
    settings = read_settings(text, {"BEAT": f"https://hc.example.org/{canary.PATH}"})
    assert not canary.sings(repr(settings) + str(settings))
    (problem,) = settings_problems(text, {"BEAT": f"gopher://{canary.PATH}"})
    assert not canary.sings(problem)


def test_a_command_that_only_reads_needs_no_heartbeat(read_settings: ReadSettings) -> None:
    assert read_settings("heartbeat: {url: '${NOT_SET}'}\n", secrets=False).heartbeat is None
