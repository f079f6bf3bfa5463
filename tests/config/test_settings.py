"""What trialmon.yaml means, where it is looked for, and how its secrets stay secret."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.load import find_settings, load_settings
from monitor.config.settings import SourceSettings, WebSettings
from monitor.core.errors import WrongConfiguration
from tests import canary
from tests.config.conftest import Problems, ReadSettings

WHOLE = """\
database: data/t.db
watchlists: lists
sources:
  clinicaltrials.gov:
    base_url: http://127.0.0.1:8080/
    contact: you@example.org
    check_every: 30s
    full_read_every: 7d
    pause: 0s
destinations:
  desk: slack://${SLACK_TOKEN}/#trials
web: {host: 0.0.0.0, port: 80}
"""


def test_everything_may_be_said(read_settings: ReadSettings, tmp_path: Path) -> None:
    settings = read_settings(WHOLE, {"SLACK_TOKEN": "a/b/c"})
    assert settings.path == tmp_path / "trialmon.yaml"
    assert (settings.database, settings.watchlists) == (tmp_path / "data/t.db", tmp_path / "lists")
    assert settings.sources == {
        "clinicaltrials.gov": SourceSettings(
            "http://127.0.0.1:8080", "you@example.org", timedelta(seconds=30), timedelta(days=7), timedelta(0)
        )
    }
    assert {name: to.url.reveal() for name, to in settings.destinations.items()} == {
        "desk": "slack://a/b/c/#trials",
        "terminal": "terminal://",
    }
    assert settings.web == WebSettings("0.0.0.0", 80)


@pytest.mark.parametrize("text", ["", "# all of it is left out\n", "{}", "database:\nsources:\n"])
def test_everything_may_be_left_out(read_settings: ReadSettings, tmp_path: Path, text: str) -> None:
    settings = read_settings(text)
    assert (settings.database, settings.watchlists) == (tmp_path / "trialmon.db", tmp_path / "watchlists")
    assert settings.sources == {"clinicaltrials.gov": SourceSettings()}
    assert list(settings.destinations) == ["terminal"]
    assert settings.web == WebSettings("127.0.0.1", 8350)


def test_without_a_file_everything_is_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    assert (settings.path, settings.database, settings.watchlists) == (
        None,
        tmp_path / "trialmon.db",
        tmp_path / "watchlists",
    )


def test_under_systemd_the_database_is_in_the_state_directory(
    read_settings: ReadSettings, tmp_path: Path
) -> None:
    environment = {"STATE_DIRECTORY": "/var/lib/trialmon:/var/lib/other"}
    settings = read_settings("database: t.db", environment)
    assert (settings.database, settings.watchlists) == (
        Path("/var/lib/trialmon/t.db"),
        tmp_path / "watchlists",
    )
    assert read_settings("database: /srv/t.db", environment).database == Path("/srv/t.db")


def test_a_path_may_begin_at_home(read_settings: ReadSettings) -> None:
    assert read_settings("database: ~/t.db", {"HOME": "/home/reader"}).database == Path("/home/reader/t.db")


def test_a_secret_may_be_a_systemd_credential(read_settings: ReadSettings, tmp_path: Path) -> None:
    (tmp_path / "SLACK_TOKEN").write_text("x/y/z\n")
    settings = read_settings(WHOLE, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert settings.destinations["desk"].url.reveal() == "slack://x/y/z/#trials"


def test_the_environment_wins_over_a_credential(read_settings: ReadSettings, tmp_path: Path) -> None:
    (tmp_path / "SLACK_TOKEN").write_text("old")
    settings = read_settings(WHOLE, {"CREDENTIALS_DIRECTORY": str(tmp_path), "SLACK_TOKEN": "new"})
    assert settings.destinations["desk"].url.reveal() == "slack://new/#trials"


@pytest.mark.parametrize("name", ["../SLACK_TOKEN", "a/b", "", "..", "A..B"])
def test_a_variable_never_leaves_the_folder_of_credentials(
    settings_problems: Problems, tmp_path: Path, secret_places: set[Path], name: str
) -> None:
    secret_places.add(tmp_path / "SLACK_TOKEN")
    (tmp_path / "SLACK_TOKEN").write_text(canary.TOKEN)
    (tmp_path / "inner").mkdir()
    said = settings_problems(
        f"destinations:\n  desk: slack://${{{name}}}\n", {"CREDENTIALS_DIRECTORY": str(tmp_path / "inner")}
    )
    assert said[0].startswith(f"2: ${{{name}}} is not set")


def test_an_unset_variable_is_named_with_its_line(settings_problems: Problems) -> None:
    assert settings_problems(WHOLE) == [
        "11: ${SLACK_TOKEN} is not set (export SLACK_TOKEN=… or give systemd a credential of that name)"
    ]


def test_a_command_that_only_reads_needs_no_secrets(read_settings: ReadSettings) -> None:
    settings = read_settings(WHOLE, secrets=False)
    assert list(settings.destinations) == ["terminal"]
    assert settings.destination_names == {"desk", "terminal"}


def test_secrets_show_nowhere(read_settings: ReadSettings) -> None:
    settings = read_settings(WHOLE, {"SLACK_TOKEN": canary.TOKEN})
    assert not canary.sings(repr(settings) + str(settings) + repr(settings.variables))


@pytest.mark.parametrize(
    "url",
    [
        f"json://h/{canary.TOKEN}?optional=yes",
        f"json://h/{canary.TOKEN}?a=b&OPTIONAL=yes",
        f"file:///{canary.TOKEN}",
        f"exec://{canary.TOKEN}",
        f"dbus://{canary.TOKEN}",
        f"syslog://{canary.TOKEN}",
        f"windows://{canary.TOKEN}",
        f"http://{canary.TOKEN}/hook",
        canary.TOKEN,
        f"://{canary.TOKEN}",
        f"{canary.TOKEN}_://x",
        f"json://a/{canary.TOKEN}, json://b",
        f"json://a/{canary.TOKEN} json://b",
        "slack://",
    ],
)
def test_a_destination_that_must_not_be_used_is_refused_and_never_shown(
    settings_problems: Problems, url: str
) -> None:
    for text, environment in ((url, {}), ("${URL}", {"URL": url})):
        (said,) = settings_problems(f"destinations:\n  desk: '{text}'\n", environment)
        assert said.startswith("2: ")
        assert not canary.sings(said)


@pytest.mark.parametrize(
    "url",
    [
        "json://h/p",
        "jsons://u:p@h/p?verify=no",
        "mailto://u:p@example.org",
        "https://discord.com/api/webhooks/1/x",
        "terminal://",
    ],
)
def test_a_service_of_apprise_is_a_destination(read_settings: ReadSettings, url: str) -> None:
    assert read_settings(f"destinations: {{desk: '{url}'}}").destinations["desk"].url.reveal() == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("databse: x", "1: “databse” is not a key of trialmon.yaml (did you mean “database”?)"),
        (
            "sources: {ctis: {}}",
            "1: “ctis” is not a key of the sources (known: clinicaltrials.gov, europepmc, pubmed)",
        ),
        (
            "sources:\n  clinicaltrials.gov:\n    check_every: 15",
            "3: “15” is not a duration (write 30s, 15m, 24h or 7d)",
        ),
        ("sources:\n  clinicaltrials.gov:\n    check_every: 0m", "3: “0m” is no interval"),
        ("sources:\n  clinicaltrials.gov:\n    check_every: 999d", "3: “999d” is longer than a year"),
        (
            "sources:\n  clinicaltrials.gov:\n    pause: 0s",
            "3: a registry is asked once a second at most (1s or more)",
        ),
        (
            "sources:\n  clinicaltrials.gov:\n    base_url: http://example.org",
            "3: the registry is asked over https",
        ),
        (
            "sources:\n  clinicaltrials.gov:\n    base_url: https://u:p@example.org",
            "3: an address here must not hold a user or password",
        ),
        (
            "sources:\n  clinicaltrials.gov:\n    base_url: clinicaltrials.gov",
            "3: this is not the address of a registry",
        ),
        ("sources:\n  clinicaltrials.gov:\n    base_url: 'https://[x'", "3: this is not an address"),
        (
            'sources:\n  clinicaltrials.gov:\n    contact: "a\\nX-Header: b"',
            "3: a contact is an e-mail address or a web page",
        ),
        ("web: {port: 99999}", "1: “99999” is not a port (a number up to 65535)"),
        ("web: [x]", "1: here web is expected (key: value), not a list"),
        ("destinations: {terminal: json://h}", "1: “terminal” is built in (choose another name)"),
        ("destinations: {'a b': json://h}", "1: “a b” is no name for one of the destinations"),
        ("destinations: {desk: [json://a, json://b]}", "1: here an Apprise URL is expected, not a list"),
        ("- x", "1: here trialmon.yaml is expected (key: value), not a list"),
        ("database: &x y", "1: anchors (&name) are not allowed"),
    ],
)
def test_a_mistake_is_named_with_its_line(settings_problems: Problems, text: str, said: str) -> None:
    assert [problem for problem in settings_problems(text) if problem.startswith(said)], settings_problems(
        text
    )


def test_every_problem_is_told_at_once(settings_problems: Problems) -> None:
    text = WHOLE.replace("30s", "soon").replace("port: 80", "port: x").replace(": lists", ": []")
    assert sorted(int(said.partition(":")[0]) for said in settings_problems(text)) == [2, 7, 11, 12]


def test_the_file_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    here.mkdir()
    monkeypatch.chdir(here)
    environment = {"HOME": str(home), "TRIALMON_CONFIG": str(tmp_path / "named.yaml")}
    in_home = home / ".config/trialmon/trialmon.yaml"
    in_xdg = tmp_path / "xdg/trialmon/trialmon.yaml"
    for path in (tmp_path / "given.yaml", tmp_path / "named.yaml", here / "trialmon.yaml", in_home, in_xdg):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert find_settings(tmp_path / "given.yaml", environment) == tmp_path / "given.yaml"
    assert find_settings(None, environment) == tmp_path / "named.yaml"
    del environment["TRIALMON_CONFIG"]
    assert find_settings(None, environment) == Path("trialmon.yaml")
    (here / "trialmon.yaml").unlink()
    assert find_settings(None, environment | {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}) == in_xdg
    assert find_settings(None, environment) == in_home


@pytest.mark.parametrize("by", ["--config", "$TRIALMON_CONFIG"])
def test_a_file_that_was_named_but_is_not_there_is_a_mistake(tmp_path: Path, by: str) -> None:
    missing = tmp_path / "none.yaml"
    explicit, environment = (missing, {}) if by == "--config" else (None, {"TRIALMON_CONFIG": str(missing)})
    with pytest.raises(WrongConfiguration, match="no such file") as refused:
        find_settings(explicit, environment)
    assert by in str(refused.value)
